"""Sanctions on a country's fuel, and when they began; only dates that a source gives."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from coalface.energy.facts.table import read
from coalface.prices.csv_file import Row

__all__ = ["SanctionEvent", "sanction_events"]

Precision = Literal["day", "month", "year"]
_PRECISIONS: tuple[Precision, ...] = ("year", "month", "day")


@dataclass(frozen=True)
class SanctionEvent:
    """One dated event.

    Attributes
    ----------
    country
        ISO 3166 code of the country concerned, in lower case.
    date
        Day, month or year, as the source gives it: ``2017-09-05``, ``2016-12``, ``2017``.
    precision
        Which of the three.
    first_day
        First day (UTC) of that day, month or year.
    text
        What happened.
    source
        Who says so.
    """

    country: str
    date: str
    precision: Precision
    first_day: np.datetime64
    text: str
    source: str

    @classmethod
    def on(cls, country: str, date: str, text: str, source: str) -> SanctionEvent:
        """The event of a date as it is written: a day, a month or a year.

        Raises
        ------
        ValueError
            If the date is none of the three.
        """
        if not re.fullmatch(r"[12]\d{3}(-\d\d){0,2}", date, re.ASCII):
            raise ValueError(f"{date[:20]!r} is no day, month or year")
        precision = _PRECISIONS[date.count("-")]
        first_day = dt.date.fromisoformat((date + "-01-01")[: len("2017-09-05")])
        return cls(country, date, precision, np.datetime64(first_day, "D"), text, source)


def sanction_events(path: str | Path | None = None) -> tuple[SanctionEvent, ...]:
    """Dated sanctions, in the order of their first day, of the table or of the user's file.

    Parameters
    ----------
    path
        CSV file with ``country``, ``date`` (a day, month or year), ``text`` and, if wanted, ``source``.

    Raises
    ------
    IoFailure
        If the file cannot be read.
    FactsError
        If it is no such table.
    """
    file = read(path, "sanction_events.csv", ("country", "date", "text"))
    events = [_event(row, file.source_of(row)) for row in file.rows]
    return tuple(sorted(events, key=lambda event: (event.first_day, event.date)))


def _event(row: Row, source: str) -> SanctionEvent:
    country, date, text = row.text("country"), row.text("date"), row.text("text")
    try:
        return SanctionEvent.on(country, date, text, source)
    except ValueError:
        raise row.error("date", "a day, month or year such as 2017-09-05 is allowed") from None
