"""Where a trace starts: an output, all outputs of a transaction, or all outputs that an address received."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coalface.chain import Chain, parse_outpoint
from coalface.chain.reference import is_hash
from coalface.errors import InvalidAddress, NotFound

__all__ = ["Origin", "origin_outputs"]


@dataclass(frozen=True)
class Origin:
    """What one text stands for."""

    text: str
    kind: str
    """``output``, ``tx`` or ``address``."""
    n_outputs: int


def origin_outputs(chain: Chain, origins: Sequence[str]) -> tuple[list[Origin], NDArray[np.uint64]]:
    """What each text stands for, and the output ids of all of them, ascending, each once.

    Parameters
    ----------
    chain
        As of which block: an address stands for every output that it received up to there.
    origins
        ``txid:vout``, txids or addresses.

    Raises
    ------
    NotFound
        If a transaction, output or address is not in the store.
    InvalidAddress
        If a text is none of the three.
    """
    found: list[Origin] = []
    outputs: list[NDArray[np.uint64]] = []
    for text in origins:
        kind, rows = _outputs_of(chain, text)
        found.append(Origin(text, kind, len(rows)))
        outputs.append(rows)
    merged = np.unique(np.concatenate(outputs)) if outputs else np.empty(0, np.uint64)
    return found, merged.astype(np.uint64)


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
    try:
        address_id = chain.core.find_address(text, chain.bound)
    except InvalidAddress as error:
        raise InvalidAddress(
            f"origin `{text[:80]}` is no txid:vout, txid or address: {error.message}",
            code=error.code,
            hint=error.hint,
            context=error.context,
        ) from error
    rows = (
        np.empty(0, np.uint64) if address_id is None else chain.core.address_outputs(address_id, chain.bound)
    )
    if len(rows) == 0:
        raise NotFound(
            f"address {text} received nothing in this store as of {chain.as_of}",
            code="not_found_address",
            context={"address": text},
        )
    return "address", rows
