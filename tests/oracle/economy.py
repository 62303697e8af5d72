"""A chain without a story: random payments, small amounts and odd shapes included."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from coalface.range import Kind, Lock
from coalface.range.block import COINBASE_MATURITY
from coalface.range.script import data_lock
from story import ChainBuilder, Coin, Payment, Purpose, Wallet
from story.wallet import CORE_HABITS, OLD_HABITS, SERVICE_HABITS

OWNER = "folk"
TAG = b"economy"
SPENDABLE = [kind for kind in Kind if kind is not Kind.OP_RETURN]
_SMALL_SAT = (0, 1, 2, 3, 5, 7, 546)


@dataclass
class Economy:
    """A chain, blocks that lost the race, and what tests go on building with."""

    builder: ChainBuilder
    wallet: Wallet
    random: Random
    stale: list[bytes] = field(default_factory=list)
    locks: list[Lock] = field(default_factory=list)

    @property
    def blocks(self) -> list[bytes]:
        """Raw blocks of the best chain, genesis first."""
        return self.builder.blocks

    def lock(self, reuse: float = 0.35) -> Lock:
        """A lock of any kind, now and then one that was used before."""
        if self.locks and self.random.random() < reuse:
            return self.random.choice(self.locks)
        lock = self.wallet.new_lock(self.random.choice(SPENDABLE))
        self.locks.append(lock)
        return lock

    def coins(self) -> list[Coin]:
        """Coins that the next block may spend."""
        return self.builder.coins(OWNER)

    def mine(self) -> bytes:
        """The next block."""
        return self.builder.mine(self.lock(0.8), TAG)

    def pay(self, coins: list[Coin], values_sat: list[int], locks: list[Lock] | None = None) -> None:
        """A transaction with these outputs, what is left goes to the fee."""
        habits = self.random.choice([OLD_HABITS, CORE_HABITS, SERVICE_HABITS])
        locks = locks or [self.lock() for _ in values_sat]
        payments = [Payment(lock, sat, Purpose.SELF) for lock, sat in zip(locks, values_sat, strict=True)]
        if self.random.random() < 0.15:
            memo = data_lock(self.random.randbytes(self.random.choice([1, 20, 75])), OWNER)
            payments.insert(self.random.randrange(len(payments) + 1), Payment(memo, 0, Purpose.MEMO))
        self.builder.send(coins, payments, habits)

    def pay_at_random(self) -> None:
        """One transaction of any shape."""
        coins = self.coins()
        if not coins:
            return
        taken = self.random.sample(coins, min(len(coins), self.random.choice([1, 1, 1, 1, 2, 2, 3, 5])))
        total = sum(coin.value_sat for coin in taken)
        shape = self.random.random()
        if shape < 0.12 and len(taken) >= 2:  # may be a CoinJoin: each payer can pay for an equal output
            part = min(coin.value_sat for coin in taken)
            rest = total - part * len(taken)
            values = [part] * len(taken) + [rest - min(total % 7, rest)]
        elif shape < 0.2:  # amounts at which rounding shows
            values = [min(self.random.choice(_SMALL_SAT), total // 8) for _ in range(4)]
            values.append(total - sum(values) - min(3, total // 8))
        else:
            cuts = sorted(self.random.randrange(total + 1) for _ in range(self.random.choice([1, 2, 2, 3])))
            values = [b - a for a, b in zip([0, *cuts], cuts, strict=False)]
        self.pay(taken, values)


def build_economy(seed: int, *, n_blocks: int = 60) -> Economy:
    """A chain of ``COINBASE_MATURITY + n_blocks`` blocks on the genesis block; the last ones are busy."""
    economy = Economy(ChainBuilder(seed), Wallet(seed, OWNER), Random(seed))
    for _ in range(COINBASE_MATURITY):
        economy.mine()
    go_on(economy, n_blocks)
    return economy


def go_on(economy: Economy, n_blocks: int, *, most_txs: int = 11) -> None:
    """That many more blocks; now and then one of them has a rival that loses the race."""
    for number in range(n_blocks):
        for _ in range(economy.random.randrange(most_txs + 1)):
            economy.pay_at_random()
        economy.mine()
        if number % 20 == 13:
            economy.stale.append(economy.builder.rival(economy.lock(0.9), b"late", n_txs=2))
