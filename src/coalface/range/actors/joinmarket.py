"""JoinMarket: makers offer coins for a fee, takers pay them to join; and rounds arranged by hand."""

from __future__ import annotations

from coalface.range.actors.actor import Actor
from coalface.range.actors.coordinator import mixable
from coalface.range.actors.merchant import Merchant
from coalface.range.actors.rounds import Staging, carry_out, participant
from coalface.range.economy.coin import Coin, Planned
from coalface.range.economy.words import ActorKind
from coalface.range.protocols import Offer, Participant, RoundRefused, equal_output_round, joinmarket_round
from coalface.range.wallets.purse import Purse


class Maker(Actor):
    """Somebody who lends coins to CoinJoins of others."""

    kind = ActorKind.PRIVATE

    def offer(self, amount_sat: int) -> Offer | None:
        """What the maker asks for an amount; None if it has too little."""
        coins = _enough(self.purse, amount_sat * 101 // 100 + 50_000)
        if not coins:
            return None
        absolute_sat = 0 if self.part.near else 250 + self.dice.below(3_000)
        relative_ppm = 20 + self.dice.below(60) if self.part.near else 0
        return Offer(participant(self.purse, coins), absolute_sat, relative_ppm, self.dice.below(200))


class Taker(Actor):
    """Somebody who starts CoinJoins, to pay or to mix."""

    kind = ActorKind.PRIVATE

    def act(self) -> None:
        """A CoinJoin now and then: of few makers if near a threshold, else of more."""
        if self.dice.chance(8):
            if self.dice.chance(30):
                self._arrange_by_hand()
            else:
                self.join()

    def join(self) -> None:
        """One JoinMarket CoinJoin, if makers and coin suffice."""
        amount_sat = self.purse.balance_sat * self.dice.between(10, 50) // 100
        coins = _enough(self.purse, amount_sat * 11 // 10 + 200_000)
        n_makers = self.dice.between(1, 3) if self.part.near else self.dice.between(4, 9)
        makers = self.dice.shuffled(self.town.all_of(Maker))
        offers = [offer for offer in (maker.offer(amount_sat) for maker in makers) if offer is not None]
        if not coins or not offers or amount_sat < 200_000:
            return
        given: dict[str, Planned] = {}
        merchants, payee = self.town.all_of(Merchant), None
        if merchants and self.dice.chance(40):
            merchant = self.dice.pick(merchants)
            payee, given = merchant.name, {merchant.name: merchant.invoice(self.name, amount_sat)}
        try:
            plan = joinmarket_round(
                participant(self.purse, coins),
                offers[:n_makers],
                self.dice,
                amount_sat=amount_sat,
                rate_sat_vb=self.economy.market.rate_sat_vb,
                payee=payee,
            )
        except RoundRefused:
            return
        spends = {maker.name: maker.purse for maker in makers} | {self.name: self.purse}
        carry_out(self.economy, plan, Staging(spends, self.purse.look(), self.purse, given=given))

    def _arrange_by_hand(self) -> None:
        """A few who know each other join equal amounts."""
        amount_sat = self.dice.between(1, 40) * 500_000
        chosen: dict[str, Purse] = {}
        members: list[Participant] = []
        for actor in [self, *self.dice.shuffled(self.town.all_of(Maker))]:
            coins = _enough(actor.purse, amount_sat + 100_000)
            if coins and len(members) < (3 if self.part.near else 6):
                chosen[actor.name] = actor.purse
                members.append(participant(actor.purse, coins))
        if self.name not in chosen or len(members) < 2:
            return
        rate = self.economy.market.rate_sat_vb
        try:
            plan = equal_output_round(members, self.dice, amount_sat=amount_sat, rate_sat_vb=rate)
        except RoundRefused:
            return
        carry_out(self.economy, plan, Staging(chosen, self.purse.look(), self.purse))


def _enough(purse: Purse, value_sat: int) -> list[Coin]:
    """Coins of a wallet worth that much, or none."""
    taken: list[Coin] = []
    for coin in mixable(purse):
        taken.append(coin)
        if sum(each.value_sat for each in taken) >= value_sat:
            return taken
    return []
