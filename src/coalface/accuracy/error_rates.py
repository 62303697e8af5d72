"""What an answer that rests on inference says of how often its rules are right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from coalface.accuracy.simulated import CAVEAT, MeasuredRate, measured_on, simulated

__all__ = ["UNKNOWN", "ErrorRates", "SimulatedRate", "SimulatedRates", "error_rates"]

UNKNOWN = "unknown"
"""Rates on real labelled data: there is none."""
_NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class SimulatedRate:
    """How right one rule was on made-up chains."""

    rule: str
    """Name and version."""
    what: str | None
    """What counts as said and as true; `None` if the rates are unknown."""
    precision: MeasuredRate | None
    """Of what the rule said, the share that is so; `None` if unknown."""
    recall: MeasuredRate | None
    """Of what is so, the share that the rule said; `None` if unknown."""
    worst_family: str | None
    """Wallet family of which least of what the rule said is so."""
    worst_family_precision: MeasuredRate | None
    why_unknown: str | None
    """Why there are no rates; `None` if there are."""


@dataclass(frozen=True)
class SimulatedRates:
    """Rates on made-up chains, of every rule behind an answer."""

    rates: tuple[SimulatedRate, ...]
    scenarios: tuple[str, ...]
    """Kinds of chains that were measured."""
    seeds: tuple[int, ...]
    n_chains: int
    software: str
    """Name and version of what was measured."""
    caveat: str = CAVEAT


@dataclass(frozen=True)
class ErrorRates:
    """How often the rules behind an answer are right, on made-up and on real chains; never merged."""

    simulated: SimulatedRates
    field: str = UNKNOWN

    def text(self) -> str:
        """Both in a line: of what each rule says, how much is so."""
        return self._line([_says(each) for each in self.simulated.rates])

    def text_of_silence(self) -> str:
        """Both in a line, for an answer that names nothing: how much there is that the first rule finds."""
        return self._line([_finds(each) for each in self.simulated.rates[:1]])

    def _line(self, parts: list[str]) -> str:
        return f"simulated: {'; '.join(parts)}; made-up chains, not transferable | field: {self.field}"


@cache
def error_rates(rules: tuple[str, ...], unmeasured: tuple[tuple[str, str], ...] = ()) -> ErrorRates:
    """Rates of the rules that decided an answer, in their order.

    Parameters
    ----------
    rules
        Names with versions, the one that decides first.
    unmeasured
        Rules that ran in another way than they were measured in, each with how; their rates are unknown.
    """
    on = measured_on()
    why = dict(unmeasured)
    return ErrorRates(
        SimulatedRates(
            rates=tuple(_rate(rule, why.get(rule)) for rule in rules),
            scenarios=tuple(dict.fromkeys(each.scenario for each in on.chains)),
            seeds=tuple(sorted({each.seed for each in on.chains})),
            n_chains=len(on.chains),
            software=on.software,
        )
    )


def _rate(rule: str, why_unknown: str | None) -> SimulatedRate:
    found = simulated(rule)
    if found is None or why_unknown is not None:
        return SimulatedRate(rule, None, None, None, None, None, why_unknown or _NOT_MEASURED)
    return SimulatedRate(
        rule,
        found.what,
        found.precision,
        found.recall,
        found.worst_family,
        found.worst_family_precision,
        None,
    )


def _says(each: SimulatedRate) -> str:
    if each.precision is None:
        return f"{each.rule} unknown ({each.why_unknown or 'it said nothing there'})"
    return f"{each.rule} right in {each.precision}"


def _finds(each: SimulatedRate) -> str:
    if each.recall is None:
        return f"{each.rule} unknown ({each.why_unknown or 'there was nothing to find'})"
    return f"{each.rule} finds {each.recall}"
