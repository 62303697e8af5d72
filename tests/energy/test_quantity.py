"""Quantities from text: what is read, and what is refused with which code and hint."""

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.energy.quantity import MAX_TEXT, quantity
from coalface.errors import UnitError


# Expected values by hand; definitions of the short ton, the calorie and the Btu are exact.
@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1 Mt", "t", 1e6),
        ("  24 GJ/t ", "GJ/t", 24.0),
        ("24GJ/t", "MJ/kg", 24.0),
        ("98 J/TH", "J/TH", 98.0),
        ("0.098 J/GH", "J/TH", 98.0),
        ("98 W/TH/s", "J/TH", 98.0),
        ("98 W/(TH/s)", "J/TH", 98.0),
        ("98 W per TH/s", "J/TH", 98.0),
        ("0.098 W/GH/s", "J/TH", 98.0),
        ("1.6 GW", "MW", 1600.0),
        ("8.766 TWh/yr", "GW", 1.0),
        ("1 GW", "TWh/yr", 8.766),
        ("5 kW·h", "kWh", 5.0),
        ("5 kW*h", "kWh", 5.0),
        ("5 kW h", "kWh", 5.0),
        ("0.05 USD/kWh", "USD/kWh", 0.05),
        ("5 cent/kWh", "USD/kWh", 0.05),
        ("50 PH/s", "H/s", 5e16),
        ("1 short_ton", "t", 0.90718474),
        ("2 long_ton", "t", 2.0320938176),
        ("6000 kcal/kg NAR", "GJ/t", 25.1208),
        ("24 GJ/t net", "GJ/t", 24.0),
        ("35.9 MJ/m3", "MJ/m^3", 35.9),
        ("35.9 MJ/m³", "MJ/m**3", 35.9),
        ("1180 million USD", "USD", 1.18e9),
        ("85 %", "1", 0.85),
        ("0.85", "1", 0.85),
        ("1_000 t", "t", 1000.0),
        ("1e3 t", "t", 1000.0),
        (".5 t", "t", 0.5),
        ("-0 t", "t", 0.0),
        ("1 TH/s", "GH/s", 1000.0),
        ("8 bit/s", "byte/s", 1.0),
    ],
)
def test_values(text: str, unit: str, value: float) -> None:
    assert quantity(text, unit, name="x") == value


@pytest.mark.parametrize(
    ("text", "unit", "code", "hint"),
    [
        ("98", "J/TH", "unit_missing", "`98 J/TH`"),
        ("1 ton", "t", "unit_ambiguous", "short_ton"),
        ("1 tons", "t", "unit_ambiguous", "short_ton"),
        ("1 short ton", "t", "unit_ambiguous", "short_ton"),
        ("1 st", "t", "unit_ambiguous", "1,000 kg"),
        ("22 mt", "t", "unit_ambiguous", "`Mt`"),
        ("5 USD/kW·h", "USD/kWh", "unit_ambiguous", "USD/kWh"),
        ("0.098 J/TH", "J/TH", "unit_implausible", "`0.098 J/GH`"),
        ("98 J/GH", "J/TH", "unit_implausible", "`98 J/TH`"),
        ("98 W/GH/s", "J/TH", "unit_implausible", "`98 J/TH`"),
        ("1e9 J/TH", "J/TH", "unit_implausible", "1 J/GH = 1000 J/TH"),
        ("1e-300 J/TH", "J/TH", "unit_implausible", "J/GH"),
        ("24 GJ/t gross", "GJ/t", "unit_gross_heating_value", "5 % below"),
        ("24 GJ/t GCV", "GJ/t", "unit_gross_heating_value", "net"),
        ("24 GJ/t_HHV", "GJ/t", "unit_gross_heating_value", "net"),
        ("6000 kcal/kg (GAR)", "GJ/t", "unit_gross_heating_value", "net"),
        ("-1 t", "t", "unit_negative", None),
        ("inf t", "t", "unit_number", "12.5 t"),
        ("nan t", "t", "unit_number", "12.5 t"),
        ("10**10**10 t", "t", "unit_number", "12.5 t"),
        ("(1) t", "t", "unit_number", None),
        ("1 + 1 t", "t", "unit_number", None),
        ("1,000 t", "t", "unit_number", "1000"),
        ("", "t", "unit_number", None),
        ("1e999 t", "t", "unit_range", None),
        ("1e-999 t", "t", "unit_range", None),
        ("1 t**9", "t", "unit_unknown", None),
        ("1 t**99999999", "t", "unit_unknown", None),
        ("1 " + "t/" * 40 + "t", "t", "unit_unknown", None),
        ("1 __import__", "t", "unit_number", None),
        ("1 t.__class__", "t", "unit_unknown", None),
        ("1 MT", "t", "unit_unknown", "case"),
        ("3 months", "day", "unit_unknown", None),
        ("5 PJ/s", "H/s", "unit_mismatch", "`H/s`"),
        ("12 USD", "BTC", "unit_mismatch", None),
        ("1 t", "1", "unit_mismatch", "%"),
        ("1 t", "nonsense", "unit_unknown", None),
    ],
)
def test_refused(text: str, unit: str, code: str, hint: str | None) -> None:
    started = time.perf_counter()
    with pytest.raises(UnitError) as caught:
        quantity(text, unit, name="the coal")
    assert time.perf_counter() - started < 2  # the first call loads pint
    assert caught.value.code == code
    assert str(caught.value).startswith("the coal `")
    assert caught.value.context["unit"] == unit
    if hint is not None:
        assert caught.value.hint is not None
        assert hint in caught.value.hint


def test_both_units_are_named_where_they_were_mixed_up() -> None:
    with pytest.raises(UnitError) as caught:
        quantity("0.098 J/TH", "J/TH", name="efficiency")
    assert "J/TH" in caught.value.message
    assert "J/GH" in (caught.value.hint or "")


def test_bounds_are_in_the_unit_of_the_result() -> None:
    assert quantity("1 Mt", "t", name="coal", high=1e6) == 1e6
    with pytest.raises(UnitError, match="allowed are 0 to 1e\\+06 t") as caught:
        quantity("1.1 Mt", "t", name="coal", high=1e6)
    assert caught.value.code == "unit_range"
    with pytest.raises(UnitError, match="allowed are 2 to any size t"):
        quantity("1 t", "t", name="coal", low=2)
    with pytest.raises(UnitError) as caught:
        quantity("85", "1", name="uptime", high=1)
    assert caught.value.hint == "if percent are meant, write `85 %`"


def test_a_long_text_is_neither_read_nor_printed() -> None:
    with pytest.raises(UnitError, match="at most 100") as caught:
        quantity("9" * 10_000_000, "t", name="coal")
    assert len(str(caught.value)) < 200
    assert quantity("1" + " " * (MAX_TEXT - 2) + "t", "t", name="coal") == 1.0


@given(st.text(max_size=120))
def test_any_text_is_a_number_or_an_error_of_ours(text: str) -> None:
    for given_text in (text, f"1 {text}", f"{text} t"):
        message, value = "", 0.0
        try:
            value = quantity(given_text, "t", name="x")
        except UnitError as error:
            message = str(error)
        assert message.isprintable()
        assert 0 <= value < float("inf")


@given(st.floats(0, 1e12), st.sampled_from(["t", "kg", "Mt", "short_ton"]))
def test_there_and_back(value: float, unit: str) -> None:
    in_grams = quantity(f"{value!r} {unit}", "g", name="x")
    assert quantity(f"{in_grams!r} g", unit, name="x") == pytest.approx(value, rel=1e-14)


def test_pint_loads_with_the_first_unit_and_scipy_not_at_all() -> None:
    program = (
        "import sys, coalface.energy, coalface.energy.facts, coalface.energy.pack, coalface.energy.country; "
        "coalface.energy.facts.difficulty_epochs(); print(sorted({'pint', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
