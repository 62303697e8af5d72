"""Coordinators of CoinJoins: they gather clients and let them make rounds."""

from __future__ import annotations

from dataclasses import dataclass

from coalface.range.actors.actor import EVERYDAY, Actor, Part
from coalface.range.actors.rounds import Staging, carry_out, participant
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Coin, Look
from coalface.range.economy.words import ActorKind
from coalface.range.protocols import (
    Participant,
    Role,
    RoundRefused,
    Wasabi1Rules,
    Wasabi2Rules,
    WhirlpoolPool,
    tx0,
    wasabi1_round,
    wasabi2_round,
    whirlpool_mix,
)
from coalface.range.script import Kind
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Purse
from coalface.range.wallets.sequence import FINAL

_LOOK = Look(version=1, locktime=0, sequence=FINAL)
"""NBitcoin's defaults, with which coordinators build their transactions."""


@dataclass(frozen=True)
class Client:
    """Somebody who takes part.

    Parameters
    ----------
    purse
        Wallet with which it takes part.
    keen_percent
        How often it takes part in a round.
    playbook
        Crime that it is part of.
    """

    purse: Purse
    keen_percent: int
    playbook: str | None = None


class Coordinator(Actor):
    """Somebody who runs rounds, for a fee.

    Parameters
    ----------
    every
        Blocks between two rounds.
    fewest, most
        Clients in a round.
    """

    kind = ActorKind.COORDINATOR
    category = "mixer"

    def __init__(
        self,
        town: Town,
        name: str,
        profile: Profile,
        part: Part = EVERYDAY,
        *,
        every: int = 6,
        fewest: int = 6,
        most: int = 40,
    ) -> None:
        super().__init__(town, name, profile, part)
        self.clients: dict[str, Client] = {}
        self._every = every
        self._fewest = fewest
        self._most = most
        self._phase = self.dice.below(every)

    def register(self, client: Client) -> None:
        """Lets somebody take part from now on."""
        self.clients[client.purse.name] = client

    def dismiss(self, purse: Purse) -> None:
        """Ends somebody's part."""
        self.clients.pop(purse.name, None)

    def act(self) -> None:
        """A round, when it is time and enough clients are there."""
        if self.economy.height % self._every == self._phase:
            self.round()

    def round(self) -> None:
        """Makes one round of whoever is willing, by the protocol of the subclass; none by default."""

    def willing(self) -> list[Client]:
        """Clients of the next round, those in a hurry first; some rounds are large, some barely enough."""
        clients = self.dice.shuffled(list(self.clients.values()))
        clients = [client for client in clients if self.dice.chance(client.keen_percent)]
        most = self.dice.between(self._fewest, self._most)
        return sorted(clients, key=lambda client: -client.keen_percent)[:most]

    def staging(self, members: dict[str, Purse]) -> Staging:
        """Who is behind the names of a round."""
        return Staging(members, _LOOK, self.purse, coordinator=self.purse)


def mixable(purse: Purse, kinds: tuple[Kind, ...] = (Kind.P2WPKH,)) -> list[Coin]:
    """Coins of a wallet that a coordinator accepts, oldest first."""
    return [coin for coin in purse.spendable() if coin.lock.kind in kinds and coin.value_sat > 100_000]


class Wasabi1Coordinator(Coordinator):
    """Rounds of Wasabi 1."""

    rules = Wasabi1Rules()

    def round(self) -> None:
        """Everybody brings at least the base denomination in one to seven coins."""
        members: dict[str, Purse] = {}
        brought: list[Participant] = []
        for client in self.willing():
            taken: list[Coin] = []
            for coin in self.dice.shuffled(mixable(client.purse))[:7]:
                taken.append(coin)
                if sum(each.value_sat for each in taken) > self.rules.base_sat * 103 // 100:
                    members[client.purse.name] = client.purse
                    brought.append(participant(client.purse, taken, client.purse.name))
                    break
        if len(brought) < self._fewest:
            return
        rate = self.economy.market.rate_sat_vb
        try:
            plan = wasabi1_round(self.rules, brought, self.dice, rate_sat_vb=rate)
        except RoundRefused:
            return
        carry_out(self.economy, plan, self.staging(members))


class Wasabi2Coordinator(Coordinator):
    """Rounds of Wasabi 2.

    Parameters
    ----------
    rules
        Settings of the coordinator.
    """

    def __init__(
        self,
        town: Town,
        name: str,
        profile: Profile,
        part: Part = EVERYDAY,
        *,
        rules: Wasabi2Rules,
        every: int = 4,
        fewest: int = 3,
    ) -> None:
        super().__init__(town, name, profile, part, every=every, fewest=fewest)
        self._rules = rules
        self._mixed: frozenset[tuple[str, int]] = frozenset()

    def round(self) -> None:
        """Everybody brings up to ten coins, all of which are cut into standard amounts."""
        members: dict[str, Purse] = {}
        brought: list[Participant] = []
        for client in self.willing():
            coins = self.dice.shuffled(mixable(client.purse, (Kind.P2WPKH, Kind.P2TR)))
            if coins:
                members[client.purse.name] = client.purse
                n_coins = self.dice.between(2, 10)
                brought.append(participant(client.purse, coins[:n_coins], client.purse.name))
        if sum(len(each.coins) for each in brought) < self._rules.min_inputs or len(brought) < 2:
            return
        rate = self.economy.market.rate_sat_vb
        try:
            plan = wasabi2_round(self._rules, brought, self.dice, rate_sat_vb=rate, remixed=self._mixed)
        except RoundRefused:
            return
        tx = carry_out(self.economy, plan, self.staging(members))
        self._mixed |= {(tx.txid, vout) for vout in range(len(tx.outputs))}


class WhirlpoolCoordinator(Coordinator):
    """Pools of Whirlpool, or of its successor Ashigaru.

    Parameters
    ----------
    pool
        The pool.
    """

    def __init__(
        self,
        town: Town,
        name: str,
        profile: Profile,
        part: Part = EVERYDAY,
        *,
        pool: WhirlpoolPool,
        every: int = 2,
    ) -> None:
        super().__init__(town, name, profile, part, every=every)
        self.pool = pool
        self._premix: dict[str, Purse] = {}
        self._postmix: dict[str, Purse] = {}

    def register(self, client: Client) -> None:
        """Lets somebody take part; its coins in the pool are in wallets of their own."""
        super().register(client)
        purse = client.purse
        if purse.name not in self._premix:
            for side, wallets in (("premix", self._premix), ("postmix", self._postmix)):
                name = f"{purse.name} {self.name} {side}"
                wallets[purse.name] = Purse(self.economy, name, purse.actor, purse.profile)

    def postmix(self, purse: Purse) -> Purse:
        """The wallet with what a client has mixed."""
        return self._postmix[purse.name]

    def round(self) -> None:
        """Somebody enters now and then; then some mixes."""
        for client in self.willing():
            if len(self._premix[client.purse.name].coins) < 4 and self._enter(client):
                break
        for _ in range(2):
            self._mix()

    def _enter(self, client: Client) -> bool:
        """Makes somebody's Tx0; False if it cannot be made."""
        purse = client.purse
        coins = mixable(purse)[:6]
        if sum(coin.value_sat for coin in coins) < self.pool.denomination_sat * 2:
            return False
        rate = self.economy.market.rate_sat_vb
        most = self.dice.between(2, 12)
        try:
            plan = tx0(self.pool, participant(purse, coins), self.dice, rate_sat_vb=rate, max_premix=most)
        except RoundRefused:
            return False
        staging = Staging(
            {purse.actor: purse},
            purse.look(),
            purse,
            {(purse.actor, Role.PREMIX): self._premix[purse.name]},
            coordinator=self.purse,
            playbook=client.playbook,
        )
        carry_out(self.economy, plan, staging)
        return True

    def _mix(self) -> None:
        """Coins of different clients, some new, some again."""
        size = self.dice.pick(self.pool.sizes)
        names = self.dice.shuffled(list(self.clients))
        new = [name for name in names if self._premix[name].coins]
        first = new[: self.pool.min_premix_coins]
        olds = [name for name in names if name not in first and self._mixed(name)]
        olds = olds[: size - self.pool.min_premix_coins]
        news = [name for name in new if name not in olds][: size - len(olds)]
        if len(news) < self.pool.min_premix_coins or len(news) + len(olds) < min(self.pool.sizes):
            return
        premixers = [
            self._one(self._premix[name], list(self._premix[name].coins.values()), name) for name in news
        ]
        remixers = [self._one(self._postmix[name], self._mixed(name), name) for name in olds]
        try:
            plan = whirlpool_mix(self.pool, premixers, remixers, self.dice)
        except RoundRefused:
            return
        spends = {name: self._premix[name] for name in news} | {name: self._postmix[name] for name in olds}
        receives = {(name, Role.MIX): self._postmix[name] for name in [*news, *olds]}
        carry_out(self.economy, plan, Staging(spends, _LOOK, self.purse, receives, coordinator=self.purse))

    def _mixed(self, name: str) -> list[Coin]:
        """A client's coins of exactly the pool's amount."""
        coins = self._postmix[name].coins.values()
        return [coin for coin in coins if coin.value_sat == self.pool.denomination_sat]

    def _one(self, purse: Purse, coins: list[Coin], name: str) -> Participant:
        return participant(purse, [self.dice.pick(coins)], name)
