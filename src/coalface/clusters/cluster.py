"""The cluster of an address."""

from dataclasses import dataclass, field, replace

import numpy as np

from coalface.accuracy import ErrorRates
from coalface.chain import Chain, Coverage, Provenance
from coalface.chain.reference import check_count
from coalface.clusters.rules import COINJOIN_RULE, RULE_SET, cluster_error_rates

__all__ = ["Cluster", "cluster"]


@dataclass(frozen=True)
class Cluster:
    """Addresses that a rule set holds to be under one control, as of a block."""

    address: str
    """The address that was asked for."""
    anchor: str | None
    """Address that names the cluster; `None` if the address does not occur."""
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
    error_rates: ErrorRates = field(default_factory=cluster_error_rates)


def cluster(chain: Chain, address: str, *, limit: int = 1000) -> Cluster:
    """The cluster of an address by rule set ``strict``, with at most `limit` members.

    Parameters
    ----------
    chain
        As of which block.
    address
        Any address of the cluster.
    limit
        Members to give; sums need all of them.

    Raises
    ------
    UsageError
        If `limit` is not positive.
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
    core, bound = chain.core, chain.bound
    provenance = replace(chain.provenance, rules=(RULE_SET, COINJOIN_RULE))
    address_id = core.find_address(address, bound)
    if address_id is None:
        known = 0 if chain.coverage.complete_from_genesis else None
        unknown = [] if known == 0 else ["anchor", "n_addresses", "members", "balance_sat", "received_sat"]
        return Cluster(
            address=address,
            anchor=None,
            n_addresses=known,
            members=(),
            members_complete=known == 0,
            balance_sat=known,
            received_sat=known,
            coverage=chain.coverage.with_unknown(unknown),
            provenance=provenance,
        )
    root, n_addresses = core.cluster(address_id, bound)
    members, is_all = core.cluster_members(root, bound, limit)
    texts = core.address_texts(np.asarray(members, np.uint32))
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
        n_addresses=n_addresses,
        members=tuple(text or "" for text in texts),
        members_complete=is_all,
        balance_sat=balance,
        received_sat=received,
        coverage=chain.coverage.with_unknown(unknown),
        provenance=provenance,
    )
