"""Ways by which value may have gone from one place to another, as lists that anybody can check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coalface import _core
from coalface.chain import Chain, Coverage, Provenance
from coalface.tracing.origins import Origin, origin_parts
from coalface.tracing.stops import Override, Stop, stops_of
from coalface.tracing.targets import target_outputs
from coalface.tracing.trace import DEFAULT_MEMORY_BYTES, Question

__all__ = ["Paths", "Step", "Way", "paths"]


@dataclass(frozen=True)
class Step:
    """An output on the way. Each but the first is made by the transaction that spends the one before it."""

    txid: str
    vout: int
    address: str | None
    value_sat: int


@dataclass(frozen=True)
class Way:
    """One way. It says that value could go so, not that it did."""

    steps: tuple[Step, ...]
    n_txs: int
    """Transactions between the first output and the last."""
    width_sat: int
    """Value of the narrowest output: no more can have gone this way."""


@dataclass(frozen=True)
class Paths:
    """Ways from one place to another; `None` where there is none within the limits."""

    origins: tuple[Origin, ...]
    targets: tuple[Origin, ...]
    shortest: Way | None
    """Fewest transactions."""
    largest: Way | None
    """Widest at its narrowest output."""
    earliest: Way | None
    """To the target that was reached first; the shortest to it."""
    n_targets_reached: int
    """Outputs of the targets that were reached."""
    n_txs: int
    """Transactions that were followed."""
    is_complete: bool
    """Whether the search ended before its limit: if not, there may be other ways."""
    overrides: tuple[Override, ...]
    coverage: Coverage
    provenance: Provenance
    parameters: dict[str, int | bool]


def paths(
    chain: Chain,
    origins: Sequence[str],
    targets: Sequence[str],
    *,
    stops: Mapping[str, str | Stop] | None = None,
    stop_at_clusters: bool = True,
    through: Sequence[str] = (),
    through_coinjoins: bool = False,
    max_txs: int = 1_000_000,
    memory_bytes: int = DEFAULT_MEMORY_BYTES,
    progress: Callable[[int], None] | None = None,
) -> Paths:
    """Shortest, largest and earliest way from `origins` to `targets`, width in satoshi.

    Parameters
    ----------
    chain
        As of which block.
    origins, targets
        As the origins of `trace`; a target is a whole output, a transaction, an address or a cluster.
    stops, stop_at_clusters, through, through_coinjoins, max_txs, memory_bytes, progress
        As in `trace`: no way leads through a stop. A target is never one.

    Raises
    ------
    NotFound, InvalidAddress, UsageError, LimitExceeded, Cancelled
        As `trace`.

    Notes
    -----
    One forward pass over everything that could come from the origins (poison), O(n) in its transactions.
    """
    found, parts = origin_parts(chain, origins)
    wanted, outputs = target_outputs(chain, targets)
    ends = stops_of(chain, stops or {}, with_clusters=stop_at_clusters, through=through)
    question = Question(
        chain, parts, "forward", ends, through_coinjoins, max_txs=max_txs, memory_bytes=memory_bytes
    )
    record = _core.trace_ways(
        chain.core,
        (parts.outputs, parts.start_sat, parts.sat),
        outputs,
        chain.bound,
        question.options("poison", keep_edges=True),
        progress,
    )
    return Paths(
        origins=tuple(found),
        targets=tuple(wanted),
        shortest=_way(chain, *record["shortest"]),
        largest=_way(chain, *record["largest"]),
        earliest=_way(chain, *record["earliest"]),
        n_targets_reached=record["n_targets"],
        n_txs=record["n_txs"],
        is_complete=not record["is_cut"],
        overrides=ends.overrides,
        coverage=chain.coverage,
        provenance=chain.provenance,
        parameters={
            "max_txs": max_txs,
            "n_stops": len(ends.by_id),
            "stop_at_clusters": stop_at_clusters,
            "through_coinjoins": through_coinjoins,
        },
    )


def _way(chain: Chain, outputs: NDArray[np.uint64], width_sat: int) -> Way | None:
    """A way with what its outputs are."""
    if len(outputs) == 0:
        return None
    txids, numbers, values, address_ids = chain.core.outputs(outputs)
    addresses = chain.core.address_texts(address_ids)
    steps = map(Step, txids, numbers, addresses, values)
    return Way(tuple(steps), len(outputs) - 1, width_sat)
