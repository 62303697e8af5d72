"""People whose payments mislead on purpose: PayJoin with merchants, Stonewall alone or with a friend."""

from __future__ import annotations

from coalface.range.actors.coordinator import mixable
from coalface.range.actors.merchant import Merchant
from coalface.range.actors.person import Person
from coalface.range.actors.rounds import Staging, carry_out, participant
from coalface.range.economy.coin import Coin
from coalface.range.protocols import RoundRefused, payjoin, stonewall, stonewallx2
from coalface.range.script import Kind
from coalface.range.wallets.change import PAYEE_KINDS


class PrivatePayer(Person):
    """A person whose wallet offers such payments."""

    def act(self) -> None:
        """Everyday life, and now and then such a payment."""
        if not self.dice.chance(7):
            super().act()
            return
        merchants = [each for each in self.town.all_of(Merchant) if each.purse.profile.kind is Kind.P2WPKH]
        value_sat = self.amount_sat()
        if not merchants or not self.purse.can_pay(value_sat):
            return
        merchant = self.dice.pick(merchants)
        try:
            match self.dice.below(3):
                case 0:
                    self._payjoin(merchant, value_sat)
                case 1:
                    self._stonewall(merchant, value_sat)
                case _:
                    self._stonewall_with_friend(merchant, value_sat)
        except RoundRefused:
            return

    def fitting_coins(self, value_sat: int) -> list[Coin]:
        """Random coins that suffice for a payment; all there are if they do not."""
        taken: list[Coin] = []
        for coin in self.dice.shuffled(mixable(self.purse, PAYEE_KINDS)):
            taken.append(coin)
            if sum(each.value_sat for each in taken) > value_sat * 102 // 100 + 300_000:
                return taken
        return taken

    def _payjoin(self, merchant: Merchant, value_sat: int) -> None:
        """The merchant adds a coin (BIP-0078)."""
        own, theirs = self.fitting_coins(value_sat), mixable(merchant.purse, PAYEE_KINDS)
        if not own or not theirs:
            return
        added = self.dice.pick(theirs)
        plan = payjoin(
            participant(self.purse, own),
            participant(merchant.purse, [added]),
            self.dice,
            amount_sat=value_sat,
            rate_sat_vb=self.purse.rate_sat_vb(),
        )
        spends = {self.name: self.purse, merchant.name: merchant.purse}
        carry_out(self.economy, plan, Staging(spends, self.purse.look(), self.purse))

    def _stonewall(self, merchant: Merchant, value_sat: int) -> None:
        coins = mixable(self.purse, PAYEE_KINDS)
        if len(coins) < 2:
            return
        plan = stonewall(
            participant(self.purse, coins),
            merchant.name,
            self.dice,
            amount_sat=min(value_sat, self.purse.balance_sat // 4),
            rate_sat_vb=self.purse.rate_sat_vb(),
        )
        given = {merchant.name: merchant.invoice(self.name, value_sat)}
        staging = Staging({self.name: self.purse}, self.purse.look(), self.purse, given=given)
        carry_out(self.economy, plan, staging)

    def _stonewall_with_friend(self, merchant: Merchant, value_sat: int) -> None:
        friends = [each for each in self.town.all_of(PrivatePayer) if each is not self]
        if not friends:
            return
        friend = self.dice.pick(friends)
        own, theirs = self.fitting_coins(value_sat), friend.fitting_coins(value_sat)
        if not own or not theirs:
            return
        plan = stonewallx2(
            participant(self.purse, own),
            participant(friend.purse, theirs),
            merchant.name,
            self.dice,
            amount_sat=value_sat,
            rate_sat_vb=self.purse.rate_sat_vb(),
        )
        given = {merchant.name: merchant.invoice(self.name, value_sat)}
        spends = {self.name: self.purse, friend.name: friend.purse}
        carry_out(self.economy, plan, Staging(spends, self.purse.look(), self.purse, given=given))
