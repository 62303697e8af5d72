"""Addresses at which a trace ends, and why: services by label, what shares their cluster, and suspects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from coalface import _core
from coalface.chain import Chain
from coalface.clusters import RULE_SET
from coalface.errors import UsageError

__all__ = ["BOUNDARIES", "STOP_BOUNDARIES", "Override", "Stop", "Stops", "stops_of"]

BOUNDARIES: tuple[str, ...] = tuple(_core.trace_boundaries())
"""Why a trace stops at an output."""
STOP_BOUNDARIES = ("service", "suspected_service", "mixer", "swap", "court_sale")
"""Those that an address can be."""
_MAX_MEMBERS = 20_000_000
"""Addresses of one cluster that are taken as stops at the most: what fits in some hundred megabytes."""


@dataclass(frozen=True)
class Stop:
    """What is known of an address at which traces end."""

    reason: str
    boundary: str = "service"
    """One of `STOP_BOUNDARIES`."""
    actor: str | None = None
    """Whose it is, as a label says; `None` if none does."""
    category: str | None = None
    is_override: bool = False
    """Whether the user asked for it, instead of a label."""


@dataclass(frozen=True)
class Override:
    """A decision of the user about where this trace stops."""

    kind: str
    """``stop`` or ``through``."""
    address: str
    instead_of: str | None
    """Why the trace would have stopped there; `None` if it would not."""


@dataclass(frozen=True)
class Stops:
    """Stops by address id, as far as they occur as of the chain's block."""

    by_id: dict[int, tuple[str, Stop]] = field(default_factory=dict)
    """Address that was named (for an inference: the one in whose cluster it is) and what is known of it."""
    overrides: tuple[Override, ...] = ()

    def arrays(self) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
        """Address ids and the numbers of their boundaries."""
        ids = sorted(self.by_id)
        marks = [BOUNDARIES.index(self.by_id[each][1].boundary) for each in ids]
        return np.array(ids, np.uint32), np.array(marks, np.uint8)


def stops_of(
    chain: Chain,
    stops: Mapping[str, str | Stop],
    *,
    with_clusters: bool,
    suspected: Mapping[int, str] | None = None,
    through: Sequence[str] = (),
) -> Stops:
    """Every address id at which a trace ends, those of `through` taken out.

    Parameters
    ----------
    chain
        As of which block.
    stops
        By address: a reason (of a service), or more.
    with_clusters
        Add every address in the cluster of one of them; its reason says that this is an inference.
    suspected
        Reason by address id, of addresses that behave like a service: they stop as ``suspected_service``.
    through
        Addresses that are no stops, whatever else says so.

    Raises
    ------
    InvalidAddress
        If a text is no address of the chain's network.
    UsageError
        If a boundary is none that an address can be.
    """
    given: dict[int, tuple[str, Stop]] = {}
    named: dict[str, Stop] = {}
    for address, what in stops.items():
        stop = what if isinstance(what, Stop) else Stop(what)
        if stop.boundary not in STOP_BOUNDARIES:
            raise UsageError(
                f"boundary `{stop.boundary[:40]}` is none of {', '.join(STOP_BOUNDARIES)}",
                code="usage_boundary",
            )
        named[address] = stop
        address_id = chain.core.find_address(address, chain.bound)
        if address_id is not None:
            given[address_id] = (address, stop)
    found: dict[int, tuple[str, Stop]] = {
        address_id: ("", Stop(reason, "suspected_service"))
        for address_id, reason in (suspected or {}).items()
    }
    if with_clusters:
        roots: dict[int, tuple[str, Stop]] = {}
        for address_id, (address, stop) in given.items():
            roots.setdefault(chain.core.cluster(address_id, chain.bound)[0], (address, stop))
        for root, (address, stop) in roots.items():
            members, _ = chain.core.cluster_members(root, chain.bound, _MAX_MEMBERS)
            why = f"in the cluster of {address} by {RULE_SET} (inference), which is {stop.reason}"
            found.update(dict.fromkeys(members.tolist(), (address, replace(stop, reason=why))))
    found.update(given)
    overrides = [Override("stop", address, None) for address, stop in named.items() if stop.is_override]
    for address in through:
        address_id = chain.core.find_address(address, chain.bound)
        would = None if address_id is None else found.pop(address_id, None)
        overrides.append(Override("through", address, None if would is None else would[1].reason))
    return Stops(found, tuple(overrides))
