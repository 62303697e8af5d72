"""Transactions by Electrum's coin chooser: they do what was wanted, address by address."""

from __future__ import annotations

from hypothesis import given, settings

from coalface.range.dice import Dice
from coalface.range.script import Kind
from coalface.range.thirdparty import ChoiceRefused, Wanted, choose
from range.thirdparty.wishes import rate_sat_vb, wishes


@settings(max_examples=25)
@given(wanted=wishes((Kind.P2PKH, Kind.P2SH_P2WPKH, Kind.P2WPKH)))
def test_electrum_pays_what_is_wanted_and_splits_no_address(wanted: Wanted) -> None:
    try:
        choice = choose("electrum", wanted, Dice(0, "unused"))
    except ChoiceRefused:
        spendable = sum(max(coin.value_sat - wanted.rate_sat_vb * 150, 0) for coin in wanted.coins)
        assert spendable < sum(value for _, value in wanted.payments) + wanted.rate_sat_vb * 300
        return
    assert sorted(o[:2] for o in choice.outputs if not o[2]) == sorted(wanted.payments)
    spent_sat = sum(coin.value_sat for coin in choice.inputs)
    assert spent_sat == sum(value for _, value, _ in choice.outputs) + choice.fee_sat
    spent_scripts = {coin.script_pubkey for coin in choice.inputs}
    assert {coin for coin in wanted.coins if coin.script_pubkey in spent_scripts} == set(choice.inputs)
    values = [value for _, value, _ in choice.outputs]
    assert values == sorted(values), "BIP-0069"
    assert rate_sat_vb(choice, wanted) > 0.95 * wanted.rate_sat_vb
    assert choice == choose("electrum", wanted, Dice(1, "unused"))
