"""Hash rate to bitcoin and back, over a calendar.

A miner who joins makes everybody's blocks scarcer, his own too: the difficulty follows the hash rate. Whether
that must be reckoned with depends on the difficulty that one has. A *forward* question (what would this fuel
have earned?) takes the published difficulty as the network **without** him and lowers his part (the
price-taker rule). A *measured* reward of the past was earned under a difficulty that **contains** him, and
the rule must not be applied again. Every function here asks which of the two it is.

The rule lets the difficulty follow at once. In truth it follows with the next epoch, up to two weeks later;
who joins for less than that earns more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.energy.calendar import Calendar
from coalface.energy.network import HASHES_PER_DIFFICULTY

__all__ = [
    "expected_reward_btc",
    "price_taker_factor",
    "relative_hashrate_of_reward",
    "reward_btc",
    "reward_usd",
]

Floats = NDArray[np.float64]
_STEPS = 500
_RELATIVE_ERROR = 1e-13


def expected_reward_btc(
    hashrate_hs: ArrayLike, seconds: ArrayLike, difficulty: ArrayLike, reward_per_block_btc: ArrayLike
) -> Floats:
    """Expected reward in BTC at a difficulty that already contains the miner, or of one too small to matter.

    Parameters
    ----------
    hashrate_hs
        Mean hash rate, H/s.
    seconds
        Length of the time, s.
    difficulty
        Difficulty in force.
    reward_per_block_btc
        Subsidy and fees of a block, BTC.
    """
    hashes = np.asarray(hashrate_hs, np.float64) * np.asarray(seconds, np.float64)
    blocks = hashes / (np.asarray(difficulty, np.float64) * HASHES_PER_DIFFICULTY)
    return np.asarray(blocks * np.asarray(reward_per_block_btc, np.float64))


def price_taker_factor(hashrate_hs: ArrayLike, network_before_hs: ArrayLike) -> Floats:
    """Share of the reward (0 to 1) that is left when the difficulty has followed the miner.

    Parameters
    ----------
    hashrate_hs
        Hash rate of the miner, H/s.
    network_before_hs
        Hash rate of everybody else, H/s.
    """
    return np.asarray(
        1 / (1 + np.asarray(hashrate_hs, np.float64) / np.asarray(network_before_hs, np.float64))
    )


def reward_btc(hashrate_hs: ArrayLike, calendar: Calendar, *, contains_miner: bool) -> Floats:
    """Expected reward in BTC over the calendar, shape of `hashrate_hs` without its last axis if that is long.

    Parameters
    ----------
    hashrate_hs
        Mean hash rate, H/s: shape ``(n, 1)`` or ``(1,)`` if it is the same at all times, else
        ``(n, len(calendar))`` or ``(len(calendar),)``.
    calendar
        Times with difficulty, subsidy and fees.
    contains_miner
        Whether the calendar's difficulty was in force while he mined. Complexity: draws times periods.
    """
    return _summed(hashrate_hs, calendar, calendar.reward_per_hs(), contains_miner)


def reward_usd(hashrate_hs: ArrayLike, calendar: Calendar, *, contains_miner: bool) -> Floats:
    """Expected reward in USD, each coin at the price of its period; arguments as in `reward_btc`.

    NaN where the calendar lacks a price: a sum without the missing days would be no sum.
    """
    return _summed(hashrate_hs, calendar, calendar.reward_per_hs() * calendar.price_usd, contains_miner)


def relative_hashrate_of_reward(
    reward: ArrayLike, profile_hs: ArrayLike, calendar: Calendar, *, contains_miner: bool
) -> Floats:
    """Number by which `profile_hs` must be multiplied to earn `reward` BTC; the inverse of `reward_btc`.

    Parameters
    ----------
    reward
        Reward in BTC, shape ``(n,)`` or a number.
    profile_hs
        Course of the hash rate over the calendar, H/s, up to a factor; shapes as in `reward_btc`.
    calendar, contains_miner
        As in `reward_btc`.

    Returns
    -------
    Factors, shape ``(n,)``; infinite where the reward is not less than all rewards of the calendar, which no
    hash rate earns.

    Notes
    -----
    Without him in the difficulty the reward is a rising, concave function of the factor. Newton's method from
    the linear guess, which is below the solution, then rises to it and cannot overshoot.
    """
    target = np.atleast_1d(np.asarray(reward, np.float64))
    profile = np.asarray(profile_hs, np.float64)
    weights = calendar.reward_per_hs()
    linear = _over_periods(profile * weights, len(calendar))
    factor = np.asarray(target / linear)
    if contains_miner:
        return factor
    target = np.broadcast_to(target, factor.shape)
    load = profile / calendar.network_hashrate_hs()
    limit = float((weights * calendar.network_hashrate_hs()).sum())
    possible = target < limit * (1 - _RELATIVE_ERROR)
    factor = np.where(possible, factor, 0.0)
    for _ in range(_STEPS):
        share = 1 / (1 + factor[..., None] * load)
        value = factor * _over_periods(profile * weights * share, len(calendar))
        slope = _over_periods(profile * weights * share * share, len(calendar))
        step = np.where(possible, (target - value) / slope, 0.0)
        factor = factor + step
        if (np.abs(step) <= _RELATIVE_ERROR * factor).all():
            break
    return np.where(possible, factor, np.inf)


def _summed(hashrate_hs: ArrayLike, calendar: Calendar, per_hs: Floats, contains_miner: bool) -> Floats:
    """Sum over the periods of hash rate times `per_hs`, lowered by the price-taker rule where it applies."""
    hashrate = np.asarray(hashrate_hs, np.float64)
    earned = hashrate * per_hs
    if not contains_miner:
        earned = earned * price_taker_factor(hashrate, calendar.network_hashrate_hs())
    return _over_periods(earned, len(calendar))


def _over_periods(values: Floats, n_periods: int) -> Floats:
    """Sum over the last axis, which has an element a period."""
    return np.asarray(np.broadcast_to(values, (*values.shape[:-1], n_periods)).sum(axis=-1))
