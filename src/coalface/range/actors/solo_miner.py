"""Solo miners: they claim whole blocks, keep them a while, and sell."""

from __future__ import annotations

from coalface.range.actors.actor import COIN_SAT, EVERYDAY, Actor, Part
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.town import Town
from coalface.range.economy.book import HashrateRow
from coalface.range.economy.chain import Claim
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.wallets.profile import Profile


class SoloMiner(Actor):
    """Somebody who mines for themselves.

    Parameters
    ----------
    hashrate_hs
        Hash rate, hashes a second, simulated scale.
    """

    kind = ActorKind.SOLO_MINER

    def __init__(
        self, town: Town, name: str, profile: Profile, part: Part = EVERYDAY, *, hashrate_hs: int = 10**15
    ) -> None:
        super().__init__(town, name, profile, part)
        self._hashrate_hs = hashrate_hs
        self._lock = self.purse.new_lock()
        self._tag = b"" if self.dice.chance(60) else f"/{name}/".encode()
        self._from_height = 1
        town.miners.append(self)

    def hashrate_hs(self) -> int:
        """Hash rate now."""
        return self._hashrate_hs

    def claim(self) -> Claim:
        """The whole reward, to one address or to a new one for each block."""
        if not self.part.near:
            self._lock = self.purse.new_lock()
        return Claim(((self._lock, 1),), self._tag, self.name)

    def close_books(self) -> None:
        """Notes the hash rate since it last changed."""
        row = HashrateRow(self.name, None, self._from_height, self.economy.height, float(self._hashrate_hs))
        self.economy.book.hashrates.append(row)

    def act(self) -> None:
        """Sells a part now and then, and buys or loses machines."""
        if self.dice.chance(2) and self._from_height <= self.economy.height:
            self.close_books()
            self._from_height = self.economy.height + 1
            self._hashrate_hs = max(1, self._hashrate_hs * self.dice.between(70, 140) // 100)
        if not self.dice.chance(6) or self.purse.balance_sat < COIN_SAT:
            return
        exchange = self.dice.pick(self.town.all_of(Exchange))
        value_sat = self.purse.balance_sat * self.dice.between(20, 80) // 100
        if self.purse.can_pay(value_sat):
            planned = Planned(exchange.deposit_lock(self.name), value_sat, OutputPurpose.DEPOSIT, self.name)
            self.purse.pay([planned], TxKind.PAYMENT)


class Founder(SoloMiner):
    """Who mined when nobody else did, and sells to everybody once others come."""

    def __init__(self, town: Town, name: str, profile: Profile) -> None:
        super().__init__(town, name, profile, hashrate_hs=0)

    def act(self) -> None:
        """Holds; sales are arranged in `sell`."""

    def sell(self, buyers: list[Planned]) -> None:
        """Pays many buyers, in few wide transactions of at most fifty outputs.

        The share of each is given as the planned value; what is too much for the founder is scaled down.
        """
        wanted_sat = sum(each.value_sat for each in buyers)
        there_sat = self.purse.balance_sat * 97 // 100
        for start in range(0, len(buyers), 50):
            part = [
                Planned(
                    each.lock,
                    min(each.value_sat, each.value_sat * there_sat // wanted_sat),
                    each.purpose,
                    each.beneficiary,
                )
                for each in buyers[start : start + 50]
            ]
            self.purse.pay(part, TxKind.BATCH)
