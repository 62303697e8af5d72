"""Ceilings of a question, reckoned from the figures that stand behind them.

All of them are turned into one unit, the mean hash rate over the stretch, with the machines and losses of the
same draw, so that they can be compared draw by draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from coalface.energy.calendar import Calendar
from coalface.energy.ceilings import Ceiling
from coalface.energy.distribution import Gamma
from coalface.energy.fuel import energy_mwh_of_fuel
from coalface.energy.inverse import hashrate_hs_of_share
from coalface.energy.parameter import Parameter, Standing
from coalface.energy.setting import Draws, Setting, hashrate_hs_per_mwh
from coalface.energy.solo import JEFFREYS

__all__ = ["Limit", "LimitKind", "blocks_parameter", "ceiling_of", "limit_inputs"]

Floats = NDArray[np.float64]


class LimitKind(StrEnum):
    """What can limit a miner, with the figures that each needs."""

    FUEL = "fuel"
    """``amount``: fuel that was unsold over the stretch, in the fuel's unit."""
    PLANT = "plant"
    """``power`` (MW), ``capacity_factor`` (1), ``share`` (1) of it that can be spared."""
    GENERATION = "generation"
    """``energy`` (MWh): electricity on record over the stretch; ``share`` (1) of it that can be spared."""
    MACHINES = "machines"
    """``count`` (1), ``hashrate`` (H/s) of each."""
    UPLINK = "uplink"
    """``rate`` (bit/s) of the way out, ``per_machine`` (bit/s), ``hashrate`` (H/s) of each machine."""
    NETWORK_SHARE = "network_share"
    """``share`` (1) of the network's hash rate that can have stayed unseen, himself counted."""
    BLOCKS = "blocks"
    """``count`` (1): blocks of the stretch that are not reliably attributed to somebody else."""


@dataclass(frozen=True)
class Limit:
    """One limit as it is stated.

    Attributes
    ----------
    kind
        What limits.
    says
        The limit in words.
    figures
        The numbers behind it by name; empty if there are no data, which makes it *unavailable*.
    why_unavailable
        What is missing, if there are no data.
    """

    kind: LimitKind
    says: str
    figures: Mapping[str, Parameter]
    why_unavailable: str = ""


def limit_inputs(limits: Sequence[Limit]) -> dict[str, Parameter]:
    """Every figure of the limits that must be drawn, named ``kind.figure``."""
    return {f"{each.kind}.{name}": figure for each in limits for name, figure in each.figures.items()}


def ceiling_of(limit: Limit, setting: Setting, draws: Draws) -> Ceiling:
    """The limit as a ceiling on the mean hash rate, H/s, one value a draw.

    Parameters
    ----------
    limit
        What is stated.
    setting
        The question.
    draws
        Inputs of the setting and of `limit_inputs`.
    """
    if not limit.figures:
        return Ceiling(limit.kind, limit.says, None, limit.why_unavailable)
    rate = _hashrate_hs(limit, setting, draws)
    sources = dict.fromkeys(figure.source for figure in limit.figures.values())
    return Ceiling(limit.kind, limit.says, rate, "; ".join(sources))


def _hashrate_hs(limit: Limit, setting: Setting, draws: Draws) -> Floats:
    """Ceiling in H/s."""
    figure = {name: draws[f"{limit.kind}.{name}"] for name in limit.figures}
    hours = setting.calendar.total_seconds / 3600
    delivered = 1 - draws["grid_loss"]
    match limit.kind:
        case LimitKind.FUEL:
            plant = (draws["heating_value"], draws["plant_efficiency"], draws["own_use"], draws["grid_loss"])
            energy = energy_mwh_of_fuel(figure["amount"], *plant)
        case LimitKind.PLANT:
            energy = figure["power"] * figure["capacity_factor"] * figure["share"] * hours * delivered
        case LimitKind.GENERATION:
            energy = figure["energy"] * figure["share"] * delivered
        case _:
            return _hashrate_without_energy_hs(limit.kind, figure, setting, draws)
    return energy * hashrate_hs_per_mwh(setting, draws)


def _hashrate_without_energy_hs(kind: LimitKind, figure: Draws, setting: Setting, draws: Draws) -> Floats:
    """Ceiling in H/s of a limit that counts machines or blocks, not energy."""
    match kind:
        case LimitKind.MACHINES:
            return figure["count"] * figure["hashrate"] * draws["uptime"]
        case LimitKind.UPLINK:
            return figure["rate"] / figure["per_machine"] * figure["hashrate"] * draws["uptime"]
        case LimitKind.NETWORK_SHARE:
            seconds = setting.calendar.seconds
            network = (setting.calendar.realised_hashrate_hs() * seconds).sum() / seconds.sum()
            return hashrate_hs_of_share(figure["share"], network, contains_miner=setting.contains_miner)
        case _:
            return figure["count"]


def blocks_parameter(n_blocks: int, calendar: Calendar, source: str) -> Parameter:
    """Hash rate in H/s behind blocks that may all be his: the figure ``count`` of a limit by blocks.

    Parameters
    ----------
    n_blocks
        Blocks of the stretch that are not reliably attributed to somebody else.
    calendar
        The stretch.
    source
        Who counted them.
    """
    known = Gamma(n_blocks + JEFFREYS, calendar.exposure_per_hs())
    return Parameter("blocks", "H/s", known, Standing.GIVEN, source)
