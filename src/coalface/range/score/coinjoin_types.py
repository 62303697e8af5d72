"""Each detector of a protocol against what transactions were made as."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coalface import _core
from coalface.coinjoin import DETECTORS
from coalface.range.score.holdout import HoldOut
from coalface.range.score.items import item_rows
from coalface.range.score.matched import Matched
from coalface.range.score.result import Against, Parameters, RowKind, Score, Status

__all__ = ["COINJOIN_TYPES", "CoinJoinType"]

_COINJOIN = "coinjoin:"
_LEAST_PARTIES = 3
"""Parties of a JoinMarket transaction that can be told from a Stonewall; with two it has that shape."""


@dataclass(frozen=True)
class CoinJoinType:
    """Scores the yes of one detector.

    Parameters
    ----------
    detector
        Its name in the engine.
    tx_kind
        What the truth calls a transaction of that protocol.
    """

    detector: str
    tx_kind: str

    against = Against.TRUTH

    @property
    def name(self) -> str:
        """As the report shows it."""
        return f"coinjoin {self.detector}"

    @property
    def version(self) -> str:
        """The detector's rule."""
        return DETECTORS[self.detector]

    @property
    def what(self) -> str:
        """What counts."""
        text = f"said: the answer is this protocol; true: the transaction was made as `{self.tx_kind}`"
        if self.detector == "joinmarket":
            text += " by three or more; those of two have the shape of a Stonewall and are undecided"
        return text

    def calibrate(self, rest: Matched) -> Parameters:  # noqa: ARG002 - nothing to choose
        """None: the rule's numbers are part of its version."""
        return {}

    def run(self, matched: Matched, thresholds: Parameters, hold_out: HoldOut) -> Score:
        """Transactions said and true, by what they are, and by wallet family of whoever made them."""
        truth = matched.truth
        kinds = truth.txs["tx_kind"]
        within = kinds != "coinbase"
        is_kind = kinds == self.tx_kind
        counts = {"n_txs": int(within.sum())}
        if self.detector == "joinmarket":
            two = is_kind & ~_is_of_several(matched)
            counts["n_two_party"] = int(two.sum())
            within &= ~two
        said, undecided = _answers(matched, self.detector)
        counts["n_undecided"] = int((undecided & is_kind & within).sum())
        true = is_kind[within]
        said = said[within]
        shown = [
            kind if kind.startswith(_COINJOIN) or is_said else None
            for kind, is_said in zip(kinds[within], said, strict=True)
        ]
        rows = item_rows(
            said,
            true,
            {RowKind.KIND: shown, RowKind.FAMILY: list(truth.txs["family"][within])},
            hold_out.txs(truth)[within],
            "txs",
        )
        return Score(
            self.name,
            self.version,
            self.what,
            Status.SCORED if true.any() or said.any() else Status.NO_CASE,
            rows=tuple(rows),
            counts=counts,
            thresholds=dict(thresholds),
            notes=("lineage is not followed: a transaction is judged by itself",),
        )


COINJOIN_TYPES = (
    CoinJoinType("whirlpool", "coinjoin:whirlpool"),
    CoinJoinType("ashigaru", "coinjoin:ashigaru"),
    CoinJoinType("wasabi2", "coinjoin:wasabi2"),
    CoinJoinType("wasabi1", "coinjoin:wasabi1"),
    CoinJoinType("joinmarket", "coinjoin:joinmarket"),
    CoinJoinType("equal_outputs", "coinjoin:generic"),
    CoinJoinType("tx0", "tx0"),
)
"""Every detector that ever says yes to a protocol."""


def _answers(matched: Matched, detector: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of each transaction, whether its protocol is said to be this, and whether all is undecided."""
    chain = matched.chain
    found = _core.coinjoin_scan(chain.core, chain.bound, chain.network == "mainnet")
    said = np.zeros(chain.bound.txs, np.bool_)
    said[found["tx"][found["protocol"] == list(DETECTORS).index(detector)]] = True
    undecided = np.zeros(chain.bound.txs, np.bool_)
    undecided[found["tx"][found["decision"] == 1]] = True
    return said[matched.tx_rows], undecided[matched.tx_rows]


def _is_of_several(matched: Matched) -> NDArray[np.bool_]:
    """Which transactions of the truth bring together the coins of three or more."""
    table = matched.truth.coinjoins
    parties: dict[str, set[str]] = {}
    for txid, side, participant in zip(table["txid"], table["side"], table["participant"], strict=True):
        if side == "input":
            parties.setdefault(txid, set()).add(participant)
    return np.array(
        [len(parties.get(txid, ())) >= _LEAST_PARTIES for txid in matched.truth.txs["txid"]], np.bool_
    )
