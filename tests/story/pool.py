"""A mining pool: finds every block, and pays its miners in wide transactions."""

from __future__ import annotations

from collections.abc import Sequence

from coalface.range.dice import Dice
from coalface.range.script import Kind, Lock
from story.chain import ChainBuilder, Payment
from story.paying import COIN_SAT, fee_sat
from story.truth import Purpose
from story.wallet import SERVICE_HABITS, Wallet

POOL = "pool"
POOL_TAG = b"/Kestrel Pool/"

_EARLY_KINDS = (Kind.P2PK_UNCOMPRESSED, Kind.P2PK, Kind.P2PKH)
_EARLY_BLOCKS = 9
_MAX_PAYOUT_COINS = 6
_MIN_PAYOUT_SAT = 20 * COIN_SAT


class Pool:
    """The pool and its payout book.

    Parameters
    ----------
    seed
        Seed of the chain.
    miners
        One fixed payout address for each miner.
    """

    def __init__(self, seed: int, miners: Sequence[Lock]) -> None:
        self.wallet = Wallet(seed, POOL, habits=SERVICE_HABITS)
        self._dice = Dice(seed, POOL)
        self._miners = list(miners)
        self._collector = self.wallet.new_lock()
        self._weights = [self._dice.between(20, 200) for _ in self._miners]

    def mine(self, chain: ChainBuilder) -> bytes:
        """The next block; the first few pay to old kinds of output, the others to the collector."""
        return chain.mine(self._reward_lock(chain.height + 1), POOL_TAG + str(chain.height + 1).encode())

    def rival(self, chain: ChainBuilder, n_txs: int) -> bytes:
        """A block that lost the race against the tip."""
        return chain.rival(self._collector, POOL_TAG + b"late", n_txs=n_txs)

    def deposit_reward(self, chain: ChainBuilder, target: Lock) -> None:
        """Pays one whole coinbase output to a deposit address."""
        coin = next(coin for coin in chain.coins(POOL) if coin.is_coinbase)
        value_sat = coin.value_sat - fee_sat(1, 1, 4)
        chain.send([coin], [Payment(target, value_sat, Purpose.DEPOSIT)], SERVICE_HABITS)

    def pay_miners(self, chain: ChainBuilder) -> None:
        """Shares the mature rewards among the miners by weight; the rest stays at the collector."""
        coins = chain.coins(POOL)[:_MAX_PAYOUT_COINS]
        total_sat = sum(coin.value_sat for coin in coins)
        if total_sat < _MIN_PAYOUT_SAT:
            return
        chosen = self._dice.sample(range(len(self._miners)), self._dice.between(16, len(self._miners)))
        share_sat = total_sat * 9 // 10
        weight = sum(self._weights[miner] for miner in chosen)
        payments = [
            Payment(self._miners[miner], share_sat * self._weights[miner] // weight, Purpose.POOL_PAYOUT)
            for miner in chosen
        ]
        paid_sat = sum(each.value_sat for each in payments)
        left_sat = total_sat - paid_sat - fee_sat(len(coins), len(payments) + 1, 3)
        payments.append(Payment(self._collector, left_sat, Purpose.CHANGE))
        chain.send(coins, payments, SERVICE_HABITS)

    def _reward_lock(self, height: int) -> Lock:
        if height <= _EARLY_BLOCKS:
            return self.wallet.new_lock(_EARLY_KINDS[height % len(_EARLY_KINDS)])
        return self._collector
