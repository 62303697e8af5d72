"""Mean fees of a block, by month."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.energy.facts.months import month_index, read_months
from coalface.energy.facts.table import Days

__all__ = ["MonthlyFees", "monthly_fees"]

_MOST_BTC = 1000.0
"""More than any block has paid in fees, let alone a month's mean."""


@dataclass(frozen=True)
class MonthlyFees:
    """Mean fees per block in BTC: fees of a month divided by its blocks."""

    month: Days
    fees_btc_per_block: NDArray[np.float64]
    source: str

    def at(self, days: ArrayLike) -> NDArray[np.float64]:
        """Mean fees per block in BTC of the months that hold `days` (UTC), same shape.

        Raises
        ------
        FactsError
            If a day is outside of the table.
        """
        return self.fees_btc_per_block[
            month_index(self.month, days, "fees", "`--fees FILE` or `--fees BTC`, monthly_fees(path)")
        ]


def monthly_fees(path: str | Path | None = None) -> MonthlyFees:
    """Mean fees per block in BTC by month, of the table or the user's file.

    Parameters
    ----------
    path
        CSV file with ``month`` and ``fees_btc_per_block``, no month missing.

    Raises
    ------
    IoFailure
        If the file cannot be read.
    FactsError
        If it is no such table.
    """
    return MonthlyFees(*read_months(path, "monthly_fees.csv", "fees_btc_per_block", _MOST_BTC))
