"""Forward: from energy or fuel to hash rate, bitcoin and dollars, spread evenly over a calendar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.energy.calendar import Calendar
from coalface.energy.fuel import energy_mwh_of_fuel
from coalface.energy.power import hashrate_hs_of_energy, mean_power_mw, running_power_mw
from coalface.energy.reward import reward_btc, reward_usd

__all__ = ["Mined", "forward", "hashrate_by_period_hs", "mine", "mined_at"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Mined:
    """What energy yields; arrays of one value a draw.

    Attributes
    ----------
    energy_mwh
        Electricity at the site, MWh.
    mean_power_mw, running_power_mw
        Its mean power over the whole time, and what is drawn while the machines run, MW.
    hashrate_hs
        Mean hash rate over the whole time, H/s.
    network_share
        Share of all rewards of the stretch that he gets, 0 to 1, before pool fees.
    btc
        Expected reward after pool fees, BTC.
    usd
        The same in USD, each coin at the price of its period; NaN where a price is unknown. Before any cost.
    """

    energy_mwh: Floats
    mean_power_mw: Floats
    running_power_mw: Floats
    hashrate_hs: Floats
    network_share: Floats
    btc: Floats
    usd: Floats


def mine(
    energy_mwh: ArrayLike,
    calendar: Calendar,
    *,
    efficiency_j_per_th: ArrayLike,
    pue: ArrayLike = 1.0,
    uptime: ArrayLike = 1.0,
    pool_fee: ArrayLike = 0.0,
    contains_miner: bool = False,
) -> Mined:
    """What electricity yields that is used evenly over the calendar.

    Parameters
    ----------
    energy_mwh
        Electricity at the site, MWh, a number or shape ``(n,)``.
    calendar
        The stretch of time.
    efficiency_j_per_th
        Energy of the machines for 10^12 hashes, J/TH: a number, ``(n,)``, or ``(n, len(calendar))`` if the
        machines change with time.
    pue
        Energy of the site over that of the machines, at least 1.
    uptime
        Share of the time in which the machines run; it sizes the plant, it does not change the energy.
    pool_fee
        Share of the reward that a pool keeps.
    contains_miner
        Whether the calendar's difficulty was in force while he mined, or he is too small to matter. If not,
        the price-taker rule lowers his reward.

    Notes
    -----
    Complexity: draws times periods. Wrong where fuel is burnt in bursts while difficulty or price moves: even
    use is assumed.
    """
    energy = np.atleast_1d(np.asarray(energy_mwh, np.float64))
    rate = hashrate_by_period_hs(energy, calendar, efficiency_j_per_th, pue)
    return mined_at(rate, energy, calendar, uptime=uptime, pool_fee=pool_fee, contains_miner=contains_miner)


def mined_at(
    hashrate_hs: Floats,
    energy_mwh: Floats,
    calendar: Calendar,
    *,
    uptime: ArrayLike = 1.0,
    pool_fee: ArrayLike = 0.0,
    contains_miner: bool = False,
) -> Mined:
    """What a course of the hash rate yields that takes so much electricity.

    Parameters
    ----------
    hashrate_hs
        Hash rate, H/s, shape ``(n, 1)`` or ``(n, len(calendar))``.
    energy_mwh
        Electricity that it takes over the whole calendar, MWh, shape ``(n,)``.
    calendar, uptime, pool_fee, contains_miner
        As in `mine`.
    """
    before_fee = reward_btc(hashrate_hs, calendar, contains_miner=contains_miner)
    kept = 1 - np.asarray(pool_fee, np.float64)
    weights = calendar.seconds / calendar.total_seconds
    rates = np.broadcast_to(hashrate_hs, (*hashrate_hs.shape[:-1], len(calendar)))
    seconds = calendar.total_seconds
    return Mined(
        energy_mwh=energy_mwh,
        mean_power_mw=mean_power_mw(energy_mwh, seconds),
        running_power_mw=running_power_mw(energy_mwh, seconds, uptime),
        hashrate_hs=(rates * weights).sum(axis=-1),
        network_share=_share(rates, before_fee, calendar, contains_miner),
        btc=before_fee * kept,
        usd=reward_usd(hashrate_hs, calendar, contains_miner=contains_miner) * kept,
    )


def _share(rates: Floats, before_fee: Floats, calendar: Calendar, contains_miner: bool) -> Floats:
    """Share of all rewards that he gets, if others found the blocks that came unless he is among them."""
    all_rewards = calendar.all_rewards_btc()
    if contains_miner:
        return np.asarray(before_fee / all_rewards)
    others = calendar.realised_hashrate_hs()
    rewards = calendar.n_blocks * calendar.reward_per_block_btc
    return np.asarray((rewards / (1 + others / rates)).sum(axis=-1) / all_rewards)


def forward(
    fuel_t: ArrayLike,
    calendar: Calendar,
    *,
    heating_value_gj_per_t: ArrayLike,
    plant_efficiency: ArrayLike,
    own_use: ArrayLike = 0.0,
    grid_loss: ArrayLike = 0.0,
    efficiency_j_per_th: ArrayLike,
    pue: ArrayLike = 1.0,
    uptime: ArrayLike = 1.0,
    pool_fee: ArrayLike = 0.0,
    contains_miner: bool = False,
) -> Mined:
    """What fuel yields that is burnt evenly over the calendar: `energy_mwh_of_fuel`, then `mine`.

    Parameters are those of the two functions.
    """
    energy = energy_mwh_of_fuel(fuel_t, heating_value_gj_per_t, plant_efficiency, own_use, grid_loss)
    return mine(
        energy,
        calendar,
        efficiency_j_per_th=efficiency_j_per_th,
        pue=pue,
        uptime=uptime,
        pool_fee=pool_fee,
        contains_miner=contains_miner,
    )


def hashrate_by_period_hs(
    energy_mwh: Floats, calendar: Calendar, efficiency_j_per_th: ArrayLike, pue: ArrayLike
) -> Floats:
    """Hash rate in H/s in every period from energy that is used evenly, shape ``(n, 1)`` or ``(n, periods)``.

    Parameters
    ----------
    energy_mwh
        Electricity at the site over the whole calendar, MWh, shape ``(n,)``.
    calendar, efficiency_j_per_th, pue
        As in `mine`.
    """
    efficiency = np.asarray(efficiency_j_per_th, np.float64)
    if efficiency.ndim < 2:
        efficiency = efficiency.reshape(-1, 1)
    overhead = np.asarray(pue, np.float64).reshape(-1, 1)
    return hashrate_hs_of_energy(energy_mwh.reshape(-1, 1), calendar.total_seconds, efficiency, overhead)
