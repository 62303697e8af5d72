"""What all tables share: where they lie, in which order their rows stand, and days that they do not reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.errors import FactsError
from coalface.prices.csv_file import CsvFile, read_csv, refused

__all__ = ["Days", "read", "rising", "to_days", "within"]

Days = NDArray[np.datetime64]

_DATA = Path(__file__).parent / "data"


def read(
    path: str | Path | None, name: str, required: tuple[str, ...], optional: tuple[str, ...] = ("source",)
) -> CsvFile:
    """Rows of the user's file, or of the shipped table `name`."""
    return read_csv(_DATA / name if path is None else Path(path), required=required, optional=optional)


def rising(file: CsvFile, column: str, values: NDArray[Any]) -> None:
    """Refuse a table whose rows do not rise in `column`, each value once."""
    falls = np.flatnonzero(values[1:] <= values[:-1])
    if falls.size:
        row = file.rows[int(falls[0]) + 1]
        raise refused(
            file.path,
            f"{column} `{row.cells[column]}` does not lie behind that of the row before it",
            code="facts_order",
            line=row.line,
            hint=f"sort the rows by {column}, each value once",
        )


def to_days(days: ArrayLike) -> Days:
    """Days (UTC) as an array, whatever they were given as.

    Raises
    ------
    FactsError
        If they are no days.
    """
    try:
        array = np.asarray(days, dtype="datetime64[D]")
    except (ValueError, TypeError) as error:
        raise FactsError(f"no days: {error}", code="facts_day", hint="write days as 2017-09-05") from error
    if np.isnat(array).any():
        raise FactsError("one of the days is no time (NaT)", code="facts_day")
    return array


def within(days: Days, first_day: np.datetime64, last_day: np.datetime64, what: str, argument: str) -> None:
    """Refuse days that a table does not reach.

    Parameters
    ----------
    days
        Days asked for.
    first_day, last_day
        Days that the table reaches, both included.
    what
        What the table holds, for the message.
    argument
        Option and function that take the user's own file, for the hint.
    """
    outside = days[(days < first_day) | (days > last_day)]
    if outside.size:
        day = outside.flat[0]
        raise FactsError(
            f"{day} is outside of the table of {what}, which reaches from {first_day} to {last_day}",
            code="facts_outside",
            hint=f"bring a file of your own that reaches further: {argument}",
            context={"day": str(day), "first_day": str(first_day), "last_day": str(last_day)},
        )
