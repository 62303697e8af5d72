"""Error rates of rules on made-up chains, from the table that `make accuracy` writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
    false_by_chain_ppm: tuple[int, int] | None
    """Lowest and highest such share on a single chain, parts per million."""
    missed_by_chain_ppm: tuple[int, int] | None
    more: Mapping[str, ErrorRate]
    """Further error rates by name, such as the share of clusters that hold addresses of several owners."""
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
    false = _text(found.false, found.false_by_chain_ppm)
    missed = _text(found.missed, found.missed_by_chain_ppm)
    where = f"on {len(found.chains)} made-up chains; not transferable to real chains"
    return f"false {false}, missed {missed} {where}"


def _text(rate: ErrorRate | None, by_chain_ppm: tuple[int, int] | None) -> str:
    """A rate in per cent, and how far chains differ; rounded up, since it is an error."""
    if rate is None or by_chain_ppm is None:
        return "unknown"
    low, high = (_percent(ppm) for ppm in by_chain_ppm)
    return f"{_percent(rate.ppm)} % ({low}-{high} % by chain)"


def _percent(ppm: int) -> str:
    tenths = -(-ppm // 1000)
    return f"{tenths // 10}.{tenths % 10}"


def _span(values: list[int] | None) -> tuple[int, int] | None:
    return None if values is None else (values[0], values[1])


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
        false_by_chain_ppm=_span(row["false_by_chain_ppm"]),
        missed_by_chain_ppm=_span(row["missed_by_chain_ppm"]),
        more={name: ErrorRate(**each) for name, each in row["more"].items() if each is not None},
        worst_family=row["worst_family"],
        worst_family_false=rate("worst_family_false"),
        chains=chains,
    )
