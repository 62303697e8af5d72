"""Inverse: from bitcoin or hash rate to power, and to the fuel that it takes *if* it came from that fuel.

Neither chain nor packets show fuel. Blocks, payouts and shares bound a hash rate; power follows from assumed
machines, and tonnes only from an assumed plant. Their result is called coal-*equivalent*.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.energy.calendar import Calendar
from coalface.energy.forward import hashrate_by_period_hs
from coalface.energy.reward import relative_hashrate_of_reward

__all__ = ["energy_mwh_of_reward", "hashrate_hs_of_reward", "hashrate_hs_of_share"]

Floats = NDArray[np.float64]


def energy_mwh_of_reward(
    reward_btc: ArrayLike,
    calendar: Calendar,
    *,
    efficiency_j_per_th: ArrayLike,
    pue: ArrayLike = 1.0,
    pool_fee: ArrayLike = 0.0,
    contains_miner: bool = True,
) -> Floats:
    """Electricity in MWh, used evenly over the calendar, behind a reward: the inverse of `mine`.

    Parameters
    ----------
    reward_btc
        What arrived after pool fees, BTC, a number or shape ``(n,)``.
    calendar
        The stretch in which it was earned (not that in which it was paid out).
    efficiency_j_per_th, pue, pool_fee
        As in `mine`.
    contains_miner
        `True` for a measured reward: the difficulty was in force while he mined. `False` only for a calendar
        of the network without him.

    Returns
    -------
    MWh, shape ``(n,)``; infinite where the reward is not less than all rewards of the stretch.
    """
    before_fee = np.asarray(reward_btc, np.float64) / (1 - np.asarray(pool_fee, np.float64))
    one_mwh = hashrate_by_period_hs(np.ones(1), calendar, efficiency_j_per_th, pue)
    factor = relative_hashrate_of_reward(before_fee, one_mwh, calendar, contains_miner=contains_miner)
    return _possible(factor, before_fee, calendar, contains_miner)


def hashrate_hs_of_reward(
    reward_btc: ArrayLike, calendar: Calendar, *, pool_fee: ArrayLike = 0.0, contains_miner: bool = True
) -> Floats:
    """Constant hash rate in H/s behind a reward, shape ``(n,)``; arguments as in `energy_mwh_of_reward`."""
    before_fee = np.asarray(reward_btc, np.float64) / (1 - np.asarray(pool_fee, np.float64))
    one_hs = np.ones((1, 1))
    factor = relative_hashrate_of_reward(before_fee, one_hs, calendar, contains_miner=contains_miner)
    return _possible(factor, before_fee, calendar, contains_miner)


def hashrate_hs_of_share(share: ArrayLike, network_hs: ArrayLike, *, contains_miner: bool) -> Floats:
    """Hash rate in H/s of who gets a share of all rewards.

    Parameters
    ----------
    share
        Share of all rewards, 0 to below 1.
    network_hs
        Hash rate of the network, H/s.
    contains_miner
        Whether `network_hs` counts him.
    """
    part = np.asarray(share, np.float64)
    network = np.asarray(network_hs, np.float64)
    return np.asarray(network * part if contains_miner else network * part / (1 - part))


def _possible(factor: Floats, before_fee_btc: Floats, calendar: Calendar, contains_miner: bool) -> Floats:
    """`factor`, infinite where a measured reward is not less than all rewards that there were."""
    if not contains_miner:
        return factor
    return np.where(before_fee_btc < calendar.all_rewards_btc(), factor, np.inf)
