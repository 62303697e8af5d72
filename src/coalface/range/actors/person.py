"""Private users: they shop, pay each other, save, and use an exchange."""

from __future__ import annotations

from coalface.range.actors.actor import COIN_SAT, EVERYDAY, Actor, Part
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.merchant import Merchant
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
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
        self._home: Exchange | None = None

    @property
    def home(self) -> Exchange:
        """The exchange at which the person has an account."""
        if self._home is None:
            self._home = self.dice.pick(self.town.all_of(Exchange))
        return self._home

    def act(self) -> None:
        """Now and then a payment, a deposit, a withdrawal, or tidying up."""
        if not self.dice.chance(self._activity_percent):
            return
        choice = self.dice.below(100)
        if self.purse.balance_sat < COIN_SAT // 50 or choice < 20:
            self._buy_coin()
        elif choice < 55:
            self._pay(self._pick_merchant())
        elif choice < 75:
            self._pay(self._pick_friend())
        elif choice < 90:
            self._deposit()
        elif choice < 95:
            self._pay_two()
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
        if self.purse.can_pay(value_sat):
            lock = self.home.deposit_lock(self.name)
            self.purse.pay([Planned(lock, value_sat, OutputPurpose.DEPOSIT, self.name)])

    def _buy_coin(self) -> None:
        value_sat = self.dice.between(2, 200) * COIN_SAT // 100
        value_sat = self.purse.profile.amounts.shaped_sat(value_sat, self.dice)
        self.home.withdraw(self.purse.receive_lock(), value_sat, self.name)

    def _tidy_up(self) -> None:
        coins = self.purse.spendable()
        if len(coins) >= _MANY_COINS or (len(coins) > 2 and self.part.near):
            lock = self.purse.new_lock()
            self.purse.send_all(coins[:_MANY_COINS], lock, OutputPurpose.SELF, TxKind.SELF)
