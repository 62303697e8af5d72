"""A round that loses a satoshi cannot exist; sizes are those of real transactions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.range.protocols import (
    Bill,
    InputCoin,
    Participant,
    PlannedOutput,
    Protocol,
    Role,
    Round,
    RoundRefused,
)
from coalface.range.protocols.order import settle
from coalface.range.protocols.size import dust_sat, input_vbytes, output_vbytes, tx_vbytes
from coalface.range.script import Kind
from range.protocols.people import dice

ANNA = Participant("anna", (InputCoin(1_000),))


@given(value_sat=st.integers(0, 2_000), mining_sat=st.integers(-100, 1_100), paid_sat=st.integers(-500, 500))
def test_only_rounds_that_add_up_exist(value_sat: int, mining_sat: int, paid_sat: int) -> None:
    outputs = (PlannedOutput("anna", value_sat, Role.CHANGE),)
    bill = Bill("anna", mining_sat, 0, paid_sat)
    inputs = (("anna", ANNA.coins[0]),)
    if mining_sat >= 0 and value_sat + mining_sat == 1_000 and paid_sat == 0:
        assert Round(Protocol.GENERIC, inputs, outputs, mining_sat, (bill,)).n == 1
    else:
        with pytest.raises(RoundRefused):
            Round(Protocol.GENERIC, inputs, outputs, mining_sat, (bill,))


def test_a_coin_or_a_name_twice_is_refused() -> None:
    coin = InputCoin(1_000, outpoint=("aa", 0))
    outputs = [PlannedOutput("anna", 900, Role.CHANGE)]
    twice = [Participant("anna", (coin,)), Participant("anna", (InputCoin(1_000),))]
    with pytest.raises(RoundRefused, match="one name"):
        settle(Protocol.GENERIC, twice, outputs, [Bill("anna", 100)], dice(1))
    with pytest.raises(RoundRefused, match="twice"):
        settle(Protocol.GENERIC, [Participant("anna", (coin, coin))], outputs, [Bill("anna", 100)], dice(1))


def test_a_bill_for_each_participant() -> None:
    outputs = (PlannedOutput("anna", 1_000, Role.CHANGE),)
    with pytest.raises(RoundRefused, match="bill each participant"):
        Round(Protocol.GENERIC, (("anna", ANNA.coins[0]),), outputs, 0, ())


@pytest.mark.parametrize("value_sat", [0, -1, 21_000_000 * 100_000_000 + 1])
def test_no_coin_of_an_impossible_value(value_sat: int) -> None:
    with pytest.raises(RoundRefused):
        InputCoin(value_sat)


def test_sizes_and_dust_limits_are_the_known_ones() -> None:
    # 1-in-2-out P2WPKH: 141 vB at most, P2PKH: 226; 1-in-1-out P2TR: 111. Dust limits are Bitcoin Core's.
    assert tx_vbytes([Kind.P2WPKH], [31, 31]) == 141
    assert tx_vbytes([Kind.P2PKH], [34, 34]) == 226
    assert tx_vbytes([Kind.P2TR], [43]) == 111
    assert [dust_sat(kind) for kind in (Kind.P2PKH, Kind.P2SH_P2WPKH, Kind.P2WPKH, Kind.P2TR)] == [
        546, 540, 294, 330,
    ]  # fmt: skip
    assert (input_vbytes(Kind.P2WPKH), output_vbytes(Kind.OP_RETURN, bytes(64))) == (68, 75)
    # Samourai's blog gives 510 vB for a mix of five coins, rounding every signature to 72 bytes.
    assert abs(tx_vbytes([Kind.P2WPKH] * 5, [31] * 5) - 510) < 5
