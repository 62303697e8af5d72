"""Whirlpool and Ashigaru mixes, and the Tx0 before them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.range.protocols import (
    ASHIGARU_POOLS,
    COORDINATOR,
    WHIRLPOOL_POOLS,
    InputCoin,
    Participant,
    Protocol,
    Role,
    RoundRefused,
    WhirlpoolPool,
    premix_value_sat,
    tx0,
    whirlpool_mix,
)
from coalface.range.script import Kind
from range.protocols.people import SPENDABLE, check, dice, outpoint, participants, rate_sat_vb

POOLS = (*WHIRLPOOL_POOLS, *ASHIGARU_POOLS)


@given(
    pool=st.sampled_from(POOLS),
    size=st.integers(5, 8),
    n_premix=st.integers(2, 5),
    extra_sat=st.integers(170, 19_125),
    seed=st.integers(0, 99),
)
def test_a_mix_is_as_many_equal_outputs_as_inputs(
    pool: WhirlpoolPool, size: int, n_premix: int, extra_sat: int, seed: int
) -> None:
    coin = [InputCoin(pool.denomination_sat + extra_sat, outpoint=outpoint(n)) for n in range(n_premix)]
    premixers = [Participant(f"new{n}", (coin[n],)) for n in range(n_premix)]
    remixers = [
        Participant(f"old{n}", (InputCoin(pool.denomination_sat, outpoint=outpoint(n)),))
        for n in range(n_premix, size)
    ]
    mix = whirlpool_mix(pool, premixers, remixers, dice(seed))
    check(mix, [*premixers, *remixers])
    assert len(mix.inputs) == len(mix.outputs) == mix.n == size
    assert {output.value_sat for output in mix.outputs} == {pool.denomination_sat}
    assert {output.role for output in mix.outputs} == {Role.MIX}
    assert mix.fee_sat == n_premix * extra_sat
    assert sorted(output.owner or "" for output in mix.outputs) == sorted(mix.participants)
    assert mix == whirlpool_mix(pool, premixers, remixers, dice(seed))


def test_a_mix_needs_the_right_coins() -> None:
    pool = WHIRLPOOL_POOLS[1]
    good = [Participant(f"u{n}", (InputCoin(1_000_000 + (5_000 if n < 2 else 0)),)) for n in range(5)]
    assert whirlpool_mix(pool, good[:2], good[2:], dice(0)).n == 5
    for premixers, remixers in (
        (good[:1], good[2:]),
        (good[:2], good[3:]),
        (good[2:4], good[2:]),
        (good, []),
    ):
        with pytest.raises(RoundRefused):
            whirlpool_mix(pool, premixers, remixers, dice(0))


@given(
    pool=st.sampled_from(POOLS),
    owner=participants(20_000, 200_000_000, people=(1, 1), kinds=SPENDABLE),
    rate=st.integers(1, 200),
    seed=st.integers(0, 99),
)
def test_a_tx0_cuts_as_many_premix_coins_as_there_is_value_for(
    pool: WhirlpoolPool, owner: list[Participant], rate: int, seed: int
) -> None:
    premix_sat = premix_value_sat(pool, rate)
    try:
        made = tx0(pool, owner[0], dice(seed), rate_sat_vb=rate)
    except RoundRefused:
        assert owner[0].value_sat < premix_sat + pool.pool_fee_sat + rate * 600
        return
    check(made, owner)
    premix = made.with_role(Role.PREMIX)
    assert 1 <= len(premix) <= pool.max_premix
    assert {output.value_sat for output in premix} == {premix_sat}
    assert 170 <= premix_sat - pool.denomination_sat <= 9_690
    (fee,) = made.with_role(Role.FEE)
    assert (fee.owner, fee.value_sat) == (COORDINATOR, pool.pool_fee_sat)
    (memo,) = made.with_role(Role.MEMO)
    assert len(memo.payload) == 64
    assert memo is made.outputs[0], "BIP-0069 puts the output without value first"
    change = made.with_role(Role.CHANGE)
    assert len(change) <= 1
    if change and len(premix) < pool.max_premix:
        assert change[0].value_sat < premix_sat + rate * 31 + 294
    assert rate_sat_vb(made) >= rate


def test_premix_coins_of_a_tx0_are_taken_by_a_mix() -> None:
    for pool in POOLS:
        owners = [Participant(f"u{n}", (InputCoin(pool.denomination_sat * 2, Kind.P2PKH),)) for n in range(2)]
        cut = [tx0(pool, owner, dice(3), rate_sat_vb=7) for owner in owners]
        premixers = [
            Participant(made.participants[0], (InputCoin(made.with_role(Role.PREMIX)[0].value_sat),))
            for made in cut
        ]
        remixers = [Participant(f"r{n}", (InputCoin(pool.denomination_sat),)) for n in range(3)]
        mix = whirlpool_mix(pool, premixers, remixers, dice(3))
        assert mix.protocol is pool.protocol
        assert rate_sat_vb(mix) >= 6.9
    assert {pool.protocol for pool in POOLS} == {Protocol.WHIRLPOOL, Protocol.ASHIGARU}
