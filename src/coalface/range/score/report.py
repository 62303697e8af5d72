"""The whole answer of `coalface range score`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coalface.chain import Chain, Coverage, Provenance, open_chain
from coalface.range.score.changes import Changes
from coalface.range.score.clusters import Clusters
from coalface.range.score.coinjoin_types import COINJOIN_TYPES
from coalface.range.score.coinjoins import CoinJoins
from coalface.range.score.holdout import HoldOut, hold_out_of
from coalface.range.score.matched import Matched
from coalface.range.score.result import Score
from coalface.range.score.scored import Registry
from coalface.range.score.traces import Traces
from coalface.range.score.truth import Scenario, read_truth
from coalface.tracing import METHODS

__all__ = ["Report", "built_detectors", "score", "score_chain"]


@dataclass(frozen=True)
class Report:
    """Every score of one made-up chain. Simulated: not transferable to real chains."""

    scenario: Scenario
    scores: tuple[Score, ...]
    held_out: tuple[str, ...]
    """What thresholds were not allowed to see."""
    coverage: Coverage
    provenance: Provenance
    caveat: str = "simulated: measured on a made-up chain, not transferable to real chains"

    def named(self, name: str) -> Score:
        """The score of that name.

        Raises
        ------
        KeyError
            If there is none.
        """
        for each in self.scores:
            if each.name == name:
                return each
        raise KeyError(name)


def built_detectors() -> Registry:
    """What Coalface infers today."""
    return Registry(
        [
            Clusters(),
            CoinJoins(),
            *COINJOIN_TYPES,
            Changes("standard"),
            Changes("wide"),
            *(Traces(method) for method in METHODS),
        ]
    )


def score(store: str | Path, truth: str | Path, *, hold_out: tuple[str, ...] = ()) -> Report:
    """How right every inference is on a made-up chain.

    Parameters
    ----------
    store
        Store of the chain.
    truth
        Folder with the truth about it.
    hold_out
        Families, playbooks and eras (``FIRST-LAST`` height) that calibration must not see.

    Raises
    ------
    StoreNotFound
        If there is no store.
    RangeFileError
        If the truth cannot be read, or is of another chain.
    UsageError
        If something is to be held out that is not there.
    """
    return score_chain(open_chain(store), truth, hold_out=hold_out)


def score_chain(
    chain: Chain, truth: str | Path, *, hold_out: tuple[str, ...] = (), registry: Registry | None = None
) -> Report:
    """As `score`, for a chain that is open, and with other detectors if ``registry`` names them."""
    known = read_truth(truth)
    held: HoldOut = hold_out_of(hold_out, known)
    matched = Matched(chain, known)
    scores = (registry or built_detectors()).score(matched, held)
    rules = tuple(dict.fromkeys(each.version for each in scores if each.version))
    return Report(
        scenario=known.scenario,
        scores=tuple(scores),
        held_out=tuple(held.names()),
        coverage=chain.coverage,
        provenance=Provenance(network=chain.network, as_of=chain.as_of, rules=rules),
    )
