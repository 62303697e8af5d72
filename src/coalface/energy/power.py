"""Electricity to hash rate and back.

Two readings of "power" must not be mixed. *Mean* power is energy over the whole time, standstills included;
*running* power is what the machines draw while they run, mean power over uptime. Fuel is burnt only while
machines run, so uptime never enters the energy: it sizes plant and machines.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "energy_mwh_of_hashrate",
    "hashrate_hs_of_energy",
    "hashrate_hs_of_plant",
    "machine_count",
    "mean_power_mw",
    "running_power_mw",
]

_J_PER_MWH = 3.6e9
_S_PER_H = 3600
_H_PER_TH = 1e12
_W_PER_MW = 1e6


def hashrate_hs_of_energy(
    energy_mwh: ArrayLike, seconds: ArrayLike, efficiency_j_per_th: ArrayLike, pue: ArrayLike = 1.0
) -> NDArray[np.float64]:
    """Mean hash rate in H/s over `seconds` that uses up the energy.

    Parameters
    ----------
    energy_mwh
        Electricity at the site, MWh.
    seconds
        Length of the whole time, s.
    efficiency_j_per_th
        Energy that the machines take for 10^12 hashes, J/TH.
    pue
        Energy of the site over that of the machines, at least 1 (cooling, transformers).
    """
    machines_j = np.asarray(energy_mwh, np.float64) * _J_PER_MWH / np.asarray(pue, np.float64)
    hashes = machines_j / np.asarray(efficiency_j_per_th, np.float64) * _H_PER_TH
    return np.asarray(hashes / np.asarray(seconds, np.float64))


def energy_mwh_of_hashrate(
    hashrate_hs: ArrayLike, seconds: ArrayLike, efficiency_j_per_th: ArrayLike, pue: ArrayLike = 1.0
) -> NDArray[np.float64]:
    """Electricity at the site in MWh that a mean hash rate takes; the inverse of `hashrate_hs_of_energy`.

    Parameters
    ----------
    hashrate_hs
        Mean hash rate over the whole time, H/s.
    """
    hashes = np.asarray(hashrate_hs, np.float64) * np.asarray(seconds, np.float64)
    machines_j = hashes / _H_PER_TH * np.asarray(efficiency_j_per_th, np.float64)
    return np.asarray(machines_j * np.asarray(pue, np.float64) / _J_PER_MWH)


def hashrate_hs_of_plant(
    power_mw: ArrayLike, uptime: ArrayLike, efficiency_j_per_th: ArrayLike, pue: ArrayLike = 1.0
) -> NDArray[np.float64]:
    """Mean hash rate in H/s of installed power that is used for a share of the time.

    Parameters
    ----------
    power_mw
        Installed power at the site, MW.
    uptime
        Share of the time in which it is used, 0 to 1.
    efficiency_j_per_th, pue
        As in `hashrate_hs_of_energy`.
    """
    machines_w = np.asarray(power_mw, np.float64) * _W_PER_MW * np.asarray(uptime, np.float64)
    return np.asarray(
        machines_w / (np.asarray(pue, np.float64) * np.asarray(efficiency_j_per_th, np.float64)) * _H_PER_TH
    )


def mean_power_mw(energy_mwh: ArrayLike, seconds: ArrayLike) -> NDArray[np.float64]:
    """Mean power in MW over the whole time."""
    return np.asarray(np.asarray(energy_mwh, np.float64) / (np.asarray(seconds, np.float64) / _S_PER_H))


def running_power_mw(energy_mwh: ArrayLike, seconds: ArrayLike, uptime: ArrayLike) -> NDArray[np.float64]:
    """Power in MW that is drawn while the machines run: what plant and lines must carry."""
    return np.asarray(mean_power_mw(energy_mwh, seconds) / np.asarray(uptime, np.float64))


def machine_count(
    hashrate_hs: ArrayLike, uptime: ArrayLike, machine_hashrate_hs: ArrayLike
) -> NDArray[np.float64]:
    """Machines behind a mean hash rate (not rounded).

    Parameters
    ----------
    hashrate_hs
        Mean hash rate, H/s.
    uptime
        Share of the time in which they run.
    machine_hashrate_hs
        Hash rate of one running machine, H/s.
    """
    running = np.asarray(hashrate_hs, np.float64) / np.asarray(uptime, np.float64)
    return np.asarray(running / np.asarray(machine_hashrate_hs, np.float64))
