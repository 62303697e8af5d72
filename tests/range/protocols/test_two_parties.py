"""JoinMarket, generic CoinJoins, PayJoin, Stonewall, dual funding."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.range.protocols import (
    InputCoin,
    Offer,
    Ordering,
    Participant,
    Role,
    RoundRefused,
    dual_funding,
    equal_output_round,
    joinmarket_round,
    payjoin,
    stonewall,
    stonewallx2,
)
from coalface.range.script import Kind
from range.protocols.people import SPENDABLE, check, dice, input_vbytes, outpoint, participants, rate_sat_vb

TAKERS = participants(1_000_000, 10**9, people=(1, 1), prefix="taker", coins=(1, 4))
MAKERS = participants(5_000_000, 10**9, people=(1, 9), prefix="maker", coins=(1, 4))


@given(
    taker=TAKERS,
    makers=MAKERS,
    amount=st.one_of(st.none(), st.integers(27_301, 4_000_000)),
    absolute=st.integers(0, 5_000),
    relative=st.integers(0, 3_000),
    mining=st.integers(0, 500),
    rate=st.integers(1, 30),
    payee=st.sampled_from([None, "shop"]),
    seed=st.integers(0, 99),
)
def test_joinmarket_pays_makers_and_returns_their_money(
    taker: list[Participant],
    makers: list[Participant],
    amount: int | None,
    absolute: int,
    relative: int,
    mining: int,
    rate: int,
    payee: str | None,
    seed: int,
) -> None:
    offers = [Offer(maker, absolute, relative, mining) for maker in makers]
    try:
        made = joinmarket_round(
            taker[0], offers, dice(seed), amount_sat=amount, rate_sat_vb=rate, payee=payee
        )
    except RoundRefused:
        least = min(maker.value_sat for maker in makers)
        assert taker[0].value_sat < 6_000_000 or (amount is None and taker[0].value_sat > least - 200_000)
        return
    check(made, [*taker, *makers])
    (mixed,) = {output.value_sat for output in made.with_role(Role.MIX)}
    assert len(made.with_role(Role.MIX)) == len(makers) + 1
    if amount is not None:
        assert mixed == amount
    else:
        assert [o for o in made.outputs_of(taker[0].name) if o.role is Role.CHANGE] == []
        assert len(made.outputs) == 2 * len(makers) + 1
        (bill,) = (bill for bill in made.bills if bill.participant == taker[0].name)
        assert bill.mining_sat <= rate * 100_000
    earned = absolute + round(mixed * relative / 1_000_000 + 1e-12)
    for bill in made.bills:
        if bill.participant.startswith("maker"):
            assert abs(-bill.service_sat - earned) <= 1
            assert bill.mining_sat == mining
    if payee:
        assert [output.owner for output in made.outputs].count(payee) == 1
    assert min(output.value_sat for output in made.outputs) > 27_300
    assert rate_sat_vb(made) >= rate or mining


def test_joinmarket_needs_a_maker_with_enough() -> None:
    taker = Participant("t", (InputCoin(10_000_000),))
    with pytest.raises(RoundRefused, match="needs a maker"):
        joinmarket_round(taker, [], dice(0), amount_sat=1_000_000, rate_sat_vb=1)
    poor = Offer(Participant("m", (InputCoin(1_020_000),)), 100)
    with pytest.raises(RoundRefused, match="m's change"):
        joinmarket_round(taker, [poor], dice(0), amount_sat=1_000_000, rate_sat_vb=1)


@given(
    people=participants(1_500_000, 10**8, people=(2, 30), kinds=SPENDABLE),
    amount=st.integers(1_000, 1_200_000),
    rate=st.integers(1, 40),
    kind=st.sampled_from(SPENDABLE),
    ordering=st.sampled_from([Ordering.RANDOM, Ordering.BIP69, Ordering.VALUE_DESCENDING]),
    seed=st.integers(0, 99),
)
def test_generic_rounds_share_the_fee_equally(
    people: list[Participant], amount: int, rate: int, kind: Kind, ordering: Ordering, seed: int
) -> None:
    made = equal_output_round(
        people, dice(seed), amount_sat=amount, rate_sat_vb=rate, kind=kind, ordering=ordering
    )
    check(made, people)
    assert Counter(output.value_sat for output in made.outputs)[amount] >= len(people)
    parts = [
        bill.mining_sat
        for bill in made.bills
        if any(output.role is Role.CHANGE for output in made.outputs_of(bill.participant))
    ]
    assert not parts or max(parts) - min(parts) <= 1
    assert rate_sat_vb(made) >= rate


@given(
    sender=participants(400_000, 10**8, people=(1, 1), kinds=SPENDABLE, prefix="s"),
    receiver=participants(10_000, 10**8, people=(1, 1), kinds=SPENDABLE, prefix="r"),
    amount=st.integers(1_000, 250_000),
    rate=st.integers(1, 20),
    is_sender_paying_more=st.booleans(),
    seed=st.integers(0, 99),
)
def test_a_payjoin_pays_the_amount_whatever_it_looks_like(
    sender: list[Participant],
    receiver: list[Participant],
    amount: int,
    rate: int,
    is_sender_paying_more: bool,
    seed: int,
) -> None:
    made = payjoin(
        sender[0],
        receiver[0],
        dice(seed),
        amount_sat=amount,
        rate_sat_vb=rate,
        is_sender_paying_more=is_sender_paying_more,
    )
    check(made, [*sender, *receiver])
    bills = {bill.participant: bill for bill in made.bills}
    assert (bills["s0"].paid_sat, bills["r0"].paid_sat) == (amount, -amount)
    assert len(made.outputs) == 2
    assert {name for name, _ in made.inputs} == {"s0", "r0"}
    n_added = len(receiver[0].coins)
    own = input_vbytes(sender[0].coins[0].kind)
    added_sat = rate * sum(input_vbytes(coin.kind) for coin in receiver[0].coins)
    expected_sat = max(added_sat - rate * own * n_added, 0) if is_sender_paying_more else added_sat
    assert bills["r0"].mining_sat == expected_sat
    assert rate_sat_vb(made) >= 0.98 * rate, "a first witness costs a legacy transaction two bytes more"


@given(
    payer=participants(1_000, 10**8, people=(1, 1), coins=(2, 12), kinds=SPENDABLE),
    amount=st.integers(1_000, 10_000_000),
    rate=st.integers(1, 20),
    seed=st.integers(0, 99),
)
def test_a_stonewall_has_two_equal_outputs_one_of_them_the_payers(
    payer: list[Participant], amount: int, rate: int, seed: int
) -> None:
    try:
        made = stonewall(payer[0], "shop", dice(seed), amount_sat=amount, rate_sat_vb=rate)
    except RoundRefused:
        total = payer[0].value_sat
        assert total < 2 * (amount + 1_000 + 1_000 * rate) + sum(c.value_sat for c in payer[0].coins) or total
        return
    spent = Participant(payer[0].name, tuple(coin for _, coin in made.inputs))
    assert set(spent.coins) <= set(payer[0].coins)
    check(made, [spent])
    assert made.fee_sat % 2 == 0
    equal = [output for output in made.outputs if output.value_sat == amount]
    assert {(output.owner, output.role) for output in equal} >= {("shop", Role.PAYMENT), ("user0", Role.MIX)}
    assert len(made.outputs) == 4
    assert rate_sat_vb(made) >= rate


@given(
    both=participants(2_000_000, 10**8, people=(2, 2), kinds=SPENDABLE),
    amount=st.integers(1_000, 1_900_000),
    rate=st.integers(1, 20),
    seed=st.integers(0, 99),
)
def test_a_stonewallx2_splits_the_fee_in_halves(
    both: list[Participant], amount: int, rate: int, seed: int
) -> None:
    made = stonewallx2(both[0], both[1], "shop", dice(seed), amount_sat=amount, rate_sat_vb=rate)
    check(made, both)
    payer, friend = made.bills
    assert payer.mining_sat == friend.mining_sat == made.fee_sat // 2
    assert (payer.paid_sat, friend.paid_sat) == (amount, 0)
    assert Counter(output.role for output in made.outputs) == {
        Role.PAYMENT: 1, Role.MIX: 1, Role.CHANGE: 2,
    }  # fmt: skip


def test_stonewall_sets_never_hold_two_coins_of_one_transaction() -> None:
    same = tuple(InputCoin(600_000, outpoint=("aa" * 32, n)) for n in range(4))
    with pytest.raises(RoundRefused):
        stonewall(Participant("p", same), "shop", dice(0), amount_sat=700_000, rate_sat_vb=1)
    other = tuple(InputCoin(600_000, outpoint=outpoint(n)) for n in range(4))
    assert (
        len(stonewall(Participant("p", other), "s", dice(0), amount_sat=700_000, rate_sat_vb=1).inputs) == 4
    )


@given(
    sides=participants(600_000, 10**8, people=(2, 2), kinds=SPENDABLE),
    opener=st.integers(1_000, 550_000),
    accepter=st.integers(0, 550_000),
    rate=st.integers(1, 40),
    seed=st.integers(0, 99),
)
def test_a_channel_holds_both_contributions_and_each_pays_for_its_own_weight(
    sides: list[Participant], opener: int, accepter: int, rate: int, seed: int
) -> None:
    made = dual_funding(
        sides[0], sides[1], "channel", dice(seed), opener_sat=opener, accepter_sat=accepter, rate_sat_vb=rate
    )
    check(made, sides)
    (channel,) = made.with_role(Role.CHANNEL)
    assert (channel.owner, channel.value_sat) == ("channel", opener + accepter)
    first, second = made.bills
    assert (first.paid_sat, second.paid_sat) == (opener, accepter)
    assert min(first.mining_sat, second.mining_sat) >= rate * 57
    assert rate_sat_vb(made) >= rate * 0.98
    assert len(made.outputs) <= 3


def test_a_side_that_cannot_pay_is_refused() -> None:
    rich, poor = Participant("a", (InputCoin(10**6),)), Participant("b", (InputCoin(5_000),))
    with pytest.raises(RoundRefused, match="b lacks"):
        dual_funding(rich, poor, "c", dice(0), opener_sat=1_000, accepter_sat=5_000, rate_sat_vb=10)
    with pytest.raises(RoundRefused, match="bring coins"):
        dual_funding(rich, Participant("b", ()), "c", dice(0), opener_sat=1, accepter_sat=1, rate_sat_vb=1)
