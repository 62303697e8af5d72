"""Hash rental: a marketplace lends machines to whoever pays; the yield goes to the buyer's account at a pool.

What an order costs, how long it lasts and what sellers earn is `protocols`'; here are deposits, machines
pointed at pools, and payments to sellers.
"""

from __future__ import annotations

from dataclasses import dataclass

from coalface.range.actors.actor import EVERYDAY, Actor, Part
from coalface.range.actors.pool import Pool
from coalface.range.actors.pool_miner import PoolMiner
from coalface.range.actors.town import Town
from coalface.range.block import subsidy_sat
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.protocols import Rental, rent, settled
from coalface.range.protocols.hash_rental import BLOCKS_A_DAY, EXA
from coalface.range.script import Lock
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor

_PRICE_PERCENT = 104
"""Price of hash rate, in percent of what it mines on average: buyers pay a little more. Chosen."""
_N_SELLERS = 7
_PAYS_SELLERS_EVERY = 18
_LEAST_PAID_SAT = 100_000


@dataclass(frozen=True)
class Lease:
    """What somebody rents.

    Parameters
    ----------
    payer
        Whose deposit pays for it.
    miner
        Who mines with it.
    pool, lock
        Where, and where the pool shall pay.
    n_blocks
        For how long the deposit shall last.
    """

    payer: str
    miner: str
    pool: Pool
    lock: Lock
    n_blocks: int


@dataclass(frozen=True)
class _Running:
    lease: Lease
    rental: Rental


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
        self._running: list[_Running] = []
        self._deposits_sat: dict[str, int] = {}
        self._owed_sat: dict[str, int] = {}
        self._shares: dict[str, int] = {}
        self._payout = self.purse.new_lock()
        home.join(name, self._payout, self._free_hs)

    def invoice(self, payer: str, value_sat: int) -> Planned:
        """The output with which a buyer pays in: an address for each buyer."""
        self._deposits_sat[payer] = self._deposits_sat.get(payer, 0) + value_sat
        return Planned(self.purse.new_lock(customer=payer), value_sat, OutputPurpose.PAYMENT, self.name)

    def lease(self, lease: Lease) -> None:
        """Fills an order from the payer's deposit: points machines at its pool until the deposit is spent.

        Raises
        ------
        Poor
            If nothing is free, or the deposit does not suffice for a block.
        """
        height = self.economy.height + 1
        deposit_sat, sellers_hs = self._deposits_sat.get(lease.payer, 0), self._sellers_hs()
        price_sat = (
            subsidy_sat(height)
            * BLOCKS_A_DAY
            * EXA
            * _PRICE_PERCENT
            // (100 * self.town.network_hashrate_hs())
        )
        speed_hs = deposit_sat * 95 * EXA * BLOCKS_A_DAY // (100 * price_sat * lease.n_blocks)
        try:
            rental = rent(
                lease.miner,
                deposit_sat,
                from_height=height,
                hashrate_hs=speed_hs,
                price_sat_eh_day=price_sat,
                sellers_hs=sellers_hs,
            )
        except ValueError as error:
            raise Poor(str(error)) from error
        span = rental.spans[0]
        self._deposits_sat[lease.payer] = rental.unspent_sat
        self._free_hs -= span.hashrate_hs
        self._home.join(self.name, self._payout, self._free_hs)
        lease.pool.join(lease.miner, lease.lock, span.hashrate_hs + self._rented_hs(lease))
        self._running.append(_Running(lease, rental))

    def act(self) -> None:
        """Takes machines back when a deposit is spent; pays those whose machines they are."""
        height = self.economy.height + 1
        for each in [each for each in self._running if each.rental.spans[0].to_height <= height]:
            self._running.remove(each)
            lease, span = each.lease, each.rental.spans[0]
            left_hs = self._rented_hs(lease)
            if left_hs:
                lease.pool.join(lease.miner, lease.lock, left_hs)
            else:
                lease.pool.leave(lease.miner)
            self._free_hs += span.hashrate_hs
            self._home.join(self.name, self._payout, self._free_hs)
            for seller, value_sat in each.rental.sellers:
                self._owed_sat[seller] = self._owed_sat.get(seller, 0) + value_sat
        if height % _PAYS_SELLERS_EVERY == 7:
            self._pay_sellers()

    def _rented_hs(self, lease: Lease) -> int:
        """What the same miner rents here for the same pool already."""
        return sum(
            each.rental.spans[0].hashrate_hs
            for each in self._running
            if (each.lease.miner, each.lease.pool) == (lease.miner, lease.pool)
        )

    def _sellers_hs(self) -> dict[str, int]:
        """Who sells, with the free hash rate of each."""
        if not self._shares:
            sellers = self.dice.sample(self.town.all_of(PoolMiner), _N_SELLERS)
            self._shares = {seller.name: self.dice.between(1, 9) for seller in sellers}
        whole = sum(self._shares.values())
        return {seller: self._free_hs * share // whole for seller, share in self._shares.items()}

    def _pay_sellers(self) -> None:
        settlement = settled(self._owed_sat, _LEAST_PAID_SAT)
        sellers = {each.name: each for each in self.town.all_of(PoolMiner)}
        payments = [
            Planned(sellers[name].purse.receive_lock(), value_sat, OutputPurpose.PAYMENT)
            for name, value_sat in settlement.payments
        ]
        try:
            if payments:
                self.purse.pay(payments, TxKind.BATCH)
                self._owed_sat = settlement.balances
        except Poor:
            return
