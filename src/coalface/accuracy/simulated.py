"""Rates of rules on made-up chains, from the table that `make accuracy` writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from coalface.units import format_btc

__all__ = [
    "CAVEAT",
    "MeasuredChain",
    "MeasuredOn",
    "MeasuredRate",
    "Simulated",
    "measured_on",
    "simulated",
    "simulated_text",
]

CAVEAT = "simulated: measured on made-up chains, not transferable to real chains"
_TABLE = "simulated.json"


@dataclass(frozen=True)
class MeasuredRate:
    """A share of cases in parts per million, with its 95 % interval."""

    hits: int
    """Cases that count."""
    trials: int
    """All cases."""
    unit: str
    """What was counted."""
    ppm: int
    low_ppm: int
    high_ppm: int
    n_effective: int
    """Independent cases that would say as much: the pairs of one cluster stand and fall together."""

    def __str__(self) -> str:
        low, high = _percent(self.low_ppm), _percent(self.high_ppm)
        return f"{_percent(self.ppm)} % (95 % interval {low}-{high}) of {_counted(self.trials, self.unit)}"


@dataclass(frozen=True)
class MeasuredChain:
    """A chain that rates were measured on."""

    scenario: str
    seed: int
    n_blocks: int | None


@dataclass(frozen=True)
class MeasuredOn:
    """What all rates of the table were measured on, and with."""

    software: str
    """Name and version of what was measured."""
    command: str
    """What makes the chains and measures anew."""
    chains: tuple[MeasuredChain, ...]


@dataclass(frozen=True)
class Simulated:
    """How right a rule was on made-up chains."""

    rule: str
    """Name and version."""
    what: str
    """What counts as said and as true."""
    precision: MeasuredRate | None
    """Of what the rule said, the share that is so; `None` if it never said anything."""
    recall: MeasuredRate | None
    """Of what is so, the share that the rule said; `None` if there was nothing to say."""
    precision_by_chain_ppm: tuple[int, int] | None
    """Lowest and highest precision on a single chain, parts per million."""
    recall_by_chain_ppm: tuple[int, int] | None
    errors: Mapping[str, MeasuredRate]
    """Further shares of what is wrong by name, such as that of clusters with addresses of several owners."""
    worst_family: str | None
    """Wallet family of which least of what the rule said is so."""
    worst_family_precision: MeasuredRate | None


def simulated(rule: str) -> Simulated | None:
    """Simulated rates of a rule, or `None` if none were measured: then they are unknown.

    Parameters
    ----------
    rule
        Name and version, as answers quote it.

    Examples
    --------
    >>> simulated("no such rule/1") is None
    True
    """
    return _table()[1].get(rule)


def measured_on() -> MeasuredOn:
    """What the rates of this version were measured on."""
    return _table()[0]


def simulated_text(rule: str) -> str:
    """How much of what a rule said is so, in a few words; ``unknown`` if that was not measured.

    Examples
    --------
    >>> simulated_text("no such rule/1")
    'unknown'
    """
    found = simulated(rule)
    return "unknown" if found is None or found.precision is None else str(found.precision)


def _percent(ppm: int) -> str:
    """Parts per million as a percentage, cut as docs/accuracy.md cuts it; none and all only where true."""
    tenths = ppm // 1000
    return "<0.1" if tenths == 0 and ppm > 0 else f"{tenths // 10}.{tenths % 10}"


def _counted(number: int, unit: str) -> str:
    """A count and what was counted; satoshi as bitcoin."""
    if unit.startswith("satoshi"):
        return f"{format_btc(number)} BTC{unit.removeprefix('satoshi')}"
    return f"{number} {unit}"


@cache
def _table() -> tuple[MeasuredOn, dict[str, Simulated]]:
    """The table that comes with this version."""
    content = json.loads(files("coalface.accuracy").joinpath(_TABLE).read_text("utf-8"))
    chains = tuple(MeasuredChain(**each) for each in content["chains"])
    on = MeasuredOn(content["software"], content["made_by"], chains)
    return on, {rule: _simulated(rule, each) for rule, each in content["rules"].items()}


def _simulated(rule: str, row: dict[str, Any]) -> Simulated:
    def rate(name: str) -> MeasuredRate | None:
        return None if row[name] is None else MeasuredRate(**row[name])

    def span(name: str) -> tuple[int, int] | None:
        return None if row[name] is None else (row[name][0], row[name][1])

    return Simulated(
        rule=rule,
        what=row["what"],
        precision=rate("precision"),
        recall=rate("recall"),
        precision_by_chain_ppm=span("precision_by_chain_ppm"),
        recall_by_chain_ppm=span("recall_by_chain_ppm"),
        errors={name: MeasuredRate(**each) for name, each in row["errors"].items()},
        worst_family=row["worst_family"],
        worst_family_precision=rate("worst_family_precision"),
    )
