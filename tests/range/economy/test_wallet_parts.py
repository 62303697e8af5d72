"""Wallet parts, each by what its documentation promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.range.dice import Dice
from coalface.range.economy import Clock, Economy, OutputPurpose, Planned
from coalface.range.economy.book import ActorRow
from coalface.range.economy.chain import Claim
from coalface.range.economy.coin import Coin
from coalface.range.economy.words import ActorKind
from coalface.range.script import Kind, Lock
from coalface.range.tx import Outpoint
from coalface.range.wallets import FAMILIES, Poor, Profile, Purse, family_named
from coalface.range.wallets.amounts import Amounts
from coalface.range.wallets.fees import Estimated, Fixed, Generous, Presets
from coalface.range.wallets.locktime import AntiFeeSniping, ExactTip, LikeTheNetwork, NoLocktime
from coalface.range.wallets.order import Order, ordered
from coalface.range.wallets.selection import (
    Bill,
    BranchAndBound,
    ClosestAbove,
    LargestFirst,
    OldestFirst,
    OneKindFirst,
    RandomDraw,
    Selection,
    SmallestFirst,
    WholeAddresses,
)

SELECTIONS: list[Selection] = [
    OldestFirst(),
    LargestFirst(),
    SmallestFirst(),
    ClosestAbove(),
    RandomDraw(),
    BranchAndBound(RandomDraw()),
    WholeAddresses(),
    OneKindFirst(LargestFirst()),
]


def coins_of(values_sat: list[int]) -> list[Coin]:
    return [
        Coin(Outpoint(f"{place:064x}", 0), value, Lock(Kind.P2WPKH, bytes([place % 5]), "a"), "a", 1, False)
        for place, value in enumerate(values_sat)
    ]


@pytest.mark.parametrize("selection", SELECTIONS, ids=lambda each: type(each).__name__)
@given(st.lists(st.integers(2_000, 10**10), min_size=1, max_size=30), st.integers(1, 99), st.integers(1, 50))
def test_what_suffices_is_found_if_there_is_enough(
    selection: Selection, values_sat: list[int], percent: int, rate: int
) -> None:
    coins = coins_of(values_sat)
    bill = Bill(sum(values_sat) * percent // 100, 100, rate, rate * 100)
    chosen = selection.choose(coins, bill, Dice(1, "selection"))
    assert len({coin.outpoint for coin in chosen}) == len(chosen)
    assert {coin.outpoint for coin in chosen} <= {coin.outpoint for coin in coins}
    if bill.is_met(coins):
        assert bill.is_met(chosen)


def test_branch_and_bound_finds_the_set_without_change() -> None:
    coins = coins_of([100_000, 230_000, 410_000, 777_000])
    bill = Bill(0, 100, 1, 100)
    exact = Bill(230_000 + 410_000 - 2 * 68 - 100, 100, 1, 100)
    assert bill.needed_sat([]) == 100
    chosen = BranchAndBound(LargestFirst()).choose(coins, exact, Dice(1, "bnb"))
    assert sorted(coin.value_sat for coin in chosen) == [230_000, 410_000]


@given(st.integers(1, 10**12), st.integers(0, 100))
def test_typed_amounts_are_about_as_large(value_sat: int, percent: int) -> None:
    shaped_sat = Amounts(percent).shaped_sat(value_sat, Dice(value_sat, "amount"))
    assert 1 <= shaped_sat <= value_sat + 97
    assert shaped_sat * 10 >= value_sat or shaped_sat >= value_sat - 97


@given(st.integers(0, 900_000))
def test_lock_times_are_final(tip: int) -> None:
    dice = Dice(tip, "locktime")
    assert NoLocktime().choose(tip, dice) == 0
    assert ExactTip().choose(tip, dice) == tip
    for way in (AntiFeeSniping(), LikeTheNetwork()):
        assert all(0 <= way.choose(tip, dice) <= tip for _ in range(20))


def test_fee_habits_follow_the_market_as_they_say() -> None:
    dice = Dice(1, "fees")
    assert all(16 <= Estimated(80, 130).rate_sat_vb(20, dice) <= 26 for _ in range(50))
    assert {Presets((50, 100)).rate_sat_vb(20, dice) for _ in range(50)} == {10, 20}
    assert Fixed(7).rate_sat_vb(90, dice) == 7
    assert Generous(150).rate_sat_vb(13, dice) == 20


@pytest.mark.parametrize("order", Order)
def test_order_loses_nothing(order: Order) -> None:
    coins = coins_of([5, 3, 9])
    outs = [Planned(Lock(Kind.P2WPKH, bytes([n]), "b"), n, OutputPurpose.PAYMENT) for n in (4, 8, 2)]
    change = Planned(Lock(Kind.P2WPKH, b"c", "a"), 6, OutputPurpose.CHANGE, is_change=True)
    inputs, outputs = ordered(order, coins, outs, change, Dice(1, "order"))
    assert sorted(coin.value_sat for coin in inputs) == [3, 5, 9]
    assert sorted(out.value_sat for out in outputs) == [2, 4, 6, 8]
    if order is Order.BIP69:
        assert [out.value_sat for out in outputs] == [2, 4, 6, 8]
    if order is Order.CHANGE_LAST:
        assert outputs[-1].is_change
    if order is Order.CHANGE_FIRST:
        assert outputs[0].is_change


def funded(profile: Profile) -> tuple[Economy, Purse]:
    """A wallet with one mature coinbase of 50 coins."""
    economy = Economy(1, Clock(500))
    economy.add_actor(ActorRow("anna", ActorKind.PRIVATE, profile.name))
    purse = Purse(economy, "anna", "anna", profile)
    lock = purse.new_lock()
    while economy.height < 100:
        economy.mine(Claim(((lock, 1),), b"", "anna"))
    return economy, purse


@pytest.mark.parametrize("profile", FAMILIES, ids=lambda each: f"{each.name}-{each.kind}")
def test_every_family_pays_and_keeps_the_rest(profile: Profile) -> None:
    economy, purse = funded(profile)
    assert purse.balance_sat == 50 * 10**8
    payment = Planned(purse.new_lock(), 10**8, OutputPurpose.PAYMENT)
    tx = purse.pay([payment])
    assert tx.version == profile.version
    fee_sat = 50 * 10**8 - sum(output.value_sat for output in tx.outputs)
    assert 0 < fee_sat < 500_000
    assert purse.balance_sat == 50 * 10**8 - fee_sat
    economy.mine(Claim(((purse.new_lock(), 1),), b"", "anna"))
    assert economy.book.txs[-1].txid == tx.txid


def test_a_poor_wallet_says_so() -> None:
    _, purse = funded(family_named("electrum"))
    with pytest.raises(Poor):
        purse.pay([Planned(purse.new_lock(), 51 * 10**8, OutputPurpose.PAYMENT)])


def test_low_r_is_low_and_valid() -> None:
    _, purse = funded(family_named("bitcoin_core"))
    tx = purse.pay([Planned(purse.new_lock(), 10**8, OutputPurpose.PAYMENT)])
    (signature, _) = tx.inputs[0].witness
    assert signature[3] == 32
