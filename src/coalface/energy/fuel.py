"""Fuel to electricity and back, and what is left in the air.

The amount of fuel may be in any unit (t, m3) as long as the heating value is per that unit; `coalface.energy`
says tonnes, since its first fuel is coal. Heating values are *net*: without the heat of the vapour's water.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["co2_t", "energy_mwh_of_fuel", "fuel_t_of_energy"]

_GJ_PER_MWH = 3.6


def energy_mwh_of_fuel(
    fuel_t: ArrayLike,
    heating_value_gj_per_t: ArrayLike,
    plant_efficiency: ArrayLike,
    own_use: ArrayLike = 0.0,
    grid_loss: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Electricity in MWh that reaches the machines' site.

    Parameters
    ----------
    fuel_t
        Fuel, t.
    heating_value_gj_per_t
        Net heating value, GJ/t.
    plant_efficiency
        Share of the heat that becomes electricity, above 0.
    own_use
        Share of the electricity that the plant itself needs, below 1.
    grid_loss
        Share of the rest that is lost on the way, below 1; 0 if the machines stand at the plant.
    """
    return np.asarray(
        np.asarray(fuel_t, np.float64)
        * _mwh_per_t(heating_value_gj_per_t, plant_efficiency, own_use, grid_loss)
    )


def fuel_t_of_energy(
    energy_mwh: ArrayLike,
    heating_value_gj_per_t: ArrayLike,
    plant_efficiency: ArrayLike,
    own_use: ArrayLike = 0.0,
    grid_loss: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Fuel in t behind electricity at the machines' site, *if* it came from that fuel.

    Parameters
    ----------
    energy_mwh
        Electricity at the site, MWh; the others as in `energy_mwh_of_fuel`, of which this is the inverse.
    """
    return np.asarray(
        np.asarray(energy_mwh, np.float64)
        / _mwh_per_t(heating_value_gj_per_t, plant_efficiency, own_use, grid_loss)
    )


def co2_t(
    fuel_t: ArrayLike, heating_value_gj_per_t: ArrayLike, co2_kg_per_tj: ArrayLike
) -> NDArray[np.float64]:
    """Carbon dioxide in t from burning fuel.

    Parameters
    ----------
    fuel_t
        Fuel, t.
    heating_value_gj_per_t
        Net heating value, GJ/t.
    co2_kg_per_tj
        Emission factor, kg per TJ of net heating value.
    """
    heat_gj = np.asarray(fuel_t, np.float64) * np.asarray(heating_value_gj_per_t, np.float64)
    return np.asarray(heat_gj * np.asarray(co2_kg_per_tj, np.float64) / 1e6)


def _mwh_per_t(
    heating_value_gj_per_t: ArrayLike, plant_efficiency: ArrayLike, own_use: ArrayLike, grid_loss: ArrayLike
) -> NDArray[np.float64]:
    """Electricity at the site from one tonne, MWh/t."""
    at_plant = np.asarray(heating_value_gj_per_t, np.float64) * np.asarray(plant_efficiency, np.float64)
    delivered = (1 - np.asarray(own_use, np.float64)) * (1 - np.asarray(grid_loss, np.float64))
    return np.asarray(at_plant * delivered / _GJ_PER_MWH)
