"""Participants with random coins, and what must hold of every round."""

from __future__ import annotations

from hypothesis import strategies as st

from coalface.range.dice import Dice
from coalface.range.protocols import (
    InputCoin,
    Ordering,
    Participant,
    Role,
    Round,
)
from coalface.range.protocols.size import dust_sat, input_vbytes, tx_vbytes
from coalface.range.script import Kind

SPENDABLE = (Kind.P2PKH, Kind.P2SH_P2WPKH, Kind.P2WPKH, Kind.P2TR)


def outpoint(number: int) -> tuple[str, int]:
    """A made-up outpoint, different for every number."""
    return f"{number * 0x9E3779B97F4A7C15 % 2**256:064x}", number % 5


def participants(
    low_sat: int,
    high_sat: int,
    *,
    people: tuple[int, int],
    coins: tuple[int, int] = (1, 3),
    kinds: tuple[Kind, ...] = (Kind.P2WPKH,),
    prefix: str = "user",
) -> st.SearchStrategy[list[Participant]]:
    """Lists of participants whose coins are each in the range of values."""
    coin = st.tuples(st.integers(low_sat, high_sat), st.sampled_from(kinds))
    purse = st.lists(coin, min_size=coins[0], max_size=coins[1])

    def named(purses: list[list[tuple[int, Kind]]]) -> list[Participant]:
        made, number = [], 1
        for index, each in enumerate(purses):
            held = []
            for value_sat, kind in each:
                held.append(InputCoin(value_sat, kind, outpoint(number + 1000 * sum(map(ord, prefix)))))
                number += 1
            made.append(Participant(f"{prefix}{index}", tuple(held)))
        return made

    return st.lists(purse, min_size=people[0], max_size=people[1]).map(named)


def dice(seed: int) -> Dice:
    return Dice(seed, "protocols")


def check(round_: Round, everybody: list[Participant]) -> None:
    """What holds of every round, whatever the protocol; counted here anew, not by ``Round``'s own sums."""
    brought = sorted((each.name, coin.value_sat, str(coin.kind)) for each in everybody for coin in each.coins)
    assert sorted((name, coin.value_sat, str(coin.kind)) for name, coin in round_.inputs) == brought
    made_sat = sum(output.value_sat for output in round_.outputs)
    assert sum(value_sat for _, value_sat, _ in brought) == made_sat + round_.fee_sat
    for output in round_.outputs:
        assert output.value_sat >= dust_sat(output.kind), output
        assert (output.owner is None) == (output.kind is Kind.OP_RETURN) == (output.role is Role.MEMO)
        if output.role is Role.MIX:
            assert output.denomination_sat == output.value_sat
    bills = {bill.participant: bill for bill in round_.bills}
    assert set(bills) == {each.name for each in everybody}
    for each in everybody:
        back_sat = sum(output.value_sat for output in round_.outputs if output.owner == each.name)
        bill = bills[each.name]
        assert back_sat == each.value_sat - bill.mining_sat - bill.service_sat - bill.paid_sat
    assert sum(bill.mining_sat for bill in bills.values()) == round_.fee_sat
    values = [output.value_sat for output in round_.outputs]
    if round_.ordering is Ordering.BIP69:
        assert values == sorted(values)
        outpoints = [coin.outpoint for _, coin in round_.inputs]
        assert outpoints == sorted(outpoints, key=str)
    if round_.ordering is Ordering.VALUE_DESCENDING:
        assert values == sorted(values, reverse=True)
        inputs = [coin.value_sat for _, coin in round_.inputs]
        assert inputs == sorted(inputs, reverse=True)


def rate_sat_vb(round_: Round) -> float:
    """Fee rate of a round, satoshis a virtual byte."""
    from coalface.range.protocols.size import output_vbytes

    sizes = [output_vbytes(output.kind, output.payload) for output in round_.outputs]
    return round_.fee_sat / tx_vbytes([coin.kind for _, coin in round_.inputs], sizes)


__all__ = ["SPENDABLE", "check", "dice", "input_vbytes", "outpoint", "participants", "rate_sat_vb"]
