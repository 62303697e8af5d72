"""Private users: they shop, pay each other, save, and use an exchange."""

from __future__ import annotations

from coalface.range.actors.actor import COIN_SAT, EVERYDAY, Actor, Part
from coalface.range.actors.bank import Bank
from coalface.range.actors.custodial_wallet import CustodialWallet
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.gambling import Casino
from coalface.range.actors.merchant import Merchant
from coalface.range.actors.mixer import Mixer
from coalface.range.actors.nested_service import NestedService
from coalface.range.actors.otc_desk import OtcDesk
from coalface.range.actors.town import Town
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.wallets.profile import Profile

_MIN_PAYMENT_SAT = 50_000
_MANY_COINS = 14


class Person(Actor):
    """Somebody who owns some coin.

    Parameters
    ----------
    activity_percent
        How often the person does something before a block.
    """

    kind = ActorKind.PRIVATE

    def __init__(
        self, town: Town, name: str, profile: Profile, part: Part = EVERYDAY, *, activity_percent: int = 8
    ) -> None:
        super().__init__(town, name, profile, part)
        self._activity_percent = activity_percent
        self._home: Bank | None = None

    @property
    def home(self) -> Bank:
        """The service at which the person has an account: mostly an exchange."""
        if self._home is None:
            banks: list[Bank] = [*self.town.all_of(NestedService), *self.town.all_of(CustodialWallet)]
            is_elsewhere = bool(banks) and self.dice.chance(35)
            self._home = self.dice.pick(banks if is_elsewhere else [*self.town.all_of(Exchange)])
        return self._home

    def act(self) -> None:
        """Now and then a payment, a deposit, a withdrawal, a bet, or tidying up."""
        if not self.dice.chance(self._activity_percent):
            return
        choice = self.dice.below(100)
        if self.purse.balance_sat < COIN_SAT // 50 or choice < 20:
            self._buy_coin()
        elif choice < 52:
            self._pay(self._pick_merchant())
        elif choice < 70:
            self._pay(self._pick_friend())
        elif choice < 83:
            self._deposit()
        elif choice < 88:
            self._pay_two()
        elif choice < 95:
            self._amuse()
        else:
            self._tidy_up()

    def amount_sat(self) -> int:
        """What a payment might be worth: small sums far more often than large ones."""
        most_sat = self.purse.balance_sat * 6 // 10
        scale_sat = 10 ** self.dice.between(5, 8)
        value_sat = min(most_sat, scale_sat * self.dice.between(10, 95) // 10)
        return max(_MIN_PAYMENT_SAT, self.purse.profile.amounts.shaped_sat(value_sat, self.dice))

    def _pick_merchant(self) -> Actor:
        merchants = self.town.all_of(Merchant)
        return self.dice.pick(merchants) if merchants else self._pick_friend()

    def _pick_friend(self) -> Actor:
        friends = self.town.all_of(Person)
        friend = self.dice.pick(friends)
        return friends[0] if friend is self else friend

    def _pay(self, payee: Actor) -> None:
        value_sat = self.amount_sat()
        if payee is not self and self.purse.can_pay(value_sat):
            self.purse.pay([payee.invoice(self.name, value_sat)])

    def _pay_two(self) -> None:
        values_sat = [self.amount_sat() // 2 + 1_000 for _ in range(2)]
        payees = [self._pick_friend(), self._pick_merchant()]
        if self not in payees and self.purse.can_pay(sum(values_sat)):
            pairs = zip(payees, values_sat, strict=True)
            self.purse.pay([payee.invoice(self.name, value) for payee, value in pairs])

    def _deposit(self) -> None:
        value_sat = self.amount_sat()
        if not self.purse.can_pay(value_sat):
            return
        desks = self.town.all_of(OtcDesk)
        if desks and value_sat > COIN_SAT // 2 and self.dice.chance(40):
            self.purse.pay([self.dice.pick(desks).invoice(self.name, value_sat)])
        else:
            self.purse.pay([self.home.deposit(self.name, value_sat)])

    def _amuse(self) -> None:
        """A bet, or some privacy: lawful people use mixers too."""
        casinos, mixers = self.town.all_of(Casino), self.town.all_of(Mixer)
        value_sat = self.amount_sat()
        if mixers and self.dice.chance(40):
            if self.purse.can_pay(value_sat):
                locks = [self.purse.new_lock() for _ in range(self.dice.between(1, 3))]
                self.purse.pay([self.dice.pick(mixers).mix(self.name, value_sat, locks)])
        elif casinos:
            self.dice.pick(casinos).bet(self.purse, value_sat)

    def _buy_coin(self) -> None:
        value_sat = self.dice.between(2, 200) * COIN_SAT // 100
        value_sat = self.purse.profile.amounts.shaped_sat(value_sat, self.dice)
        self.home.withdraw(self.purse.receive_lock(), value_sat, self.name)

    def _tidy_up(self) -> None:
        coins = self.purse.spendable()
        if len(coins) >= _MANY_COINS or (len(coins) > 2 and self.part.near):
            lock = self.purse.new_lock()
            self.purse.send_all(coins[:_MANY_COINS], lock, OutputPurpose.SELF, TxKind.SELF)
