"""Pool schemes: every satoshi is credited once, and the books balance."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.range.protocols import (
    COORDINATOR,
    FoundBlock,
    MiningSpan,
    Split,
    batches,
    credited,
    in_coinbase,
    last_work,
    p2pool,
    pplns,
    pps,
    pps_plus,
    proportional,
    rent,
    settled,
    shared,
    solo,
    tides,
    work_between,
)

MINERS = ("anna", "bert", "cleo", "dora")
SPANS = st.lists(
    st.builds(
        lambda miner, start, length, rate: MiningSpan(miner, start, start + length, rate),
        st.sampled_from(MINERS),
        st.integers(0, 30),
        st.integers(0, 30),
        st.integers(0, 10**15),
    ),
    max_size=8,
)
BLOCKS = st.builds(
    FoundBlock, st.integers(0, 60), st.integers(0, 50 * 10**8), st.integers(0, 10**8), st.sampled_from(MINERS)
)
FEES_PPM = st.integers(0, 100_000)


@given(
    total=st.integers(0, 10**16), weights=st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 10**18))
)
def test_shares_add_up_and_none_is_off_by_one_unit(total: int, weights: dict[str, int]) -> None:
    parts = shared(total, weights)
    weight_sum = sum(weights.values())
    assert list(parts) == sorted(weights)
    assert sum(parts.values()) == (total if weight_sum else 0)
    for name, part in parts.items():
        exact = Fraction(total * weights[name], weight_sum) if weight_sum else Fraction(0)
        assert abs(part - exact) < 1


def test_left_over_units_go_to_the_largest_remainders() -> None:
    assert shared(10, {"a": 1, "b": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    assert shared(10, {"a": 7, "b": 11, "c": 12}) == {"a": 2, "b": 4, "c": 4}


@given(spans=SPANS, until=st.integers(0, 60), window=st.integers(1, 10**17))
def test_the_last_work_is_what_a_walk_back_counts(spans: list[MiningSpan], until: int, window: int) -> None:
    found = last_work(spans, until, window)
    everything = work_between(spans, 0, until + 1)
    assert sum(found.values()) == min(window, sum(everything.values()))
    assert all(found[miner] <= everything[miner] for miner in found)
    start = until
    while start > 0 and sum(work_between(spans, start, until + 1).values()) < window:
        start -= 1
    whole = work_between(spans, start + 1, until + 1)
    assert all(found.get(miner, 0) >= work for miner, work in whole.items() if sum(whole.values()) <= window)


@given(spans=SPANS, block=BLOCKS, fee_ppm=FEES_PPM, window=st.integers(1, 10**17))
def test_schemes_that_share_a_block_share_all_of_it(
    spans: list[MiningSpan], block: FoundBlock, fee_ppm: int, window: int
) -> None:
    splits = {
        "solo": solo(block, fee_ppm),
        "proportional": proportional(block, spans, block.height - 7, fee_ppm),
        "pplns": pplns(block, spans, window, fee_ppm),
        "tides": tides(block, spans, window, fee_ppm),
        "p2pool": p2pool(block, spans, window),
    }
    for name, split in splits.items():
        assert split.credited_sat + split.operator_sat == block.reward_sat
        assert all(value_sat > 0 for _, value_sat in split.credits)
        assert split.operator_sat >= 0, name
    kept_sat = block.reward_sat * fee_ppm // 1_000_000
    assert splits["solo"].operator_sat == kept_sat
    if last_work(spans, block.height, window):
        assert splits["pplns"].operator_sat == kept_sat
        assert splits["p2pool"].operator_sat == 0


def test_schemes_differ_where_the_literature_says_so() -> None:
    # anna mined always, bert came one block ago: proportional pays him for the round, PPLNS by the window.
    spans = [MiningSpan("anna", 0, 100, 100), MiningSpan("bert", 99, 100, 100)]
    block = FoundBlock(99, 1_000_000, 0, "bert")
    assert dict(solo(block).credits) == {"bert": 1_000_000}
    assert dict(proportional(block, spans, 97).credits) == {"anna": 666_667, "bert": 333_333}
    assert dict(pplns(block, spans, 1_000).credits) == {"anna": 900_000, "bert": 100_000}
    assert dict(tides(block, spans, 125).credits) == {"anna": 900_000, "bert": 100_000}
    assert dict(p2pool(block, spans, 1_000).credits) == {"anna": 895_500, "bert": 104_500}
    paid = pps(spans, 99, 100, [], subsidy_sat=1_000_000, network_hs=1_000, fee_ppm=20_000)
    assert dict(paid.credits) == {"anna": 98_000, "bert": 98_000}
    assert paid.operator_sat == -196_000
    fpps = pps(spans, 99, 100, [block], subsidy_sat=1_000_000, network_hs=1_000, average_fees_sat=50_000)
    assert dict(fpps.credits) == {"anna": 105_000, "bert": 105_000}
    assert fpps.operator_sat == 790_000


@given(spans=SPANS, blocks=st.lists(BLOCKS, max_size=4), fee_ppm=FEES_PPM, network_hs=st.integers(1, 10**16))
def test_expected_value_schemes_balance_against_the_operator(
    spans: list[MiningSpan], blocks: list[FoundBlock], fee_ppm: int, network_hs: int
) -> None:
    income_sat = sum(block.reward_sat for block in blocks)
    plain = pps(spans, 0, 60, blocks, subsidy_sat=312_500_000, network_hs=network_hs, fee_ppm=fee_ppm)
    plus = pps_plus(
        spans, 0, 60, blocks, subsidy_sat=312_500_000, network_hs=network_hs, window=10**16, fee_ppm=fee_ppm
    )
    for split in (plain, plus):
        assert split.credited_sat + split.operator_sat == income_sat
    assert plus.credited_sat - plain.credited_sat <= sum(block.fees_sat for block in blocks)
    for miner, value_sat in plain.credits:
        work = work_between(spans, 0, 60)[miner]
        exact = Fraction(work * 312_500_000 * (1_000_000 - fee_ppm), network_hs * 1_000_000)
        assert 0 <= exact - value_sat < 1


BALANCES = st.dictionaries(st.sampled_from(MINERS), st.integers(0, 10**9))


@given(
    balances=BALANCES,
    threshold_sat=st.integers(1, 10**9),
    own=st.dictionaries(st.sampled_from(MINERS), st.integers(1, 10**9)),
    off_chain=st.frozensets(st.sampled_from(MINERS)),
)
def test_settlement_pays_whole_balances_above_the_threshold(
    balances: dict[str, int], threshold_sat: int, own: dict[str, int], off_chain: frozenset[str]
) -> None:
    done = settled(balances, threshold_sat, thresholds_sat=own, off_chain=off_chain)
    assert done.paid_sat + sum(done.balances.values()) == sum(balances.values())
    for miner, value_sat in done.payments:
        assert value_sat == balances[miner] >= own.get(miner, threshold_sat)
        assert miner not in off_chain
        assert miner not in done.balances
    assert [miner for miner, _ in done.payments] == sorted(miner for miner, _ in done.payments)


@given(reward_sat=st.integers(1, 10**10), balances=BALANCES, max_outputs=st.integers(1, 6))
def test_a_coinbase_hands_out_exactly_its_reward(
    reward_sat: int, balances: dict[str, int], max_outputs: int
) -> None:
    outputs, left = in_coinbase(reward_sat, balances, threshold_sat=1_000_000, max_outputs=max_outputs)
    assert sum(value_sat for _, value_sat in outputs) == reward_sat
    assert len(outputs) <= max_outputs
    paid = {owner: value_sat for owner, value_sat in outputs if owner != COORDINATOR}
    assert {**left, **paid} == balances
    assert all(value_sat >= 1_000_000 for value_sat in paid.values())


def test_a_pool_of_ten_thousand_pays_in_batches() -> None:
    spans = [MiningSpan(f"m{n:05}", 0, 1_000, 10**13 + n) for n in range(10_000)]
    split = proportional(FoundBlock(143, 312_500_000, 9_999_999, "m00001"), spans, 0, 20_000)
    book = credited({"m00003": 5}, split)
    done = settled(book, 31_000)
    made = batches(done.payments, 3_000)
    assert done.paid_sat + sum(done.balances.values()) == split.credited_sat + 5
    assert [len(batch) for batch in made] == [3_000] * 3 + [len(done.payments) - 9_000] or len(made) < 4
    assert sum(made, ()) == done.payments


def test_credits_add_to_balances() -> None:
    assert credited({"b": 2}, Split((("a", 1), ("b", 3)), 0)) == {"a": 1, "b": 5}


@given(
    deposit_sat=st.integers(10_000, 10**10),
    speed_hs=st.integers(10**12, 10**17),
    price=st.integers(10**6, 10**8),
    sellers=st.dictionaries(st.sampled_from(MINERS), st.integers(10**12, 10**16), min_size=1),
)
def test_a_rental_spends_the_deposit_on_hashes_fee_and_rest(
    deposit_sat: int, speed_hs: int, price: int, sellers: dict[str, int]
) -> None:
    try:
        order = rent(
            "zoe",
            deposit_sat,
            from_height=10,
            hashrate_hs=speed_hs,
            price_sat_eh_day=price,
            sellers_hs=sellers,
        )
    except ValueError:
        return
    assert order.hash_sat + order.fee_sat + order.unspent_sat == deposit_sat
    assert order.unspent_sat >= 0
    assert sum(value_sat for _, value_sat in order.sellers) + order.sellers_fee_sat == order.hash_sat
    (span,) = order.spans
    bought = Fraction(span.hashrate_hs * (span.to_height - span.from_height) * price, 10**18 * 144)
    assert 0 <= order.hash_sat - bought < 1
    assert span.hashrate_hs == min(speed_hs, sum(sellers.values()))


def test_a_span_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="must not end"):
        MiningSpan("anna", 5, 4, 1)
