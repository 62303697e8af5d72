"""Change outputs that a rule set ties to their payers, against the true owners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coalface.clusters import CHANGE_RULE, RULE_SET, change_model
from coalface.range.score.change_cases import FITTED_WITHOUT, ChangeCases, change_cases, hidden_txs
from coalface.range.score.clusters import cluster_roots
from coalface.range.score.holdout import HoldOut
from coalface.range.score.items import item_row, item_rows
from coalface.range.score.matched import Matched
from coalface.range.score.partition import Overlap, mixed_clusters, pairwise, wrongly_joined
from coalface.range.score.rate import Rate, rate
from coalface.range.score.result import Against, Parameters, Row, RowKind, Score, Status, worst_first

__all__ = ["Changes", "joined"]

_UNIT = "outputs"


class Changes:
    """Scores the change rules at the threshold of one rule set.

    Weights were fitted on chains of other seeds, without the families of `FITTED_WITHOUT`: those are *unseen*
    here, and whatever else is held out.

    Parameters
    ----------
    rule_set
        ``standard`` or ``wide``.
    """

    against = Against.TRUTH

    def __init__(self, rule_set: str = "standard") -> None:
        self._threshold = change_model().thresholds_millinats[rule_set]
        self._rule_set = rule_set

    @property
    def name(self) -> str:
        """``change``, for the wider rule sets with their name."""
        return "change" if self._rule_set == "standard" else f"change {self._rule_set}"

    @property
    def version(self) -> str:
        """The combination, for the wider rule sets with their name."""
        return CHANGE_RULE if self._rule_set == "standard" else f"{CHANGE_RULE} {self._rule_set}"

    @property
    def what(self) -> str:
        """What counts as said and as true."""
        return (
            f"said: rule set {self._rule_set} ties the output to the first input; true: one actor holds the "
            f"keys of both. Change that {RULE_SET} ties already is left out"
        )

    def calibrate(self, rest: Matched) -> Parameters:  # noqa: ARG002 - the weights are part of the version
        """None: weights and thresholds are part of the rule's version."""
        return {}

    def run(self, matched: Matched, thresholds: Parameters, hold_out: HoldOut) -> Score:
        """Ties and true change, by wallet family of the payer, by rule, and what the ties do to clusters."""
        cases = change_cases(matched)
        model = change_model()
        counts = {"n_judged_txs": len(np.unique(cases.txs)), "n_txs": matched.chain.bound.txs}
        if not len(cases.txs):
            return Score(self.name, self.version, self.what, Status.NO_CASE, counts=counts)
        said = cases.may_tie & (cases.log_odds_millinats >= self._threshold)
        names = [each.rule.partition("/")[0] for each in model.rules]
        tied_already = sum(1 << names.index(name) for name in ("reuse", "co_spent"))
        true = cases.came_back & (cases.kept_by & tied_already == 0)
        true |= said & cases.came_back
        truth = matched.truth
        families = np.empty(matched.chain.bound.txs, object)
        families[matched.tx_rows] = truth.txs["family"]
        known = {*truth.txs["family"], *truth.addresses["family"]}
        held = HoldOut(
            hold_out.families | (frozenset(FITTED_WITHOUT) & known), hold_out.playbooks, hold_out.eras
        )
        unseen = hidden_txs(matched, held)[cases.txs]
        rows = item_rows(said, true, {RowKind.FAMILY: list(families[cases.txs])}, unseen, _UNIT)
        rows[0].figures.update(_joins(matched, cases, said))
        if self._rule_set == "standard":
            rows += worst_first(
                _rule_row(cases, number, each.rule) for number, each in enumerate(model.rules)
            )
        return Score(
            self.name,
            self.version,
            self.what,
            Status.SCORED,
            rows=tuple(rows),
            counts=counts,
            worst_case=_worst(matched, cases, said),
            thresholds={"log_odds_millinats": self._threshold, **thresholds},
            notes=(
                "unseen: transactions of or to a wallet family on which no weight was fitted",
                "no weight was fitted on a chain of these seeds, seen or unseen",
                f"transactions of the last {model.lag_blocks} blocks are not judged yet, and not counted",
                "by rule: each alone, where it keeps one output only",
            ),
        )


def _rule_row(cases: ChangeCases, number: int, rule: str) -> Row:
    """One rule alone: it says change where it keeps exactly one output of a transaction."""
    keeps = cases.kept_by >> number & 1 == 1
    n_kept = np.bincount(cases.txs[keeps], minlength=int(cases.txs.max()) + 1)
    said = keeps & (n_kept[cases.txs] == 1)
    return item_row(RowKind.RULE, rule, said, cases.came_back, np.ones(len(said), np.bool_), _UNIT)


def joined(roots: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Roots after each pair of addresses was united, by a plain union-find.

    Parameters
    ----------
    roots
        Root of each address before.
    pairs
        Two addresses a row.
    """
    parent = {int(root): int(root) for root in np.unique(roots)}

    def find(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in pairs.tolist():
        one, other = find(int(roots[a])), find(int(roots[b]))
        parent[max(one, other)] = min(one, other)
    return np.array([find(int(root)) for root in roots.tolist()], np.int64)


def _joins(matched: Matched, cases: ChangeCases, said: NDArray[np.bool_]) -> dict[str, Rate | int | None]:
    """What the ties do to clusters: pairs of addresses before and after, value wrongly joined."""
    ids = matched.address_ids
    used = ids >= 0
    owners, value_sat = matched.truth.addresses["actor"][used], matched.received_sat[used]
    n = int(max(ids.max(), cases.addresses.max(), cases.payers.max())) + 1
    roots = cluster_roots(matched, np.arange(n))
    after = joined(roots, np.column_stack([cases.payers[said], cases.addresses[said]]))
    before_overlap, overlap = Overlap(roots[ids[used]], owners), Overlap(after[ids[used]], owners)
    strict_precision, strict_recall = pairwise(before_overlap)
    precision, recall = pairwise(overlap)
    # Clusters of strict cut by owner, as if nobody spent jointly: what is wrong then, change alone did.
    _, cut = np.unique(
        np.array([f"{root} {owner}" for root, owner in zip(roots[ids[used]], owners, strict=True)]),
        return_inverse=True,
    )
    by_id = np.arange(n) + int(cut.max()) + 1
    by_id[ids[used]] = cut
    alone = Overlap(
        joined(by_id, np.column_stack([cases.payers[said], cases.addresses[said]]))[ids[used]], owners
    )
    return {
        "strict_pair_precision": strict_precision,
        "strict_pair_recall": strict_recall,
        "pair_precision": precision,
        "pair_recall": recall,
        "pair_precision_change_alone": pairwise(alone)[0],
        "strict_mixed_clusters": mixed_clusters(before_overlap),
        "mixed_clusters": mixed_clusters(overlap),
        "mixed_clusters_change_alone": mixed_clusters(alone),
        "strict_value_wrongly_joined": wrongly_joined(before_overlap, value_sat),
        "value_wrongly_joined": wrongly_joined(overlap, value_sat),
        "judged": rate(int(said.sum()), len(np.unique(cases.txs)), "judged txs"),
    }


def _worst(matched: Matched, cases: ChangeCases, said: NDArray[np.bool_]) -> dict[str, int | str]:
    """The wrong tie of most value."""
    wrong = np.flatnonzero(said & ~cases.came_back)
    if not len(wrong):
        return {}
    values = matched.chain.column("output.value_sat")[cases.outputs[wrong]]
    place = int(wrong[np.argmax(values)])
    txids, _, _ = matched.chain.core.txs(np.array([cases.txs[place]], np.uint32))
    first = int(matched.chain.column("tx.first_output")[cases.txs[place]])
    return {
        "txid": txids[0],
        "output": int(cases.outputs[place]) - first,
        "value_sat": int(values.max()),
        "log_odds_millinats": int(cases.log_odds_millinats[place]),
    }
