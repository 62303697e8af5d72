"""A wallet in somebody's hands: keys, coins, and a profile that decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from coalface.range.economy.coin import (
    FRAME_VBYTES,
    Coin,
    Look,
    Planned,
    input_vbytes,
    output_vbytes,
    tx_vbytes,
)
from coalface.range.economy.words import OutputPurpose, TxKind
from coalface.range.keys import derive_key
from coalface.range.script import MULTISIG_KINDS, Kind, Lock, lock_with
from coalface.range.tx import Outpoint, Tx
from coalface.range.wallets.builder import Built, built
from coalface.range.wallets.change import PAYEE_KINDS, ChangeAddress, ChangeKind
from coalface.range.wallets.order import ordered
from coalface.range.wallets.profile import OWN_CODE, Profile
from coalface.range.wallets.selection import Bill
from coalface.range.wallets.sequence import FINAL

if TYPE_CHECKING:
    from coalface.range.economy.chain import Economy

_DUST_SAT = 1_000
"""Coins up to here are left alone: to spend them costs about as much."""


class Poor(ValueError):
    """A wallet has too little for a payment."""


class Purse:
    """One wallet of one actor.

    Parameters
    ----------
    economy
        The chain that it lives on.
    name
        Name of the wallet; no other has it.
    actor
        Who holds the keys.
    profile
        The software.

    Attributes
    ----------
    coins
        What can be spent, oldest first.
    balance_sat
        What it is worth.
    """

    def __init__(self, economy: Economy, name: str, actor: str, profile: Profile) -> None:
        if name in economy.purses:
            raise ValueError(f"there are two wallets called {name}")
        economy.purses[name] = self
        self.name = name
        self.actor = actor
        self.coins: dict[Outpoint, Coin] = {}
        self.balance_sat = 0
        self._economy = economy
        self._bought = profile
        self._profile = profile
        self._profile_height = -1
        self.dice = economy.dice(f"wallet {name}")
        self._late_percent = self.dice.below(25)
        self._n_keys = 0
        self._last_receive: Lock | None = None
        self._fixed_change: Lock | None = None

    @property
    def profile(self) -> Profile:
        """The software as it is now; not everybody installs an upgrade at once."""
        height = self._economy.height
        if self._bought.upgrades and height != self._profile_height:
            percent = height * 100 // max(1, self._economy.clock.n_blocks)
            self._profile = self._bought.at(percent - self._late_percent)
            self._profile_height = height
        return self._profile

    def add(self, coin: Coin) -> None:
        """Takes a coin in."""
        self.coins[coin.outpoint] = coin
        self.balance_sat += coin.value_sat

    def remove(self, coin: Coin) -> None:
        """Lets a coin go.

        Raises
        ------
        Poor
            If it is not there.
        """
        if self.coins.pop(coin.outpoint, None) is None:
            raise Poor(f"{coin.outpoint} is not in wallet {self.name}")
        self.balance_sat -= coin.value_sat

    def new_lock(self, kind: Kind | None = None, *, customer: str | None = None) -> Lock:
        """A lock on fresh keys: one key, or 2 of 3 for multisig kinds."""
        kind = kind or self.profile.kind
        n_keys, threshold = (3, 2) if kind in MULTISIG_KINDS else (1, 1)
        keys = [derive_key(self._economy.seed, self.name, self._n_keys + place) for place in range(n_keys)]
        self._n_keys += n_keys
        lock = lock_with(kind, keys, self.actor, threshold=threshold, customer=customer)
        self._economy.register(lock, self)
        return lock

    def receive_lock(self) -> Lock:
        """The address that the user hands out next."""
        if self._last_receive is None or not self.profile.reuse.hands_out_last(self.dice):
            self._last_receive = self.new_lock()
        return self._last_receive

    def change_lock(self, coins: Sequence[Coin], payments: Sequence[Planned]) -> Lock:
        """Where change of a transaction that spends these coins goes."""
        change = self.profile.change
        own = [coin.lock for coin in coins if coin.wallet == self.name]
        if own and (change.address is ChangeAddress.INPUT or self.dice.chance(change.reuse_percent)):
            return own[0]
        if change.address is ChangeAddress.FIXED:
            if self._fixed_change is None:
                self._fixed_change = self.new_lock()
            return self._fixed_change
        kind = self.profile.kind
        if change.kind is ChangeKind.INPUT and own:
            kind = own[0].kind
        elif change.kind is ChangeKind.PAYEE and payments and payments[0].lock.kind in PAYEE_KINDS:
            kind = payments[0].lock.kind
        return self.new_lock(kind)

    def look(self) -> Look:
        """The fields that the software writes into its next transaction."""
        profile = self.profile
        sequence = profile.sequence.choose(self.dice)
        locktime = profile.locktime.choose(self._economy.height, self.dice)
        return Look(profile.version, 0 if sequence == FINAL else locktime, sequence, profile.has_low_r)

    def rate_sat_vb(self) -> int:
        """What the software pays for room, satoshis a virtual byte."""
        return self.profile.fees.rate_sat_vb(self._economy.market.rate_sat_vb, self.dice)

    def spendable(self) -> list[Coin]:
        """Coins that the software would spend, oldest first."""
        height = self._economy.height
        if self.profile.spends_unconfirmed:
            return [coin for coin in self.coins.values() if coin.value_sat > _DUST_SAT]
        return [coin for coin in self.coins.values() if coin.value_sat > _DUST_SAT and coin.height <= height]

    def can_pay(self, value_sat: int) -> bool:
        """Whether there is enough for a payment of that size, with room for a fee."""
        return sum(coin.value_sat for coin in self.spendable()) > value_sat * 101 // 100 + 200_000

    def pay(
        self,
        payments: Sequence[Planned],
        kind: TxKind = TxKind.PAYMENT,
        *,
        coins: Sequence[Coin] | None = None,
        change: Lock | None = None,
        change_purpose: OutputPurpose = OutputPurpose.CHANGE,
        playbook: str | None = None,
        theft_of: str | None = None,
    ) -> Tx:
        """The payments in one transaction, as the software makes it.

        Where a third party's code builds the wallet's transactions, it is asked if it may choose everything;
        what it refuses is made by the parts of the profile.

        Parameters
        ----------
        payments
            What is paid.
        kind
            Why.
        coins
            Coins to spend; None lets the software choose.
        change, change_purpose
            Where change goes, and what it is called; None lets the software choose.
        playbook, theft_of
            Crime that it is part of, and whether it is the theft itself.

        Raises
        ------
        Poor
            If there is too little.
        """
        rate = self.rate_sat_vb()
        value_sat = sum(each.value_sat for each in payments)
        if self.profile.code != OWN_CODE and coins is None and change is None:
            made = self._built(payments, rate, change_purpose)
            if made is not None:
                return self._economy.send(
                    made.inputs,
                    made.outputs,
                    made.look,
                    initiator=self,
                    kind=kind,
                    playbook=playbook,
                    theft_of=theft_of,
                    built_by=self.profile.code,
                )
        base = FRAME_VBYTES + sum(output_vbytes(each.lock) for each in payments) + 34
        bill = Bill(value_sat, base, rate, rate * (34 + input_vbytes(self.profile.kind)))
        if coins is None:
            coins = self.profile.selection.choose(self.spendable(), bill, self.dice)
        left_sat = sum(coin.value_sat for coin in coins) - bill.needed_sat(coins)
        if left_sat < 0 or not coins:
            raise Poor(f"wallet {self.name} has {self.balance_sat} sat, {value_sat} are to be paid")
        back = None
        if left_sat > max(self.profile.change.minimum_sat, rate * 34):
            lock = change or self.change_lock(coins, payments)
            back = Planned(lock, left_sat, change_purpose, self.actor, is_change=True)
        inputs, outputs = ordered(self.profile.order, coins, payments, back, self.dice)
        return self._economy.send(
            inputs, outputs, self.look(), initiator=self, kind=kind, playbook=playbook, theft_of=theft_of
        )

    def _built(self, payments: Sequence[Planned], rate_sat_vb: int, purpose: OutputPurpose) -> Built | None:
        """The payments as a third party's code makes them; None if it refuses."""
        return built(
            self.profile,
            self.spendable(),
            payments,
            Planned(self.new_lock(), 0, purpose, self.actor, is_change=True),
            self.look(),
            rate_sat_vb=rate_sat_vb,
            height=self._economy.height,
            dice=self.dice,
        )

    def send_all(
        self,
        coins: Sequence[Coin],
        lock: Lock,
        purpose: OutputPurpose,
        kind: TxKind,
        *,
        beneficiary: str | None = None,
        playbook: str | None = None,
    ) -> Tx:
        """All of these coins in one output, less the fee.

        Raises
        ------
        Poor
            If the fee would eat them.
        """
        value_sat = sum(coin.value_sat for coin in coins) - self.rate_sat_vb() * tx_vbytes(coins, [lock])
        if value_sat <= _DUST_SAT:
            raise Poor(f"{len(coins)} coins of wallet {self.name} are not worth the fee")
        target = Planned(lock, value_sat, purpose, beneficiary)
        inputs, outputs = ordered(self.profile.order, coins, [target], None, self.dice)
        return self._economy.send(inputs, outputs, self.look(), initiator=self, kind=kind, playbook=playbook)
