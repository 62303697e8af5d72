"""A tinkerer who tries every kind of output and every signature hash type."""

from __future__ import annotations

from coalface.range.script import Kind, data_lock
from coalface.range.sighash import ALL, ANYONECANPAY, NONE, SINGLE
from story.chain import ChainBuilder, Coin, Payment
from story.paying import COIN_SAT, Target, fee_sat, join
from story.truth import Purpose
from story.wallet import OLD_HABITS, Wallet

LAB = "lab"
_PIECE_SAT = COIN_SAT // 50
_HASH_TYPES = (ALL, NONE, SINGLE, ALL | ANYONECANPAY, NONE | ANYONECANPAY, SINGLE | ANYONECANPAY)


class Lab:
    """Makes two outputs of every kind, then spends one by one and the others together."""

    def __init__(self, seed: int) -> None:
        self.wallet = Wallet(seed, LAB, Kind.P2WPKH, OLD_HABITS)

    def fan_out(self, chain: ChainBuilder) -> None:
        """Spends the lab's only coin into two outputs of every spendable kind, a memo and change."""
        [coin] = chain.coins(LAB)
        spendable = [kind for kind in Kind if kind is not Kind.OP_RETURN]
        payments = [
            Payment(self.wallet.new_lock(kind), _PIECE_SAT, Purpose.SELF)
            for kind in spendable
            for _ in range(2)
        ]
        payments.append(Payment(data_lock(b"every kind of output, twice", LAB), 0, Purpose.MEMO))
        left_sat = coin.value_sat - _PIECE_SAT * 2 * len(spendable) - fee_sat(1, len(payments) + 1, 3)
        payments.append(Payment(self.wallet.new_lock(), left_sat, Purpose.CHANGE))
        chain.send([coin], payments, OLD_HABITS)

    def spend_one_by_one(self, chain: ChainBuilder) -> None:
        """Spends one output of each kind in a transaction of its own, the hash types taking turns."""
        for number, coin in enumerate(self._pieces(chain)[::2]):
            target = self.wallet.new_lock(Kind.P2WPKH if number % 2 else Kind.P2PKH)
            payment = Payment(target, coin.value_sat - fee_sat(1, 1, 3), Purpose.SELF)
            hash_type = _HASH_TYPES[number % len(_HASH_TYPES)]
            chain.send([coin], [payment], OLD_HABITS, hash_type=hash_type)

    def spend_together(self, chain: ChainBuilder) -> None:
        """Spends the other output of each kind in one transaction."""
        join(chain, self._pieces(chain), Target(self.wallet.new_lock(), Purpose.SELF), OLD_HABITS)

    @staticmethod
    def _pieces(chain: ChainBuilder) -> list[Coin]:
        return [coin for coin in chain.coins(LAB) if coin.value_sat == _PIECE_SAT]
