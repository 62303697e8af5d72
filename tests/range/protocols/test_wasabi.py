"""Wasabi 1 and 2 rounds: denominations as published, change and fees as the coordinators' source has them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coalface.range.protocols import (
    COORDINATOR,
    WASABI_1_0,
    WASABI_1_1,
    WASABI_2_OPEN,
    WASABI_2_ZKSNACKS,
    InputCoin,
    Participant,
    Role,
    RoundRefused,
    Wasabi1Rules,
    standard_denominations,
    wasabi1_round,
    wasabi2_round,
)
from coalface.range.protocols.wasabi_amounts import cut_amount, denominations_of_round
from coalface.range.script import Kind
from range.protocols.people import check, dice, outpoint, participants, rate_sat_vb


@given(
    rules=st.sampled_from([WASABI_1_0, WASABI_1_1]),
    people=participants(10_100_000, 900_000_000, people=(2, 30), coins=(1, 7)),
    rate=st.integers(1, 60),
    seed=st.integers(0, 99),
)
def test_wasabi1_levels_double_from_a_raised_base(
    rules: Wasabi1Rules, people: list[Participant], rate: int, seed: int
) -> None:
    try:
        made = wasabi1_round(rules, people, dice(seed), rate_sat_vb=rate)
    except RoundRefused:
        assert any(each.value_sat < 10_000_000 + rate * 67 * 7 + rate * 66 + 4_000 for each in people)
        return
    check(made, people)
    levels = Counter(output.value_sat for output in made.with_role(Role.MIX))
    others = sorted(set(levels) & {10_000_000 << level for level in range(1, 11)})
    (base_sat,) = set(levels) - set(others)
    assert base_sat >= 10_000_000
    assert levels[base_sat] == len(people), "everybody has one output of the base denomination"
    assert others == [10_000_000 << level for level in range(1, len(others) + 1)]
    assert min(levels.values()) >= 2
    assert len(others) < rules.levels
    for output in made.with_role(Role.CHANGE):
        assert output.value_sat >= max(10_000, base_sat * 7 // 1000)
    fees = made.with_role(Role.FEE)
    assert len(fees) <= 1
    assert all(fee.owner == COORDINATOR and fee.value_sat > 30_000 for fee in fees)
    for bill in made.bills:
        due = sum(
            output.value_sat * 30 * levels[output.value_sat] // 1_000_000
            for output in made.outputs_of(bill.participant)
            if output.role is Role.MIX
        )
        changes = [o for o in made.outputs_of(bill.participant) if o.role is Role.CHANGE]
        if fees and changes:
            assert bill.service_sat == due
    assert made == wasabi1_round(rules, people, dice(seed), rate_sat_vb=rate)


def test_a_wasabi1_round_worked_by_hand() -> None:
    # 10 sat/vB: an input costs 670, an output 330. anna has the least, so the base is 10,011,330 - 670 - 660.
    values = {"anna": 10_011_330, "bert": 30_200_000, "cleo": 31_000_000}
    people = [Participant(name, (InputCoin(value),)) for name, value in values.items()]
    made = wasabi1_round(WASABI_1_1, people, dice(1), rate_sat_vb=10)
    base = 10_010_000
    assert [(o.owner, o.value_sat, o.role) for o in made.outputs if o.role is not Role.MIX] == [
        ("cleo", 31_000_000 - 670 - 660 - base - 330 - 20_000_000 - base * 90 // 10**6 - 1_200, Role.CHANGE),
        ("bert", 30_200_000 - 670 - 660 - base - 330 - 20_000_000 - base * 90 // 10**6 - 1_200, Role.CHANGE),
    ]
    assert sorted(o.value_sat for o in made.with_role(Role.MIX)) == [base] * 3 + [20_000_000] * 2
    # The fee of 2 x (900 + 1200) is below 30,000 sat, so the miner has it; anna had nothing to pay hers from.
    assert made.with_role(Role.FEE) == ()
    assert made.fee_sat == 3 * 1_330 + 2 * 330 + 2 * (base * 90 // 10**6 + 1_200)


def test_wasabi1_refuses_what_its_coordinator_refuses() -> None:
    good = [Participant(f"u{n}", (InputCoin(20_000_000),)) for n in range(3)]
    assert wasabi1_round(WASABI_1_1, good, dice(0), rate_sat_vb=5).n == 3
    eight = Participant("eight", (InputCoin(20_000_000),) * 8)
    legacy = Participant("legacy", (InputCoin(20_000_000, Kind.P2PKH),))
    poor = Participant("poor", (InputCoin(10_000_100),))
    for bad in (eight, legacy, poor):
        with pytest.raises(RoundRefused):
            wasabi1_round(WASABI_1_1, [*good, bad], dice(0), rate_sat_vb=5)
    with pytest.raises(RoundRefused):
        wasabi1_round(WASABI_1_1, good[:1], dice(0), rate_sat_vb=5)


def test_standard_denominations_are_the_published_series() -> None:
    low, high = 5_000, 134_375_000_000
    found = standard_denominations(low, high)
    slow = {
        value
        for value in (
            *(2**power for power in range(60)),
            *(3**power for power in range(40)),
            *(2 * 3**power for power in range(40)),
            *(times * 10**power for power in range(15) for times in (1, 2, 5)),
        )
        if low <= value <= high
    }
    assert set(found) == slow
    assert list(found) == sorted(found, reverse=True)
    assert len(found) == 78


@given(values=st.lists(st.integers(5_000, 10**10), min_size=5, max_size=60), rate=st.integers(1, 50))
def test_a_round_uses_denominations_that_two_inputs_make_and_thins_them(values: list[int], rate: int) -> None:
    kept = denominations_of_round(values, low_sat=5_000, high_sat=sorted(values)[-2], rate_sat_vb=rate)
    assert set(kept) <= set(standard_denominations(5_000, 10**10))
    assert list(kept) == sorted(kept, reverse=True)
    for above, below in pairwise(kept):
        assert below < above


@settings(max_examples=25)
@given(
    amount=st.integers(10_000, 10**10),
    rate=st.integers(1, 50),
    max_outputs=st.integers(1, 10),
    seed=st.integers(0, 99),
)
def test_a_cut_loses_less_than_the_smallest_output(
    amount: int, rate: int, max_outputs: int, seed: int
) -> None:
    denominations = standard_denominations(5_000, 10**10)
    fee_sat = 43 * rate
    cut = cut_amount(
        amount, denominations, dice(seed), low_sat=5_000, fee_sat=fee_sat, max_outputs=max_outputs
    )
    assert cut is not None
    assert sum(cut.values_sat) + fee_sat * len(cut.values_sat) + cut.loss_sat == amount
    assert 0 <= cut.loss_sat < 5_000 + fee_sat
    assert len(cut.values_sat) <= max_outputs
    assert min(cut.values_sat) >= 5_000
    assert all(
        value in denominations for value in cut.values_sat[: len(cut.values_sat) - bool(cut.change_sat)]
    )


@settings(max_examples=6)
@given(
    people=participants(20_000, 500_000_000, people=(30, 45), coins=(2, 4), kinds=(Kind.P2WPKH, Kind.P2TR)),
    rate=st.integers(1, 60),
    seed=st.integers(0, 99),
)
def test_large_rounds_with_a_coordinator_who_earns(people: list[Participant], rate: int, seed: int) -> None:
    remixed = frozenset(coin.outpoint for each in people[:10] for coin in each.coins if coin.outpoint)
    made = wasabi2_round(WASABI_2_ZKSNACKS, people, dice(seed), rate_sat_vb=rate, remixed=remixed)
    check(made, people)
    bills = {bill.participant: bill for bill in made.bills}
    for each in people:
        outputs = list(made.outputs_of(each.name))
        assert 1 <= len(outputs) <= 8
        assert min(output.value_sat for output in outputs) >= 5_000
        due = sum(
            c.value_sat * 3 // 1000
            for c in each.coins
            if c.value_sat > 1_000_000 and c.outpoint not in remixed
        )
        assert bills[each.name].service_sat == due
    standard = set(standard_denominations(5_000, 10**11))
    mixed = [output for output in made.outputs if output.role is Role.MIX]
    assert all(output.value_sat in standard for output in mixed)
    assert {output.kind for output in mixed} == {Kind.P2WPKH, Kind.P2TR}
    assert len(mixed) > 0.75 * len(made.outputs)
    assert rate_sat_vb(made) > 0.97 * rate


@settings(max_examples=10)
@given(
    people=participants(50_000, 200_000_000, people=(3, 10), coins=(2, 4)),
    rate=st.integers(1, 30),
    seed=st.integers(0, 99),
)
def test_small_rounds_without_a_fee(people: list[Participant], rate: int, seed: int) -> None:
    made = wasabi2_round(WASABI_2_OPEN, people, dice(seed), rate_sat_vb=rate)
    check(made, people)
    assert made.with_role(Role.FEE) == ()
    assert all(bill.service_sat == 0 for bill in made.bills)
    assert max(Counter(o.owner for o in made.outputs).values()) <= 10
    assert made == wasabi2_round(WASABI_2_OPEN, people, dice(seed), rate_sat_vb=rate)


def test_wasabi2_refuses_rounds_of_the_wrong_size_or_kind() -> None:
    few = [Participant(f"u{n}", (InputCoin(10_000_000, outpoint=outpoint(n)),)) for n in range(20)]
    with pytest.raises(RoundRefused, match="50 to 400"):
        wasabi2_round(WASABI_2_ZKSNACKS, few, dice(0), rate_sat_vb=5)
    assert wasabi2_round(WASABI_2_OPEN, few, dice(0), rate_sat_vb=5).n == 20
    with pytest.raises(RoundRefused, match="P2TR"):
        wasabi2_round(
            WASABI_2_OPEN, [*few, Participant("x", (InputCoin(10**7, Kind.P2PKH),))], dice(0), rate_sat_vb=5
        )
    with pytest.raises(RoundRefused, match="make no output"):
        wasabi2_round(WASABI_2_OPEN, [*few, Participant("x", (InputCoin(1_000),))], dice(0), rate_sat_vb=5)
