"""Lightning nodes: they open and close channels; what happens between is not on the chain.

Funding outputs are 2 of 2 P2WSH (BOLT 3); a closing transaction by agreement has an output for each side.
"""

from __future__ import annotations

from dataclasses import dataclass

from coalface.range.actors.actor import COIN_SAT, EVERYDAY, Actor, Part
from coalface.range.actors.coordinator import mixable
from coalface.range.actors.rounds import Staging, carry_out, participant
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Coin, Look, Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.keys import derive_key
from coalface.range.protocols import RoundRefused, dual_funding
from coalface.range.script import Kind, Lock, lock_with
from coalface.range.wallets.change import PAYEE_KINDS
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor, Purse


@dataclass(frozen=True)
class Channel:
    """An open channel, with what the peer owns in it."""

    lock: Lock
    peer: LightningNode
    value_sat: int
    peer_sat: int
    closes_at: int


class LightningNode(Actor):
    """A node of the Lightning network."""

    kind = ActorKind.LIGHTNING

    def __init__(self, town: Town, name: str, profile: Profile, part: Part = EVERYDAY) -> None:
        super().__init__(town, name, profile, part)
        self.channels = Purse(self.economy, f"{name} channels", name, profile)
        self._open: list[Channel] = []
        self._n_channels = 0

    def act(self) -> None:
        """Opens or closes a channel now and then."""
        for channel in [each for each in self._open if each.closes_at <= self.economy.height]:
            self._close(channel)
        if self.dice.chance(4) and self.purse.balance_sat > COIN_SAT // 10:
            peers = [node for node in self.town.all_of(LightningNode) if node is not self]
            if peers and self.dice.chance(40):
                self.open_together(self.dice.pick(peers))
            elif peers:
                self.open(self.dice.pick(peers))

    def channel_lock(self, peer: LightningNode) -> Lock:
        """A funding output of both."""
        self._n_channels += 1
        seed, topic = self.economy.seed, f"{self.name} and {peer.name}"
        keys = [derive_key(seed, f"{topic} {side}", self._n_channels) for side in ("a", "b")]
        lock = lock_with(Kind.P2WSH_MULTISIG, keys, self.name, threshold=2)
        self.economy.register(lock, self.channels)
        return lock

    def open(self, peer: LightningNode) -> None:
        """Opens a channel from this node's coins alone."""
        value_sat = self.dice.between(1, 20) * 1_000_000 + (
            0 if self.dice.chance(60) else self.dice.below(99_999)
        )
        if not self.purse.can_pay(value_sat):
            return
        lock = self.channel_lock(peer)
        try:
            self.purse.pay([Planned(lock, value_sat, OutputPurpose.CHANNEL, self.name)])
        except Poor:
            return
        self.remember(lock, peer, value_sat, 0)

    def open_together(self, peer: LightningNode) -> None:
        """Opens a channel into which both put coin (BOLT 2, channel establishment v2)."""
        own, theirs = self.funds(), peer.funds()
        if not own or not theirs:
            return
        opener_sat = sum(coin.value_sat for coin in own) * self.dice.between(20, 80) // 100
        accepter_sat = sum(coin.value_sat for coin in theirs) * self.dice.between(10, 80) // 100
        if self.part.near:
            accepter_sat = min(accepter_sat, opener_sat)
        try:
            plan = dual_funding(
                participant(self.purse, own),
                participant(peer.purse, theirs),
                "channel",
                self.dice,
                opener_sat=opener_sat,
                accepter_sat=accepter_sat,
                rate_sat_vb=self.economy.market.rate_sat_vb,
            )
        except RoundRefused:
            return
        lock = self.channel_lock(peer)
        value_sat = opener_sat + accepter_sat
        given = {"channel": Planned(lock, value_sat, OutputPurpose.CHANNEL, self.name)}
        spends = {self.name: self.purse, peer.name: peer.purse}
        look = Look(version=2, locktime=self.economy.height, sequence=0xFFFFFFFD)
        carry_out(self.economy, plan, Staging(spends, look, self.purse, given=given))
        self.remember(lock, peer, value_sat, accepter_sat)

    def funds(self) -> list[Coin]:
        """Up to two coins for a channel."""
        return self.dice.sample(mixable(self.purse, PAYEE_KINDS), 2)

    def remember(self, lock: Lock, peer: LightningNode, value_sat: int, peer_sat: int) -> None:
        """Keeps a channel until it closes."""
        closes_at = self.economy.height + self.dice.between(12, 120)
        moved_sat = (value_sat - peer_sat) * self.dice.between(0, 70) // 100
        self._open.append(Channel(lock, peer, value_sat, peer_sat + moved_sat, closes_at))

    def _close(self, channel: Channel) -> None:
        self._open.remove(channel)
        coins = [
            coin
            for coin in self.channels.coins.values()
            if coin.lock.script_pubkey == channel.lock.script_pubkey
        ]
        if len(coins) != 1:
            return
        coin: Coin = coins[0]
        fee_sat = 170 * self.purse.rate_sat_vb()
        own_sat = coin.value_sat - channel.peer_sat - fee_sat
        outputs = []
        if own_sat > 1_000:
            outputs.append(Planned(self.purse.new_lock(), own_sat, OutputPurpose.SELF))
        if channel.peer_sat > 1_000:
            lock = channel.peer.purse.new_lock()
            outputs.append(Planned(lock, channel.peer_sat, OutputPurpose.PAYMENT))
        if outputs:
            outputs.sort(key=lambda each: (each.value_sat, each.lock.script_pubkey))
            look = Look(version=2, locktime=0, sequence=0xFFFFFFFF)
            self.economy.send([coin], outputs, look, initiator=self.channels, kind=TxKind.CHANNEL_CLOSE)
