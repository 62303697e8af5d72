"""What a third party's wallet code is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coalface.range.script import Kind


class ChoiceRefused(ValueError):
    """The wallet code does not make this transaction: too few coins, dust, or an unknown kind."""


@dataclass(frozen=True)
class OfferedCoin:
    """A coin that may be spent.

    Parameters
    ----------
    value_sat
        Its value.
    kind
        How it is locked.
    script_pubkey
        Its output script; coins of one script may be treated as one.
    outpoint
        Its txid (display hex) and output index.
    """

    value_sat: int
    kind: Kind
    script_pubkey: bytes
    outpoint: tuple[str, int]


@dataclass(frozen=True)
class Wanted:
    """A transaction that somebody wants to make.

    Parameters
    ----------
    coins
        What may be spent.
    payments
        Output script and satoshis of each payment.
    change_script
        Where change goes; of the kind of the coins.
    rate_sat_vb
        Fee rate, satoshis a virtual byte.
    height
        Height of the tip.
    """

    coins: tuple[OfferedCoin, ...]
    payments: tuple[tuple[bytes, int], ...]
    change_script: bytes
    rate_sat_vb: int
    height: int = 0


@dataclass(frozen=True)
class Choice:
    """The transaction that the wallet code makes of it.

    Parameters
    ----------
    built_by
        Name of the wallet code.
    inputs
        Coins spent, in the order in which they stand in the transaction.
    outputs
        Script, satoshis and whether it is change, in the order in which they stand in the transaction.
    fee_sat
        What is left for the miner.
    version, locktime, sequence
        As the wallet code sets them; None where its part used here does not decide that.
    """

    built_by: str
    inputs: tuple[OfferedCoin, ...]
    outputs: tuple[tuple[bytes, int, bool], ...]
    fee_sat: int
    version: int | None = None
    locktime: int | None = None
    sequence: int | None = None

    @property
    def change_sat(self) -> int:
        """All change, satoshis."""
        return sum(value_sat for _, value_sat, is_change in self.outputs if is_change)


def checked(choice: Choice, wanted: Wanted) -> Choice:
    """The choice itself, if it does what was wanted.

    Raises
    ------
    ChoiceRefused
        If it spends what was not offered, pays something else, or does not add up.
    """
    paid = sorted((script, value_sat) for script, value_sat, is_change in choice.outputs if not is_change)
    spent_sat = sum(coin.value_sat for coin in choice.inputs)
    made_sat = sum(value_sat for _, value_sat, _ in choice.outputs)
    is_sound = (
        set(choice.inputs) <= set(wanted.coins)
        and len(set(choice.inputs)) == len(choice.inputs)
        and paid == sorted(wanted.payments)
        and spent_sat == made_sat + choice.fee_sat
        and choice.fee_sat >= 0
    )
    if not is_sound:
        raise ChoiceRefused(f"{choice.built_by} made another transaction than was wanted: {choice}")
    return choice


def one_kind(coins: Sequence[OfferedCoin]) -> Kind:
    """The kind that all coins have.

    Raises
    ------
    ChoiceRefused
        If there are none, or of several kinds.
    """
    kinds = {coin.kind for coin in coins}
    if len(kinds) != 1:
        raise ChoiceRefused(f"a wallet has coins of one kind, received {sorted(kinds)}")
    return kinds.pop()
