"""In which months a unit of fuel was worth more as bitcoin than as cargo."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from coalface.energy.fuel import energy_mwh_of_fuel
from coalface.energy.sampling import Spread, spread_of
from coalface.energy.setting import Draws, Setting
from coalface.energy.worth import btc_per_mwh, usd_per_mwh

__all__ = ["Month", "Paid", "worth_by_month"]

Floats = NDArray[np.float64]


class Paid(StrEnum):
    """Whether mining one more unit of fuel earned more than selling it."""

    YES = "yes"
    """In at least 95 % of draws."""
    NO = "no"
    """In at most 5 % of draws."""
    UNCLEAR = "unclear"
    UNKNOWN = "unknown"
    """No price of bitcoin, or none of the fuel."""


@dataclass(frozen=True)
class Month:
    """One month, or the part of it that lies in the stretch.

    Attributes
    ----------
    month
        ``datetime64[M]``.
    n_days
        Days of it in the stretch.
    btc_per_unit
        BTC that one more unit of fuel (or MWh, without a fuel) earns after pool fees; mean of the days.
    usd_per_unit
        The same in USD, before the cost of machines; `None` without prices.
    paid
        Whether that is more than what the unit sells for.
    """

    month: np.datetime64
    n_days: int
    btc_per_unit: Spread
    usd_per_unit: Spread | None
    paid: Paid


def worth_by_month(setting: Setting, draws: Draws, sold_usd_per_unit: Floats | None) -> tuple[Month, ...]:
    """Worth of one more unit of fuel in every month: marginal, so without the price-taker rule.

    Parameters
    ----------
    setting
        The question; its amount plays no part.
    draws
        Inputs.
    sold_usd_per_unit
        What a unit sells for, USD, one value a draw, or `None` if unknown.
    """
    calendar = setting.calendar
    mwh_per_unit = _mwh_per_unit(setting, draws)
    scale = mwh_per_unit * (1 - draws["pool_fee"]) / draws["pue"]
    months = calendar.start_day.astype("datetime64[M]")
    one_joule = (btc_per_mwh(calendar, 1.0), usd_per_mwh(calendar, 1.0))
    found = []
    for month in np.unique(months):
        days = np.flatnonzero(months == month)
        btc, usd = (scale * _mean_over(values[days], setting, draws, days) for values in one_joule)
        priced = bool(np.isfinite(calendar.price_usd[days]).all())
        found.append(
            Month(
                month,
                len(days),
                spread_of(btc),
                spread_of(usd) if priced else None,
                _paid(usd, sold_usd_per_unit) if priced else Paid.UNKNOWN,
            )
        )
    return tuple(found)


def _mean_over(values: Floats, setting: Setting, draws: Draws, days: NDArray[np.intp]) -> Floats:
    """Mean over days of a value that goes with 1 / efficiency of the machines, one value a draw."""
    if setting.market is None:
        return np.asarray(values.mean() / draws["machine_efficiency"])
    starts = setting.calendar.by_difficulty().start_day
    period_of = np.searchsorted(starts, setting.calendar.start_day[days], side="right") - 1
    total = np.zeros_like(draws["market_place"])
    for period in np.unique(period_of).tolist():
        efficiency = setting.market.by_period[period].at(draws["market_place"])
        total += values[period_of == period].sum() / efficiency
    return total / len(days)


def _mwh_per_unit(setting: Setting, draws: Draws) -> Floats:
    """Electricity at the site from one unit of fuel, MWh; 1 without a fuel."""
    if not setting.has_fuel:
        return np.ones_like(draws["pue"])
    return energy_mwh_of_fuel(
        1.0, draws["heating_value"], draws["plant_efficiency"], draws["own_use"], draws["grid_loss"]
    )


def _paid(usd: Floats, sold: Floats | None) -> Paid:
    """Whether the unit earns more than it sells for."""
    if sold is None:
        return Paid.UNKNOWN
    share = float(np.mean(usd > sold))
    if share >= 0.95:
        return Paid.YES
    return Paid.NO if share <= 0.05 else Paid.UNCLEAR
