"""Swap services: a deposit with a memo that names the coin wanted on another chain; payouts the other way."""

from __future__ import annotations

from coalface.range.actors.actor import COIN_SAT, EVERYDAY, Actor, Part
from coalface.range.actors.rounds import Staging, carry_out, participant
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Coin, Planned
from coalface.range.economy.words import ActorKind, OutputPurpose
from coalface.range.hashes import sha256
from coalface.range.protocols import SHORT_ASSETS, RoundRefused, outbound_memo, swap_memo, swap_tx
from coalface.range.protocols.swap import SWAP_WORDS
from coalface.range.script import Lock
from coalface.range.tx import Tx
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor, Purse

_VAULT_BLOCKS = 40
"""Vaults are replaced after so many blocks (THORChain documentation, "Vault behaviour": churns)."""


class SwapService(Actor):
    """A swap protocol with vaults on this chain."""

    kind = ActorKind.SWAP
    category = "exchange"

    def __init__(self, town: Town, name: str, profile: Profile, part: Part = EVERYDAY) -> None:
        super().__init__(town, name, profile, part)
        self._vaults: dict[int, Lock] = {}

    def vault_lock(self) -> Lock:
        """The vault in use now."""
        era = self.economy.height // _VAULT_BLOCKS
        if era not in self._vaults:
            self._vaults[era] = self.purse.new_lock()
        return self._vaults[era]

    def swap(self, purse: Purse, coins: list[Coin], value_sat: int, *, playbook: str | None = None) -> Tx:
        """Somebody swaps coin for that of another chain.

        Raises
        ------
        Poor
            If the coins do not suffice.
        """
        try:
            plan = swap_tx(
                participant(purse, coins),
                self.name,
                self.dice,
                amount_sat=value_sat,
                rate_sat_vb=purse.rate_sat_vb(),
                memo=self._memo(purse, value_sat),
                is_memo_second=self.part.near,
            )
        except RoundRefused as error:
            raise Poor(str(error)) from error
        given = {self.name: Planned(self.vault_lock(), value_sat, OutputPurpose.SWAP, self.name)}
        staging = Staging({purse.actor: purse}, purse.look(), purse, given=given, playbook=playbook)
        return carry_out(self.economy, plan, staging)

    def _memo(self, purse: Purse, value_sat: int) -> bytes:
        """What a customer's software writes: any of the forms that the vault reads."""
        destination = "0x" + sha256(f"{purse.name}/{self.economy.height}".encode()).hex()[:40]
        is_referred = self.dice.chance(35)
        return swap_memo(
            self.dice.pick(("ETH.ETH", SHORT_ASSETS["ETH.ETH"], "AVAX.AVAX", SHORT_ASSETS["BSC.BNB"])),
            destination,
            word=self.dice.pick(SWAP_WORDS),
            limit=str(value_sat // 30) if self.dice.chance(70) else "",
            streaming=(1, 0) if self.dice.chance(30) else None,
            affiliate="t" if is_referred else "",
            affiliate_bp=30 if is_referred else 0,
        )

    def act(self) -> None:
        """Somebody comes from another chain, or somebody leaves for one."""
        if not self.dice.chance(12):
            return
        people = [actor for actor in self.town.actors if actor.kind is ActorKind.PRIVATE]
        person = self.dice.pick(people)
        if self.purse.balance_sat < COIN_SAT or self.dice.chance(50):
            coins = [coin for coin in person.purse.spendable() if coin.value_sat > 5_000_000]
            if coins and not isinstance(person, SwapService):
                try:
                    self.swap(person.purse, coins[:1], coins[0].value_sat // 2)
                except Poor:
                    return
            return
        self._pay_out(person)

    def _pay_out(self, person: Actor) -> None:
        value_sat = self.purse.balance_sat // self.dice.between(8, 40)
        coins = [coin for coin in self.purse.spendable() if coin.value_sat > value_sat + 200_000][:1]
        if not coins:
            return
        foreign_txid = sha256(f"{self.name}/{self.economy.height}".encode()).hex().upper()
        memo = outbound_memo(foreign_txid, is_refund=self.part.near)
        try:
            plan = swap_tx(
                participant(self.purse, coins),
                person.name,
                self.dice,
                amount_sat=value_sat,
                rate_sat_vb=self.purse.rate_sat_vb(),
                memo=memo,
            )
        except RoundRefused:
            return
        given = {person.name: Planned(person.purse.receive_lock(), value_sat, OutputPurpose.SWAP)}
        staging = Staging({self.name: self.purse}, self.purse.look(), self.purse, given=given)
        carry_out(self.economy, plan, staging)
