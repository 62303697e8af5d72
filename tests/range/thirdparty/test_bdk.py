"""BDK's transactions: they do what was wanted, and the same for the same seed, in another process too."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coalface.range.dice import Dice
from coalface.range.script import Kind
from coalface.range.thirdparty import ChoiceRefused, OfferedCoin, Wanted, choose
from range.thirdparty.wishes import rate_sat_vb, script, wishes

KINDS = (Kind.P2PKH, Kind.P2SH_P2WPKH, Kind.P2WPKH, Kind.P2TR)


@settings(max_examples=25)
@given(wanted=wishes(KINDS), seed=st.integers(0, 99))
def test_bdk_pays_what_is_wanted_from_what_is_offered(wanted: Wanted, seed: int) -> None:
    try:
        choice = choose("bdk", wanted, Dice(seed, "bdk"))
    except ChoiceRefused:
        spendable = sum(max(coin.value_sat - wanted.rate_sat_vb * 148, 0) for coin in wanted.coins)
        assert spendable < sum(value for _, value in wanted.payments) + wanted.rate_sat_vb * 300
        return
    assert set(choice.inputs) <= set(wanted.coins)
    assert sorted(o[:2] for o in choice.outputs if not o[2]) == sorted(wanted.payments)
    assert sum(o[2] for o in choice.outputs) <= 1
    assert all(o[0] == wanted.change_script for o in choice.outputs if o[2])
    spent_sat = sum(coin.value_sat for coin in choice.inputs)
    assert spent_sat == sum(value for _, value, _ in choice.outputs) + choice.fee_sat
    assert rate_sat_vb(choice, wanted) > 0.95 * wanted.rate_sat_vb
    assert (choice.version, choice.locktime, choice.sequence) == (2, wanted.height, 0xFFFFFFFD)
    assert choice == choose("bdk", wanted, Dice(seed, "bdk"))


PROGRAM = """
from coalface.range.dice import Dice
from coalface.range.script import Kind
from coalface.range.thirdparty import OfferedCoin, Wanted, choose

def script(n):
    return bytes([0, 20]) + bytes([n]) * 20

coins = [OfferedCoin(70_000 + n % 3, Kind.P2WPKH, script(n), (f"{n:064x}", 0)) for n in range(1, 30)]
wanted = Wanted(tuple(coins), ((script(77), 300_000),), script(88), 9)
for seed in range(4):
    print(choose("bdk", wanted, Dice(seed, "bdk")))
"""


def test_two_processes_get_the_same() -> None:
    said = {
        subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    }
    assert len(said) == 1
    assert next(iter(said)).count("Choice(built_by='bdk'") == 4


def test_what_bdk_is_not_asked() -> None:
    coin = OfferedCoin(10_000, Kind.P2WSH_MULTISIG, script(Kind.P2WPKH, 1), ("01" * 32, 0))
    other = OfferedCoin(10_000, Kind.P2WPKH, script(Kind.P2WPKH, 1), ("01" * 32, 1))
    for coins in ((coin,), (coin, other), ()):
        with pytest.raises(ChoiceRefused):
            choose("bdk", Wanted(coins, ((script(Kind.P2PKH, 5), 1_000),), b"", 1), Dice(0, "bdk"))
    with pytest.raises(ChoiceRefused, match="not installed"):
        choose("nobody's", Wanted((other,), (), b"", 1), Dice(0, "bdk"))
