"""The calendar of days from tables: difficulty by epoch, fees by month, prices by day or month."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coalface.energy.calendar import Calendar
from coalface.energy.facts.difficulty import DifficultyEpochs, difficulty_epochs
from coalface.energy.facts.fees import MonthlyFees, monthly_fees
from coalface.energy.facts.prices_monthly import MonthlyPrices, monthly_prices
from coalface.energy.subsidy import subsidy_sat
from coalface.errors import UsageError
from coalface.prices import PriceSeries
from coalface.units import COIN_SAT

__all__ = ["MOST_DAYS", "facts_calendar", "priced"]

MOST_DAYS = 20_000
"""Longest stretch, days: bounds the memory of a slip of the pen."""
_S_PER_DAY = 86_400.0
_EPOCH_BLOCKS = 2016


def facts_calendar(
    first_day: np.datetime64,
    last_day: np.datetime64,
    *,
    difficulty: DifficultyEpochs | None = None,
    fees: MonthlyFees | float | None = None,
    prices: PriceSeries | MonthlyPrices | None = None,
) -> Calendar:
    """Calendar of UTC days from the built-in tables, or from the user's in their place.

    Parameters
    ----------
    first_day, last_day
        UTC days, both included.
    difficulty
        Difficulty epochs; the built-in table (2009 to 2022) if `None`.
    fees
        Monthly means, or one mean for all days, BTC a block; the built-in table (2009 to 2019) if `None`.
    prices
        Daily series of the user; the built-in monthly means, good for rough figures, if `None`.

    Raises
    ------
    UsageError
        If the last day is before the first, or the stretch longer than 20,000 days.
    FactsError
        If a day lies outside the tables of difficulty or fees. Days without a price are no error.

    Notes
    -----
    The height of a day, and so its subsidy, is interpolated within its epoch: around a halving it may be a
    day off.
    """
    days = _stretch(first_day, last_day)
    epochs = difficulty_epochs() if difficulty is None else difficulty
    by_block = monthly_fees() if fees is None else fees
    sources = [f"difficulty: {epochs.source}"]
    if isinstance(by_block, MonthlyFees):
        fees_btc = by_block.at(days)
        sources.append(f"fees, monthly means: {by_block.source}")
    else:
        fees_btc = np.full(len(days), float(by_block))
        sources.append(f"fees: given as {by_block} BTC a block")
    calendar = Calendar(
        start_day=days,
        seconds=np.full(len(days), _S_PER_DAY),
        n_blocks=_n_blocks(epochs, days),
        difficulty=epochs.at(days),
        subsidy_btc=subsidy_sat(_heights(epochs, days)) / COIN_SAT,
        fees_btc=fees_btc,
        price_usd=np.full(len(days), np.nan),
        price_resolution=None,
        sources=tuple(sources),
    )
    return priced(calendar, prices)


def priced(calendar: Calendar, prices: PriceSeries | MonthlyPrices | None) -> Calendar:
    """The calendar with prices in USD; days that the series lacks stay unknown.

    Raises
    ------
    UsageError
        If the series is in another currency.
    """
    days = calendar.start_day
    if prices is None:
        prices = monthly_prices()
    if isinstance(prices, PriceSeries):
        if prices.currency != "USD":
            raise UsageError(
                f"prices in {prices.currency}; the model reckons in USD",
                code="usage_currency",
                context={"currency": prices.currency},
            )
        values = prices.at(days).value
        return _with_prices(calendar, values, "day", f"prices, daily: {prices.source}")
    known = np.isin(days.astype("datetime64[M]"), prices.month)
    values = np.full(len(days), np.nan)
    if known.any():
        values[known] = prices.at(days[known])
    return _with_prices(
        calendar, values, "month", f"prices, monthly means for rough figures: {prices.source}"
    )


def _with_prices(calendar: Calendar, values: NDArray[np.float64], resolution: str, source: str) -> Calendar:
    """The calendar with these prices, or as it was if none of them is known."""
    if not np.isfinite(values).any():
        return calendar
    return replace(
        calendar, price_usd=values, price_resolution=resolution, sources=(*calendar.sources, source)
    )


def _stretch(first_day: np.datetime64, last_day: np.datetime64) -> NDArray[np.datetime64]:
    """Days from the first to the last."""
    n_days = int((last_day - first_day).astype(int)) + 1
    if not 1 <= n_days <= MOST_DAYS:
        raise UsageError(
            f"from {first_day} to {last_day} are {n_days} days, allowed are 1 to {MOST_DAYS:,}",
            code="usage_days",
            context={"first_day": str(first_day), "last_day": str(last_day)},
        )
    return first_day + np.arange(n_days)


def _n_blocks(epochs: DifficultyEpochs, days: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Blocks of each day: those of its epoch over the epoch's days."""
    return np.asarray(_EPOCH_BLOCKS / _lengths(epochs)[epochs.index_at(days)])


def _lengths(epochs: DifficultyEpochs) -> NDArray[np.float64]:
    """Length of every epoch, days."""
    ends = np.append(epochs.start_day[1:], epochs.last_day + np.timedelta64(1, "D"))
    return np.asarray((ends - epochs.start_day).astype(np.float64))


def _heights(epochs: DifficultyEpochs, days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Height at the middle of each day, interpolated within its epoch."""
    rows = epochs.index_at(days)
    passed = (days - epochs.start_day[rows]).astype(np.float64) + 0.5
    share = np.minimum(passed / _lengths(epochs)[rows], 1.0)
    return np.asarray(epochs.first_height[rows] + (share * _EPOCH_BLOCKS).astype(np.int64), np.int64)
