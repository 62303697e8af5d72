"""Numbered marks above the plot for dated events, in rows, so that no two of them overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coalface.energy.chart.words import day_text, month_text
from coalface.energy.result import Event

__all__ = ["Mark", "at_day", "date_text", "in_order", "place_marks"]

_LEAST_IN = 0.06
"""Room between two marks, inches."""
_MOST_ROWS = 3


@dataclass(frozen=True)
class Mark:
    """One mark, for one event or for several that lie too close to tell apart.

    Attributes
    ----------
    first, last
        Numbers of the events, from 1.
    x_in
        Place of its middle from the left end of the axis, inches.
    row
        Row from the plot upwards, 0 first.
    """

    first: int
    last: int
    x_in: float
    row: int

    @property
    def label(self) -> str:
        """Number or numbers."""
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def width_in(self) -> float:
        """Width of the mark, inches."""
        return 0.13 + 0.075 * len(self.label)


def in_order(events: Sequence[Event]) -> list[Event]:
    """Events by day; those of one day keep their order."""
    return sorted(events, key=at_day)


def at_day(event: Event) -> float:
    """Day of the event, counted from 1970; the middle of the month or year if only that is known."""
    start = event.day.astype("datetime64[D]")
    if not (event.is_month or event.is_year):
        return float(start.astype(np.int64))
    n_months = 12 if event.is_year else 1
    end = (event.day.astype("datetime64[M]") + n_months).astype("datetime64[D]")
    return float(start.astype(np.int64) + end.astype(np.int64)) / 2


def date_text(event: Event) -> str:
    """Day, month or year of the event."""
    if event.is_year:
        return event.date
    return month_text(event.day) if event.is_month else day_text(event.day)


def place_marks(numbered: Sequence[tuple[int, float]]) -> list[Mark]:
    """Marks of events, given as number and place in inches, places rising."""
    marks: list[Mark] = []
    ends: dict[int, float] = {}
    for number, x_in in numbered:
        alone = Mark(number, number, x_in, 0)
        left_in = x_in - alone.width_in / 2
        free = [row for row in range(_MOST_ROWS) if ends.get(row, -9.0) + _LEAST_IN <= left_in]
        if free or not marks:
            mark = Mark(number, number, x_in, free[0])
        else:
            last = marks.pop()
            mark = Mark(last.first, number, last.x_in, last.row)
        marks.append(mark)
        ends[mark.row] = mark.x_in + mark.width_in / 2
    return marks
