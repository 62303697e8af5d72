"""Clusters of the present rule set on a bulk chain, against the owner of every address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coalface.chain import Chain, open_chain
from coalface.clusters import RULE_SET
from coalface.errors import RangeFileError
from coalface.range.bulk_truth import NOBODY, BulkTruth, OwnerClass
from coalface.range.score.partition import Overlap, pairwise
from coalface.range.score.result import Row, RowKind

__all__ = ["BulkScore", "score_bulk"]


@dataclass(frozen=True)
class BulkScore:
    """Clusters on one bulk chain.

    Every transaction there spends coins of one owner, so that the rule can join nobody wrongly: precision
    says no more than that. Recall says how much of an owner's addresses are joined at all.
    """

    era: str
    seed: int
    n_txs: int
    n_addresses: int
    """Addresses with an owner."""
    n_owners: int
    tip_hash: str
    version: str
    rows: tuple[Row, ...]
    """All addresses, then by what their owners do."""


def score_bulk(store: str | Path, folder: str | Path) -> BulkScore:
    """How right clusters are on a bulk chain.

    Parameters
    ----------
    store
        Store of the whole chain.
    folder
        What `coalface range bulk` wrote.

    Raises
    ------
    StoreNotFound
        If there is no store.
    UsageError
        If there is no truth of a bulk chain.
    RangeFileError
        If the truth is of another chain.
    """
    chain, truth = open_chain(store), BulkTruth(folder)
    owner = np.asarray(truth.address_owner).astype(np.int64)
    n_addresses = len(chain.column("address.first_output"))
    if chain.as_of.hash is None or (chain.as_of.hash, n_addresses) != (
        truth.facts.get("tip_hash"),
        len(owner),
    ):
        raise RangeFileError(
            f"`{truth.folder}`: the store is of another chain, or not of all of it",
            code="range_other_chain",
            hint="index the blocks of the same folder: coalface index OUT STORE",
            context={"path": str(truth.folder)},
        )
    has_owner = owner != NOBODY
    overlap = Overlap(_clusters(chain, np.flatnonzero(has_owner)), owner[has_owner])
    classes = np.asarray(truth.owner_class)[owner[has_owner]]
    rows = [Row(RowKind.ALL, "all", *pairwise(overlap))]
    for kind in OwnerClass:
        members = classes == kind
        if members.any():
            rows.append(Row(RowKind.KIND, kind.name.lower(), *pairwise(overlap, members)))
    return BulkScore(
        era=str(truth.facts.get("era")),
        seed=_count(truth, "seed"),
        n_txs=_count(truth, "n_txs"),
        n_addresses=overlap.n_items,
        n_owners=overlap.n_true,
        tip_hash=chain.as_of.hash,
        version=RULE_SET,
        rows=tuple(rows),
    )


def _clusters(chain: Chain, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Root of the cluster of each address."""
    return np.array([chain.core.cluster(number, chain.bound)[0] for number in ids.tolist()], np.int64)


def _count(truth: BulkTruth, name: str) -> int:
    value = truth.facts.get(name)
    if not isinstance(value, int):
        raise RangeFileError(
            f"`{truth.folder}`: truth.json says no `{name}`",
            code="range_json",
            context={"path": str(truth.folder)},
        )
    return value
