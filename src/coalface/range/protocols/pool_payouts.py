"""What a pool pays on the chain of what it credited: thresholds, credit off the chain, shapes of payout.

References
----------
Romiti, Judmayer, Zamyatin, Haslhofer (2019), "A Deep Dive into Bitcoin Mining Pools", arXiv:1905.05999 (a
collector address, then wide payouts in levels or in a chain); ocean.xyz/docs/tides and P2Pool, Bitcoin Wiki
(paid in the coinbase itself).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coalface.range.protocols.pool_schemes import Split
from coalface.range.protocols.round import COORDINATOR

Payments = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Settlement:
    """What is paid now and what stays credited.

    Parameters
    ----------
    payments
        Miner and satoshis, in order of name.
    balances
        Miner -> satoshis still owed, in order of name; none is zero.
    """

    payments: Payments
    balances: dict[str, int]

    @property
    def paid_sat(self) -> int:
        """All payments, satoshis."""
        return sum(value_sat for _, value_sat in self.payments)


def credited(balances: Mapping[str, int], split: Split) -> dict[str, int]:
    """Balances after a split's credits, satoshis, in order of name."""
    new = dict(balances)
    for miner, value_sat in split.credits:
        new[miner] = new.get(miner, 0) + value_sat
    return dict(sorted(new.items()))


def settled(
    balances: Mapping[str, int],
    threshold_sat: int,
    *,
    thresholds_sat: Mapping[str, int] | None = None,
    off_chain: frozenset[str] = frozenset(),
) -> Settlement:
    """Everyone's whole balance who reached the threshold; the others wait.

    Parameters
    ----------
    balances
        Miner -> satoshis owed.
    threshold_sat
        Smallest balance that is paid.
    thresholds_sat
        Miners who set another.
    off_chain
        Miners whose balance is never paid on the chain: credited to an account of an exchange, or by
        Lightning.
    """
    own = thresholds_sat or {}
    due = {
        miner: value_sat
        for miner, value_sat in sorted(balances.items())
        if value_sat > 0 and miner not in off_chain and value_sat >= own.get(miner, threshold_sat)
    }
    left = {
        miner: value_sat for miner, value_sat in sorted(balances.items()) if value_sat and miner not in due
    }
    return Settlement(tuple(due.items()), left)


def in_coinbase(
    reward_sat: int,
    balances: Mapping[str, int],
    *,
    threshold_sat: int,
    max_outputs: int,
) -> tuple[Payments, dict[str, int]]:
    """Outputs of a coinbase that pays the miners itself, and the balances that remain.

    Parameters
    ----------
    reward_sat
        What the coinbase hands out.
    balances
        Miner -> satoshis owed, this block's credits included.
    threshold_sat
        Smallest output made.
    max_outputs
        Outputs that the coinbase may have, the operator's included.

    Returns
    -------
    tuple
        Owner and satoshis of each output, largest first, ``COORDINATOR`` for the operator's, which takes
        what is left and comes last; and the balances that remain. The outputs add up to ``reward_sat``.
    """
    outputs: list[tuple[str, int]] = []
    left = dict(sorted(balances.items()))
    left_sat = reward_sat
    for miner, value_sat in sorted(balances.items(), key=lambda item: (-item[1], item[0])):
        if len(outputs) == max_outputs - 1 or value_sat < threshold_sat:
            break
        if value_sat > left_sat:
            continue
        outputs.append((miner, value_sat))
        left_sat -= value_sat
        del left[miner]
    if left_sat:
        outputs.append((COORDINATOR, left_sat))
    return tuple(outputs), left


def batches(payments: Sequence[tuple[str, int]], max_outputs: int) -> tuple[Payments, ...]:
    """The payments in transactions of at most ``max_outputs`` each, in the order given.

    Notes
    -----
    How the transactions hang together is the pool's habit. *Wide*: each spends coins of the collector.
    *Levels*: one transaction first makes a coin for each batch. *Chain*: each spends the change of the one
    before.
    """
    if max_outputs < 1:
        raise ValueError(f"a transaction needs room for a payment, received {max_outputs}")
    return tuple(
        tuple(payments[start : start + max_outputs]) for start in range(0, len(payments), max_outputs)
    )
