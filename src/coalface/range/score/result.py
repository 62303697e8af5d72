"""What a score is: counts, shares with intervals, by group, the worst family first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from coalface.range.score.rate import Rate

__all__ = ["Against", "Row", "RowKind", "Score", "Status", "worst_first"]

Parameters = Mapping[str, int]
"""Thresholds of a detector, by name; integers, so that they can be written and compared."""


class Against(StrEnum):
    """What an inference is compared with."""

    TRUTH = "truth"
    HEURISTIC = "heuristic labels"
    """Labels that another rule made: one may agree with them, and be wrong with them."""


class Status(StrEnum):
    """Whether there is a score."""

    SCORED = "scored"
    NO_CASE = "no case"
    """The chain holds nothing that could be found or missed."""
    NOT_BUILT = "not built"
    """Coalface does not make this inference yet."""


class RowKind(StrEnum):
    """What the cases of a row have in common."""

    ALL = "all"
    SEEN = "seen"
    """What thresholds were frozen on."""
    UNSEEN = "unseen"
    FAMILY = "family"
    KIND = "kind"
    RULE = "rule"
    PLAYBOOK = "playbook"
    HIDDEN = "labels hidden"


@dataclass(frozen=True)
class Row:
    """One group of cases."""

    kind: RowKind
    group: str
    precision: Rate
    """Of what was said, what is true. Called agreement where the comparison is not with the truth."""
    recall: Rate
    """Of what is true, what was said."""
    figures: dict[str, Rate | int | None] = field(default_factory=dict)
    """Further measures by name; names of plain integers end in their unit."""
    is_unseen: bool = False
    """Whether the group was held out from calibration."""


@dataclass(frozen=True)
class Score:
    """How right one inference was on one chain."""

    name: str
    """Unique among scores."""
    version: str
    """Rule and version that was scored; empty where nothing is built."""
    what: str
    """What counts as said and as true, in a sentence."""
    status: Status
    against: Against = Against.TRUTH
    rows: tuple[Row, ...] = ()
    """All cases first, then seen and unseen, then groups, worst first."""
    counts: dict[str, int] = field(default_factory=dict)
    worst_case: dict[str, int | str] = field(default_factory=dict)
    """The single worst mistake."""
    thresholds: dict[str, int] = field(default_factory=dict)
    """Thresholds that were frozen before; empty if the rule has none."""
    notes: tuple[str, ...] = ()

    @property
    def measure_names(self) -> tuple[str, str]:
        """What the two shares may be called."""
        if self.against is Against.TRUTH:
            return "precision", "recall"
        return "agreement", "agreement (of theirs)"

    def total(self) -> Row | None:
        """The row of all cases."""
        return next((row for row in self.rows if row.kind is RowKind.ALL), None)


def worst_first(rows: Iterable[Row]) -> list[Row]:
    """Rows by precision, then recall, then name, the lowest first; rows without a case last.

    Precision goes first because to accuse wrongly is worse than to miss.
    """

    def key(row: Row) -> tuple[bool, int, int, str]:
        precision, recall = row.precision.ppm, row.recall.ppm
        top = 1_000_001
        return (
            precision is None and recall is None,
            top if precision is None else precision,
            top if recall is None else recall,
            row.group,
        )

    return sorted(rows, key=key)


def all_of(groups: Sequence[str]) -> list[str]:
    """Each group once, in alphabetical order."""
    return sorted(set(groups))
