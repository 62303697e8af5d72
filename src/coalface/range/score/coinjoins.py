"""The marker of possible CoinJoins against what transactions were made as."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coalface.clusters import COINJOIN_RULE
from coalface.range.score.holdout import HoldOut
from coalface.range.score.items import item_rows
from coalface.range.score.matched import Matched
from coalface.range.score.rate import rate
from coalface.range.score.result import Against, Parameters, RowKind, Score, Status
from coalface.range.score.table import Column
from coalface.tracing import BOUNDARIES
from coalface.tracing.origins import Parts
from coalface.tracing.stops import Stops
from coalface.tracing.trace import Question

__all__ = ["CoinJoins", "marked_txs"]

_COINJOIN = "coinjoin:"
_LOOKALIKES = ("payjoin", "stonewall", "tx0")
"""No CoinJoins but near one: shown as kinds of their own; a mark on them is a false alarm."""


class CoinJoins:
    """Scores the detectors together: where a trace ends, and what clustering leaves alone."""

    name = "coinjoins"
    version = COINJOIN_RULE
    against = Against.TRUTH
    what = (
        "said: the transaction may be a CoinJoin (yes or undecided); true: it is one, of any protocol. A "
        "PayJoin, a Stonewall and a Tx0 are not counted as CoinJoins"
    )

    def calibrate(self, rest: Matched) -> Parameters:  # noqa: ARG002 - nothing to choose
        """None: the rule's numbers are part of its version."""
        return {}

    def run(self, matched: Matched, thresholds: Parameters, hold_out: HoldOut) -> Score:
        """Marked and true transactions: by protocol, by wallet family of whoever made them."""
        truth = matched.truth
        kinds = truth.txs["tx_kind"]
        others = kinds != "coinbase"
        true = np.array([kind.startswith(_COINJOIN) for kind in kinds], np.bool_)[others]
        said = marked_txs(matched)[others]
        shown = [
            kind if kind.startswith(_COINJOIN) or kind in _LOOKALIKES else None for kind in kinds[others]
        ]
        rows = item_rows(
            said,
            true,
            {RowKind.KIND: shown, RowKind.FAMILY: list(truth.txs["family"][others])},
            hold_out.txs(truth)[others],
            "txs",
        )
        counts = _by_kind(kinds[others], said, true)
        several = _several_owners(matched)[others]
        rows[0].figures["several_owners_marked"] = rate(
            int((said & several).sum()), int(several.sum()), "txs that spend coins of several owners"
        )
        rows[0].figures["marked_several_owners"] = rate(
            int((said & several).sum()), int(said.sum()), "txs marked"
        )
        return Score(
            self.name,
            self.version,
            self.what,
            Status.SCORED if true.any() or said.any() else Status.NO_CASE,
            rows=tuple(rows),
            counts={"n_txs": int(others.sum()), **counts},
            thresholds=dict(thresholds),
            notes=("a mark is read from where a trace stops, of transactions with several inputs only",),
        )


def _by_kind(kinds: Column, said: NDArray[np.bool_], true: NDArray[np.bool_]) -> dict[str, int]:
    """How many there are of kinds that are near a CoinJoin, and marks on what is none, by kind."""
    false = kinds[said & ~true]
    return {
        **{f"n_{kind}": int((kinds == kind).sum()) for kind in _LOOKALIKES},
        **{f"n_false_{kind}": int((false == kind).sum()) for kind in sorted(set(false))},
    }


def _several_owners(matched: Matched) -> NDArray[np.bool_]:
    """Which transactions of the truth spend coins of more than one actor: what clusters must not join."""
    owners: dict[str, set[str]] = {}
    outputs = matched.truth.outputs
    for txid, owner in zip(outputs["spent_txid"], outputs["owner"], strict=True):
        if txid is not None:
            owners.setdefault(txid, set()).add(owner)
    return np.array([len(owners.get(txid, ())) > 1 for txid in matched.truth.txs["txid"]], np.bool_)


def marked_txs(matched: Matched) -> NDArray[np.bool_]:
    """Which transactions of the truth the engine takes for possible CoinJoins.

    Notes
    -----
    A trace from every spent output ends, at the boundary ``coinjoin``, at exactly those that such a
    transaction spends. So what is scored is the decision that answers rest on, not a copy of the rule.
    """
    chain, bound = matched.chain, matched.chain.bound
    first_inputs = chain.column("tx.first_input")[: bound.txs].astype(np.int64)
    spent = chain.column("input.spent_output")[: bound.inputs]
    has_any = np.diff(np.append(first_inputs, bound.inputs)) > 1
    # An outpoint outside a partial chain has the high bit set; a made-up chain has none, a foreign store may.
    origins = spent[first_inputs[has_any]]
    origins = np.unique(origins[origins < bound.outputs]).astype(np.uint64)
    if not len(origins):
        return np.zeros(len(matched.tx_rows), np.bool_)
    values = chain.column("output.value_sat")
    question = Question(chain, Parts.whole(origins, values[origins]), "forward", Stops(), max_txs=bound.txs)
    record, _ = question.ask("haircut", keep_edges=False)
    ends = record["terminal_boundary"] == BOUNDARIES.index("coinjoin")
    inputs = chain.column("output.spent_by")[record["terminal_outputs"][ends]].astype(np.int64)
    marked = np.zeros(bound.txs, np.bool_)
    marked[np.searchsorted(first_inputs, inputs, side="right") - 1] = True
    return marked[matched.tx_rows]
