"""Swap memos in the form that THORChain documents, and the transactions that carry them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.range.protocols import Participant, Role, RoundRefused, outbound_memo, swap_memo, swap_tx
from coalface.range.script import Kind
from range.protocols.people import SPENDABLE, check, dice, participants, rate_sat_vb

ETH = "0x7a093cebfa77403672d68e1c22d0681400a36682"


def test_memos_are_those_of_the_documentation() -> None:
    assert swap_memo("ETH.ETH", ETH, word="SWAP") == f"SWAP:ETH.ETH:{ETH}".encode()
    assert swap_memo("e", ETH, limit="1e8") == f"=:e:{ETH}:1e8".encode()
    assert swap_memo("e", ETH, streaming=(1, 0)) == f"=:e:{ETH}:0/1/0".encode()
    assert swap_memo("ETH.USDT", "", word="s", affiliate="ss", affiliate_bp=100) == b"s:ETH.USDT:::ss:100"
    assert swap_memo("r", "thor1abc", refund="bc1qxyz", affiliate="t", affiliate_bp=30) == (
        b"=:r:thor1abc/bc1qxyz::t:30"
    )
    assert outbound_memo("ab" * 32) == b"OUT:" + b"AB" * 32
    assert outbound_memo("ab" * 32, is_refund=True) == b"REFUND:" + b"AB" * 32


@pytest.mark.parametrize("destination", ["a:b", "x" * 80])
def test_memos_that_cannot_be(destination: str) -> None:
    with pytest.raises(RoundRefused):
        swap_memo("e", destination)


@given(
    sender=participants(100_000, 10**8, people=(1, 1), kinds=SPENDABLE),
    amount=st.integers(1_000, 10**8),
    more=st.lists(st.tuples(st.just("fees"), st.integers(1_000, 5_000)), max_size=1),
    rate=st.integers(1, 40),
    seed=st.integers(0, 99),
)
def test_the_vault_comes_first_then_change_and_the_memo_last(
    sender: list[Participant], amount: int, more: list[tuple[str, int]], rate: int, seed: int
) -> None:
    memo = swap_memo("e", ETH)
    try:
        made = swap_tx(
            sender[0], "vault", dice(seed), amount_sat=amount, rate_sat_vb=rate, memo=memo, more=more
        )
    except RoundRefused:
        assert sender[0].value_sat < amount + 5_000 + rate * 700
        return
    check(made, sender)
    first, last = made.outputs[0], made.outputs[-1]
    assert (first.owner, first.value_sat, first.role) == ("vault", amount, Role.PAYMENT)
    assert (last.kind, last.payload, last.owner) == (Kind.OP_RETURN, memo, None)
    assert made.bills[0].paid_sat == amount + sum(value for _, value in more)
    if change := made.with_role(Role.CHANGE):
        assert change == (made.outputs[1],)
    assert rate_sat_vb(made) >= rate
