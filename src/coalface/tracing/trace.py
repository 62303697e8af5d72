"""A trace and its answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coalface import _core
from coalface.accuracy import error_rates
from coalface.chain import Chain
from coalface.chain.reference import check_count, parse_outpoint
from coalface.clusters import COINJOIN_RULE, RULE_SET
from coalface.errors import NotFound, UsageError
from coalface.tracing.answer import OtherMethod, Trace
from coalface.tracing.legs import Leg, UsedLeg, used
from coalface.tracing.methods import METHODS, Method, method_named
from coalface.tracing.origins import Parts, origin_parts
from coalface.tracing.read import actors_of, edges_of, terminals_of, timeline_of
from coalface.tracing.stops import BOUNDARIES, Stop, Stops, stops_of

__all__ = ["Question", "trace"]

DEFAULT_MEMORY_BYTES = 4 << 30
_SWAP = BOUNDARIES.index("swap")


@dataclass(frozen=True)
class Question:
    """What the engine is asked, whatever the method."""

    chain: Chain
    parts: Parts
    direction: str
    stops: Stops
    through_coinjoins: bool = False
    follow_fees: bool = False
    max_txs: int = 1_000_000
    memory_bytes: int = DEFAULT_MEMORY_BYTES
    legs: tuple[Leg, ...] = ()
    progress: Callable[[int], None] | None = None

    def options(
        self,
        method: str,
        *,
        keep_edges: bool,
        edges_file: Path | None = None,
        stop_outputs: NDArray[np.uint64] | None = None,
    ) -> _core.TraceOptions:
        """Options of the engine."""
        outputs = np.empty(0, np.uint64) if stop_outputs is None else stop_outputs
        return {
            "method": method,
            "is_backward": self.direction == "backward",
            "max_txs": self.max_txs,
            "stops": self.stops.arrays(),
            "stop_outputs": (outputs, np.full(len(outputs), _SWAP, np.uint8)),
            "stop_at_coinjoins": not self.through_coinjoins,
            "follow_fees": self.follow_fees,
            "keep_hops": keep_edges and edges_file is None,
            "keep_runs": keep_edges and method_named(method, self.direction).has_places,
            "edges": None if edges_file is None else str(edges_file),
            "memory_bytes": self.memory_bytes,
            "spill_folder": tempfile.gettempdir(),
        }

    def ask(
        self, method: str, *, keep_edges: bool = True, edges_file: Path | None = None
    ) -> tuple[_core.TraceRecord, tuple[UsedLeg, ...]]:
        """The engine's answer, and the legs that were reached.

        Notes
        -----
        A leg leads from an output to a later one (backward: to an earlier one), so that what it carries on is
        known once all legs before it are: each round settles at least one leg more.
        """
        ends = [self._ends(leg) for leg in self.legs]
        sources = np.unique(np.array([each[0] for each in ends], np.uint64))
        options = self.options(method, keep_edges=keep_edges, edges_file=edges_file, stop_outputs=sources)
        values = self.chain.column("output.value_sat")
        continued: list[int] = [0] * len(ends)
        while True:
            more: dict[int, int] = {}
            for (_, target), sat in zip(ends, continued, strict=True):
                if target is not None and sat:
                    more[target] = min(more.get(target, 0) + sat, int(values[target]))
            rows = np.array(list(more), np.uint64)
            parts = Parts.joined([self.parts, Parts.whole(rows, np.array(list(more.values()), np.int64))])
            record = _core.trace(
                self.chain.core,
                (parts.outputs, parts.start_sat, parts.sat),
                self.chain.bound,
                options,
                self.progress,
            )
            arrived = dict(
                zip(record["terminal_outputs"].tolist(), record["terminal_sat"].tolist(), strict=True)
            )
            before = continued
            continued = [
                0
                if target is None
                else _share(arrived.get(source, 0), int(values[source]), int(values[target]))
                for source, target in ends
            ]
            if continued == before:
                reached = [
                    used(leg, arrived[source], sat)
                    for leg, (source, _), sat in zip(self.legs, ends, continued, strict=True)
                    if arrived.get(source, 0)
                ]
                return record, tuple(reached)

    def _ends(self, leg: Leg) -> tuple[int, int | None]:
        """Output at which this trace reaches a leg, and that from which it goes on."""
        out = self._row(leg.out)
        back = None if leg.back is None else self._row(leg.back)
        if back is not None and back <= out:
            raise UsageError(
                f"leg of {leg.out}: {leg.back} does not come after it",
                code="usage_legs",
                context={"out": leg.out},
            )
        if self.direction == "forward":
            return out, back
        return (out, None) if back is None else (back, out)

    def _row(self, text: str) -> int:
        """Output id of an outpoint."""
        outpoint = parse_outpoint(text)
        if outpoint is None:
            raise UsageError(f"`{text[:80]}` of a leg is no txid:vout", code="usage_legs")
        first, end = self.chain.core.outputs_of(self.chain.tx_row(outpoint[0]))
        if outpoint[1] >= end - first:
            raise NotFound(f"output {text} of a leg is not in this store", code="not_found_output")
        return first + outpoint[1]


def _share(tainted_sat: int, value_sat: int, other_sat: int) -> int:
    """Part of the other end of a leg that is tainted."""
    return 0 if value_sat <= 0 else min(other_sat, other_sat * tainted_sat // value_sat)


def trace(
    chain: Chain,
    origins: Sequence[str],
    *,
    method: str = "haircut",
    direction: str = "forward",
    stops: Mapping[str, str | Stop] | None = None,
    stop_lists: Sequence[Mapping[str, str | None]] = (),
    stop_at_clusters: bool = True,
    suspected: Mapping[int, str] | None = None,
    through: Sequence[str] = (),
    through_coinjoins: bool = False,
    follow_fees: bool = False,
    legs: Sequence[Leg] = (),
    robustness: bool = False,
    max_txs: int = 1_000_000,
    memory_bytes: int = DEFAULT_MEMORY_BYTES,
    edges_file: str | Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> Trace:
    """Where the value of `origins` went, up to the chain's last block, or where it came from, in satoshi.

    Parameters
    ----------
    chain
        As of which block.
    origins
        ``txid:vout`` (``=SAT@START`` for a part), txids (all outputs), addresses (every output received up to
        the chain's block) or ``cluster:ADDRESS``.
    method
        Accounting method, one of `METHODS`. It is part of the answer.
    direction
        ``forward`` or ``backward``.
    stops
        Addresses that are boundaries (services), each with the reason that the answer gives, or a `Stop`.
    stop_lists
        Label lists that `stops` come from (`LabelList.as_provenance`); the answer's provenance names them.
    stop_at_clusters
        Stop as well at addresses in the clusters of `stops`: an inference, and the answer says so.
    suspected
        Reason by address id, of addresses that behave like an unnamed service: stops too.
    through
        Addresses at which the trace goes on whatever says stop; the answer names them as overrides.
    through_coinjoins
        Go on through transactions that may be CoinJoins instead of stopping there, and mark
        what lies behind.
    follow_fees
        Follow taint through fees into the coinbase that collected them.
    legs
        External legs (`read_legs`): where they begin the trace leaves the chain, and goes on where they end.
    robustness
        Ask every other method as well.
    max_txs
        Transactions to follow; the rest ends at the boundary ``limit``.
    memory_bytes
        Memory for what waits and for the answer; what waits goes to a temporary file beyond that.
    edges_file
        Write the edges there, a JSON document a line, instead of keeping them.
    progress
        Called now and then with the number of transactions followed. What it raises stops the trace and is
        raised again.

    Raises
    ------
    NotFound
        If an origin is not in the store.
    UsageError
        If method or direction is unknown, there is no origin, or a number is out of range.
    LimitExceeded
        If the answer does not fit the memory.
    IoFailure
        If the edges cannot be written.
    Cancelled
        On Ctrl-C.

    Notes
    -----
    O(n) in followed transactions, with 16 bytes for each output that waits. Methods and their rules:
    docs/tracing.md. Says nothing about ownership: mixing spreads taint to unrelated people, so a trace
    stops at services and possible CoinJoins.

    References
    ----------
    Möser, Böhme, Breuker (2014), "Towards Risk Scoring of Bitcoin Transactions"; Anderson, Shumailov, Ahmed
    (2018), "Making Bitcoin Legal".
    """
    chosen = method_named(method, direction)
    if not origins:
        raise UsageError("a trace needs an origin: txid:vout, a txid or an address", code="usage_origin")
    if isinstance(origins, str):
        raise UsageError("origins is a list of texts, not one text", code="usage_origin")
    check_count("max_txs", max_txs)
    check_count("memory_bytes", memory_bytes)
    found, parts = origin_parts(chain, origins)
    ends = stops_of(chain, stops or {}, with_clusters=stop_at_clusters, suspected=suspected, through=through)
    question = Question(
        chain,
        parts,
        direction,
        ends,
        through_coinjoins,
        follow_fees,
        max_txs,
        memory_bytes,
        tuple(legs),
        progress,
    )
    path = None if edges_file is None else Path(edges_file)
    record, reached = question.ask(method, edges_file=path)
    totals = totals_of(record)
    total_sat = int(record["origin_sat"].sum())
    continued_sat = total_sat - _once(parts) if any(each.continued_sat for each in reached) else 0
    rules = (() if through_coinjoins else (COINJOIN_RULE,)) + (
        (RULE_SET,) if stops and stop_at_clusters else ()
    )
    other_way = _other_way(question, bool(stops), stop_at_clusters)
    mixed = record["terminal_sat"][record["terminal_mixed"]]
    return Trace(
        method=chosen.version,
        direction=direction,
        origins=tuple(found),
        origin_sat=total_sat - continued_sat,
        continued_sat=continued_sat,
        totals_sat=totals,
        mixed_sat=int(mixed.sum()),
        lost_to_fees_sat=record["lost_to_fees_sat"],
        met_again_sat=record["met_again_sat"],
        n_txs=record["n_txs"],
        actors=actors_of(chain, record, ends),
        timeline=timeline_of(chain, record),
        terminals=terminals_of(chain, record, ends, direction),
        edges=edges_of(chain, record),
        edges_file=None if path is None else str(path),
        legs=reached,
        overrides=ends.overrides,
        robustness=_others(question, chosen) if robustness else None,
        coverage=chain.coverage.with_unknown(["terminals[].boundary"] if totals["coverage"] else []),
        provenance=replace(chain.provenance, rules=rules, lists=tuple(map(dict, stop_lists))),
        parameters={
            "direction": direction,
            "follow_fees": follow_fees,
            "max_txs": max_txs,
            "n_legs": len(legs),
            "n_stops": len(ends.by_id),
            "n_stops_given": len(stops or {}),
            "n_suspected": len(suspected or {}),
            "rounding": chosen.rounding,
            "stop_at_clusters": stop_at_clusters,
            "through_coinjoins": through_coinjoins,
        },
        error_rates=error_rates(
            (chosen.version, *rules), () if other_way is None else ((chosen.version, other_way),)
        ),
    )


def totals_of(record: _core.TraceRecord) -> dict[str, int]:
    """Tainted satoshi by boundary, every boundary named."""
    marks, sats = record["terminal_boundary"], record["terminal_sat"]
    return {name: int(sats[marks == number].sum()) for number, name in enumerate(BOUNDARIES)}


def _once(parts: Parts) -> int:
    """Satoshi of parts that may overlap, each counted once."""
    order = np.lexsort((parts.start_sat, parts.outputs))
    total, last, end = 0, -1, 0
    for n in order.tolist():
        output, start, sat = int(parts.outputs[n]), int(parts.start_sat[n]), int(parts.sat[n])
        if output != last:
            last, end = output, 0
        total += max(0, start + sat - max(start, end))
        end = max(end, start + sat)
    return total


def _others(question: Question, chosen: Method) -> tuple[OtherMethod, ...]:
    """Every other method's sums, of those that are defined in this direction."""
    found = []
    for name in METHODS:
        if name == chosen.name:
            continue
        try:
            method = method_named(name, question.direction)
        except UsageError:
            continue
        record, _ = question.ask(name, keep_edges=False)
        found.append(
            OtherMethod(
                method.version,
                totals_of(record),
                record["lost_to_fees_sat"],
                record["met_again_sat"],
                record["n_txs"],
                len(record["terminal_outputs"]),
            )
        )
    return tuple(found)


def _other_way(question: Question, has_stops: bool, stop_at_clusters: bool) -> str | None:
    """How this trace differs from those that rates were measured with; `None` if it does not."""
    for differs, how in (
        (question.direction == "backward", "not measured backward"),
        (question.through_coinjoins, "not measured through CoinJoins"),
        (question.follow_fees, "not measured through fees"),
        (bool(question.legs), "not measured with external legs"),
        (not has_stops, "not measured without stops at services"),
        (not stop_at_clusters, "not measured without stops at clusters of services"),
        (bool(question.stops.overrides), None),
    ):
        if differs:
            return how
    return None
