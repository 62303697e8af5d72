"""Hash rental: a marketplace lends machines to whoever pays; the yield goes to the buyer's account at a pool.

As on NiceHash and in cloud mining: the buyer names pool and account, the marketplace points rented machines
there and pays their owners from what buyers paid (NiceHash documentation, "Buying hash power").
"""

from __future__ import annotations

from dataclasses import dataclass

from coalface.range.actors.actor import COIN_SAT, EVERYDAY, Actor, Part
from coalface.range.actors.pool import Pool
from coalface.range.actors.pool_miner import PoolMiner
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.script import Lock
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor


@dataclass(frozen=True)
class Lease:
    """What somebody rents.

    Parameters
    ----------
    buyer
        Who mines with it.
    pool, lock
        Where, and where the pool shall pay.
    hashrate_hs
        How much.
    n_blocks
        For how long.
    """

    buyer: str
    pool: Pool
    lock: Lock
    hashrate_hs: int
    n_blocks: int


class HashRental(Actor):
    """A marketplace for hash rate.

    Parameters
    ----------
    home
        Pool at which machines mine that nobody rents.
    hashrate_hs
        All that there is.
    """

    kind = ActorKind.HASH_RENTAL
    category = "other"

    def __init__(
        self,
        town: Town,
        name: str,
        profile: Profile,
        part: Part = EVERYDAY,
        *,
        home: Pool,
        hashrate_hs: int = 2 * 10**15,
    ) -> None:
        super().__init__(town, name, profile, part)
        self._home = home
        self._free_hs = hashrate_hs
        self._leases: list[tuple[int, Lease]] = []
        self._payout = self.purse.new_lock()
        home.join(name, self._payout, self._free_hs)

    def invoice(self, payer: str, value_sat: int) -> Planned:
        """The output with which a buyer pays: an address for each buyer."""
        return Planned(self.purse.new_lock(customer=payer), value_sat, OutputPurpose.PAYMENT, self.name)

    def lease(self, lease: Lease) -> None:
        """Points machines at the buyer's pool, as many as are free."""
        rate_hs = min(lease.hashrate_hs, self._free_hs * 9 // 10)
        if rate_hs <= 0:
            return
        self._free_hs -= rate_hs
        self._home.join(self.name, self._payout, self._free_hs)
        lease.pool.join(lease.buyer, lease.lock, rate_hs)
        real = Lease(lease.buyer, lease.pool, lease.lock, rate_hs, lease.n_blocks)
        self._leases.append((self.economy.height + lease.n_blocks, real))

    def act(self) -> None:
        """Takes machines back when time is up; pays their owners."""
        height = self.economy.height
        for end, lease in [each for each in self._leases if each[0] <= height]:
            lease.pool.leave(lease.buyer)
            self._leases.remove((end, lease))
            self._free_hs += lease.hashrate_hs
            self._home.join(self.name, self._payout, self._free_hs)
        if height % 18 == 7 and self.purse.balance_sat > COIN_SAT // 2:
            self._pay_owners()

    def _pay_owners(self) -> None:
        owners = self.dice.sample(self.town.all_of(PoolMiner), self.dice.between(3, 9))
        share_sat = self.purse.balance_sat * 7 // 10 // max(1, len(owners))
        payments = [
            Planned(
                owner.purse.receive_lock(),
                share_sat * self.dice.between(40, 100) // 100,
                OutputPurpose.PAYMENT,
            )
            for owner in owners
        ]
        try:
            if payments:
                self.purse.pay(payments, TxKind.BATCH)
        except Poor:
            return
