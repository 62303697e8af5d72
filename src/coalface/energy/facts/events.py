"""Sanctions on a country's fuel, and when they began; only dates that a source gives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from coalface.energy.facts.table import read
from coalface.prices.csv_file import Row

__all__ = ["SanctionEvent", "sanction_events"]


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
    precision: Literal["day", "month", "year"]
    first_day: np.datetime64
    text: str
    source: str


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
    date = row.cells["date"]
    precision: Literal["day", "month", "year"]
    first_day: np.datetime64
    if re.fullmatch(r"[12]\d{3}", date):
        precision, first_day = "year", np.datetime64(f"{date}-01-01", "D")
    elif len(date) == len("2016-12"):
        precision, first_day = "month", row.month("date").astype("datetime64[D]")
    else:
        precision, first_day = "day", row.day("date")
    return SanctionEvent(row.text("country"), date, precision, first_day, row.text("text"), source)
