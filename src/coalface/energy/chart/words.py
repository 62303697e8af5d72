"""What things are called on a chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from coalface.energy.chart.clean import clean, cut
from coalface.energy.chart.number import scale_of
from coalface.energy.parameter import Parameter, Standing
from coalface.energy.result import Result

__all__ = [
    "a_unit",
    "assumed_line",
    "day_text",
    "kind_of_power",
    "month_text",
    "name_text",
    "origin_line",
    "quantity_text",
    "stretch_text",
    "unit_name",
]

_UNITS = {"t": "tonne", "m3": "cubic metre", "MWh": "megawatt-hour"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMES = {
    "pue": "overhead of cooling and cabling (PUE)",
    "grid_loss": "loss in the grid",
    "own_use": "the plant's own use",
    "heating_value": "heating value of the fuel",
    "machine_efficiency": "efficiency of the machines",
    "market_place": "how good the machines are for their date",
    "co2_factor": "carbon dioxide of the fuel",
    "network_share": "share of the network",
    "fuel": "fuel at hand",
    "plant": "power plants",
    "generation": "electricity on record",
    "machines": "machines",
    "uplink": "link to the internet",
    "blocks": "blocks that could be his",
}


def unit_name(result: Result) -> str:
    """Name of one unit of fuel, or of electricity if there is no fuel."""
    unit = "MWh" if result.fuel_unit is None else result.fuel_unit
    return _UNITS.get(unit, clean(unit, 24))


def a_unit(result: Result) -> str:
    """The same with an article."""
    return f"a {unit_name(result)}"


def quantity_text(value: float, unit: str) -> str:
    """A value with its unit in words: ``1 million tonnes``, ``50 PH/s``, ``43 blocks``."""
    if unit == "1":
        return "1 block" if value == 1 else f"{value:,.0f} blocks"
    scale = scale_of([value], unit)
    number = scale.text(value)
    if unit not in ("t", "m3"):
        return f"{number} {scale.unit}"
    plural = "" if number == "1" and scale.divisor == 1 else "s"
    return f"{number} {scale.unit.removesuffix(unit)}{_UNITS[unit]}{plural}"


def name_text(name: str) -> str:
    """An input's or ceiling's name in words."""
    if name in _NAMES:
        return _NAMES[name]
    first, _, rest = name.partition(".")
    if rest:
        return f"{name_text(first)}: {name_text(rest)}"
    return clean(name.replace("_", " "), 80)


def day_text(day: np.datetime64) -> str:
    """A day as ``2017-09-05``."""
    return str(day.astype("datetime64[D]"))


def month_text(month: np.datetime64) -> str:
    """A month as ``Sep 2017``."""
    year, number = str(month.astype("datetime64[M]")).rsplit("-", 1)
    return f"{_MONTHS[int(number) - 1]} {year}"


def stretch_text(result: Result) -> str:
    """First and last day."""
    return f"{day_text(result.first_day)} to {day_text(result.last_day)}"


def kind_of_power(result: Result) -> str:
    """What the fuel may be called."""
    return clean(result.fuel_words, 80) or "source of the power not stated"


def assumed_line(inputs: Mapping[str, Parameter]) -> str:
    """Which inputs are assumed; every chart says so."""
    names = [name_text(name) for name, each in inputs.items() if each.standing is Standing.ASSUMED]
    if not names:
        return "Assumed: nothing; every input has a source or was given by the user."
    return f"Assumed, no source: {_listed(names)}."


def origin_line(result: Result) -> str:
    """Which draws stand behind the figures, and from which inputs."""
    given = sum(each.standing is Standing.GIVEN for each in result.inputs.values())
    by_user = f", {given} of {len(result.inputs)} inputs given by the user" if given else ""
    return f"{result.n_draws:,} draws, seed {result.seed}{by_user}. Days are UTC."


def _listed(names: Iterable[str]) -> str:
    """Names with commas, the rest counted."""
    every = list(dict.fromkeys(names))
    shown = "; ".join(cut(name, 60) for name in every[:9])
    return f"{shown}; and {len(every) - 9} more" if len(every) > 9 else shown
