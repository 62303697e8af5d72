"""Rounds as the range plans them, beside the three real CoinJoins of the shared data."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from coalface.range.dice import Dice
from coalface.range.protocols import (
    WASABI_2_ZKSNACKS,
    WHIRLPOOL_POOLS,
    InputCoin,
    Offer,
    Participant,
    Role,
    joinmarket_round,
    standard_denominations,
    wasabi2_round,
    whirlpool_mix,
)
from coalface.range.protocols.size import input_vbytes, tx_vbytes
from coalface.range.protocols.wasabi2 import smallest_output_sat
from coalface.range.protocols.wasabi_amounts import denominations_of_round
from coalface.range.script import Kind
from real.blocks import DATA

KINDS = {"v0_p2wpkh": Kind.P2WPKH, "v1_p2tr": Kind.P2TR}
WABISABI_RATE_SAT_VB = 50
"""Fee 1,555,451 sat of 30,781 vB."""


def real_tx(name: str) -> tuple[list[InputCoin], list[int], int]:
    """Coins spent, values made, and the fee of a real transaction."""
    tx: dict[str, Any] = json.loads((DATA / "coinjoin" / f"{name}-coinjoin.json").read_text("utf-8"))
    coins = [
        InputCoin(
            each["prevout"]["value"],
            KINDS[each["prevout"]["scriptpubkey_type"]],
            (each["txid"], each["vout"]),
        )
        for each in tx["vin"]
    ]
    values = [each["value"] for each in tx["vout"]]
    return coins, values, sum(coin.value_sat for coin in coins) - sum(values)


def test_the_coins_of_a_real_whirlpool_mix_give_that_mix() -> None:
    coins, values, fee_sat = real_tx("whirlpool")
    pool = next(pool for pool in WHIRLPOOL_POOLS if pool.denomination_sat == values[0])
    everybody = [Participant(f"u{place}", (coin,)) for place, coin in enumerate(coins)]
    newcomers = [each for each in everybody if each.value_sat > pool.denomination_sat]
    others = [each for each in everybody if each not in newcomers]
    mix = whirlpool_mix(pool, newcomers, others, Dice(0, "real"))
    assert [output.value_sat for output in mix.outputs] == values
    assert mix.fee_sat == fee_sat
    assert [coin for _, coin in mix.inputs] == coins, "both are sorted by BIP-0069"


def test_the_coins_of_a_real_joinmarket_tx_give_its_outputs() -> None:
    coins, values, fee_sat = real_tx("joinmarket")
    taker, maker = (Participant(name, (coin,)) for name, coin in zip(("taker", "maker"), coins, strict=True))
    ((amount_sat, _),) = [item for item in Counter(values).items() if item[1] == 2]
    earned_sat = max(values) + amount_sat - maker.value_sat
    # The real fee rate is not a whole number of sat/vB: 1,290 sat of 271 vB.
    made = joinmarket_round(
        taker, [Offer(maker, earned_sat)], Dice(0, "real"), amount_sat=amount_sat, rate_sat_vb=5
    )
    taker_change_sat = min(values) + fee_sat - made.fee_sat
    assert sorted(output.value_sat for output in made.outputs) == sorted(
        [amount_sat, amount_sat, max(values), taker_change_sat]
    )
    assert abs(made.fee_sat - fee_sat) < 80


@pytest.fixture(scope="module")
def wabisabi() -> tuple[list[InputCoin], list[int], int]:
    return real_tx("wabisabi")


def test_a_real_wabisabi_round_uses_the_denominations_that_its_inputs_call_for(
    wabisabi: tuple[list[InputCoin], list[int], int],
) -> None:
    coins, values, fee_sat = wabisabi
    assert values == sorted(values, reverse=True)
    assert [coin.value_sat for coin in coins] == sorted((coin.value_sat for coin in coins), reverse=True)
    effective = sorted(coin.value_sat - WABISABI_RATE_SAT_VB * input_vbytes(coin.kind) for coin in coins)
    rules = WASABI_2_ZKSNACKS
    ours = set(
        denominations_of_round(
            effective,
            low_sat=smallest_output_sat(rules, WABISABI_RATE_SAT_VB),
            high_sat=effective[-2],
            rate_sat_vb=WABISABI_RATE_SAT_VB,
        )
    )
    standard = set(standard_denominations(rules.low_sat, rules.high_sat))
    used = set(values) & standard
    assert sum(value in standard for value in values) > 0.97 * len(values)
    assert len(ours & used) >= 30
    assert ours <= used, "and no other"
    assert sum(value in ours for value in values) >= 0.94 * len(values)
    assert fee_sat == 1_555_451


@pytest.mark.parametrize("seed", range(3))
def test_a_planned_round_of_the_same_coins_looks_alike(
    seed: int, wabisabi: tuple[list[InputCoin], list[int], int]
) -> None:
    coins, values, fee_sat = wabisabi
    dice = Dice(seed, "real")
    order = dice.shuffled(coins)
    clients = [Participant(f"u{place}", tuple(order[place : place + 6])) for place in range(0, len(order), 6)]
    standard = standard_denominations(WASABI_2_ZKSNACKS.low_sat, WASABI_2_ZKSNACKS.high_sat)
    remixed = frozenset(coin.outpoint for coin in coins if coin.outpoint and coin.value_sat in standard)
    made = wasabi2_round(WASABI_2_ZKSNACKS, clients, dice, rate_sat_vb=WABISABI_RATE_SAT_VB, remixed=remixed)
    mixed = [output.value_sat for output in made.outputs if output.role is Role.MIX]
    assert sum(value in set(values) for value in mixed) > 0.9 * len(mixed)
    ours, theirs = Counter(output.value_sat for output in made.outputs), Counter(values)
    repeated = [
        sum(count for count in counts.values() if count > 1) / sum(counts.values())
        for counts in (ours, theirs)
    ]
    assert abs(repeated[0] - repeated[1]) < 0.06
    assert 0.7 < len(made.outputs) / len(values) < 1.4
    assert 0.8 < made.fee_sat / fee_sat < 1.4
    assert made.fee_sat > WABISABI_RATE_SAT_VB * tx_vbytes([coin.kind for coin in coins], []) * 0.95
