"""What two rule sets make of the same addresses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from coalface import _core
from coalface.chain import Chain, Coverage, Provenance
from coalface.chain.reference import check_count
from coalface.clusters.rule_sets import open_set

__all__ = ["DividedCluster", "Part", "SetDifference", "difference"]

Row = tuple[int, int, int, int, list[tuple[int, int, int]]]


@dataclass(frozen=True)
class Part:
    """Addresses of a cluster that are one cluster in the other set."""

    anchor: str
    """Address that names them there."""
    n_addresses: int
    balance_sat: int
    """What they hold unspent in the indexed blocks."""


@dataclass(frozen=True)
class DividedCluster:
    """A cluster of one set whose addresses are several clusters in the other."""

    anchor: str
    n_addresses: int
    n_parts: int
    balance_sat: int
    """What its addresses hold unspent in the indexed blocks."""
    parts: tuple[Part, ...]
    """The ten biggest, by addresses."""


@dataclass(frozen=True)
class SetDifference:
    """Clusters of each of two sets that are several in the other, as of a block."""

    a: str
    b: str
    """Names and versions."""
    n_merged: int
    """Clusters of `b` that are several in `a`."""
    merged: tuple[DividedCluster, ...]
    """Those with most addresses outside of their biggest part."""
    n_split: int
    """Clusters of `a` that are several in `b`."""
    split: tuple[DividedCluster, ...]
    coverage: Coverage
    provenance: Provenance
    status: str = "inference"


def difference(chain: Chain, a: str, b: str, *, limit: int = 20) -> SetDifference:
    """Clusters in which two rule sets differ, biggest first.

    Parameters
    ----------
    chain
        As of which block; the earlier last block of both sets, if one lags behind.
    a, b
        Names of rule sets; ``strict`` is the store's own.
    limit
        Clusters to give of each kind.

    Raises
    ------
    UsageError
        If there is no such rule set.
    NotFound
        If one was not built in this store.

    Notes
    -----
    O(addresses log addresses); 16 bytes an address in memory.
    """
    check_count("limit", limit)
    first, second = open_set(chain, a), open_set(chain, b)
    at = min((first.chain, second.chain), key=lambda each: each.bound.blocks)
    found = _core.diff_rule_sets(at.core, first.core, second.core, at.bound, limit)
    merged, n_merged, split, n_split = found
    is_complete = at.coverage.complete_from_genesis
    return SetDifference(
        a=first.rules[0],
        b=second.rules[0],
        n_merged=n_merged,
        merged=_clusters(at, merged),
        n_split=n_split,
        split=_clusters(at, split),
        coverage=at.coverage.with_unknown([] if is_complete else ["balance_sat"]),
        provenance=replace(
            at.provenance,
            rules=tuple(dict.fromkeys((first.rules[0], second.rules[0], *first.rules, *second.rules))),
        ),
    )


def _clusters(chain: Chain, rows: Sequence[Row]) -> tuple[DividedCluster, ...]:
    ids = [anchor for row in rows for anchor in (row[0], *(part[0] for part in row[4]))]
    texts = iter(chain.core.address_texts(np.array(ids, np.uint32)))
    return tuple(
        DividedCluster(
            anchor=next(texts) or "",
            n_addresses=size,
            n_parts=n_parts,
            balance_sat=value,
            parts=tuple(Part(next(texts) or "", part[1], part[2]) for part in parts),
        )
        for _, size, n_parts, value, parts in rows
    )
