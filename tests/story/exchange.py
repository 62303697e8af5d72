"""An exchange: deposit addresses for customers, sweeps into hot wallets, batched payouts, cold storage."""

from __future__ import annotations

from coalface.range.dice import Dice
from coalface.range.script import Kind, Lock
from story.chain import ChainBuilder, Coin, Payment
from story.paying import COIN_SAT, DUST_LIMIT_SAT, Target, fee_sat, join
from story.truth import Purpose
from story.wallet import SERVICE_HABITS, Wallet

_MIN_SWEEP = 5
_MAX_SWEEP = 40
_MAX_BATCH = 12


class Exchange:
    """One exchange and the orders that its customers gave.

    Parameters
    ----------
    seed
        Seed of the chain.
    name
        Its name as an actor.
    deposit_kind, hot_kind
        Kinds of its addresses.
    n_hot
        Number of hot-wallet addresses; each is used again and again.
    """

    def __init__(self, seed: int, name: str, *, deposit_kind: Kind, hot_kind: Kind, n_hot: int) -> None:
        self.name = name
        self._wallet = Wallet(seed, name, hot_kind, SERVICE_HABITS)
        self._dice = Dice(seed, name)
        self._deposit_kind = deposit_kind
        self._hot = [self._wallet.new_lock() for _ in range(n_hot)]
        self._cold = self._wallet.new_lock(Kind.P2WSH_MULTISIG)
        self._deposits: dict[str, list[Lock]] = {}
        self._orders: list[Payment] = []

    def deposit_lock(self, customer: str) -> Lock:
        """Where the customer is told to pay in: its own address, now and then a fresh one."""
        locks = self._deposits.setdefault(customer, [])
        if not locks or self._dice.chance(15):
            locks.append(self._wallet.new_lock(self._deposit_kind, customer=customer))
        return locks[-1]

    def withdraw(self, target: Lock, value_sat: int) -> None:
        """Takes a customer's order to pay out."""
        self._orders.append(Payment(target, value_sat, Purpose.PAYOUT))

    def hot_coins(self, chain: ChainBuilder) -> list[Coin]:
        """Coins of the hot wallet."""
        return [coin for coin in self._coins(chain) if coin.lock in self._hot]

    def hot_balance_sat(self, chain: ChainBuilder) -> int:
        """What can be paid out beyond open orders, satoshis."""
        open_sat = sum(each.value_sat for each in self._orders)
        return sum(coin.value_sat for coin in self.hot_coins(chain)) - open_sat

    def sweep(self, chain: ChainBuilder) -> None:
        """Joins the coins of deposit addresses into the hot wallet, with a hot coin now and then."""
        deposits = [coin for coin in self._coins(chain) if coin.lock.customer is not None][:_MAX_SWEEP]
        if len(deposits) < _MIN_SWEEP:
            return
        hot = self.hot_coins(chain)
        if len(hot) > 6:
            deposits.append(hot[0])
        join(chain, deposits, Target(self._dice.pick(self._hot), Purpose.SWEEP), SERVICE_HABITS)

    def pay_out(self, chain: ChainBuilder) -> None:
        """Pays up to 12 open orders in one transaction, change back to the hot wallet."""
        batch = self._orders[:_MAX_BATCH]
        needed_sat = sum(each.value_sat for each in batch)
        picked: list[Coin] = []
        for coin in sorted(self.hot_coins(chain), key=lambda coin: -coin.value_sat):
            picked.append(coin)
            change_sat = sum(each.value_sat for each in picked) - needed_sat
            change_sat -= fee_sat(len(picked), len(batch) + 1, 6)
            if change_sat >= DUST_LIMIT_SAT:
                break
        else:
            return
        if not batch:
            return
        del self._orders[: len(batch)]
        change = Payment(self._dice.pick(self._hot), change_sat, Purpose.CHANGE)
        chain.send(picked, self._dice.shuffled([*batch, change]), SERVICE_HABITS)

    def to_cold(self, chain: ChainBuilder) -> None:
        """Moves the largest hot coin to cold storage."""
        coin = max(self.hot_coins(chain), key=lambda coin: coin.value_sat)
        join(chain, [coin], Target(self._cold, Purpose.COLD), SERVICE_HABITS)

    def from_cold(self, chain: ChainBuilder) -> None:
        """Brings half of cold storage back to the hot wallet."""
        coins = [coin for coin in self._coins(chain) if coin.lock == self._cold]
        total_sat = sum(coin.value_sat for coin in coins)
        back_sat = total_sat // 2 // COIN_SAT * COIN_SAT
        rest_sat = total_sat - back_sat - fee_sat(len(coins), 2, 5)
        refill = Payment(self._hot[0], back_sat, Purpose.COLD)
        chain.send(coins, [refill, Payment(self._cold, rest_sat, Purpose.CHANGE)], SERVICE_HABITS)

    def hot_locks(self) -> tuple[Lock, ...]:
        """Locks of the hot wallet."""
        return tuple(self._hot)

    def _coins(self, chain: ChainBuilder) -> list[Coin]:
        return chain.coins(self.name, min_value_sat=DUST_LIMIT_SAT)
