"""Why two addresses are not in one cluster, and what would have to be so that they were."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from coalface import _core
from coalface.accuracy import ErrorRates
from coalface.chain import Chain, Coverage, Provenance
from coalface.chain.reference import check_count
from coalface.clusters.rule_sets import STRICT, OpenSet, open_set
from coalface.clusters.rules import cluster_error_rates
from coalface.clusters.steps import Step, steps_from
from coalface.errors import NotFound

__all__ = ["Apart", "CommonCounterparty", "Contact", "InSet", "apart"]

_MAX_STEPS = 50


@dataclass(frozen=True)
class Contact:
    """A transaction with both sides in it."""

    txid: str
    height: int | None
    a_address: str
    """An address of the first cluster in it."""
    b_address: str


@dataclass(frozen=True)
class InSet:
    """What another rule set says of the two."""

    rule_set: str
    """Name and version."""
    same_cluster: bool
    steps: tuple[Step, ...]
    """The earliest evidence by that set; the first 50 steps."""


@dataclass(frozen=True)
class CommonCounterparty:
    """Somebody with whom both clusters dealt: whom they paid, or who paid them."""

    anchor: str
    n_addresses: int
    n_txs_a: int
    """Transactions of the first cluster with it, among those looked at."""
    n_txs_b: int


@dataclass(frozen=True)
class Apart:
    """What lies between two addresses that a rule set keeps apart, as of a block."""

    a: str
    b: str
    same_cluster: bool | None
    """`True` if they are not apart; then the lists are empty. `None` where a partial chain shows no tie."""
    in_sets: tuple[InSet, ...]
    """The other sets that were built beside this store."""
    left_alone: tuple[Contact, ...]
    """Transactions that spend from both and tie nobody, since they may be CoinJoins: at most 20."""
    a_pays_b: tuple[Contact, ...]
    """At most 20."""
    b_pays_a: tuple[Contact, ...]
    common: tuple[CommonCounterparty, ...]
    """The nearest common counterparties, most transactions first: at most 20."""
    n_txs_searched: int
    search_complete: bool
    """Whether all transactions of both clusters were looked at."""
    coverage: Coverage
    provenance: Provenance
    status: str = "inference"
    error_rates: ErrorRates = field(default_factory=cluster_error_rates)


def apart(chain: Chain, a: str, b: str, *, max_txs: int = 20_000, rule_set: str | None = None) -> Apart:
    """What lies between addresses `a` and `b` if a rule set keeps them apart.

    Parameters
    ----------
    chain
        As of which block.
    a, b
        Two addresses.
    max_txs
        Transactions of each cluster to look at.
    rule_set
        Name of a set that was built beside the store; ``strict`` unless given.

    Raises
    ------
    UsageError
        If `max_txs` is not positive, or there is no such rule set.
    NotFound
        If the rule set was not built in this store.
    InvalidAddress
        If one of the texts is no address of the chain's network.

    Notes
    -----
    That nothing ties them is no evidence that two owners stand behind them.
    """
    check_count("max_txs", max_txs, least=1)
    opened = open_set(chain, rule_set)
    core, bound = opened.chain.core, opened.chain.bound
    ids = [core.find_address(text, bound) for text in (a, b)]
    is_known = opened.coverage.complete_from_genesis
    if ids[0] is None or ids[1] is None:
        return _answer(opened, a, b, same=False if is_known else None)
    pair = (ids[0], ids[1])
    if opened.core.cluster(pair[0], bound)[0] == opened.core.cluster(pair[1], bound)[0]:
        return _answer(opened, a, b, same=True)
    found = opened.core.apart(*pair, bound, max_txs)
    return _answer(
        opened,
        a,
        b,
        same=False if is_known else None,
        in_sets=_in_sets(opened, pair, rule_set),
        left_alone=_meetings(opened, found["left_alone"]),
        a_pays_b=_meetings(opened, found["a_pays_b"]),
        b_pays_a=_meetings(opened, found["b_pays_a"]),
        common=_common(opened, found["common"]),
        n_txs=found["n_txs"],
        is_complete=not found["gave_up"],
    )


def _answer(
    opened: OpenSet,
    a: str,
    b: str,
    *,
    same: bool | None,
    in_sets: tuple[InSet, ...] = (),
    left_alone: tuple[Contact, ...] = (),
    a_pays_b: tuple[Contact, ...] = (),
    b_pays_a: tuple[Contact, ...] = (),
    common: tuple[CommonCounterparty, ...] = (),
    n_txs: int = 0,
    is_complete: bool = True,
) -> Apart:
    return Apart(
        a=a,
        b=b,
        same_cluster=same,
        in_sets=in_sets,
        left_alone=left_alone,
        a_pays_b=a_pays_b,
        b_pays_a=b_pays_a,
        common=common,
        n_txs_searched=n_txs,
        search_complete=is_complete,
        coverage=opened.coverage.with_unknown(["same_cluster"] if same is None else []),
        provenance=opened.provenance,
        error_rates=opened.error_rates,
    )


def _in_sets(opened: OpenSet, pair: tuple[int, int], asked: str | None) -> tuple[InSet, ...]:
    """What the other sets of the store say, narrowest first."""
    found = []
    names = [STRICT, *(name for name, *_ in _core.rule_sets())]
    for name in names:
        if name == (asked or STRICT):
            continue
        try:
            other = open_set(opened.chain, name)
        except NotFound:
            continue
        told = other.core.explain(*pair, other.chain.bound, _MAX_STEPS)
        steps = () if told is None else steps_from(other.chain, told[0])
        found.append(InSet(other.rules[0], told is not None, steps))
    return tuple(found)


def _meetings(opened: OpenSet, rows: Sequence[tuple[int, int, int]]) -> tuple[Contact, ...]:
    if not rows:
        return ()
    core = opened.chain.core
    txs, firsts, seconds = (np.array(column, np.uint32) for column in zip(*rows, strict=True))
    txids, heights, _ = core.txs(txs)
    texts = zip(core.address_texts(firsts), core.address_texts(seconds), strict=True)
    return tuple(
        Contact(txid, height, a or "", b or "")
        for txid, height, (a, b) in zip(txids, heights, texts, strict=True)
    )


def _common(opened: OpenSet, rows: Sequence[tuple[int, int, int, int]]) -> tuple[CommonCounterparty, ...]:
    texts = opened.chain.core.address_texts(np.array([row[0] for row in rows], np.uint32))
    return tuple(CommonCounterparty(text or "", *row[1:]) for text, row in zip(texts, rows, strict=True))
