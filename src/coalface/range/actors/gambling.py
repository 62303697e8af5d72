"""Dice games: a bet goes to a well-known address, and the answer comes back to the address it came from.

As SatoshiDice did (bitcoin wiki, "Satoshi Dice"): winners get a multiple, losers a token sum, at once.
"""

from __future__ import annotations

from coalface.range.actors.actor import EVERYDAY, Actor, Part
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose
from coalface.range.script import Lock
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor, Purse

_TOKEN_SAT = 1_200


class Casino(Actor):
    """A dice game.

    Parameters
    ----------
    most_sat
        Largest bet taken.
    """

    kind = ActorKind.GAMBLING
    category = "gambling"

    def __init__(
        self, town: Town, name: str, profile: Profile, part: Part = EVERYDAY, *, most_sat: int = 20_000_000
    ) -> None:
        super().__init__(town, name, profile, part)
        self._most_sat = most_sat
        self._lock = self.purse.new_lock()
        self._bets: list[tuple[Lock, int, str]] = []

    def invoice(self, payer: str, value_sat: int) -> Planned:  # noqa: ARG002 - one address for all
        """A payment to the game's address."""
        return Planned(self._lock, value_sat, OutputPurpose.PAYMENT)

    def bet(self, player: Purse, value_sat: int) -> None:
        """A player bets one coin; what comes back goes to that coin's address."""
        value_sat = min(value_sat, self._most_sat)
        for coin in player.spendable():
            if coin.value_sat > value_sat + 200_000:
                player.pay([self.invoice(player.actor, value_sat)], coins=[coin])
                self._bets.append((coin.lock, value_sat, player.actor))
                return

    def act(self) -> None:
        """Answers the bets of the last block."""
        bets, self._bets = self._bets, []
        for lock, value_sat, player in bets:
            wins = self.dice.chance(47)
            answer_sat = value_sat * 2 * 98 // 100 if wins else _TOKEN_SAT
            try:
                self.purse.pay([Planned(lock, answer_sat, OutputPurpose.PAYMENT, player)])
            except Poor:
                return
