"""What calibration of the change rules sees of a made-up chain: votes about outputs, and which came back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coalface import _core
from coalface.range.score import HoldOut
from coalface.range.score.matched import Matched

__all__ = ["HELD_OUT_FAMILIES", "Sample", "design_of", "sample_of", "signs_of"]

HELD_OUT_FAMILIES = (
    "bitcoin_core",
    "electrum_2",
    "hot_wallet_multisig",
    "mobile_bitcoinj",
    "multisig_vault",
    "pool_payer_segwit",
    "trezor_suite",
)
"""Wallet families that no weight was fitted on: every third by name, from the first on. Among them are software
whose change looks like the payment (``bitcoin_core``) and software that moves to another kind of address."""


@dataclass(frozen=True)
class Sample:
    """Votes about the outputs of some transactions, and what is true of them. A row an output, in chain order."""

    txs: NDArray[np.int64]
    kept_by: NDArray[np.int64]
    ruled_out_by: NDArray[np.int64]
    came_back: NDArray[np.bool_]
    """Whether the keys of the output are held by whoever holds those of the first input."""


def sample_of(matched: Matched, hold_out: HoldOut) -> Sample:
    """Votes about the transactions that have nothing to do with what is held out.

    Transactions of which several outputs came back (to another wallet of the payer, say) are left out too: they do not
    tell which vote was right.

    Parameters
    ----------
    matched
        A chain and what is true of it.
    hold_out
        What calibration must not see: transactions that it made, or that pay it.
    """
    chain, truth = matched.chain, matched.truth
    found = _core.change_votes(chain.core, chain.bound)
    txs, outputs = found["tx"].astype(np.int64), found["output"].astype(np.int64)
    owners = np.empty(chain.bound.outputs, object)
    owners[matched.output_rows] = truth.outputs["owner"]
    spent = chain.column("input.spent_output")[: chain.bound.inputs]
    firsts = chain.column("tx.first_input")[: chain.bound.txs].astype(np.int64)
    payers = owners[spent[firsts[txs]].astype(np.int64)]
    is_hidden = np.zeros(chain.bound.txs, np.bool_)
    is_hidden[matched.tx_rows[hold_out.txs(truth)]] = True
    held = np.zeros(chain.bound.outputs, np.bool_)
    held[matched.output_rows[hold_out.outputs(truth)]] = True
    is_hidden[txs[held[outputs]]] = True
    came_back = owners[outputs] == payers
    is_hidden |= np.bincount(txs[came_back], minlength=chain.bound.txs) > 1
    seen = ~is_hidden[txs]
    return Sample(
        txs=txs[seen],
        kept_by=found["kept_by"].astype(np.int64)[seen],
        ruled_out_by=found["ruled_out_by"].astype(np.int64)[seen],
        came_back=came_back[seen],
    )


def design_of(samples: list[Sample], n_rules: int) -> tuple[NDArray[np.float64], ...]:
    """Features, choices and groups of `fit_choice`: two outputs, more outputs, then kept and ruled out by each rule.

    Parameters
    ----------
    samples
        One a chain.
    n_rules
        Number of rules.
    """
    bits = np.arange(n_rules)
    features, choices, groups, n_groups = [], [], [], 0
    for sample in samples:
        _, starts, sizes = np.unique(sample.txs, return_index=True, return_counts=True)
        size = np.repeat(sizes, sizes)
        kept, ruled_out = (
            (masks[:, None] >> bits & 1).astype(np.float64) for masks in (sample.kept_by, sample.ruled_out_by)
        )
        features.append(np.hstack([(size == 2)[:, None], (size > 2)[:, None], kept, ruled_out]))
        choices.append(sample.came_back.astype(np.float64))
        groups.append(np.repeat(np.arange(len(starts)), sizes) + n_groups)
        n_groups += len(starts)
    return np.vstack(features).astype(np.float64), np.concatenate(choices), np.concatenate(groups)


def signs_of(n_rules: int) -> NDArray[np.int64]:
    """Signs that weights may have: no vote counts against what it says.

    A fit that wants otherwise has found something about the made-up chains, not about the vote.
    """
    return np.array([0, 0, *[1] * n_rules, *[-1] * n_rules], np.int64)
