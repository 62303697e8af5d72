"""Daily prices from the user's own file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.errors import FactsError
from coalface.prices.csv_file import CsvFile, read_csv, refused

__all__ = ["PriceSeries", "PricesAt", "check_currency", "read_daily"]

Days = NDArray[np.datetime64]

_MOST: Final = 1e12
"""Units of currency per BTC; wider than any price, in any currency, that has been seen."""
_PRICE_COLUMNS = ("close", "price")
_OTHER_COLUMNS = ("open", "high", "low", "volume", "market_cap", "source")


class PricesAt(NamedTuple):
    """Prices of the days that were asked for."""

    value: NDArray[np.float64]
    """Units of the currency per BTC; NaN where unknown."""
    is_known: NDArray[np.bool_]
    """Whether the series has a price of that day."""


@dataclass(frozen=True)
class PriceSeries:
    """Closing price of one BTC by day.

    Attributes
    ----------
    days
        Days (UTC), rising; days may be missing.
    close
        Units of the currency per BTC, above 0.
    currency
        Three capital letters, as ``USD``.
    source
        Who says so; empty if the user did not say.
    resolution
        ``day``.
    digest
        SHA-256 of the file, in hexadecimal: which prices these are.
    """

    days: Days
    close: NDArray[np.float64]
    currency: str
    source: str
    resolution: Literal["day"]
    digest: str

    @property
    def missing_days(self) -> Days:
        """Days between the first and the last one that have no price."""
        every = np.arange(self.days[0], self.days[-1] + 1)
        return every[~np.isin(every, self.days)]

    def at(self, days: ArrayLike) -> PricesAt:
        """Prices of `days` (UTC) in the currency, same shape; unknown is NaN, never the day before.

        Raises
        ------
        FactsError
            If they are no days.
        """
        try:
            asked = np.asarray(days, dtype="datetime64[D]")
        except (ValueError, TypeError) as error:
            raise FactsError(
                f"no days: {error}", code="facts_day", hint="write days as 2017-09-05"
            ) from error
        place = np.minimum(np.searchsorted(self.days, asked), len(self.days) - 1)
        is_known = np.asarray(self.days[place] == asked)
        return PricesAt(np.where(is_known, self.close[place], np.nan), is_known)


def read_daily(path: str | Path, *, currency: str = "USD", source: str | None = None) -> PriceSeries:
    """Daily closing prices of one BTC, in `currency`, from a CSV file.

    Parameters
    ----------
    path
        CSV file in UTF-8 with a header: ``date`` (as 2017-09-05, UTC, rising, each once) and one of
        ``close``, ``price`` or the currency in lower case (``usd``). ``open``, ``high``, ``low``, ``volume``,
        ``market_cap`` and ``source`` may be there and are not used. Lines that begin with ``#`` are comments.
        Days may be missing.
    currency
        Three capital letters.
    source
        Who says so; else whom the file names: its comment ``# source: TEXT``, or its column ``source``.

    Raises
    ------
    IoFailure
        If the file cannot be read.
    FactsError
        If it is no such file; the message names line, value received and values allowed.

    Examples
    --------
    >>> prices = read_daily("btc.csv")  # doctest: +SKIP
    >>> prices.at(["2017-09-05"]).value  # doctest: +SKIP
    array([4376.53])
    """
    path = Path(path)
    check_currency(currency)
    column, file = _read(path, currency)
    days = np.array([row.day("date") for row in file.rows], "datetime64[D]")
    falls = np.flatnonzero(days[1:] <= days[:-1])
    if falls.size:
        row = file.rows[int(falls[0]) + 1]
        is_twice = days[falls[0]] == days[falls[0] + 1]
        problem = "stands there already" if is_twice else "lies before the day of the row above"
        raise refused(
            path,
            f"date `{row.cells['date']}` {problem}",
            code="facts_order",
            line=row.line,
            hint="sort the rows by date, each day once",
        )
    close = np.array([row.number(column, 0, _MOST) for row in file.rows], np.float64)
    if not close.all():
        raise file.rows[int(np.flatnonzero(close == 0)[0])].error(column, "a price above 0 is allowed")
    said = file.source if source is None else source
    return PriceSeries(days, close, currency, said, "day", file.digest)


def check_currency(currency: str) -> None:
    """Raise `FactsError` if a text is no three capital letters."""
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise FactsError(
            f"currency {currency[:20]!r} is not three capital letters",
            code="facts_currency",
            hint="as in USD",
        )


def _read(path: Path, currency: str) -> tuple[str, CsvFile]:
    """Name of the column with prices, and the rows."""
    candidates = (*_PRICE_COLUMNS, currency.lower())
    file = read_csv(path, required=("date",), optional=candidates + _OTHER_COLUMNS)
    present = [name for name in candidates if name in file.columns]
    if len(present) != 1:
        raise refused(
            path,
            f"columns with a price: {', '.join(present) or 'none'}; one of {', '.join(candidates)} is needed",
            code="facts_columns",
        )
    return present[0], file
