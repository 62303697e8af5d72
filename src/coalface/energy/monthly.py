"""In which months a unit of fuel was worth more as bitcoin than as cargo."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from coalface.energy.fuel import energy_mwh_of_fuel
from coalface.energy.power import hashrate_hs_of_energy
from coalface.energy.reward import price_taker_factor
from coalface.energy.sampling import Spread, spread_of
from coalface.energy.setting import Draws, Setting
from coalface.energy.worth import btc_per_mwh, usd_per_mwh

__all__ = ["Month", "Paid", "worth_by_month"]

Floats = NDArray[np.float64]


class Paid(StrEnum):
    """Whether mining a unit of the fuel earned more than selling it."""

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
        BTC that a unit of the fuel (or a MWh, without a fuel) earns after pool fees, as part of the whole
        amount; mean of the days.
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


def worth_by_month(
    setting: Setting, draws: Draws, energy_mwh: Floats, sold_usd_per_unit: Floats | None
) -> tuple[Month, ...]:
    """Worth of a unit of fuel in every month, as part of the whole amount.

    What he himself adds to the difficulty lowers it, unless the difficulty contains him or he is too small to
    matter.

    Parameters
    ----------
    setting
        The question.
    draws
        Inputs.
    energy_mwh
        Electricity of the whole amount at the site, MWh, one value a draw, all finite.
    sold_usd_per_unit
        What a unit sells for, USD, one value a draw, or `None` if unknown.
    """
    calendar = setting.calendar
    scale = _mwh_per_unit(setting, draws) * (1 - draws["pool_fee"]) / draws["pue"]
    months = calendar.start_day.astype("datetime64[M]")
    period_of = np.searchsorted(calendar.by_difficulty().start_day, calendar.start_day, side="right") - 1
    values = (btc_per_mwh(calendar, 1.0), usd_per_mwh(calendar, 1.0))
    sums: dict[np.datetime64, list[Floats]] = {}
    for period in np.unique(period_of).tolist():
        factor = scale * _per_joule(setting, draws, energy_mwh, period)
        for month in np.unique(months[period_of == period]):
            days = np.flatnonzero((months == month) & (period_of == period))
            totals = sums.setdefault(month, [np.zeros_like(scale) for _ in values])
            for total, value in zip(totals, values, strict=True):
                np.add(total, value[days].sum() * factor, out=total)
    found = []
    for month, (btc, usd) in sums.items():
        days = np.flatnonzero(months == month)
        priced = bool(np.isfinite(calendar.price_usd[days]).all())
        found.append(
            Month(
                month,
                len(days),
                spread_of(btc / len(days)),
                spread_of(usd / len(days)) if priced else None,
                _paid(usd / len(days), sold_usd_per_unit) if priced else Paid.UNKNOWN,
            )
        )
    return tuple(found)


def _per_joule(setting: Setting, draws: Draws, energy_mwh: Floats, period: int) -> Floats:
    """1 / efficiency of the machines in a period, lowered by the price-taker rule where it applies."""
    efficiency = (
        draws["machine_efficiency"]
        if setting.market is None
        else setting.market.by_period[period].at(draws["market_place"])
    )
    if setting.contains_miner:
        return np.asarray(1 / efficiency)
    rate = hashrate_hs_of_energy(energy_mwh, setting.calendar.total_seconds, efficiency, draws["pue"])
    network = float(setting.calendar.by_difficulty().network_hashrate_hs()[period])
    return np.asarray(price_taker_factor(rate, network) / efficiency)


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
