"""Error rates of rules on made-up chains, from the table that `make accuracy` writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["CAVEAT", "ErrorRate", "MeasuredChain", "Simulated", "simulated", "simulated_text"]

CAVEAT = "simulated: measured on made-up chains, not transferable to real chains"
_TABLE = "simulated.json"


@dataclass(frozen=True)
class ErrorRate:
    """Share of cases that were wrong, in parts per million, with its 95 % interval."""

    wrong: int
    cases: int
    unit: str
    """What was counted."""
    ppm: int
    low_ppm: int
    high_ppm: int


@dataclass(frozen=True)
class MeasuredChain:
    """A chain that rates were measured on."""

    scenario: str
    seed: int
    n_blocks: int | None


@dataclass(frozen=True)
class Simulated:
    """What is known of how often a rule is wrong."""

    rule: str
    """Name and version."""
    what: str
    """What counts as said and as true."""
    false: ErrorRate | None
    """Of what the rule said, the share that is not so; `None` if it never said anything."""
    missed: ErrorRate | None
    """Of what is so, the share that the rule did not say; `None` if there was nothing to say."""
    worst_family: str | None
    """Wallet family of which the rule is wrong most often."""
    worst_family_false: ErrorRate | None
    chains: tuple[MeasuredChain, ...]
    caveat: str = CAVEAT


def simulated(rule: str) -> Simulated | None:
    """Simulated error rates of a rule, or `None` if none were measured: then they are unknown.

    Parameters
    ----------
    rule
        Name and version, as answers quote it.

    Examples
    --------
    >>> simulated("no such rule/1") is None
    True
    """
    return _rules().get(rule)


def simulated_text(rule: str) -> str:
    """The rates in a line, as answers that have room for a line give them; ``unknown`` if none were measured.

    Examples
    --------
    >>> simulated_text("no such rule/1")
    'unknown'
    """
    found = simulated(rule)
    if found is None:
        return "unknown"
    false, missed = (_text(rate) for rate in (found.false, found.missed))
    where = f"on {len(found.chains)} made-up chains; not transferable to real chains"
    return f"false {false}, missed {missed} {where}"


def _text(rate: ErrorRate | None) -> str:
    if rate is None:
        return "unknown"
    low, high = rate.low_ppm // 1000, -(-rate.high_ppm // 1000)
    return f"{low // 10}.{low % 10}-{high // 10}.{high % 10} %"


@cache
def _rules() -> dict[str, Simulated]:
    """The table that comes with this version."""
    content = json.loads(files("coalface.accuracy").joinpath(_TABLE).read_text("utf-8"))
    chains = tuple(MeasuredChain(**each) for each in content["chains"])
    return {rule: _simulated(rule, each, chains) for rule, each in content["rules"].items()}


def _simulated(rule: str, row: dict[str, Any], chains: tuple[MeasuredChain, ...]) -> Simulated:
    def rate(name: str) -> ErrorRate | None:
        return None if row[name] is None else ErrorRate(**row[name])

    return Simulated(
        rule=rule,
        what=row["what"],
        false=rate("false"),
        missed=rate("missed"),
        worst_family=row["worst_family"],
        worst_family_false=rate("worst_family_false"),
        chains=chains,
    )
