"""Outputs that the change rules judged, and whose they are: what is counted, and learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coalface import _core
from coalface.range.score.holdout import HoldOut
from coalface.range.score.matched import Matched

__all__ = ["FITTED_WITHOUT", "ChangeCases", "change_cases", "hidden_txs"]

FITTED_WITHOUT = (
    "bitcoin_core",
    "electrum_2",
    "hot_wallet_multisig",
    "mobile_bitcoinj",
    "multisig_vault",
    "pool_payer_segwit",
    "trezor_suite",
)
"""Wallet families that no weight of the change rules was fitted on: every third by name, from the first on.
Among them are software whose change looks like the payment and software that moves to another kind."""


@dataclass(frozen=True)
class ChangeCases:
    """Outputs of transactions that are old enough to be judged, and were not left alone. A row an output."""

    txs: NDArray[np.int64]
    """Row in the store of its transaction."""
    outputs: NDArray[np.int64]
    kept_by: NDArray[np.int64]
    """Rules that keep it, a bit each."""
    ruled_out_by: NDArray[np.int64]
    log_odds_millinats: NDArray[np.int64]
    """Of the output that stands out of its transaction; meaningless for the others."""
    may_tie: NDArray[np.bool_]
    """Whether it stands out and no safeguard keeps it from being tied to the payer."""
    came_back: NDArray[np.bool_]
    """Whether whoever holds the keys of the first input holds those of the output."""
    payers: NDArray[np.int64]
    """Address of the first input, by id."""
    addresses: NDArray[np.int64]
    """Address of the output, by id."""


def change_cases(matched: Matched) -> ChangeCases:
    """Every judged output of a chain, in chain order.

    Parameters
    ----------
    matched
        A chain and what is true of it.
    """
    chain = matched.chain
    found = _core.change_votes(chain.core, chain.bound)
    txs, outputs = found["tx"].astype(np.int64), found["output"].astype(np.int64)
    owners = np.empty(chain.bound.outputs, object)
    owners[matched.output_rows] = matched.truth.outputs["owner"]
    firsts = chain.column("tx.first_input")[: chain.bound.txs].astype(np.int64)[txs]
    spent = chain.column("input.spent_output")[: chain.bound.inputs][firsts].astype(np.int64)
    return ChangeCases(
        txs=txs,
        outputs=outputs,
        kept_by=found["kept_by"].astype(np.int64),
        ruled_out_by=found["ruled_out_by"].astype(np.int64),
        log_odds_millinats=found["log_odds_millinats"].astype(np.int64),
        may_tie=found["is_best"] & np.array([refusal is None for refusal in found["refusal"]], np.bool_),
        came_back=np.array(owners[outputs] == owners[spent], np.bool_),
        payers=chain.column("input.address_id")[: chain.bound.inputs][firsts].astype(np.int64),
        addresses=chain.column("output.address_id")[: chain.bound.outputs][outputs].astype(np.int64),
    )


def hidden_txs(matched: Matched, hold_out: HoldOut) -> NDArray[np.bool_]:
    """By transaction row, whether what is held out made it or is paid by it.

    Parameters
    ----------
    matched
        A chain and what is true of it.
    hold_out
        What is held out.
    """
    chain, truth = matched.chain, matched.truth
    hidden = np.zeros(chain.bound.txs, np.bool_)
    hidden[matched.tx_rows[hold_out.txs(truth)]] = True
    firsts = chain.column("tx.first_output")[: chain.bound.txs].astype(np.int64)
    paid = matched.output_rows[hold_out.outputs(truth)]
    hidden[np.searchsorted(firsts, paid, side="right") - 1] = True
    return hidden
