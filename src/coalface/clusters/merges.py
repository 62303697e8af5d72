"""What happened to clusters between two blocks: a log of merges."""

from dataclasses import dataclass

import numpy as np

from coalface.chain import AsOf, Chain, Coverage, Provenance
from coalface.chain.reference import check_count
from coalface.clusters.rule_sets import open_set

__all__ = ["Merge", "Merges", "merges"]


@dataclass(frozen=True)
class Merge:
    """Two clusters became one."""

    known_height: int | None
    """Block of the latest evidence: they are one from there on."""
    anchor: str
    """Address that names the cluster from then on."""
    n_addresses: int
    """Addresses that it named before."""
    lost_anchor: str
    """Address that names no cluster any more."""
    n_lost_addresses: int
    """Addresses that it named before."""
    rule: str
    txid: str


@dataclass(frozen=True)
class Merges:
    """Merges of a rule set between two blocks."""

    since: AsOf
    until: AsOf
    n_merges: int
    """All of them that have at least so many addresses on each side."""
    merges: tuple[Merge, ...]
    """In chain order; not all if there are more than asked for."""
    least_addresses: int
    coverage: Coverage
    provenance: Provenance
    status: str = "inference"


def merges(since: Chain, until: Chain, *, rule_set: str, least: int = 2, limit: int = 1000) -> Merges:
    """Merges of clusters of a named rule set between two states of a chain.

    Parameters
    ----------
    since, until
        The same store as of two blocks.
    rule_set
        Name of a set that was built beside the store.
    least
        Addresses that both clusters had at the least; with 1, single addresses that joined a cluster count.
    limit
        Merges to give.

    Raises
    ------
    UsageError
        If there is no such rule set or a number is out of range; of ``strict``, too, which keeps no log.
    NotFound
        If the rule set was not built in this store.
    """
    check_count("least", least, least=1, most=2**32 - 1)
    check_count("limit", limit)
    first, last = open_set(since, rule_set), open_set(until, rule_set)
    core = last.chain.core
    rows, n_merges = last.core.merges(first.chain.bound, last.chain.bound, least, limit)
    texts = core.address_texts(np.array([row[n] for row in rows for n in (0, 2)], np.uint32))
    txids = core.txs(np.array([row[5] for row in rows], np.uint32))[0]
    heights = core.txs(np.array([row[6] for row in rows], np.uint32))[1]
    found = tuple(
        Merge(
            known_height=heights[n],
            anchor=texts[2 * n] or "",
            n_addresses=row[1],
            lost_anchor=texts[2 * n + 1] or "",
            n_lost_addresses=row[3],
            rule=row[4],
            txid=txids[n],
        )
        for n, row in enumerate(rows)
    )
    return Merges(first.chain.as_of, last.chain.as_of, n_merges, found, least, last.coverage, last.provenance)
