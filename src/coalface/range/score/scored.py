"""What a detector must offer to be scored, and the list of those that do.

*To plug in.* Write a class with the members of `Scored`, beside the three that are there, and add it to
`report.built_detectors`. A name of `EXPECTED` takes the place of its "not built".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from coalface.range.score.holdout import HoldOut
from coalface.range.score.matched import Matched
from coalface.range.score.result import Against, Parameters, Score, Status

__all__ = ["EXPECTED", "Registry", "Scored"]

EXPECTED: dict[str, str] = {
    "clusters": "addresses held to be under one control",
    "coinjoins": "transactions that may be CoinJoins",
    "coinjoin whirlpool": "mixes of Whirlpool",
    "coinjoin ashigaru": "mixes of Ashigaru",
    "coinjoin wasabi2": "rounds of Wasabi 2",
    "coinjoin wasabi1": "rounds of Wasabi 1",
    "coinjoin joinmarket": "JoinMarket transactions",
    "coinjoin equal_outputs": "CoinJoins of no protocol in particular",
    "coinjoin tx0": "transactions that prepare coins for Whirlpool or Ashigaru",
    "change": "outputs held to be change",
    "trace haircut": "where stolen value is, by haircut",
    "trace fifo": "where stolen value is, first in, first out",
    "trace lifo": "where stolen value is, last in, first out",
    "trace tiho": "where stolen value is, tainted coin into the largest output",
    "trace poison": "where stolen value is, every output of a touched transaction",
    "pool attribution": "who found a block",
    "payout recipients": "addresses that a pool paid for mining",
    "typologies": "patterns of laundering, each for itself",
}
"""What Coalface says or is meant to say: name to what it claims. The report names each, built or not."""


class Scored(Protocol):
    """An inference whose answers can be compared with the truth."""

    @property
    def name(self) -> str:
        """Unique name, one of `EXPECTED` if it is there."""

    @property
    def version(self) -> str:
        """Rule and version that decide, as answers quote them."""

    @property
    def what(self) -> str:
        """What counts as said and what as true."""

    @property
    def against(self) -> Against:
        """What it is compared with; only the truth allows to speak of precision."""

    def calibrate(self, rest: Matched) -> Parameters:
        """Thresholds chosen on the part of the truth that is not held out; none if the rule has none.

        The truth in ``rest`` lacks what is held out, so that nothing can be learned from it.
        """

    def run(self, matched: Matched, thresholds: Parameters, hold_out: HoldOut) -> Score:
        """Counts over the whole truth, by group, with rows for what was seen and unseen in calibration."""


class Registry:
    """Detectors by name, in the order in which a report shows them.

    Parameters
    ----------
    built
        Detectors that exist.
    """

    def __init__(self, built: Iterable[Scored]) -> None:
        self._built: dict[str, Scored] = {}
        for each in built:
            self.add(each)

    def add(self, detector: Scored) -> None:
        """Take a detector in.

        Raises
        ------
        ValueError
            If there is one of that name.
        """
        if detector.name in self._built:
            raise ValueError(f"there are two detectors named `{detector.name}`")
        self._built[detector.name] = detector

    def names(self) -> list[str]:
        """What is expected, then what came on top."""
        return list(dict.fromkeys([*EXPECTED, *self._built]))

    def score(self, matched: Matched, hold_out: HoldOut | None = None) -> list[Score]:
        """A score for every name: of what exists, thresholds frozen first; "not built" for the rest."""
        held = hold_out or HoldOut()
        rest = matched.with_truth(held.rest(matched.truth)) if held else matched
        found = []
        for name in self.names():
            detector = self._built.get(name)
            if detector is None:
                found.append(Score(name, "", EXPECTED[name], Status.NOT_BUILT))
            else:
                thresholds = dict(detector.calibrate(rest))
                found.append(detector.run(matched, thresholds, held))
        return found
