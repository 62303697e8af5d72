"""Addresses at which a trace ends, and why: services by label, and by inference what shares their cluster."""

from collections.abc import Mapping

from coalface.chain import Chain
from coalface.clusters import RULE_SET

__all__ = ["stop_reasons"]

_MAX_MEMBERS = 20_000_000
"""Addresses of one cluster that are taken as stops at the most: what fits in some hundred megabytes."""


def stop_reasons(chain: Chain, stops: Mapping[str, str], *, with_clusters: bool) -> dict[int, str]:
    """Reason by address id, of those addresses that occur as of the chain's block.

    Parameters
    ----------
    chain
        As of which block.
    stops
        Reason by address.
    with_clusters
        Add every address in the cluster of one of them; its reason says that this is an inference.

    Raises
    ------
    InvalidAddress
        If a text is no address of the chain's network.
    """
    given = {
        address_id: (address, reason)
        for address, reason in stops.items()
        if (address_id := chain.core.find_address(address, chain.bound)) is not None
    }
    reasons: dict[int, str] = {}
    if with_clusters:
        roots: dict[int, tuple[str, str]] = {}
        for address_id, named in given.items():
            roots.setdefault(chain.core.cluster(address_id, chain.bound)[0], named)
        for root, (address, reason) in roots.items():
            members, _ = chain.core.cluster_members(root, chain.bound, _MAX_MEMBERS)
            why = f"in the cluster of {address} by {RULE_SET} (inference), which is {reason}"
            reasons.update(dict.fromkeys(members.tolist(), why))
    reasons.update({address_id: reason for address_id, (_, reason) in given.items()})
    return reasons
