"""Mining pools: who mines in them, what the plan of `protocols` credits, and how that is paid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from coalface.range.actors.actor import EVERYDAY, Actor, Part
from coalface.range.actors.town import Town
from coalface.range.block import subsidy_sat
from coalface.range.economy.book import HashrateRow, PayoutRow
from coalface.range.economy.chain import Claim
from coalface.range.economy.coin import Coin, Planned
from coalface.range.economy.words import ActorKind, OutputPurpose, TxKind
from coalface.range.protocols import (
    COORDINATOR,
    FoundBlock,
    MiningSpan,
    PoolPlan,
    Scheme,
    Settling,
    batches,
    credited,
    earned,
    in_coinbase,
    settled,
)
from coalface.range.script import Lock
from coalface.range.tx import Tx
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.purse import Poor

_FEE_SPAN = 24
"""Blocks whose fees are averaged."""
_CHAIN_OUTPUTS = 12
_GROUP_OUTPUTS = 40
_COINBASE_OUTPUTS = 60


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
    plan, layout
        How credit is earned and paid.
    threshold_sat
        Credit below it stays on the books, off the chain.
    pays_every
        Blocks between payouts.
    max_outputs
        Most miners paid in one transaction.
    keeps_collector
        All rewards go to one address; else to a new one for each block.
    """

    plan: PoolPlan = field(default_factory=lambda: PoolPlan(Scheme.PPLNS))
    layout: Layout = Layout.WIDE
    threshold_sat: int = 500_000
    pays_every: int = 12
    max_outputs: int = 2000
    keeps_collector: bool = True


@dataclass(frozen=True)
class PaidHow:
    """How one miner wants to be paid.

    Parameters
    ----------
    threshold_sat
        Another threshold than the pool's; None for the pool's.
    is_off_chain
        Never on the chain: the pool credits an account, or pays by Lightning.
    """

    threshold_sat: int | None = None
    is_off_chain: bool = False


@dataclass
class Member:
    """One miner of a pool, with its hash rate since a height."""

    lock: Lock
    hashrate_hs: int
    from_height: int
    paid_how: PaidHow


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
        self._members: dict[str, Member] = {}
        self._spans: list[MiningSpan] = []
        self._found: list[FoundBlock] = []
        self._network_hs: dict[int, int] = {}
        self._settled_to = 1
        self._last_found_height = -1
        self._balances: dict[str, int] = {}
        self._hashrate_hs = 0
        self._phase = self.dice.below(self.terms.pays_every)
        town.miners.append(self)

    @property
    def collector(self) -> Lock:
        """Where rewards are collected."""
        return self._collector

    def hashrate_hs(self) -> int:
        """Hash rate of all its miners now."""
        return self._hashrate_hs

    def join(self, miner: str, lock: Lock, hashrate_hs: int, paid_how: PaidHow | None = None) -> None:
        """Lets a miner in, or changes its hash rate and payout address."""
        self.leave(miner)
        old = self._members.get(miner)
        how = paid_how or (old.paid_how if old is not None else PaidHow())
        self._members[miner] = Member(lock, hashrate_hs, self.economy.height + 1, how)
        self._hashrate_hs += hashrate_hs

    def leave(self, miner: str) -> None:
        """Ends a miner's work; what is owed is paid with the next payouts."""
        member = self._members.get(miner)
        if member is None or not member.hashrate_hs:
            return
        height = self.economy.height
        self._note_hashrate(miner, member)
        if member.from_height <= height:
            self._spans.append(MiningSpan(miner, member.from_height, height + 1, member.hashrate_hs))
        self._hashrate_hs -= member.hashrate_hs
        member.hashrate_hs = 0

    def close_books(self) -> None:
        """Notes the hash rates of all who still mine when the chain ends."""
        for miner, member in self._members.items():
            if member.hashrate_hs:
                self._note_hashrate(miner, member)

    def claim(self) -> Claim:
        """The reward, to the pool or, with the coinbase layout, straight to its miners."""
        height, finder = self.economy.height + 1, self._finder()
        block = FoundBlock(height, subsidy_sat(height), self.economy.fees_waiting_sat(), finder)
        self._found.append(block)
        if self.terms.layout is Layout.COINBASE:
            self._settle(height + 1)
            paid, self._balances = in_coinbase(
                block.reward_sat,
                self._balances,
                threshold_sat=self.terms.threshold_sat,
                max_outputs=_COINBASE_OUTPUTS,
            )
            locks = tuple((self._lock_of(owner), value_sat) for owner, value_sat in paid)
            return Claim(locks, self._tag, finder, self.name, self.terms.plan.scheme.value)
        if not self.terms.keeps_collector:
            self._collector = self.purse.new_lock()
        return Claim(((self._collector, 1),), self._tag, finder, self.name)

    def act(self) -> None:
        """Pays when it is time."""
        height = self.economy.height
        self._network_hs[height + 1] = self.town.network_hashrate_hs()
        if self.terms.layout is not Layout.COINBASE and height % self.terms.pays_every == self._phase:
            self.pay_out()

    def pay_out(self) -> None:
        """Pays every miner whose balance has reached the threshold, as far as the coin goes."""
        self._settle(self.economy.height + 1)
        hows = {miner: member.paid_how for miner, member in self._members.items()}
        settlement = settled(
            self._balances,
            self.terms.threshold_sat,
            thresholds_sat={m: how.threshold_sat for m, how in hows.items() if how.threshold_sat is not None},
            off_chain=frozenset(miner for miner, how in hows.items() if how.is_off_chain),
        )
        due = self._affordable(settlement.payments)
        if not due:
            return
        try:
            if self.terms.layout is Layout.TWO_LEVELS and len(due) > 8:
                self._pay_two_levels(due)
                return
            size = self.terms.max_outputs if self.terms.layout is Layout.WIDE else _CHAIN_OUTPUTS
            coins: list[Coin] | None = None
            for batch in batches(due, size):
                coins = self._pay(batch, coins)
        except Poor:
            return

    def _affordable(self, payments: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
        """Payments that the coin suffices for, small ones first; of the first that is too large, the rest."""
        there_sat = self.purse.balance_sat * 98 // 100 - 1_000_000
        due = []
        for miner, value_sat in sorted(payments, key=lambda payment: (payment[1], payment[0])):
            paid_sat = min(value_sat, there_sat)
            if paid_sat < min(value_sat, self.terms.threshold_sat):
                break
            due.append((miner, paid_sat))
            there_sat -= paid_sat
        return sorted(due)

    def _pay(self, batch: Sequence[tuple[str, int]], coins: list[Coin] | None) -> list[Coin] | None:
        """Pays these in one transaction; the change pays the next ones if the layout is a chain."""
        payments = [
            Planned(self._members[miner].lock, value_sat, OutputPurpose.POOL_PAYOUT, miner)
            for miner, value_sat in batch
        ]
        wanted_sat = sum(payment.value_sat for payment in payments)
        if coins is not None and sum(coin.value_sat for coin in coins) < wanted_sat + 1_000_000:
            coins = None
        change = self._collector if self.terms.keeps_collector else None
        tx = self.purse.pay(payments, TxKind.POOL_PAYOUT, coins=coins, change=change)
        self._note_paid(tx, batch)
        if self.terms.layout is not Layout.CHAIN:
            return None
        left = [coin for coin in self.purse.coins.values() if coin.outpoint.txid == tx.txid]
        return left or None

    def _pay_two_levels(self, due: Sequence[tuple[str, int]]) -> None:
        """First into a few addresses of the pool, then from each of these to miners."""
        groups = batches(due, _GROUP_OUTPUTS)
        reserve_sat = _GROUP_OUTPUTS * 45 * 120
        first = [
            Planned(
                self.purse.new_lock(),
                sum(value_sat for _, value_sat in group) + reserve_sat,
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

    def _note_paid(self, tx: Tx, batch: Sequence[tuple[str, int]]) -> None:
        places: dict[bytes, list[int]] = {}
        for vout, output in enumerate(tx.outputs):
            places.setdefault(output.script_pubkey, []).append(vout)
        scheme = self.terms.plan.scheme.value
        for miner, value_sat in batch:
            vout = places[self._members[miner].lock.script_pubkey].pop(0)
            self.economy.book.payouts.append(PayoutRow(tx.txid, vout, self.name, miner, value_sat, scheme))
            self._balances[miner] -= value_sat

    def _lock_of(self, owner: str) -> Lock:
        return self._collector if owner == COORDINATOR else self._members[owner].lock

    def _finder(self) -> str:
        roll = self.dice.below(max(1, self._hashrate_hs))
        for miner, member in self._members.items():
            roll -= member.hashrate_hs
            if roll < 0:
                return miner
        return self.name

    def _settle(self, to_height: int) -> None:
        """Credits all work and blocks up to a height, not included, a span of equal subsidies at a time."""
        spans = self._spans + [
            MiningSpan(miner, member.from_height, to_height, member.hashrate_hs)
            for miner, member in self._members.items()
            if member.hashrate_hs and member.from_height < to_height
        ]
        fees_sat = self._usual_fees_sat()
        for each_sat, heights in groupby(range(self._settled_to, to_height), subsidy_sat):
            known = list(heights)
            settling = Settling(
                known[0],
                known[-1] + 1,
                self._mean_network_hs(known),
                each_sat,
                fees_sat,
                self._last_found_height,
            )
            split = earned(self.terms.plan, spans, self._found, settling)
            self._balances = credited(self._balances, split)
            found = [block.height for block in self._found if block.height <= known[-1]]
            self._last_found_height = max(found, default=self._last_found_height)
        self._found = [block for block in self._found if block.height >= to_height]
        self._settled_to = to_height

    def _mean_network_hs(self, heights: Sequence[int]) -> int:
        """Hash rate of all miners of the network, averaged; today's for heights before anybody asked."""
        known = [self._network_hs[height] for height in heights if height in self._network_hs]
        return sum(known) // len(known) if known else self.town.network_hashrate_hs()

    def _usual_fees_sat(self) -> int:
        """Mean fees of the last blocks, which full pay per share adds to the subsidy."""
        recent = self.economy.book.mining[-_FEE_SPAN:]
        return sum(row.fees_sat for row in recent) // len(recent)

    def _note_hashrate(self, miner: str, member: Member) -> None:
        height = self.economy.height
        if member.hashrate_hs and member.from_height <= height:
            row = HashrateRow(miner, self.name, member.from_height, height, float(member.hashrate_hs))
            self.economy.book.hashrates.append(row)
