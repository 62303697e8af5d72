"""Mining pools: their miners, how shares turn into credit, and how credit is paid out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coalface.range.actors.actor import EVERYDAY, Actor, Part
from coalface.range.actors.town import Town
from coalface.range.block import subsidy_sat
from coalface.range.economy.book import HashrateRow, PayoutRow
from coalface.range.economy.chain import Claim
from coalface.range.economy.coin import Coin, Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.script import Lock
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor

_CREDIT_SCALE = 10**24
"""Credit for each hash is kept in this part of a satoshi, so that no share is rounded away."""


_FEE_SPAN = 24
"""Blocks whose fees are averaged."""


class Scheme(StrEnum):
    """How shares turn into credit (Rosenfeld 2011, "Analysis of Bitcoin Pooled Mining Reward Systems")."""

    PPS = "pps"
    """A fixed sum for each share, whoever finds the block; fees stay with the pool."""
    FPPS = "fpps"
    """As PPS, with an average of fees."""
    PPLNS = "pplns"
    """A part of each block found."""
    PROPORTIONAL = "proportional"
    """A part of each block found, by shares since the block before."""
    SOLO = "solo"
    """The finder gets the block, less the pool's fee."""


class Layout(StrEnum):
    """How a payout stands on the chain.

    Romiti et al. 2019 (WEIS, "A Deep Dive into Bitcoin Mining Pools") found a collector address, then one
    or more wide levels, or chains of transactions whose change pays the next miners; Ocean and P2Pool pay
    in the coinbase.
    """

    WIDE = "wide"
    CHAIN = "chain"
    TWO_LEVELS = "two_levels"
    COINBASE = "coinbase"


@dataclass(frozen=True)
class Terms:
    """A pool's terms.

    Parameters
    ----------
    scheme, layout
        How credit is earned and paid.
    fee_permille
        What the pool keeps.
    threshold_sat
        Credit below it stays on the books, off the chain.
    pays_every
        Blocks between payouts.
    max_outputs
        Most miners paid in one transaction.
    keeps_collector
        All rewards go to one address; else to a new one for each block.
    """

    scheme: Scheme = Scheme.PPLNS
    layout: Layout = Layout.WIDE
    fee_permille: int = 20
    threshold_sat: int = 500_000
    pays_every: int = 12
    max_outputs: int = 2000
    keeps_collector: bool = True


@dataclass
class Account:
    """One miner's account at a pool."""

    miner: str
    lock: Lock
    hashrate_hs: int
    from_height: int
    index_seen: int
    credit_sat: int = 0


class Pool(Actor):
    """A pool that finds blocks for its miners.

    Parameters
    ----------
    terms
        What miners agreed to.
    tag
        What it writes into its coinbases.
    """

    kind = ActorKind.POOL
    category = "mining_pool"

    def __init__(
        self,
        town: Town,
        name: str,
        profile: Profile,
        part: Part = EVERYDAY,
        *,
        terms: Terms | None = None,
        tag: bytes | None = None,
    ) -> None:
        super().__init__(town, name, profile, part)
        self.terms = terms or Terms()
        self._tag = f"/{name}/".encode() if tag is None else tag
        self._collector = self.purse.new_lock()
        self._accounts: dict[str, Account] = {}
        self._hashrate_hs = 0
        self._index = 0
        self._phase = self.dice.below(self.terms.pays_every)
        town.miners.append(self)

    @property
    def collector(self) -> Lock:
        """Where rewards are collected."""
        return self._collector

    def hashrate_hs(self) -> int:
        """Hash rate of all its miners now."""
        return self._hashrate_hs

    def join(self, miner: str, lock: Lock, hashrate_hs: int) -> None:
        """Opens an account, or changes the hash rate and payout address of one."""
        self.leave(miner, keep=True)
        old = self._accounts.get(miner)
        credit_sat = old.credit_sat if old is not None else 0
        self._accounts[miner] = Account(
            miner, lock, hashrate_hs, self.economy.height + 1, self._index, credit_sat
        )
        self._hashrate_hs += hashrate_hs

    def leave(self, miner: str, *, keep: bool = False) -> None:
        """Ends a miner's work; what is owed is paid with the next payouts."""
        account = self._accounts.get(miner)
        if account is None or not account.hashrate_hs:
            return
        self._settle(account)
        self._note_hashrate(account)
        self._hashrate_hs -= account.hashrate_hs
        account.hashrate_hs = 0
        if not keep:
            account.from_height = self.economy.height + 1

    def close_books(self) -> None:
        """Notes the hash rates of all who still mine when the chain ends."""
        for account in self._accounts.values():
            if account.hashrate_hs:
                self._note_hashrate(account)

    def claim(self) -> Claim:
        """The reward, to the pool or, with the coinbase layout, straight to its miners."""
        finder = self._finder()
        height = self.economy.height + 1
        if self.terms.scheme is Scheme.SOLO and finder in self._accounts:
            own = self.terms.fee_permille
            paid = ((self._accounts[finder].lock, 1000 - own), (self._collector, own))
            return Claim(paid, self._tag, finder, self.name, self.terms.scheme.value)
        self._earn(subsidy_sat(height) + self.economy.fees_waiting_sat(), found=True)
        if self.terms.layout is Layout.COINBASE and self._accounts:
            working = sorted(self._accounts.values(), key=lambda each: (-each.hashrate_hs, each.miner))
            shares = [(each.lock, each.hashrate_hs) for each in working if each.hashrate_hs][:60]
            keeps = max(1, self._hashrate_hs * self.terms.fee_permille // 1000)
            locks = ((self._collector, keeps), *shares)
            return Claim(locks, self._tag, finder, self.name, self.terms.scheme.value)
        if not self.terms.keeps_collector:
            self._collector = self.purse.new_lock()
        return Claim(((self._collector, 1),), self._tag, finder, self.name)

    def act(self) -> None:
        """Counts shares, and pays when it is time."""
        if self.terms.scheme in {Scheme.PPS, Scheme.FPPS}:
            self._earn(subsidy_sat(self.economy.height + 1) + self._usual_fees_sat(), found=False)
        if self.economy.height % self.terms.pays_every == self._phase:
            self.pay_out()

    def pay_out(self) -> None:
        """Pays every miner whose credit has reached the threshold, as far as the coin goes."""
        if self.terms.layout is Layout.COINBASE:
            return
        there_sat = self.purse.balance_sat * 98 // 100 - 1_000_000
        due: list[Account] = []
        for account in self._accounts.values():
            self._settle(account)
            if self.terms.threshold_sat <= account.credit_sat <= there_sat:
                due.append(account)
                there_sat -= account.credit_sat
        if not due:
            return
        try:
            if self.terms.layout is Layout.TWO_LEVELS and len(due) > 8:
                self._pay_two_levels(due)
                return
            size = self.terms.max_outputs if self.terms.layout is Layout.WIDE else 12
            coins: list[Coin] | None = None
            for start in range(0, len(due), size):
                coins = self._pay(due[start : start + size], coins)
        except Poor:
            return

    def _pay(self, due: list[Account], coins: list[Coin] | None) -> list[Coin] | None:
        """Pays these in one transaction; the change pays the next ones if the layout is a chain."""
        payments = [
            Planned(each.lock, each.credit_sat, OutputPurpose.POOL_PAYOUT, each.miner) for each in due
        ]
        wanted_sat = sum(payment.value_sat for payment in payments)
        if coins is not None and sum(coin.value_sat for coin in coins) < wanted_sat + 1_000_000:
            coins = None
        change = self._collector if self.terms.keeps_collector else None
        tx = self.purse.pay(payments, TxKind.POOL_PAYOUT, coins=coins, change=change)
        self._note_paid(tx.txid, [output.script_pubkey for output in tx.outputs], due)
        if self.terms.layout is not Layout.CHAIN:
            return None
        left = [coin for coin in self.purse.coins.values() if coin.outpoint.txid == tx.txid]
        return left or None

    def _pay_two_levels(self, due: list[Account]) -> None:
        """First into a few addresses of the pool, then from each of these to miners."""
        groups = [due[start : start + 40] for start in range(0, len(due), 40)]
        reserve_sat = 40 * 45 * 120
        first = [
            Planned(
                self.purse.new_lock(),
                sum(each.credit_sat for each in group) + reserve_sat,
                OutputPurpose.SELF,
            )
            for group in groups
        ]
        tx = self.purse.pay(first, TxKind.POOL_PAYOUT)
        by_script = {coin.lock.script_pubkey: coin for coin in self.purse.coins.values()}
        for group, planned in zip(groups, first, strict=True):
            coin = by_script[planned.lock.script_pubkey]
            if coin.outpoint.txid == tx.txid:
                self._pay(group, [coin])

    def _note_paid(self, txid: str, scripts: list[bytes], due: list[Account]) -> None:
        places: dict[bytes, list[int]] = {}
        for vout, script in enumerate(scripts):
            places.setdefault(script, []).append(vout)
        for account in due:
            vout = places[account.lock.script_pubkey].pop(0)
            row = PayoutRow(txid, vout, self.name, account.miner, account.credit_sat, self.terms.scheme.value)
            self.economy.book.payouts.append(row)
            account.credit_sat = 0

    def _finder(self) -> str:
        roll = self.dice.below(max(1, self._hashrate_hs))
        for account in self._accounts.values():
            roll -= account.hashrate_hs
            if roll < 0:
                return account.miner
        return self.name

    def _earn(self, reward_sat: int, *, found: bool) -> None:
        """Raises what each hash a second has earned so far."""
        shared_sat = reward_sat * (1000 - self.terms.fee_permille) // 1000
        if not self._hashrate_hs:
            return
        if self.terms.scheme in {Scheme.PPS, Scheme.FPPS}:
            if not found:
                self._index += shared_sat * _CREDIT_SCALE // self.town.network_hashrate_hs()
        elif found:
            self._index += shared_sat * _CREDIT_SCALE // self._hashrate_hs

    def _usual_fees_sat(self) -> int:
        """Mean fees of the last blocks, which full pay per share adds to the subsidy."""
        if self.terms.scheme is not Scheme.FPPS:
            return 0
        recent = self.economy.book.mining[-_FEE_SPAN:]
        return sum(row.fees_sat for row in recent) // len(recent)

    def _settle(self, account: Account) -> None:
        gained = (self._index - account.index_seen) * account.hashrate_hs
        account.credit_sat += gained // _CREDIT_SCALE
        account.index_seen = self._index

    def _note_hashrate(self, account: Account) -> None:
        if account.hashrate_hs and account.from_height <= self.economy.height:
            self.economy.book.hashrates.append(
                HashrateRow(
                    account.miner,
                    self.name,
                    account.from_height,
                    self.economy.height,
                    float(account.hashrate_hs),
                )
            )
