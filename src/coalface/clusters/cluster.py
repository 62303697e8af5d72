"""The cluster of an address."""

from dataclasses import dataclass, field, replace

import numpy as np

from coalface.accuracy import ErrorRates, error_rates
from coalface.chain import Chain, Coverage, Provenance
from coalface.chain.reference import check_count
from coalface.clusters.overlay import OVERLAY_RULE, Guards, Knowledge, Overlay, Replay
from coalface.clusters.rule_sets import open_set
from coalface.clusters.rules import COINJOIN_RULE, cluster_error_rates

__all__ = ["Cluster", "cluster"]


@dataclass(frozen=True)
class Cluster:
    """Addresses that a rule set holds to be under one control, as of a block."""

    address: str
    """The address that was asked for."""
    anchor: str | None
    """Address that names the cluster; `None` if the address does not occur."""
    anchor_rule: str
    """How the anchor is chosen: ``root`` of the store's own set, which may change as the cluster grows, or
    ``earliest`` address, which stays unless the cluster joins one with an earlier address."""
    n_addresses: int | None
    """0 if the address does not occur; `None` if that is so in a partial chain, which cannot tell."""
    members: tuple[str, ...]
    """Addresses of the cluster, the anchor first; not all if there are more than asked for."""
    members_complete: bool
    balance_sat: int | None
    """Sum over the members; `None` in a partial chain, or if not all members are given."""
    received_sat: int | None
    """Sum over the members in the indexed blocks; `None` if not all members are given."""
    coverage: Coverage
    provenance: Provenance
    status: str = "inference"
    """``fact`` if the ledger alone ties it together: forms of one key."""
    error_rates: ErrorRates = field(default_factory=cluster_error_rates)
    overlay: Overlay | None = None
    """What guards and analysts changed; `None` of a pure cluster, and if the address does not occur."""


def cluster(
    chain: Chain,
    address: str,
    *,
    limit: int = 1000,
    rule_set: str | None = None,
    overlay: Guards | None = None,
) -> Cluster:
    """The cluster of an address by a rule set, with at most `limit` members.

    Parameters
    ----------
    chain
        As of which block.
    address
        Any address of the cluster.
    limit
        Members to give; sums need all of them.
    rule_set
        Name of a set that was built beside the store; ``strict`` unless given. A set that lags behind the
        store answers as of its own last block, which `provenance` names.
    overlay
        Apply the cut overlay, with these guards and the decisions of analysts; `None` gives the pure cluster.

    Raises
    ------
    LimitExceeded
        If the overlay would have to replay more addresses than its guards allow.
    UsageError
        If `limit` is not positive, or there is no such rule set.
    NotFound
        If the rule set was not built in this store.
    InvalidAddress
        If the text is no address of the chain's network.

    Notes
    -----
    Wrong where several people sign one transaction without equal outputs (PayJoin), and where a service
    spends for its customers: the cluster is then the service's. O(members).

    References
    ----------
    Meiklejohn et al. (2013), "A Fistful of Bitcoins".
    """
    check_count("limit", limit, least=1)
    opened = open_set(chain, rule_set)
    chain, provenance = opened.chain, opened.provenance
    core, bound = chain.core, chain.bound
    anchor_rule = "root" if opened.core.counts() is None else "earliest"
    address_id = core.find_address(address, bound)
    if address_id is None:
        known = 0 if chain.coverage.complete_from_genesis else None
        unknown = [] if known == 0 else ["anchor", "n_addresses", "members", "balance_sat", "received_sat"]
        return Cluster(
            address=address,
            anchor=None,
            anchor_rule=anchor_rule,
            n_addresses=known,
            members=(),
            members_complete=known == 0,
            balance_sat=known,
            received_sat=known,
            coverage=chain.coverage.with_unknown(unknown),
            provenance=provenance,
            error_rates=opened.error_rates,
        )
    root, n_addresses, anchor, is_fact = opened.core.cluster(address_id, bound)
    members, is_all = opened.core.members(root, bound, limit)
    rates, changed = opened.error_rates, None
    if overlay is not None:
        replay = Replay(opened, Knowledge(chain, overlay), [address_id])
        changed = replay.overlay(address_id)
        provenance = replace(provenance, rules=(*provenance.rules, OVERLAY_RULE))
        if not replay.changes_nothing:
            ids = replay.members(address_id)
            n_addresses, anchor, anchor_rule = len(ids), ids[0], "earliest"
            members, is_all = np.array(ids[:limit], np.uint32), len(ids) <= limit
            is_fact = is_fact and not changed.joins and len(ids) > 1
            rates = error_rates((opened.rules[0], COINJOIN_RULE, OVERLAY_RULE))
    # The anchor first, whatever the order of the tree.
    members = np.concatenate(([anchor], members[members != anchor]))[:limit].astype(np.uint32)
    texts = core.address_texts(members)
    received = balance = None
    if is_all:
        totals = [core.address_totals(int(member), bound) for member in members]
        # A member that spends an output made outside a partial chain received more than its blocks show.
        if not any(total["n_external"] for total in totals):
            received = sum(total["received_sat"] for total in totals)
        # In a partial chain a member may hold outputs that nobody looked at.
        if received is not None and chain.coverage.complete_from_genesis:
            balance = received - sum(total["sent_sat"] for total in totals)
    unknown = [
        name for name, value in (("balance_sat", balance), ("received_sat", received)) if value is None
    ]
    return Cluster(
        address=address,
        anchor=texts[0],
        anchor_rule=anchor_rule,
        n_addresses=n_addresses,
        members=tuple(text or "" for text in texts),
        members_complete=is_all,
        balance_sat=balance,
        received_sat=received,
        coverage=chain.coverage.with_unknown(unknown),
        provenance=provenance,
        status="fact" if is_fact else "inference",
        error_rates=rates,
        overlay=changed,
    )
