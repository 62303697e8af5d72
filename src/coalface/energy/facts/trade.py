"""Coal that a country sold abroad, by month or by year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coalface.energy.facts.table import Days, read
from coalface.prices.csv_file import Row

__all__ = ["CoalTrade", "coal_trade"]

_MOST_T: Final = 1e11
_MOST_USD: Final = 1e13


@dataclass(frozen=True)
class CoalTrade:
    """Coal sold abroad, a row a period. A month without a row is unknown, not zero.

    Attributes
    ----------
    country, partner
        Seller and buyer, as ISO 3166 codes in lower case.
    start
        First month of the period.
    n_months
        1 for a month, 12 for a year.
    coal_t
        Metric tonnes.
    value_usd
        What was paid, in USD; NaN where unknown.
    source
        Who says so.
    """

    country: tuple[str, ...]
    partner: tuple[str, ...]
    start: Days
    n_months: NDArray[np.int64]
    coal_t: NDArray[np.float64]
    value_usd: NDArray[np.float64]
    source: tuple[str, ...]

    @property
    def usd_per_t(self) -> NDArray[np.float64]:
        """USD per metric tonne; NaN where the value is unknown or nothing was sold."""
        is_known = (self.coal_t > 0) & ~np.isnan(self.value_usd)
        return np.divide(self.value_usd, self.coal_t, out=np.full_like(self.coal_t, np.nan), where=is_known)


def coal_trade(path: str | Path | None = None) -> CoalTrade:
    """Coal sold abroad, in tonnes and USD by month or year, of the table or of the user's file.

    Parameters
    ----------
    path
        CSV file with ``country``, ``partner``, ``period`` (a month or a year), ``coal_t``, ``value_usd``
        (may be empty) and, if wanted, ``source``.

    Raises
    ------
    IoFailure
        If the file cannot be read.
    FactsError
        If it is no such table, or holds a period twice.
    """
    file = read(path, "coal_trade.csv", ("country", "partner", "period", "coal_t", "value_usd"))
    seen: set[tuple[str, str, str]] = set()
    for row in file.rows:
        key = (_country(row, "country"), _country(row, "partner"), row.cells["period"])
        if key in seen:
            raise row.error("period", "this period stands in the table already")
        seen.add(key)
    periods = [_period(row) for row in file.rows]
    return CoalTrade(
        tuple(row.cells["country"] for row in file.rows),
        tuple(row.cells["partner"] for row in file.rows),
        np.array([start for start, _ in periods], "datetime64[M]"),
        np.array([n_months for _, n_months in periods], np.int64),
        np.array([row.number("coal_t", 0, _MOST_T) for row in file.rows], np.float64),
        np.array([_value(row) for row in file.rows], np.float64),
        tuple(file.source_of(row) for row in file.rows),
    )


def _country(row: Row, column: str) -> str:
    if not re.fullmatch(r"[a-z]{2}", row.cells[column]):
        raise row.error(column, "two letters in lower case are allowed, such as kp")
    return row.cells[column]


def _period(row: Row) -> tuple[np.datetime64, int]:
    """First month and number of months of a row."""
    if re.fullmatch(r"[12]\d{3}", row.cells["period"]):
        return np.datetime64(f"{row.cells['period']}-01", "M"), 12
    return row.month("period"), 1


def _value(row: Row) -> float:
    return row.number("value_usd", 0, _MOST_USD) if row.cells["value_usd"] else float("nan")
