"""A store and the truth about its chain, side by side: which row of one is which row of the other."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coalface.chain import Chain
from coalface.errors import RangeFileError
from coalface.range.score.truth import Truth

__all__ = ["Matched"]

_WINDOW = 1 << 16
"""Rows asked for at a time: a call a row would cost more than the answer."""


class Matched:
    """A chain and what is true of it.

    Parameters
    ----------
    chain
        The store, as of its tip or an earlier block.
    truth
        The truth about the same chain; it may be cut to what calibration is allowed to see.

    Raises
    ------
    RangeFileError
        If the truth is of another chain: it names transactions that the store does not hold.
    """

    def __init__(self, chain: Chain, truth: Truth, *, txids: list[str] | None = None) -> None:
        self.chain = chain
        self._txids = _txids(chain) if txids is None else txids
        self.truth = self._up_to(truth)
        missing = int((self.tx_rows < 0).sum())
        if missing:
            raise RangeFileError(
                f"`{truth.folder}`: the store lacks {missing} of its {len(self.tx_rows)} transactions",
                code="range_other_chain",
                hint="index the blocks of the same folder: coalface index OUT STORE",
                context={"path": str(truth.folder), "missing": missing},
            )

    def with_truth(self, truth: Truth) -> Matched:
        """The same chain with another part of the truth."""
        return Matched(self.chain, truth, txids=self._txids)

    @cached_property
    def tx_rows(self) -> NDArray[np.int64]:
        """Row in the store of each transaction of the truth; -1 where there is none."""
        rows = _places(self._txids)
        return np.array([rows.get(txid, -1) for txid in self.truth.txs["txid"]], np.int64)

    @cached_property
    def address_ids(self) -> NDArray[np.int64]:
        """Id in the store of each address of the truth; -1 for one that was never used."""
        n = self.n_addresses
        ids: dict[str | None, int] = {}
        for first in range(0, n, _WINDOW):
            window = np.arange(first, min(first + _WINDOW, n), dtype=np.uint32)
            for number, text in zip(window.tolist(), self.chain.core.address_texts(window), strict=True):
                ids.setdefault(text, number)
        return np.array([ids.get(text, -1) for text in self.truth.addresses["address"]], np.int64)

    @cached_property
    def output_rows(self) -> NDArray[np.int64]:
        """Row in the store of each output of the truth."""
        first = dict(zip(self.truth.txs["txid"], self._first_outputs.tolist(), strict=True))
        starts = np.array([first.get(txid, -1) for txid in self.truth.outputs["txid"]], np.int64)
        return np.where(starts < 0, -1, starts + self.truth.outputs["vout"])

    @cached_property
    def received_sat(self) -> NDArray[np.int64]:
        """What each address of the truth received, satoshi, by the store."""
        core, bound = self.chain.core, self.chain.bound
        return np.array(
            [
                0 if number < 0 else core.address_totals(number, bound)["received_sat"]
                for number in self.address_ids.tolist()
            ],
            np.int64,
        )

    @cached_property
    def n_addresses(self) -> int:
        """Addresses that occur as of the chain's block: ids are given in order of first appearance."""
        first = self.chain.column("address.first_output")
        return int((first < self.chain.bound.outputs).sum())

    @cached_property
    def _first_outputs(self) -> NDArray[np.int64]:
        """First output row of each transaction of the truth."""
        return self.chain.column("tx.first_output")[self.tx_rows].astype(np.int64)

    def _up_to(self, truth: Truth) -> Truth:
        """The truth as of the chain's block: what happened later is not asked for."""
        height = self.chain.as_of.height
        if height is None:
            return truth
        outputs = truth.outputs
        is_later = np.array([txid is not None for txid in outputs["spent_txid"]], np.bool_)
        if is_later.any():
            heights = dict(zip(truth.txs["txid"], truth.txs["height"].tolist(), strict=True))
            is_later = np.array(
                [txid is not None and heights.get(txid, 0) > height for txid in outputs["spent_txid"]],
                np.bool_,
            )
        unspent = dict(outputs)
        for name in ("spent_txid", "spent_vin"):
            unspent[name] = outputs[name].copy()
            unspent[name][is_later] = None
        truth = replace(truth, outputs=unspent)
        known = set(truth.txs["txid"][truth.txs["height"] <= height])
        return truth.only(
            txs=truth.txs["height"] <= height,
            outputs=outputs["height"] <= height,
            stolen=truth.stolen["height"] <= height,
            coinjoins=np.array([txid in known for txid in truth.coinjoins["txid"]], np.bool_),
        )


def _txids(chain: Chain) -> list[str]:
    """Txids of the store by row."""
    n, found = chain.bound.txs, []
    for first in range(0, n, _WINDOW):
        rows = np.arange(first, min(first + _WINDOW, n), dtype=np.uint32)
        found += chain.core.txs(rows)[0]
    return found


def _places(texts: list[str]) -> dict[str, int]:
    """Position of each text, the last of equal ones, as in look-ups of duplicate coinbase txids."""
    return {text: place for place, text in enumerate(texts)}
