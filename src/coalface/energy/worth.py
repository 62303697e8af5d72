"""What one more unit of fuel is worth as bitcoin, day by day, beside what it sells for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.energy.calendar import Calendar
from coalface.energy.network import HASHES_PER_DIFFICULTY

__all__ = ["btc_per_mwh", "usd_per_mwh"]

Floats = NDArray[np.float64]
_J_PER_MWH = 3.6e9
_H_PER_TH = 1e12


def btc_per_mwh(calendar: Calendar, efficiency_j_per_th: ArrayLike, pue: ArrayLike = 1.0) -> Floats:
    """BTC that one more MWh at the site earns in each period, before pool fees.

    It is *marginal*: the limit of an amount too small to move the difficulty.

    Parameters
    ----------
    calendar
        The periods.
    efficiency_j_per_th
        Energy of the machines for 10^12 hashes, J/TH; a number or one a period.
    pue
        Energy of the site over that of the machines.

    Notes
    -----
    Times MWh a tonne (`energy_mwh_of_fuel`) it is BTC a tonne. A large amount earns less
    (`coalface.energy.mine`).
    """
    joules = _J_PER_MWH / np.asarray(pue, np.float64)
    hashes = joules / np.asarray(efficiency_j_per_th, np.float64) * _H_PER_TH
    return np.asarray(hashes / (calendar.difficulty * HASHES_PER_DIFFICULTY) * calendar.reward_per_block_btc)


def usd_per_mwh(calendar: Calendar, efficiency_j_per_th: ArrayLike, pue: ArrayLike = 1.0) -> Floats:
    """USD that one more MWh at the site earns in each period, NaN without a price; as `btc_per_mwh`."""
    return btc_per_mwh(calendar, efficiency_j_per_th, pue) * calendar.price_usd
