"""Do shares, payouts and megawatts tell of the same miner?

Shares seen on the wire, payouts seen on the chain and power seen at the plant are three estimates of one hash
rate from three independent records. Where they agree, each supports the others. Where they do not, something
is hidden, and the direction of the gap says what it may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import log

__all__ = ["Agreement", "Consistency", "Estimate", "Gap", "compare_estimates"]

_SOURCES = ("shares", "payouts", "power")
# Lower record, higher record -> what can lie between them besides an error of one of the two.
_RIVALS: dict[tuple[str, str], tuple[str, ...]] = {
    ("shares", "payouts"): (
        "machines outside the watched network work for the same payout address",
        "a second pool connection was not captured",
        "payouts of earlier work came late (threshold, pay-per-last-n-shares)",
    ),
    ("payouts", "shares"): (
        "a second pool or payout address was not found",
        "hash rate is sold, rented out or stolen from its owner",
        "the pool holds back payouts (threshold, credit off the chain)",
    ),
    ("shares", "power"): (
        "machines connect through a path that is not watched",
        "the power feeds something else, or machines less efficient than assumed",
    ),
    ("power", "shares"): (
        "power from another plant, or machines more efficient than assumed",
        "machines elsewhere connect through the watched network",
    ),
    ("payouts", "power"): (
        "a second pool or payout address was not found",
        "the power feeds something else, or machines less efficient than assumed",
    ),
    ("power", "payouts"): (
        "power from another plant, or machines more efficient than assumed",
        "the payout address serves other miners too",
    ),
}


class Agreement(StrEnum):
    """Outcome of the test."""

    CONSISTENT = "consistent"
    """All intervals have a hash rate in common."""
    INCONSISTENT = "inconsistent"
    """At least two intervals have none in common."""
    CANNOT_SAY = "cannot_say"
    """Fewer than two estimates."""


@dataclass(frozen=True)
class Estimate:
    """A hash rate from one kind of record, H/s: best value inside a central interval.

    Raises
    ------
    ValueError
        Unless 0 <= low <= best <= high, high above 0 and finite, and the level is between 0 and 1.
    """

    low_hs: float
    best_hs: float
    high_hs: float
    level: float = 0.95

    def __post_init__(self) -> None:
        rising = 0 <= self.low_hs <= self.best_hs <= self.high_hs < float("inf")
        if not rising or self.high_hs == 0 or not 0 < self.level < 1:
            raise ValueError(
                f"low {self.low_hs}, best {self.best_hs}, high {self.high_hs} H/s at level {self.level}: they"
                " must rise from 0, the level lie between 0 and 1"
            )


@dataclass(frozen=True)
class Gap:
    """Two estimates without a hash rate in common.

    Attributes
    ----------
    lower, higher
        Which record gives less, and which more.
    factor
        Low end of the higher one over high end of the lower one, above 1.
    rivals
        What would explain it besides an error of one of the two.
    """

    lower: str
    higher: str
    factor: float
    rivals: tuple[str, ...]


@dataclass(frozen=True)
class Consistency:
    """Outcome of `compare_estimates`.

    Attributes
    ----------
    agreement
        The outcome.
    common_low_hs, common_high_hs
        Hash rates that all intervals contain, H/s; `None` unless consistent.
    gaps
        Pairs that contradict each other, the widest gap first.
    log_ratios
        Pair of records, joined by a slash, to the natural logarithm of the ratio of their best values; `None`
        where one of them is 0.
    missing
        Records without an estimate.
    """

    agreement: Agreement
    common_low_hs: float | None
    common_high_hs: float | None
    gaps: tuple[Gap, ...]
    log_ratios: dict[str, float | None]
    missing: tuple[str, ...]


def compare_estimates(
    shares: Estimate | None = None, payouts: Estimate | None = None, power: Estimate | None = None
) -> Consistency:
    """Whether three independent estimates of one hash rate agree: whether their intervals overlap.

    Parameters
    ----------
    shares
        From shares seen on the wire.
    payouts
        From payouts seen on the chain.
    power
        From megawatts and assumed machines. All at one level; `None` where there is no estimate.

    Raises
    ------
    ValueError
        If the levels differ: intervals of different levels must not be compared.

    Notes
    -----
    Overlap of central 95 % intervals calls two honest estimates inconsistent in under 2 % of cases and three
    in about 5 % (`docs/energy.md` has the measured rates). Agreement does not show that the power came from
    coal.
    """
    given: Mapping[str, Estimate | None] = dict(zip(_SOURCES, (shares, payouts, power), strict=True))
    known = {name: each for name, each in given.items() if each is not None}
    missing = tuple(name for name in _SOURCES if name not in known)
    if len({each.level for each in known.values()}) > 1:
        levels = ", ".join(f"{name} {each.level}" for name, each in known.items())
        raise ValueError(f"estimates of different levels cannot be compared: {levels}")
    ratios = {f"{a}/{b}": _log_ratio(known[a], known[b]) for a, b in combinations(known, 2)}
    if len(known) < 2:
        return Consistency(Agreement.CANNOT_SAY, None, None, (), ratios, missing)
    gaps = tuple(sorted(_gaps(known), key=lambda gap: -gap.factor))
    if gaps:
        return Consistency(Agreement.INCONSISTENT, None, None, gaps, ratios, missing)
    low = max(each.low_hs for each in known.values())
    high = min(each.high_hs for each in known.values())
    return Consistency(Agreement.CONSISTENT, low, high, (), ratios, missing)


def _gaps(known: Mapping[str, Estimate]) -> list[Gap]:
    """Pairs of estimates whose intervals do not meet."""
    found = []
    for a in known:
        for b in known:
            low, high = known[a].high_hs, known[b].low_hs
            if high > low:
                factor = high / low if low > 0 else float("inf")
                found.append(Gap(a, b, factor, _RIVALS[a, b]))
    return found


def _log_ratio(a: Estimate, b: Estimate) -> float | None:
    """Natural logarithm of the ratio of the best values."""
    return log(a.best_hs) - log(b.best_hs) if a.best_hs > 0 and b.best_hs > 0 else None
