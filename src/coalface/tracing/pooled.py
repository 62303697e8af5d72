"""Lowest intermediate balance: what claim is left on an account in which money of many people was mixed.

*What it claims.* Tainted deposits make a claim on the account. Whoever controls it is taken to spend their
own money first; so a withdrawal touches the claim only when the balance falls below it, and then the claim
falls to the balance. Deposits that come later do not fill it up again.

*Why.* It is how courts trace into a mixed bank account: *Re Hallett's Estate* (1880) and *James Roscoe
(Bolton) Ltd v Winder* (1915). An account is an address, or a cluster, which is an inference.

*When it is wrong.* If the account is not one party's; if the balance on the chain is not the balance of the
account (a service keeps its books elsewhere). Transactions of one block are taken in block order, its
coinbase last; within a transaction what is received and what is spent count together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coalface import _core
from coalface.accuracy import ErrorRates, error_rates
from coalface.chain import Chain, Coverage, Provenance
from coalface.clusters import COINJOIN_RULE, RULE_SET
from coalface.tracing.methods import method_named
from coalface.tracing.origins import Origin, origin_parts
from coalface.tracing.rows import Rows
from coalface.tracing.stops import BOUNDARIES, Override, Stop, stops_of
from coalface.tracing.targets import target_outputs
from coalface.tracing.trace import DEFAULT_MEMORY_BYTES, Question

__all__ = ["POOLED_METHOD", "Pooled", "PooledEvent", "pooled"]

POOLED_METHOD = "lowest_intermediate_balance/1"
_SERVICE = BOUNDARIES.index("service")


@dataclass(frozen=True)
class PooledEvent:
    """A transaction of the account, from the first tainted deposit on."""

    txid: str
    height: int | None
    time_unix: int
    received_sat: int
    sent_sat: int
    balance_sat: int
    """After it."""
    tainted_in_sat: int
    tainted_out_sat: int
    """By how much the claim fell: what went out of the claimant's money."""
    claim_sat: int
    """After it."""


@dataclass(frozen=True)
class Pooled:
    """What became of a claim. ``deposited_sat`` = ``claim_sat`` + sum of ``tainted_out_sat``."""

    method: str
    traced_by: str
    """Method by which the origins' value was followed to the account."""
    origins: tuple[Origin, ...]
    origin_sat: int
    account: Origin
    deposited_sat: int
    """Tainted value that reached the account."""
    claim_sat: int
    """What is left of it."""
    lowest_balance_sat: int | None
    """Lowest balance from the first tainted deposit on; `None` if there was none."""
    balance_sat: int
    events: Sequence[PooledEvent]
    overrides: tuple[Override, ...]
    coverage: Coverage
    provenance: Provenance
    parameters: dict[str, int | bool | str]
    error_rates: ErrorRates


def pooled(
    chain: Chain,
    origins: Sequence[str],
    account: str,
    *,
    method: str = "haircut",
    stops: Mapping[str, str | Stop] | None = None,
    stop_at_clusters: bool = True,
    through: Sequence[str] = (),
    through_coinjoins: bool = False,
    max_txs: int = 1_000_000,
    memory_bytes: int = DEFAULT_MEMORY_BYTES,
    progress: Callable[[int], None] | None = None,
) -> Pooled:
    """What is left of the value of `origins` in a pooled account by its lowest balance since, in satoshi.

    Parameters
    ----------
    chain
        As of which block.
    origins
        As those of `trace`.
    account
        An address, or ``cluster:ADDRESS``.
    method
        How the origins' value is followed to the account.
    stops, stop_at_clusters, through, through_coinjoins, max_txs, memory_bytes, progress
        As in `trace`.

    Raises
    ------
    NotFound, InvalidAddress, UsageError, LimitExceeded, Cancelled
        As `trace`.

    References
    ----------
    *Re Hallett's Estate* (1880) 13 Ch D 696; *James Roscoe (Bolton) Ltd v Winder* [1915] 1 Ch 62.
    """
    chosen = method_named(method, "forward")
    found, parts = origin_parts(chain, origins)
    [whose], outputs = target_outputs(chain, [account])
    ends = stops_of(chain, stops or {}, with_clusters=stop_at_clusters, through=through)
    question = Question(
        chain, parts, "forward", ends, through_coinjoins, max_txs=max_txs, memory_bytes=memory_bytes
    )
    options = question.options(method, keep_edges=False)
    options["stop_outputs"] = (outputs, np.full(len(outputs), _SERVICE, np.uint8))
    record = _core.trace(
        chain.core, (parts.outputs, parts.start_sat, parts.sat), chain.bound, options, progress
    )
    is_here = np.isin(record["terminal_outputs"], outputs)
    txs, received, sent = _history(chain, outputs)
    deposits = _by_tx(chain, record["terminal_outputs"][is_here], record["terminal_sat"][is_here])
    first_tx = chain.column("block.first_tx")[: chain.bound.blocks]
    place = np.searchsorted(first_tx, txs, side="right")
    ends_of_blocks = np.append(first_tx[1:], chain.bound.txs).astype(np.float64)
    is_coinbase = np.isin(txs, first_tx)
    order = np.argsort(np.where(is_coinbase, ends_of_blocks[place - 1] - 0.5, txs.astype(np.float64)))
    balance = claim = 0
    rows: list[tuple[int, int, int, int, int, int, int]] = []
    for n in order.tolist():
        tx, came, went = int(txs[n]), int(received[n]), int(sent[n])
        balance += came - went
        tainted_in = deposits.get(tx, 0)
        before = claim + tainted_in
        claim = max(0, min(before, balance))
        if rows or tainted_in:
            rows.append((tx, came, went, balance, tainted_in, before - claim, claim))
    rules = (RULE_SET,) if whose.kind == "cluster" else ()
    return Pooled(
        method=POOLED_METHOD,
        traced_by=chosen.version,
        origins=tuple(found),
        origin_sat=int(record["origin_sat"].sum()),
        account=whose,
        deposited_sat=sum(row[4] for row in rows),
        claim_sat=claim,
        lowest_balance_sat=min((row[3] for row in rows), default=None),
        balance_sat=balance,
        events=_events(chain, rows),
        overrides=ends.overrides,
        coverage=chain.coverage,
        provenance=replace(
            chain.provenance, rules=(*(() if through_coinjoins else (COINJOIN_RULE,)), *rules)
        ),
        parameters={
            "max_txs": max_txs,
            "n_stops": len(ends.by_id),
            "rounding": chosen.rounding,
            "stop_at_clusters": stop_at_clusters,
            "through_coinjoins": through_coinjoins,
        },
        error_rates=error_rates((POOLED_METHOD, chosen.version, *rules)),
    )


def _history(
    chain: Chain, outputs: NDArray[np.uint64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    """Transactions of the account, and what it received and sent in each."""
    ids = np.unique(chain.column("output.address_id")[outputs])
    txs, received, sent = [], [], []
    for address_id in ids.tolist():
        history = chain.core.address_history(address_id, chain.bound)
        while (window := history.next()) is not None:
            txs.append(window[0])
            received.append(window[1])
            sent.append(window[2])
    every, places = np.unique(np.concatenate(txs), return_inverse=True)
    sums = np.zeros((2, len(every)), np.int64)
    np.add.at(sums[0], places, np.concatenate(received))
    np.add.at(sums[1], places, np.concatenate(sent))
    return every, sums[0], sums[1]


def _by_tx(chain: Chain, outputs: NDArray[np.uint64], sats: NDArray[np.int64]) -> dict[int, int]:
    """Tainted satoshi that a transaction paid into the account."""
    firsts = chain.column("tx.first_output")[: chain.bound.txs]
    txs = np.searchsorted(firsts, outputs.astype(firsts.dtype), side="right") - 1
    found: dict[int, int] = {}
    for tx, sat in zip(txs.tolist(), sats.tolist(), strict=True):
        found[tx] = found.get(tx, 0) + sat
    return found


def _events(chain: Chain, rows: list[tuple[int, int, int, int, int, int, int]]) -> Rows[PooledEvent]:
    """Events with what their transactions are."""

    def build(start: int, end: int) -> list[PooledEvent]:
        part = rows[start:end]
        txids, heights, times = chain.core.txs(np.array([row[0] for row in part], np.uint32))
        return [
            PooledEvent(txid, height, time, *row[1:])
            for txid, height, time, row in zip(txids, heights, times, part, strict=True)
        ]

    return Rows(len(rows), build)
