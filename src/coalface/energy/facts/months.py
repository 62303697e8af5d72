"""One number a month, without gaps: what the tables of fees and of prices have in common."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.energy.facts.table import Days, read, rising, to_days, within
from coalface.prices.csv_file import refused

__all__ = ["month_index", "read_months"]

Floats = NDArray[np.float64]


def read_months(path: str | Path | None, name: str, column: str, high: float) -> tuple[Days, Floats, str]:
    """Months, values of `column` (0 to `high`, in its unit) and source, of the user's or the shipped file."""
    file = read(path, name, ("month", column))
    months = np.array([row.month("month") for row in file.rows], "datetime64[M]")
    rising(file, "month", months)
    gaps = np.flatnonzero(np.diff(months.astype(np.int64)) != 1)
    if gaps.size:
        row = file.rows[int(gaps[0]) + 1]
        raise refused(
            file.path,
            f"month `{row.cells['month']}` does not follow `{months[gaps[0]]}`: months are missing",
            code="facts_order",
            line=row.line,
        )
    values = np.array([row.number(column, 0, high) for row in file.rows], np.float64)
    return months, values, file.source


def month_index(months: Days, days: ArrayLike, what: str, argument: str) -> NDArray[np.int64]:
    """Rows of the months that hold `days`, same shape; months without gaps.

    Raises
    ------
    FactsError
        If a day is outside of them.
    """
    asked = to_days(days)
    first = months[0].astype("datetime64[D]")
    last = (months[-1] + 1).astype("datetime64[D]") - 1
    within(asked, first, last, what, argument)
    return np.asarray(asked.astype("datetime64[M]").astype(np.int64) - months[0].astype(np.int64))
