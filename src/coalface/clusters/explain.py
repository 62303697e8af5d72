"""Why two addresses are in one cluster: the transactions that tie them, to be checked by hand."""

from dataclasses import dataclass, field, replace

from coalface.accuracy import ErrorRates
from coalface.chain import Chain, Coverage, Provenance
from coalface.chain.reference import check_count
from coalface.clusters.overlay import OVERLAY_RULE, Guards, Knowledge, Overlay, Replay
from coalface.clusters.rule_sets import OpenSet, open_set
from coalface.clusters.rules import cluster_error_rates
from coalface.clusters.steps import Step, steps_from

__all__ = ["Explanation", "explain", "explain_shortest", "with_overlay"]


@dataclass(frozen=True)
class Explanation:
    """What ties two addresses together, as of a block."""

    a: str
    b: str
    order: str
    """``earliest``: the evidence whose latest transaction is as early as possible; ``shortest``: the fewest
    steps."""
    same_cluster: bool | None
    """`None` where a partial chain shows no tie: there may be one outside its blocks."""
    steps: tuple[Step, ...]
    """From `a` to `b`."""
    steps_complete: bool
    """Whether the steps reach `b`; `False` too if a search gave up."""
    n_txs_searched: int | None
    """Transactions that the search for the fewest steps looked at; `None` of the earliest evidence."""
    coverage: Coverage
    provenance: Provenance
    status: str = "inference"
    error_rates: ErrorRates = field(default_factory=cluster_error_rates)
    overlaid: bool | None = None
    """Whether both are in one cluster with the cut overlay; `None` if that was not asked for."""
    overlay: Overlay | None = None
    """What guards and analysts changed around both clusters; `None` if that was not asked for."""


def explain(chain: Chain, a: str, b: str, *, limit: int = 1000, rule_set: str | None = None) -> Explanation:
    """Transactions that tie address `a` to address `b`, earliest evidence first found wins.

    Parameters
    ----------
    chain
        As of which block.
    a, b
        Two addresses.
    limit
        Steps to give at the most.
    rule_set
        Name of a set that was built beside the store; ``strict`` unless given.

    Raises
    ------
    UsageError
        If `limit` is negative, or there is no such rule set.
    NotFound
        If the rule set was not built in this store.
    InvalidAddress
        If one of the texts is no address of the chain's network.

    Notes
    -----
    What a step names is a ledger fact (which inputs and outputs a transaction has); that one owner stands
    behind it is the inference.
    """
    check_count("limit", limit)
    opened = open_set(chain, rule_set)
    ids = _ids(opened, a, b)
    found = None if ids is None else opened.core.explain(*ids, opened.chain.bound, limit)
    if found is None:
        return _none(opened, a, b, "earliest")
    ties, has_more = found
    return _explanation(opened, a, b, "earliest", steps_from(opened.chain, ties), not has_more)


def explain_shortest(
    chain: Chain, a: str, b: str, *, max_txs: int = 20_000, rule_set: str | None = None
) -> Explanation:
    """The fewest transactions that tie address `a` to address `b`.

    Parameters
    ----------
    chain
        As of which block.
    a, b
        Two addresses.
    max_txs
        Transactions to look at before the search gives up: clusters of services have millions.
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
    Breadth first from both ends, through all ties of the set and not only those that the forest kept.
    """
    check_count("max_txs", max_txs, least=1)
    opened = open_set(chain, rule_set)
    ids = _ids(opened, a, b)
    if ids is None:
        return _none(opened, a, b, "shortest")
    bound = opened.chain.bound
    root_a, root_b = (opened.core.cluster(each, bound)[0] for each in ids)
    if root_a != root_b:
        return _none(opened, a, b, "shortest")
    ties, _, n_txs = opened.core.shortest(*ids, bound, max_txs)
    steps = steps_from(opened.chain, ties or [])
    return _explanation(opened, a, b, "shortest", steps, ties is not None, n_txs)


def with_overlay(
    chain: Chain, found: Explanation, guards: Guards, *, rule_set: str | None = None
) -> Explanation:
    """The explanation with what the cut overlay makes of both addresses; unchanged if one does not occur.

    Parameters
    ----------
    chain, rule_set
        Those that the explanation is of.
    found
        An explanation by the pure rule set.
    guards
        What holds unions back beside the decisions of analysts.

    Raises
    ------
    LimitExceeded
        If the overlay would have to replay more addresses than its guards allow.
    """
    opened = open_set(chain, rule_set)
    ids = _ids(opened, found.a, found.b)
    if ids is None:
        return found
    replay = Replay(opened, Knowledge(opened.chain, guards), ids)
    return replace(
        found,
        overlaid=replay.union.root(ids[0]) == replay.union.root(ids[1]),
        overlay=replay.overlay(*ids),
        provenance=replace(found.provenance, rules=(*found.provenance.rules, OVERLAY_RULE)),
    )


def _ids(opened: OpenSet, a: str, b: str) -> tuple[int, int] | None:
    """Both addresses' ids; `None` if one of them does not occur."""
    core, bound = opened.chain.core, opened.chain.bound
    first, second = core.find_address(a, bound), core.find_address(b, bound)
    return None if first is None or second is None else (first, second)


def _none(opened: OpenSet, a: str, b: str, order: str) -> Explanation:
    """That nothing ties them; what no block of a partial chain shows may still have happened."""
    is_known = opened.coverage.complete_from_genesis
    return Explanation(
        a=a,
        b=b,
        order=order,
        same_cluster=False if is_known else None,
        steps=(),
        steps_complete=True,
        n_txs_searched=None if order == "earliest" else 0,
        coverage=opened.coverage.with_unknown([] if is_known else ["same_cluster"]),
        provenance=opened.provenance,
        error_rates=opened.error_rates,
    )


def _explanation(
    opened: OpenSet,
    a: str,
    b: str,
    order: str,
    steps: tuple[Step, ...],
    is_complete: bool,
    n_txs: int | None = None,
) -> Explanation:
    is_fact = bool(steps) and is_complete and all(step.rule.startswith("key/") for step in steps)
    return Explanation(
        a=a,
        b=b,
        order=order,
        same_cluster=True,
        steps=steps,
        steps_complete=is_complete,
        n_txs_searched=n_txs,
        coverage=opened.coverage,
        provenance=opened.provenance,
        status="fact" if is_fact else "inference",
        error_rates=opened.error_rates,
    )
