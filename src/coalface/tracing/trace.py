"""A forward trace and its answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from coalface import _core
from coalface.accuracy import ErrorRates, error_rates
from coalface.chain import Chain, Coverage, Provenance
from coalface.chain.reference import check_count
from coalface.clusters import COINJOIN_RULE, RULE_SET
from coalface.errors import UsageError
from coalface.tracing.origins import Origin, origin_outputs
from coalface.tracing.stops import stop_reasons

__all__ = ["BOUNDARIES", "METHODS", "Edge", "TaintedInput", "TaintedOutput", "Terminal", "Trace", "trace"]

METHODS = ("haircut",)
"""Accounting methods."""
BOUNDARIES = ("unspent", "service", "coinjoin", "burned", "limit", "coverage")
"""Why a trace stops at an output."""


@dataclass(frozen=True)
class Terminal:
    """An output where tainted value ended."""

    txid: str
    vout: int
    address: str | None
    value_sat: int
    tainted_sat: int
    boundary: str
    reason: str


@dataclass(frozen=True)
class TaintedInput:
    """An output that a transaction spends, and how much of it is tainted."""

    txid: str
    vout: int
    tainted_sat: int


@dataclass(frozen=True)
class TaintedOutput:
    """An output that a transaction makes, and how much of it is tainted."""

    vout: int
    tainted_sat: int


@dataclass(frozen=True)
class Edge:
    """One transaction that tainted value went through: what it spends and makes, as far as tainted."""

    txid: str
    height: int | None
    time_unix: int
    inputs: tuple[TaintedInput, ...]
    outputs: tuple[TaintedOutput, ...]
    fee_tainted_sat: int


@dataclass(frozen=True)
class Trace:
    """Where value went. ``origin_sat`` = sum of ``totals_sat`` + ``lost_to_fees_sat`` + ``met_again_sat``."""

    method: str
    origins: tuple[Origin, ...]
    origin_sat: int
    """Value of all origin outputs, each counted once."""
    totals_sat: dict[str, int]
    """Tainted satoshi by boundary, every boundary named."""
    lost_to_fees_sat: int
    met_again_sat: int
    """Taint that came back to an origin output, which counts with its whole value already."""
    n_txs: int
    terminals: tuple[Terminal, ...]
    edges: tuple[Edge, ...]
    coverage: Coverage
    provenance: Provenance
    parameters: dict[str, int | bool | str]
    error_rates: ErrorRates
    """Of the method and of the rules that decided where the trace stopped."""

    def by_address(self) -> list[tuple[str | None, str, int]]:
        """(address, boundary, tainted satoshi) summed over terminals, largest first."""
        sums: dict[tuple[str | None, str], int] = {}
        for terminal in self.terminals:
            key = (terminal.address, terminal.boundary)
            sums[key] = sums.get(key, 0) + terminal.tainted_sat
        rows = [(address, boundary, sat) for (address, boundary), sat in sums.items()]
        return sorted(rows, key=lambda row: (-row[2], row[0] or "", row[1]))


def trace(
    chain: Chain,
    origins: Sequence[str],
    *,
    method: str = "haircut",
    stops: Mapping[str, str] | None = None,
    stop_lists: Sequence[Mapping[str, str | None]] = (),
    stop_at_clusters: bool = True,
    through_coinjoins: bool = False,
    max_txs: int = 1_000_000,
    progress: Callable[[int], None] | None = None,
) -> Trace:
    """Where the value of `origins` went, forward to the chain's last block, in satoshi.

    Parameters
    ----------
    chain
        As of which block.
    origins
        ``txid:vout``, txids (all outputs) or addresses (every output received up to the chain's block).
    method
        Accounting method, one of `METHODS`.
    stops
        Addresses that are boundaries (services), each with the reason that the answer gives.
    stop_lists
        Label lists that `stops` come from (`LabelList.as_provenance`); the answer's provenance names them.
    stop_at_clusters
        Stop as well at addresses in the clusters of `stops`: an inference, and the answer says so.
    through_coinjoins
        Go on through transactions that may be CoinJoins instead of stopping there.
    max_txs
        Transactions to follow; the rest ends at the boundary ``limit``.
    progress
        Called now and then with the number of transactions followed. What it raises stops the trace and is
        raised again.

    Raises
    ------
    NotFound
        If an origin is not in the store.
    UsageError
        If the method is unknown, there is no origin, or `max_txs` is negative.
    Cancelled
        On Ctrl-C.

    Notes
    -----
    Haircut: an output takes of the tainted value in proportion to its own, by the drawing rule (outputs in
    index order, the fee last), so that both margins hold to the satoshi. O(n log n) in followed transactions.
    Says nothing about ownership: mixing spreads taint to unrelated people, so a trace stops at services and
    possible CoinJoins.

    References
    ----------
    Möser, Böhme, Breuker (2014), "Towards Risk Scoring of Bitcoin Transactions".
    """
    if method not in METHODS:
        raise UsageError(
            f"method `{method}` is not known, known are {', '.join(METHODS)}", code="usage_method"
        )
    if not origins:
        raise UsageError("a trace needs an origin: txid:vout, a txid or an address", code="usage_origin")
    if isinstance(origins, str):
        raise UsageError("origins is a list of texts, not one text", code="usage_origin")
    check_count("max_txs", max_txs)
    found, outputs = origin_outputs(chain, origins)
    reasons = stop_reasons(chain, stops or {}, with_clusters=stop_at_clusters)
    record = chain.core.trace_haircut(
        outputs,
        chain.bound,
        max_txs,
        np.array(sorted(reasons), np.uint32),
        not through_coinjoins,
        progress=progress,
    )
    totals = dict.fromkeys(BOUNDARIES, 0)
    for boundary, sat in zip(record["terminal_boundaries"], record["terminal_sat"].tolist(), strict=True):
        totals[boundary] += sat
    rules = (() if through_coinjoins else (COINJOIN_RULE,)) + (
        (RULE_SET,) if stops and stop_at_clusters else ()
    )
    version = f"{method}/1"
    other_way = _other_way(bool(stops), stop_at_clusters, through_coinjoins)
    return Trace(
        method=version,
        origins=tuple(found),
        origin_sat=int(record["origin_sat"].sum()),
        totals_sat=totals,
        lost_to_fees_sat=record["lost_to_fees_sat"],
        met_again_sat=record["met_again_sat"],
        n_txs=len(record["hop_txs"]),
        terminals=_terminals(chain, record, reasons),
        edges=_edges(chain, record),
        coverage=chain.coverage.with_unknown(["terminals[].boundary"] if totals["coverage"] else []),
        provenance=replace(chain.provenance, rules=rules, lists=tuple(map(dict, stop_lists))),
        parameters={
            "direction": "forward",
            "max_txs": max_txs,
            "n_stops": len(reasons),
            "n_stops_given": len(stops or {}),
            "stop_at_clusters": stop_at_clusters,
            "rounding": "drawing rule: tainted first, outputs in index order, fee last",
            "through_coinjoins": through_coinjoins,
        },
        error_rates=error_rates((version, *rules), () if other_way is None else ((version, other_way),)),
    )


def _other_way(has_stops: bool, stop_at_clusters: bool, through_coinjoins: bool) -> str | None:
    """How this trace differs from those that rates were measured with; `None` if it does not."""
    if through_coinjoins:
        return "not measured through CoinJoins"
    if not has_stops:
        return "not measured without stops at services"
    return None if stop_at_clusters else "not measured without stops at clusters of services"


def _terminals(chain: Chain, record: "_core.TraceRecord", reasons: Mapping[int, str]) -> tuple[Terminal, ...]:
    """Outputs where the trace ended."""
    txids, numbers, values, address_ids = chain.core.outputs(record["terminal_outputs"])
    addresses = chain.core.address_texts(address_ids)
    why = {
        "unspent": f"unspent as of {chain.as_of}",
        "coinjoin": f"spent by a transaction that may be a CoinJoin ({COINJOIN_RULE})",
        "burned": "cannot be spent by anybody",
        "limit": "the limit of transactions was reached",
        "coverage": "spent by a transaction with inputs of unknown value",
    }
    return tuple(
        Terminal(
            txid=txid,
            vout=vout,
            address=address,
            value_sat=value_sat,
            tainted_sat=tainted_sat,
            boundary=boundary,
            reason=reasons[address_id] if boundary == "service" else why[boundary],
        )
        for txid, vout, address, value_sat, address_id, tainted_sat, boundary in zip(
            txids,
            numbers,
            addresses,
            values,
            address_ids.tolist(),
            record["terminal_sat"].tolist(),
            record["terminal_boundaries"],
            strict=True,
        )
    )


def _edges(chain: Chain, record: "_core.TraceRecord") -> tuple[Edge, ...]:
    """Transactions that the trace went through, in chain order."""
    txids, heights, times = chain.core.txs(record["hop_txs"])
    spent_txids, spent_numbers, _, _ = chain.core.outputs(record["hop_inputs"])
    _, made_numbers, _, _ = chain.core.outputs(record["hop_outputs"])
    inputs = list(map(TaintedInput, spent_txids, spent_numbers, record["hop_input_sat"].tolist()))
    outputs = list(map(TaintedOutput, made_numbers, record["hop_output_sat"].tolist()))
    ends_in, ends_out = record["hop_first_input"].tolist(), record["hop_first_output"].tolist()
    return tuple(
        Edge(
            txid=txid,
            height=heights[n],
            time_unix=times[n],
            inputs=tuple(inputs[ends_in[n] : ends_in[n + 1]]),
            outputs=tuple(outputs[ends_out[n] : ends_out[n + 1]]),
            fee_tainted_sat=int(record["hop_fee_sat"][n]),
        )
        for n, txid in enumerate(txids)
    )
