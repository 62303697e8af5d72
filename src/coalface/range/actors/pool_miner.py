"""Miners of a pool, paid to a wallet of their own or straight into an account at an exchange."""

from __future__ import annotations

from coalface.range.actors.actor import COIN_SAT, EVERYDAY, Actor, Part
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.pool import PaidHow, Pool
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.script import Lock
from coalface.range.wallets.profile import Profile


class SmallMiner(Actor):
    """A miner who keeps what the pool pays, or has it paid to an exchange.

    Parameters
    ----------
    pool
        The pool.
    hashrate_hs
        Hash rate, hashes a second, simulated scale.
    account_at
        Exchange whose deposit address is the payout address; None for an own wallet.
    how
        Threshold and whether paid on the chain; None as the pool does.
    """

    kind = ActorKind.POOL_MINER
    acts = False

    def __init__(
        self,
        town: Town,
        name: str,
        profile: Profile,
        part: Part = EVERYDAY,
        *,
        pool: Pool,
        hashrate_hs: int,
        account_at: Exchange | None = None,
        how: PaidHow | None = None,
    ) -> None:
        super().__init__(town, name, profile, part)
        self.pool = pool
        self.hashrate_hs = hashrate_hs
        self._account_at = account_at
        self._lock = self.payout_lock()
        pool.join(name, self._lock, hashrate_hs, how)

    def set_hashrate(self, hashrate_hs: int) -> None:
        """Buys or loses machines; where the pool pays stays as it is."""
        self.hashrate_hs = hashrate_hs
        self.pool.join(self.name, self._lock, hashrate_hs)

    def payout_lock(self) -> Lock:
        """Where the pool is told to pay."""
        if self._account_at is not None:
            return self._account_at.deposit_lock(self.name)
        return self.purse.receive_lock()


class PoolMiner(SmallMiner):
    """A miner large enough to sell regularly, and to move between pools."""

    acts = True

    def act(self) -> None:
        """Sells, pays bills, changes hash rate or pool now and then."""
        if self.dice.chance(1):
            self._change_rigs()
        if self.purse.balance_sat < COIN_SAT // 4 or not self.dice.chance(10):
            return
        value_sat = self.purse.balance_sat * self.dice.between(30, 90) // 100
        if not self.purse.can_pay(value_sat):
            return
        exchange = self.dice.pick(self.town.all_of(Exchange))
        planned = Planned(exchange.deposit_lock(self.name), value_sat, OutputPurpose.DEPOSIT, self.name)
        self.purse.pay([planned], TxKind.PAYMENT)

    def _change_rigs(self) -> None:
        """Buys or loses machines, or hops to another pool (Tovanich et al. 2021)."""
        self.hashrate_hs = max(1, self.hashrate_hs * self.dice.between(60, 150) // 100)
        if self.part.near or self.dice.chance(30):
            self.pool.leave(self.name)
            self.pool = self.dice.pick(self.town.all_of(Pool))
        lock = self.payout_lock() if self.dice.chance(20) or self.part.near else self.purse.receive_lock()
        self.pool.join(self.name, lock, self.hashrate_hs)
