"""How far two ways of dividing the same addresses agree: found clusters against true owners.

Each measure is a pure function of two label arrays. Those that take a ``group`` count what has to do with the
items of that group: pairs with at least one of them, or these items alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from coalface.range.score.rate import MILLION, Rate, clustered_rate, rate

__all__ = [
    "Overlap",
    "Worst",
    "adjusted_rand_ppm",
    "b_cubed",
    "mixed_clusters",
    "pairwise",
    "worst_cluster",
    "wrongly_joined",
]

Labels: TypeAlias = "np.ndarray[Any, Any]"
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Worst:
    """The cluster that joins most value wrongly."""

    cluster: int
    """Its label among the found ones."""
    n_items: int
    n_owners: int
    main_owner: int
    """Label of the owner of most of its value."""
    value_sat: int
    wrong_sat: int
    """What belongs to anybody else."""


class Overlap:
    """Found labels and true labels of the same items, and how often each two meet.

    Parameters
    ----------
    found, true
        A label an item, of any kind that sorts.

    Notes
    -----
    O(n log n). A *cell* is a pair of a found and a true label that occurs.
    """

    def __init__(self, found: Labels, true: Labels) -> None:
        if len(found) != len(true):
            raise ValueError(f"{len(found)} found labels for {len(true)} items")
        self.found_labels, self.found = np.unique(found, return_inverse=True)
        self.true_labels, self.true = np.unique(true, return_inverse=True)
        self.n_found, self.n_true = len(self.found_labels), len(self.true_labels)
        keys = self.found.astype(np.int64) * max(self.n_true, 1) + self.true.astype(np.int64)
        cells, self.cell = np.unique(keys, return_inverse=True)
        self.cell_found, self.cell_true = cells // max(self.n_true, 1), cells % max(self.n_true, 1)
        self.n_cells = len(cells)

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.found)

    @cached_property
    def sizes(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Items by found label, by true label and by cell."""
        return self.count(np.ones(self.n_items, np.bool_))

    def count(self, mask: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Items of a mask by found label, by true label and by cell."""
        return (
            np.bincount(self.found[mask], minlength=self.n_found).astype(np.int64),
            np.bincount(self.true[mask], minlength=self.n_true).astype(np.int64),
            np.bincount(self.cell[mask], minlength=self.n_cells).astype(np.int64),
        )


def pairwise(overlap: Overlap, group: Mask | None = None) -> tuple[Rate, Rate]:
    """Precision and recall over pairs: of those joined, how many have one owner; and the other way round.

    Parameters
    ----------
    overlap
        Found and true labels.
    group
        Only pairs with at least one item of it; all pairs if `None`.
    """
    found, true, cells = (_pairs(sizes) for sizes in overlap.sizes)
    if group is not None:
        outside = overlap.count(~group)
        found, true, cells = (
            whole - _pairs(sizes) for whole, sizes in zip((found, true, cells), outside, strict=True)
        )
    by_found = _sum_by(overlap.cell_found, cells, overlap.n_found)
    by_true = _sum_by(overlap.cell_true, cells, overlap.n_true)
    return (
        clustered_rate(by_found, found, "pairs joined"),
        clustered_rate(by_true, true, "pairs of one owner"),
    )


def b_cubed(overlap: Overlap, group: Mask | None = None) -> tuple[Rate, Rate]:
    """Precision and recall averaged over items: share of an item's cluster, or owner, that is with it.

    References
    ----------
    Bagga, Baldwin (1998), "Entity-based cross-document coreferencing using the vector space model".
    """
    chosen = overlap.sizes if group is None else overlap.count(group)
    sizes = overlap.sizes
    together = sizes[2].astype(np.float64) * chosen[2]
    by_found = _sum_by(overlap.cell_found, together / sizes[0][overlap.cell_found], overlap.n_found)
    by_true = _sum_by(overlap.cell_true, together / sizes[1][overlap.cell_true], overlap.n_true)
    return (
        clustered_rate(np.minimum(by_found, chosen[0]), chosen[0].astype(np.float64), "addresses"),
        clustered_rate(np.minimum(by_true, chosen[1]), chosen[1].astype(np.float64), "addresses"),
    )


def adjusted_rand_ppm(overlap: Overlap) -> int | None:
    """Agreement beyond chance in parts per million: a million is perfect, 0 is chance; `None` without items.

    References
    ----------
    Hubert, Arabie (1985), "Comparing partitions".
    """
    if overlap.n_items == 0:
        return None
    found, true, cells = (sum(_pairs(sizes).tolist()) for sizes in overlap.sizes)
    total = overlap.n_items * (overlap.n_items - 1) // 2
    # All terms times 2 * total, so that the fraction stays one of integers.
    over = 2 * (cells * total - found * true)
    under = (found + true) * total - 2 * found * true
    return MILLION if under == 0 else over * MILLION // under


def mixed_clusters(overlap: Overlap, group: Mask | None = None) -> Rate:
    """Share of clusters of two or more items that hold items of more than one owner.

    Parameters
    ----------
    overlap
        Found and true labels.
    group
        Only clusters with at least one item of it.
    """
    n_owners = np.bincount(overlap.cell_found, minlength=overlap.n_found)
    counts = overlap.sizes[0] >= 2
    if group is not None:
        counts &= overlap.count(group)[0] > 0
    return rate(int((counts & (n_owners > 1)).sum()), int(counts.sum()), "clusters of two or more addresses")


def wrongly_joined(overlap: Overlap, value_sat: NDArray[np.int64], group: Mask | None = None) -> Rate:
    """Share of value that lies in the cluster of somebody else: of whoever has most of that cluster's value.

    Parameters
    ----------
    overlap
        Found and true labels.
    value_sat
        Value of each item, satoshi.
    group
        Only the value of these items.
    """
    main = _main_cells(overlap, value_sat)
    is_wrong = ~main[overlap.cell]
    if group is not None:
        is_wrong, value_sat = is_wrong & group, np.where(group, value_sat, 0)
    wrong = _sum_by(overlap.found, np.where(is_wrong, value_sat, 0), overlap.n_found)
    whole = _sum_by(overlap.found, value_sat, overlap.n_found)
    return clustered_rate(wrong, whole, "satoshi received")


def worst_cluster(overlap: Overlap, value_sat: NDArray[np.int64]) -> Worst | None:
    """The cluster with most value wrongly joined; `None` if there is no wrong one."""
    main = _main_cells(overlap, value_sat)
    n_owners = np.bincount(overlap.cell_found, minlength=overlap.n_found)
    wrong = _sum_by(overlap.found, np.where(main[overlap.cell], 0, value_sat), overlap.n_found)
    if not (n_owners > 1).any():
        return None
    # Most value first, then most owners: clusters of worthless addresses can be wrong too.
    place = int(np.lexsort((-np.arange(len(wrong)), n_owners, wrong))[-1])
    whole = _sum_by(overlap.found, value_sat, overlap.n_found)
    [owner] = overlap.cell_true[main & (overlap.cell_found == place)]
    return Worst(
        cluster=place,
        n_items=int(overlap.sizes[0][place]),
        n_owners=int(n_owners[place]),
        main_owner=int(owner),
        value_sat=int(whole[place]),
        wrong_sat=int(wrong[place]),
    )


def _main_cells(overlap: Overlap, value_sat: NDArray[np.int64]) -> Mask:
    """By cell, whether its owner has most value of its cluster: one a cluster; ties go to more items."""
    values = _sum_by(overlap.cell, value_sat, overlap.n_cells)
    order = np.lexsort((overlap.cell_true, -overlap.sizes[2], -values, overlap.cell_found))
    main = np.zeros(overlap.n_cells, np.bool_)
    _, first = np.unique(overlap.cell_found[order], return_index=True)
    main[order[first]] = True
    return main


def _pairs(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs within sets of these sizes."""
    return sizes * (sizes - 1) // 2


def _sum_by(places: NDArray[Any], values: NDArray[Any], n: int) -> NDArray[Any]:
    """Sum of the values at each place, exact for integers."""
    sums = np.zeros(n, values.dtype)
    np.add.at(sums, places, values)
    return sums
