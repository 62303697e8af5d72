"""What a hash earns and what it costs: from which machine and at which price of electricity mining pays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.energy.network import HASHES_PER_DIFFICULTY

__all__ = [
    "breakeven_efficiency_j_per_th",
    "breakeven_electricity_usd_per_kwh",
    "electricity_cost_usd_per_btc",
    "usd_per_th_day",
]

_S_PER_DAY = 86_400
_H_PER_TH = 1e12
_J_PER_KWH = 3.6e6


def usd_per_th_day(
    difficulty: ArrayLike, reward_per_block_btc: ArrayLike, price_usd: ArrayLike
) -> NDArray[np.float64]:
    """USD that 1 TH/s earns in a day, before any cost.

    Parameters
    ----------
    difficulty
        Difficulty in force.
    reward_per_block_btc
        Subsidy and fees of a block, BTC.
    price_usd
        USD a BTC.
    """
    blocks = _H_PER_TH * _S_PER_DAY / (np.asarray(difficulty, np.float64) * HASHES_PER_DIFFICULTY)
    return np.asarray(
        blocks * np.asarray(reward_per_block_btc, np.float64) * np.asarray(price_usd, np.float64)
    )


def breakeven_efficiency_j_per_th(
    earned_usd_per_th_day: ArrayLike, electricity_usd_per_kwh: ArrayLike, pue: ArrayLike = 1.0
) -> NDArray[np.float64]:
    """Efficiency in J/TH at which electricity costs all that is earned; a thriftier machine pays.

    Parameters
    ----------
    earned_usd_per_th_day
        From `usd_per_th_day`.
    electricity_usd_per_kwh
        Price at the site, above 0.
    pue
        Energy of the site over that of the machines.
    """
    usd_per_hash_th = np.asarray(earned_usd_per_th_day, np.float64) / _S_PER_DAY
    usd_per_j = np.asarray(electricity_usd_per_kwh, np.float64) / _J_PER_KWH
    return np.asarray(usd_per_hash_th / usd_per_j / np.asarray(pue, np.float64))


def breakeven_electricity_usd_per_kwh(
    earned_usd_per_th_day: ArrayLike, efficiency_j_per_th: ArrayLike, pue: ArrayLike = 1.0
) -> NDArray[np.float64]:
    """Price of electricity in USD/kWh at which a machine of that efficiency earns just its electricity."""
    joules = np.asarray(efficiency_j_per_th, np.float64) * np.asarray(pue, np.float64) * _S_PER_DAY
    return np.asarray(np.asarray(earned_usd_per_th_day, np.float64) / (joules / _J_PER_KWH))


def electricity_cost_usd_per_btc(
    difficulty: ArrayLike,
    reward_per_block_btc: ArrayLike,
    efficiency_j_per_th: ArrayLike,
    electricity_usd_per_kwh: ArrayLike,
    pue: ArrayLike = 1.0,
) -> NDArray[np.float64]:
    """Electricity in USD for one mined BTC ("cost of minting"), machines not counted."""
    th_per_btc = (
        np.asarray(difficulty, np.float64)
        * HASHES_PER_DIFFICULTY
        / _H_PER_TH
        / np.asarray(reward_per_block_btc, np.float64)
    )
    kwh = th_per_btc * np.asarray(efficiency_j_per_th, np.float64) * np.asarray(pue, np.float64) / _J_PER_KWH
    return np.asarray(kwh * np.asarray(electricity_usd_per_kwh, np.float64))
