"""Where a trace starts: an output or a part of it, a transaction, an address, a cluster."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coalface.chain import Chain, parse_outpoint
from coalface.chain.reference import is_hash
from coalface.errors import InvalidAddress, NotFound, UsageError

__all__ = ["Origin", "Parts", "origin_outputs", "origin_parts"]

_MAX_MEMBERS = 5_000_000
"""Addresses of a cluster that one origin may stand for."""
_PART = re.compile(r"([^=]*)=([0-9]{1,16})(?:@([0-9]{1,16}))?", re.ASCII)


@dataclass(frozen=True)
class Origin:
    """What one text stands for."""

    text: str
    kind: str
    """``output``, ``part``, ``tx``, ``address`` or ``cluster``."""
    n_outputs: int
    value_sat: int
    """Value of the outputs, or of the part."""


@dataclass(frozen=True)
class Parts:
    """Parts of outputs: parallel arrays. A whole output is the part from 0 to its value."""

    outputs: NDArray[np.uint64]
    start_sat: NDArray[np.int64]
    """Satoshi of the output before the part."""
    sat: NDArray[np.int64]

    @staticmethod
    def joined(parts: Iterable["Parts"]) -> "Parts":
        """All of them, one after another."""
        every = list(parts) or [Parts.whole(np.empty(0, np.uint64), np.empty(0, np.int64))]
        return Parts(
            np.concatenate([each.outputs for each in every]),
            np.concatenate([each.start_sat for each in every]),
            np.concatenate([each.sat for each in every]),
        )

    @staticmethod
    def whole(outputs: NDArray[np.uint64], values: NDArray[np.int64]) -> "Parts":
        """Whole outputs."""
        return Parts(outputs.astype(np.uint64), np.zeros(len(outputs), np.int64), values.astype(np.int64))


def origin_outputs(chain: Chain, origins: Sequence[str]) -> tuple[list[Origin], NDArray[np.uint64]]:
    """What each text stands for, and all output ids, ascending, each once; raises as `origin_parts`."""
    found, parts = origin_parts(chain, origins)
    return found, np.unique(parts.outputs).astype(np.uint64)


def origin_parts(chain: Chain, origins: Sequence[str]) -> tuple[list[Origin], Parts]:
    """What each text stands for, and the parts of outputs of all of them.

    Parameters
    ----------
    chain
        As of which block: an address stands for every output that it received up to there.
    origins
        ``txid:vout``; ``txid:vout=SAT``, the first SAT satoshi of it, or ``txid:vout=SAT@START``, those
        behind the first START; txids; addresses; ``cluster:ADDRESS``, all that the addresses in its cluster
        received.

    Raises
    ------
    NotFound
        If a transaction, output or address is not in the store.
    InvalidAddress
        If a text is none of these.
    UsageError
        If an output does not have that part, or a cluster is too large.
    """
    found: list[Origin] = []
    parts: list[Parts] = []
    values = chain.column("output.value_sat")
    for text in origins:
        kind, part = _parts_of(chain, text, values)
        found.append(Origin(text, kind, len(part.outputs), int(part.sat.sum())))
        parts.append(part)
    return found, Parts.joined(parts)


def _parts_of(chain: Chain, text: str, values: NDArray[np.int64]) -> tuple[str, Parts]:
    """Kind of one origin and its parts."""
    cut = _PART.fullmatch(text)
    if cut is not None and parse_outpoint(cut[1]) is not None:
        _, rows = _outputs_of(chain, cut[1])
        sat, start, value = int(cut[2]), int(cut[3] or 0), int(values[rows[0]])
        if not 0 < sat <= value - start:
            raise UsageError(
                f"origin `{text[:120]}`: {cut[1][:80]} has {value} satoshi, not {sat} from {start} on",
                code="usage_origin_part",
                hint="`txid:vout=SAT` takes the first SAT satoshi, `=SAT@START` those behind the first START",
                context={"received": sat, "start_sat": start, "allowed": value},
            )
        return "part", Parts(rows, np.array([start], np.int64), np.array([sat], np.int64))
    kind, rows = _outputs_of(chain, text)
    return kind, Parts.whole(rows, values[rows])


def _outputs_of(chain: Chain, text: str) -> tuple[str, NDArray[np.uint64]]:
    """Kind of one origin and its output ids."""
    outpoint = parse_outpoint(text)
    if outpoint is not None:
        txid, vout = outpoint
        first, end = chain.core.outputs_of(chain.tx_row(txid))
        if vout >= end - first:
            raise NotFound(
                f"transaction {txid} has outputs 0 to {end - first - 1}, not {vout}",
                code="not_found_output",
                context={"txid": txid, "vout": vout},
            )
        return "output", np.array([first + vout], np.uint64)
    if is_hash(text):
        return "tx", np.arange(*chain.core.outputs_of(chain.tx_row(text.lower())), dtype=np.uint64)
    is_cluster = text.startswith("cluster:")
    address = text.removeprefix("cluster:")
    try:
        address_id = chain.core.find_address(address, chain.bound)
    except InvalidAddress as error:
        raise InvalidAddress(
            f"origin `{text[:80]}` is no txid:vout, txid, address or cluster:ADDRESS: {error.message}",
            code=error.code,
            hint=error.hint,
            context=error.context,
        ) from error
    ids: list[int] = [] if address_id is None else [address_id]
    if is_cluster and address_id is not None:
        root = chain.core.cluster(address_id, chain.bound)[0]
        members, is_whole = chain.core.cluster_members(root, chain.bound, _MAX_MEMBERS)
        if not is_whole:
            raise UsageError(
                f"the cluster of {address} has more than {_MAX_MEMBERS} addresses, too many to trace as one",
                code="usage_cluster_size",
                context={"address": address, "allowed": _MAX_MEMBERS},
            )
        ids = members.tolist()
    rows = [chain.core.address_outputs(each, chain.bound) for each in ids]
    joined = np.sort(np.concatenate(rows)) if rows else np.empty(0, np.uint64)
    if len(joined) == 0:
        raise NotFound(
            f"address {address} received nothing in this store as of {chain.as_of}",
            code="not_found_address",
            context={"address": address},
        )
    return "cluster" if is_cluster else "address", joined
