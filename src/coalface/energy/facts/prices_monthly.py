"""Mean price of a month, rounded. For charts; what depends on a day's price needs the user's daily prices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.energy.facts.months import month_index, read_months
from coalface.energy.facts.table import Days

__all__ = ["MonthlyPrices", "monthly_prices"]

_MOST_USD = 1e9


@dataclass(frozen=True)
class MonthlyPrices:
    """Mean price of one BTC in USD by month; in the shipped table rounded to three digits."""

    month: Days
    price_usd: NDArray[np.float64]
    source: str

    def at(self, days: ArrayLike) -> NDArray[np.float64]:
        """Mean price in USD of the months that hold `days` (UTC), same shape.

        Raises
        ------
        FactsError
            If a day is outside of the table.
        """
        return self.price_usd[month_index(self.month, days, "monthly prices", "monthly_prices(path)")]


def monthly_prices(path: str | Path | None = None) -> MonthlyPrices:
    """Mean price of one BTC in USD by month, of the table or the user's file.

    Parameters
    ----------
    path
        CSV file with ``month`` and ``price_usd``, no month missing.

    Raises
    ------
    IoFailure
        If the file cannot be read.
    FactsError
        If it is no such table.
    """
    return MonthlyPrices(*read_months(path, "monthly_prices.csv", "price_usd", _MOST_USD))
