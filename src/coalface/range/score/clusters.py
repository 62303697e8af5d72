"""Clusters of the present rule set against the true owners of addresses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coalface.clusters import RULE_SET
from coalface.range.score.holdout import HoldOut
from coalface.range.score.matched import Matched
from coalface.range.score.partition import (
    Overlap,
    adjusted_rand_ppm,
    b_cubed,
    mixed_clusters,
    pairwise,
    worst_cluster,
    wrongly_joined,
)
from coalface.range.score.result import Against, Parameters, Row, RowKind, Score, Status, worst_first
from coalface.range.score.table import Column

__all__ = ["Clusters", "cluster_roots"]


class Clusters:
    """Scores the clusters that the store keeps.

    *True* is that two addresses are held by one actor. An actor with several wallets never spends them
    together, so the figures of single wallets stand beside: what the rule could have found.
    """

    name = "clusters"
    version = RULE_SET
    against = Against.TRUTH
    what = "said: two addresses are in one cluster; true: one actor holds the keys of both"

    def calibrate(self, rest: Matched) -> Parameters:  # noqa: ARG002 - nothing to choose
        """None: the rule has no threshold."""
        return {}

    def run(self, matched: Matched, thresholds: Parameters, hold_out: HoldOut) -> Score:
        """Pairs, B-cubed, adjusted Rand index, mixed clusters and value wrongly joined, by wallet family."""
        truth, ids = matched.truth, matched.address_ids
        used = ids >= 0
        table = {name: values[used] for name, values in truth.addresses.items()}
        counts = {
            "n_addresses": int(used.sum()),
            "n_never_used": int((~used).sum()),
            "n_without_truth": matched.n_addresses - len(set(ids[used].tolist())),
        }
        if not used.any():
            return Score(self.name, self.version, self.what, Status.NO_CASE, counts=counts)
        value_sat = matched.received_sat[used]
        found = cluster_roots(matched, ids[used])
        overlap = Overlap(found, table["actor"])
        wallets = Overlap(found, table["wallet"])
        unseen = hold_out.addresses(truth)[used]
        rows = [_row(RowKind.ALL, "all", overlap, wallets, value_sat, None)]
        if unseen.any():
            rows.append(_row(RowKind.UNSEEN, "unseen", overlap, wallets, value_sat, unseen))
            rows.append(_row(RowKind.SEEN, "seen", overlap, wallets, value_sat, ~unseen))
        families = []
        for family in sorted(set(table["family"])):
            members = table["family"] == family
            families.append(
                _row(
                    RowKind.FAMILY,
                    family,
                    overlap,
                    wallets,
                    value_sat,
                    members,
                    is_unseen=unseen[members].all(),
                )
            )
        counts["n_clusters"], counts["n_actors"] = overlap.n_found, overlap.n_true
        return Score(
            self.name,
            self.version,
            self.what,
            Status.SCORED,
            rows=(*rows, *worst_first(families)),
            counts=counts,
            worst_case=_worst(overlap, value_sat, table["address"], found),
            thresholds=dict(thresholds),
            notes=(
                "a pair counts for a family if one of its two addresses is of it",
                "intervals treat a cluster (for recall, an actor) as one case: its pairs are not independent",
            ),
        )


def cluster_roots(matched: Matched, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Root of the cluster of each address.

    Parameters
    ----------
    matched
        The chain.
    ids
        Addresses by id.
    """
    core, bound = matched.chain.core, matched.chain.bound
    return np.array([core.cluster(number, bound)[0] for number in ids.tolist()], np.int64)


def _row(
    kind: RowKind,
    group: str,
    overlap: Overlap,
    wallets: Overlap,
    value_sat: NDArray[np.int64],
    members: NDArray[np.bool_] | None,
    *,
    is_unseen: bool = False,
) -> Row:
    precision, recall = pairwise(overlap, members)
    b_precision, b_recall = b_cubed(overlap, members)
    return Row(
        kind,
        group,
        precision,
        recall,
        {
            "wallet_recall": pairwise(wallets, members)[1],
            "b_cubed_precision": b_precision,
            "b_cubed_recall": b_recall,
            "mixed_clusters": mixed_clusters(overlap, members),
            "value_wrongly_joined": wrongly_joined(overlap, value_sat, members),
            # an index over the whole division: it has no meaning for a part of the pairs
            **({"adjusted_rand_ppm": adjusted_rand_ppm(overlap)} if members is None else {}),
        },
        bool(is_unseen),
    )


def _worst(
    overlap: Overlap, value_sat: NDArray[np.int64], addresses: Column, found: NDArray[np.int64]
) -> dict[str, int | str]:
    """The cluster that joins most value wrongly."""
    worst = worst_cluster(overlap, value_sat)
    if worst is None:
        return {}
    inside = np.flatnonzero(found == overlap.found_labels[worst.cluster])
    return {
        "address": str(addresses[int(inside[0])]),
        "n_addresses": worst.n_items,
        "n_owners": worst.n_owners,
        "main_owner": str(overlap.true_labels[worst.main_owner]),
        "received_sat": worst.value_sat,
        "wrongly_joined_sat": worst.wrong_sat,
    }
