"""From the arrays of the engine to rows of an answer."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from coalface import _core
from coalface.chain import Chain
from coalface.clusters import COINJOIN_RULE
from coalface.tracing.answer import ActorTotal, Coin, Day, Edge, TaintedInput, TaintedOutput, Terminal
from coalface.tracing.rows import Rows
from coalface.tracing.stops import BOUNDARIES, STOP_BOUNDARIES, Stops

__all__ = ["actors_of", "edges_of", "terminals_of", "timeline_of"]

_NONE_U32 = 2**32 - 1
_DAY_SECONDS = 86_400


def terminals_of(chain: Chain, record: _core.TraceRecord, stops: Stops, direction: str) -> Rows[Terminal]:
    """Outputs where the trace ended, in chain order."""
    outputs, sats = record["terminal_outputs"], record["terminal_sat"]
    marks, mixed = record["terminal_boundary"], record["terminal_mixed"]
    why = _reasons(chain, direction)
    # Origin parts lie in one line with a gap of one behind each.
    places = np.concatenate(([0], np.cumsum(record["origin_sat"] + 1)))[:-1].astype(np.int64)

    def build(start: int, end: int) -> list[Terminal]:
        txids, numbers, values, address_ids = _core.trace_outputs(chain.core, outputs[start:end])
        known = address_ids != _NONE_U32
        texts: list[str | None] = [None] * (end - start)
        for place, text in zip(
            np.flatnonzero(known).tolist(), chain.core.address_texts(address_ids[known]), strict=True
        ):
            texts[place] = text
        coins = _coins(chain, record, places, start, end)
        rows = []
        for n in range(end - start):
            boundary = BOUNDARIES[marks[start + n]]
            stop = stops.by_id.get(int(address_ids[n])) if boundary in STOP_BOUNDARIES else None
            rows.append(
                Terminal(
                    txid=txids[n],
                    vout=numbers[n],
                    address=texts[n],
                    value_sat=int(values[n]),
                    tainted_sat=int(sats[start + n]),
                    boundary=boundary,
                    reason=why[boundary] if stop is None else stop[1].reason,
                    is_mixed=bool(mixed[start + n]),
                    coins=coins[n],
                )
            )
        return rows

    return Rows(len(outputs), build)


def _reasons(chain: Chain, direction: str) -> dict[str, str]:
    """Reason by boundary, of those that no address has a reason of its own for."""
    is_forward = direction == "forward"
    return {
        "unspent": f"unspent as of {chain.as_of}",
        "swap": "went into a swap, by an external leg"
        if is_forward
        else "came out of a swap, by an external leg",
        "coinjoin": f"{'spent' if is_forward else 'made'} by a transaction that may be a CoinJoin "
        f"({COINJOIN_RULE})",
        "coinbase": "made by a coinbase: new coin and fees",
        "burned": "cannot be spent by anybody",
        "limit": "the limit of transactions was reached",
        "coverage": "spent by a transaction with inputs of unknown value"
        if is_forward
        else "outside the partial chain, or made from inputs of unknown value",
    }


def _coins(
    chain: Chain, record: _core.TraceRecord, places: NDArray[np.int64], start: int, end: int
) -> list[tuple[Coin, ...]]:
    """Stretches of the terminals from one number to another, with the origin that each is coin of."""
    firsts = record["first_run"]
    if len(firsts) == 0:
        return [()] * (end - start)
    first, last = int(firsts[start]), int(firsts[end])
    at = record["run_origin_sat"][first:last]
    part = np.searchsorted(places, at, side="right") - 1
    txids, numbers, _, _ = _core.trace_outputs(chain.core, record["origin_outputs"][part])
    origin_starts = record["origin_start_sat"][part] + at - places[part]
    coins = list(
        map(
            Coin,
            record["run_start_sat"][first:last].tolist(),
            record["run_sat"][first:last].tolist(),
            txids,
            numbers,
            origin_starts.tolist(),
        )
    )
    ends = (firsts[start : end + 1].astype(np.int64) - first).tolist()
    return [tuple(coins[ends[n] : ends[n + 1]]) for n in range(end - start)]


def edges_of(chain: Chain, record: _core.TraceRecord) -> Rows[Edge]:
    """Transactions that the trace went through, in chain order; backward, the last one first."""

    def build(start: int, end: int) -> list[Edge]:
        txids, heights, times = chain.core.txs(record["hop_txs"][start:end])
        ends_in = record["hop_first_input"][start : end + 1].tolist()
        ends_out = record["hop_first_output"][start : end + 1].tolist()
        spent, made = slice(ends_in[0], ends_in[-1]), slice(ends_out[0], ends_out[-1])
        spent_txids, spent_numbers, _, _ = _core.trace_outputs(chain.core, record["hop_inputs"][spent])
        _, made_numbers, _, _ = _core.trace_outputs(chain.core, record["hop_outputs"][made])
        inputs = list(map(TaintedInput, spent_txids, spent_numbers, record["hop_input_sat"][spent].tolist()))
        outputs = list(map(TaintedOutput, made_numbers, record["hop_output_sat"][made].tolist()))
        return [
            Edge(
                txid=txids[n],
                height=heights[n],
                time_unix=times[n],
                inputs=tuple(inputs[ends_in[n] - ends_in[0] : ends_in[n + 1] - ends_in[0]]),
                outputs=tuple(outputs[ends_out[n] - ends_out[0] : ends_out[n + 1] - ends_out[0]]),
                fee_tainted_sat=int(record["hop_fee_sat"][start + n]),
            )
            for n in range(end - start)
        ]

    return Rows(len(record["hop_txs"]), build)


def actors_of(chain: Chain, record: _core.TraceRecord, stops: Stops) -> tuple[ActorTotal, ...]:
    """What ended at stops, by the address that was named, largest first."""
    marks = record["terminal_boundary"]
    at_stop = np.isin(marks, [BOUNDARIES.index(name) for name in STOP_BOUNDARIES])
    outputs, sats = record["terminal_outputs"][at_stop], record["terminal_sat"][at_stop]
    _, _, _, address_ids = _core.trace_outputs(chain.core, outputs)
    sums: dict[tuple[str | None, str], list[int]] = {}
    about: dict[tuple[str | None, str], tuple[str | None, str | None]] = {}
    names = chain.core.address_texts(address_ids[address_ids != _NONE_U32]) if len(address_ids) else []
    texts = dict(zip(address_ids[address_ids != _NONE_U32].tolist(), names, strict=True))
    for address_id, sat, mark in zip(
        address_ids.tolist(), sats.tolist(), marks[at_stop].tolist(), strict=True
    ):
        named = stops.by_id.get(address_id)
        if named is None:
            continue  # an output of an external leg
        address, stop = named
        key = (address or texts.get(address_id), BOUNDARIES[mark])
        row = sums.setdefault(key, [0, 0, 0])
        row[0] += sat
        row[1] += sat if address and texts.get(address_id) != address else 0
        row[2] += 1
        about[key] = (stop.actor, stop.category)
    rows = [
        ActorTotal(about[key][0], key[0], about[key][1], key[1], total, inferred, count)
        for key, (total, inferred, count) in sums.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.tainted_sat, row.address or "", row.boundary)))


def timeline_of(chain: Chain, record: _core.TraceRecord) -> tuple[Day, ...]:
    """What ended by the day on which its output was made, and by boundary."""
    if len(record["terminal_outputs"]) == 0:
        return ()
    heights, times = _core.trace_times(chain.core, record["terminal_outputs"])
    known = (heights != _NONE_U32) | (times != _NONE_U32)
    days = times[known].astype(np.int64) // _DAY_SECONDS
    keys = days * len(BOUNDARIES) + record["terminal_boundary"][known]
    unique, places = np.unique(keys, return_inverse=True)
    sums = np.zeros(len(unique), np.int64)
    np.add.at(sums, places, record["terminal_sat"][known])
    counts = np.bincount(places, minlength=len(unique))
    return tuple(
        Day(
            date=_date(key // len(BOUNDARIES)),
            boundary=BOUNDARIES[key % len(BOUNDARIES)],
            tainted_sat=sat,
            n_outputs=count,
        )
        for key, sat, count in zip(unique.tolist(), sums.tolist(), counts.tolist(), strict=True)
    )


def _date(day: int) -> str:
    """UTC date of a number of days since 1970."""
    return datetime.fromtimestamp(day * _DAY_SECONDS, UTC).date().isoformat()
