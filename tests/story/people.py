"""Ordinary people: miners who sell, persons who pay, a shop. Nobody here has anything to hide."""

from __future__ import annotations

from coalface.range.dice import Dice
from coalface.range.script import Kind, Lock, data_lock
from story.chain import ChainBuilder, Payment
from story.exchange import Exchange
from story.paying import COIN_SAT, DUST_LIMIT_SAT, Target, balance_sat, join, pay
from story.truth import Purpose
from story.wallet import CORE_HABITS, OLD_HABITS, SERVICE_HABITS, Wallet

N_MINERS = 24
N_PERSONS = 20
_KINDS = (Kind.P2WPKH, Kind.P2PKH, Kind.P2TR, Kind.P2SH_P2WPKH)
_HABITS = (CORE_HABITS, OLD_HABITS, SERVICE_HABITS)
_RICH_MINER_SAT = 2 * COIN_SAT
_RICH_PERSON_SAT = COIN_SAT // 5


class People:
    """Everybody without a part in the crime.

    Parameters
    ----------
    seed
        Seed of the chain.
    exchanges
        Where they have accounts, the first one being the larger.
    """

    def __init__(self, seed: int, exchanges: tuple[Exchange, Exchange]) -> None:
        self._dice = Dice(seed, "people")
        self._exchanges = exchanges
        self.miners = [
            Wallet(seed, f"miner-{n + 1:02}", _KINDS[n % 4], _HABITS[n % 3]) for n in range(N_MINERS)
        ]
        self.persons = [
            Wallet(seed, f"person-{n + 1:02}", _KINDS[n * 3 % 4], _HABITS[n % 2]) for n in range(N_PERSONS)
        ]
        self._shop = Wallet(seed, "shop", Kind.P2PKH_UNCOMPRESSED, OLD_HABITS)
        self.shop_lock = self._shop.new_lock()
        self.payout_locks = [miner.new_lock() for miner in self.miners]
        self._person_locks = [person.new_lock() for person in self.persons]

    def home(self, wallet: Wallet) -> Exchange:
        """The exchange at which somebody has an account."""
        number = int(wallet.actor[-2:]) - 1
        at_first = number < 15 if wallet in self.miners else number < 10
        return self._exchanges[0 if at_first else 1]

    def a_miner_with(self, chain: ChainBuilder, value_sat: int) -> Wallet:
        """The first miner who has more than that."""
        return next(miner for miner in self.miners if balance_sat(chain, miner.actor) > value_sat)

    def person_lock(self, number: int) -> Lock:
        """The address by which a person is known."""
        return self._person_locks[number % N_PERSONS]

    def act(self, chain: ChainBuilder) -> None:
        """What everybody does before the next block."""
        for miner in self._dice.sample(self.miners, self._dice.between(1, 3)):
            if balance_sat(chain, miner.actor) > _RICH_MINER_SAT:
                self._miner_acts(chain, miner)
        for person in self._dice.sample(self.persons, self._dice.between(1, 4)):
            if balance_sat(chain, person.actor) > _RICH_PERSON_SAT:
                self._person_acts(chain, person)
        for exchange in self._exchanges:
            self._order(chain, exchange)
        if chain.height % 25 == 0 and balance_sat(chain, "shop") > COIN_SAT:
            takings_sat = balance_sat(chain, "shop") * 2 // 3
            self._deposit(chain, self._shop, self._exchanges[1], takings_sat)

    def _miner_acts(self, chain: ChainBuilder, miner: Wallet) -> None:
        choice = self._dice.below(100)
        if choice < 65:
            value_sat = balance_sat(chain, miner.actor) * self._dice.between(40, 90) // 100
            self._deposit(chain, miner, self.home(miner), value_sat)
        elif choice < 85:
            value_sat = self._dice.between(COIN_SAT // 4, COIN_SAT)
            self._pay(chain, miner, self.person_lock(self._dice.below(N_PERSONS)), value_sat)
        else:
            coins = chain.coins(miner.actor, min_value_sat=DUST_LIMIT_SAT)
            if len(coins) > 2:
                join(chain, coins[:8], Target(miner.new_lock(), Purpose.SELF), miner.habits)

    def _person_acts(self, chain: ChainBuilder, person: Wallet) -> None:
        choice = self._dice.below(100)
        value_sat = balance_sat(chain, person.actor) * self._dice.between(5, 60) // 100
        if choice < 40:
            self._pay(chain, person, self.shop_lock, value_sat)
        elif choice < 65:
            other = self._dice.pick([each for each in self.persons if each is not person])
            self._pay(chain, person, other.new_lock(), value_sat)
        elif choice < 90:
            self._deposit(chain, person, self.home(person), value_sat)
        else:
            memo = data_lock(f"invoice {self._dice.below(100_000)}".encode(), person.actor)
            payments = [
                Payment(self.shop_lock, value_sat, Purpose.PAYMENT),
                Payment(memo, 0, Purpose.MEMO),
            ]
            pay(chain, person, payments, self._dice)

    def _order(self, chain: ChainBuilder, exchange: Exchange) -> None:
        """Customers of an exchange ask for payouts, as long as it keeps a reserve."""
        clients = [each for each in (*self.persons, *self.miners[::3]) if self.home(each) is exchange]
        for client in self._dice.sample(clients, self._dice.between(0, 3)):
            value_sat = self._dice.between(COIN_SAT // 10, 2 * COIN_SAT)
            if exchange.hot_balance_sat(chain) < 40 * COIN_SAT + value_sat:
                return
            exchange.withdraw(client.new_lock(), value_sat)

    def _deposit(self, chain: ChainBuilder, wallet: Wallet, exchange: Exchange, value_sat: int) -> None:
        payment = Payment(exchange.deposit_lock(wallet.actor), value_sat, Purpose.DEPOSIT)
        pay(chain, wallet, [payment], self._dice)

    def _pay(self, chain: ChainBuilder, wallet: Wallet, target: Lock, value_sat: int) -> None:
        pay(chain, wallet, [Payment(target, value_sat, Purpose.PAYMENT)], self._dice)
