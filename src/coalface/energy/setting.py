"""One question with everything that its answer depends on, and the answer for given values of the inputs.

Whatever is given (fuel, electricity, power, hash rate, coin, blocks), it is first turned into electricity at
the site; everything else follows from that. So forward and inverse are one path through the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from coalface.energy.amount import Amount, AmountKind
from coalface.energy.calendar import Calendar
from coalface.energy.distribution import Triangular
from coalface.energy.forward import Mined, hashrate_by_period_hs, mine
from coalface.energy.fuel import co2_t, energy_mwh_of_fuel, fuel_t_of_energy
from coalface.energy.inverse import energy_mwh_of_reward
from coalface.energy.parameter import Parameter
from coalface.energy.sampling import Correlation
from coalface.energy.slices import in_slices

__all__ = ["Market", "Outcome", "Setting", "run"]

Floats = NDArray[np.float64]
Draws = Mapping[str, Floats]
_G_PER_KWH_PER_T_PER_MWH = 1000


@dataclass(frozen=True)
class Market:
    """Machines as the market of each period had them, best to worst of those that paid.

    Attributes
    ----------
    by_period
        Efficiency in J/TH, one distribution a period of the setting's calendar. Its draws all take the same
        place (input ``market_place``, 0 best to 1 worst), so that a modern fleet stays a modern one.
    """

    by_period: tuple[Triangular, ...]


@dataclass(frozen=True)
class Setting:
    """A question about one stretch of time.

    Attributes
    ----------
    calendar
        Days; the setting joins those of one difficulty itself.
    amount
        What is given.
    parameters
        Inputs by name: ``pue``, ``uptime``, ``pool_fee``, ``grid_loss``, ``own_use``; ``machine_efficiency``
        (J/TH) or ``market_place``; with a fuel ``heating_value`` and ``plant_efficiency``, perhaps
        ``co2_factor``, without one perhaps ``co2_intensity``.
    correlations
        Inputs that move together.
    market
        Machines of the market, `None` if ``machine_efficiency`` says it.
    contains_miner
        Whether the calendar's difficulty was in force while he mined.
    """

    calendar: Calendar
    amount: Amount
    parameters: Mapping[str, Parameter]
    correlations: tuple[Correlation, ...]
    market: Market | None
    contains_miner: bool

    @property
    def has_fuel(self) -> bool:
        """Whether the electricity comes from a fuel that is counted."""
        return "heating_value" in self.parameters

    def inputs(self) -> dict[str, Parameter]:
        """Every input that is drawn, the amount among them, by name."""
        return {**self.parameters, "amount": self.amount.parameter}


@dataclass(frozen=True)
class Outcome:
    """The answer; arrays of one value a draw.

    Attributes
    ----------
    mined
        Electricity, power, hash rate, coin and dollars.
    fuel
        Fuel in the fuel's unit: what is given, or what it would take *if* the power came from that fuel;
        `None` without a fuel.
    co2_t
        Carbon dioxide of that fuel, or of electricity of that origin, t; `None` if not known.
    """

    mined: Mined
    fuel: Floats | None
    co2_t: Floats | None


def run(setting: Setting, draws: Draws) -> Outcome:
    """The answer for given values of the inputs.

    Parameters
    ----------
    setting
        The question.
    draws
        Every input of `Setting.inputs` to its values, all of one length.
    """
    n_periods = len(setting.calendar.by_difficulty())
    energy = in_slices(lambda part: {"energy": _energy_mwh(setting, part)}, draws, n_periods)["energy"]
    return outcome_of_energy(setting, draws, energy)


def outcome_of_energy(setting: Setting, draws: Draws, energy_mwh: Floats) -> Outcome:
    """The answer for electricity at the site, MWh, one value a draw; infinite (impossible) energy stays."""
    calendar = setting.calendar.by_difficulty()

    def mined(part: Draws) -> dict[str, Floats]:
        found = mine(
            part["energy"],
            calendar,
            efficiency_j_per_th=efficiency_j_per_th(setting, part),
            pue=part["pue"],
            uptime=part["uptime"],
            pool_fee=part["pool_fee"],
            contains_miner=setting.contains_miner,
        )
        return {each.name: getattr(found, each.name) for each in fields(found)}

    whole = Mined(**in_slices(mined, {**draws, "energy": energy_mwh}, len(calendar)))
    if not setting.has_fuel:
        intensity = draws.get("co2_intensity")
        return Outcome(
            whole, None, None if intensity is None else energy_mwh * intensity / _G_PER_KWH_PER_T_PER_MWH
        )
    fuel = fuel_t_of_energy(energy_mwh, *_plant(draws))
    emitted = co2_t(fuel, draws["heating_value"], draws["co2_factor"]) if "co2_factor" in draws else None
    return Outcome(whole, fuel, emitted)


def efficiency_j_per_th(setting: Setting, draws: Draws) -> Floats:
    """Efficiency of the machines in J/TH, shape ``(n, 1)``, or ``(n, periods)`` for the market's machines."""
    if setting.market is None:
        return draws["machine_efficiency"].reshape(-1, 1)
    place = draws["market_place"]
    return np.stack([period.at(place) for period in setting.market.by_period], axis=1)


def hashrate_hs_per_mwh(setting: Setting, draws: Draws) -> Floats:
    """Mean hash rate in H/s of one MWh that is used evenly over the stretch, one value a draw."""
    calendar = setting.calendar.by_difficulty()
    weights = calendar.seconds / calendar.total_seconds

    def mean_rate(part: Draws) -> dict[str, Floats]:
        rate = hashrate_by_period_hs(np.ones(1), calendar, efficiency_j_per_th(setting, part), part["pue"])
        return {"rate": (np.broadcast_to(rate, (len(rate), len(calendar))) * weights).sum(axis=-1)}

    return in_slices(mean_rate, draws, len(calendar))["rate"]


def _energy_mwh(setting: Setting, draws: Draws) -> Floats:
    """Electricity at the site behind the amount, MWh."""
    calendar = setting.calendar.by_difficulty()
    amount = draws["amount"]
    match setting.amount.kind:
        case AmountKind.FUEL:
            return energy_mwh_of_fuel(amount, *_plant(draws))
        case AmountKind.ENERGY:
            return amount
        case AmountKind.POWER:
            return amount * draws["uptime"] * (calendar.total_seconds / 3600)
        case AmountKind.HASHRATE | AmountKind.BLOCKS:
            return amount / hashrate_hs_per_mwh(setting, draws)
        case AmountKind.REWARD:
            return energy_mwh_of_reward(
                amount,
                calendar,
                efficiency_j_per_th=efficiency_j_per_th(setting, draws),
                pue=draws["pue"],
                pool_fee=draws["pool_fee"],
                contains_miner=setting.contains_miner,
            )


def _plant(draws: Draws) -> tuple[Floats, Floats, Floats, Floats]:
    """Heating value, efficiency, own use and loss on the way."""
    return draws["heating_value"], draws["plant_efficiency"], draws["own_use"], draws["grid_loss"]
