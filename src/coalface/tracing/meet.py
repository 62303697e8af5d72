"""Where money from several origins comes together: in one transaction, or at one address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coalface import _core
from coalface.chain import Chain, Coverage, Provenance
from coalface.clusters import COINJOIN_RULE
from coalface.errors import UsageError
from coalface.tracing.methods import method_named
from coalface.tracing.origins import Origin, origin_parts
from coalface.tracing.stops import BOUNDARIES, Override, Stop, stops_of
from coalface.tracing.trace import DEFAULT_MEMORY_BYTES, Question

__all__ = ["Meeting", "MeetingPlace", "Meetings", "meet"]

_MAX_ORIGINS = 62
_SHOWN = 10_000


@dataclass(frozen=True)
class Meeting:
    """A transaction that spends value of several origins which no single one of its inputs had together."""

    txid: str
    height: int | None
    time_unix: int
    tainted_sat: dict[str, int]
    """By origin, what it spends."""


@dataclass(frozen=True)
class MeetingPlace:
    """An address at which value of several origins ended."""

    address: str
    boundary: str
    tainted_sat: dict[str, int]


@dataclass(frozen=True)
class Meetings:
    """Where origins come together: transactions in chain order, places with most from others first."""

    method: str
    origins: tuple[Origin, ...]
    txs: tuple[Meeting, ...]
    places: tuple[MeetingPlace, ...]
    is_complete: bool
    """Whether all are shown, and no limit of transactions was reached."""
    overrides: tuple[Override, ...]
    coverage: Coverage
    provenance: Provenance
    parameters: dict[str, int | bool]


def meet(
    chain: Chain,
    origins: Sequence[str],
    *,
    method: str = "haircut",
    stops: Mapping[str, str | Stop] | None = None,
    stop_at_clusters: bool = True,
    suspected: Mapping[int, str] | None = None,
    through: Sequence[str] = (),
    through_coinjoins: bool = False,
    max_txs: int = 1_000_000,
    memory_bytes: int = DEFAULT_MEMORY_BYTES,
    progress: Callable[[int], None] | None = None,
) -> Meetings:
    """Transactions and addresses at which value of several `origins` comes together, in satoshi by origin.

    Parameters
    ----------
    chain
        As of which block.
    origins
        As those of `trace`, each traced by itself.
    method, stops, stop_at_clusters, suspected, through, through_coinjoins, max_txs, memory_bytes, progress
        As in `trace`.

    Raises
    ------
    UsageError
        If there are fewer than two origins, or more than can be told apart.
    NotFound, InvalidAddress, LimitExceeded, Cancelled
        As `trace`.
    """
    if isinstance(origins, str) or not 2 <= len(origins) <= _MAX_ORIGINS:
        raise UsageError(
            f"2 to {_MAX_ORIGINS} origins can come together, {len(origins)} are given", code="usage_origin"
        )
    chosen = method_named(method, "forward")
    ends = stops_of(chain, stops or {}, with_clusters=stop_at_clusters, suspected=suspected, through=through)
    found: list[Origin] = []
    records: list[_core.TraceRecord] = []
    for text in origins:
        [origin], parts = origin_parts(chain, [text])
        found.append(origin)
        question = Question(
            chain,
            parts,
            "forward",
            ends,
            through_coinjoins,
            max_txs=max_txs,
            memory_bytes=memory_bytes,
            progress=progress,
        )
        records.append(question.ask(method)[0])
    txs, all_txs = _txs(chain, origins, records)
    places, all_places = _places(chain, origins, records)
    limit = BOUNDARIES.index("limit")
    is_cut = any((record["terminal_boundary"] == limit).any() for record in records)
    return Meetings(
        method=chosen.version,
        origins=tuple(found),
        txs=txs,
        places=places,
        is_complete=all_txs and all_places and not is_cut,
        overrides=ends.overrides,
        coverage=chain.coverage,
        provenance=replace(chain.provenance, rules=() if through_coinjoins else (COINJOIN_RULE,)),
        parameters={
            "max_txs": max_txs,
            "n_stops": len(ends.by_id),
            "stop_at_clusters": stop_at_clusters,
            "through_coinjoins": through_coinjoins,
        },
    )


def _txs(
    chain: Chain, origins: Sequence[str], records: Sequence[_core.TraceRecord]
) -> tuple[tuple[Meeting, ...], bool]:
    """Transactions in which origins meet that were apart before, and whether these are all."""
    rows = [
        (
            np.repeat(
                record["hop_txs"],
                (record["hop_first_input"][1:] - record["hop_first_input"][:-1]).astype(np.int64),
            ),
            record,
            number,
        )
        for number, record in enumerate(records)
    ]
    tx = np.concatenate([each[0] for each in rows])
    output = np.concatenate([each[1]["hop_inputs"] for each in rows])
    sat = np.concatenate([each[1]["hop_input_sat"] for each in rows])
    origin = np.concatenate([np.full(len(each[0]), each[2], np.int64) for each in rows])
    _, at_output = np.unique(output, return_inverse=True)
    _, at_tx = np.unique(tx, return_inverse=True)
    of_output, of_tx = _mask(at_output, origin), _mask(at_tx, origin)
    # An input with all origins of its transaction: they came together before.
    is_old = np.zeros(len(of_tx), np.bool_)
    is_old[at_tx[of_output[at_output] == of_tx[at_tx]]] = True
    several = (of_tx & (of_tx - 1)) != 0
    meets = (several & ~is_old)[at_tx]
    sums: dict[int, dict[str, int]] = {}
    for row, number, amount in zip(
        tx[meets].tolist(), origin[meets].tolist(), sat[meets].tolist(), strict=True
    ):
        at = sums.setdefault(row, {})
        at[origins[number]] = at.get(origins[number], 0) + amount
    order = sorted(sums)[:_SHOWN]
    txids, heights, times = chain.core.txs(np.array(order, np.uint32))
    shown = tuple(
        Meeting(txid, height, time, sums[row])
        for row, txid, height, time in zip(order, txids, heights, times, strict=True)
    )
    return shown, len(sums) <= _SHOWN


def _mask(places: NDArray[np.intp], origin: NDArray[np.int64]) -> NDArray[np.int64]:
    """Origins by place, a bit each."""
    masks = np.zeros(int(places.max()) + 1 if len(places) else 0, np.int64)
    np.bitwise_or.at(masks, places, np.int64(1) << origin)
    return masks


def _places(
    chain: Chain, origins: Sequence[str], records: Sequence[_core.TraceRecord]
) -> tuple[tuple[MeetingPlace, ...], bool]:
    """Addresses at which several origins ended, and whether these are all."""
    sums: dict[tuple[int, int], dict[str, int]] = {}
    for text, record in zip(origins, records, strict=True):
        _, _, _, ids = _core.trace_outputs(chain.core, record["terminal_outputs"])
        for address_id, mark, sat in zip(
            ids.tolist(), record["terminal_boundary"].tolist(), record["terminal_sat"].tolist(), strict=True
        ):
            if address_id != 2**32 - 1:
                at = sums.setdefault((address_id, mark), {})
                at[text] = at.get(text, 0) + sat
    several = {key: at for key, at in sums.items() if len(at) > 1}
    order = sorted(several, key=lambda key: (max(several[key].values()) - sum(several[key].values()), key))
    order = order[:_SHOWN]
    texts = chain.core.address_texts(np.array([key[0] for key in order], np.uint32))
    shown = tuple(
        MeetingPlace(text or "", BOUNDARIES[key[1]], several[key])
        for key, text in zip(order, texts, strict=True)
    )
    return shown, len(several) <= _SHOWN
