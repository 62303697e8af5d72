"""Formulas against figures that others published or computed."""

from typing import Any

import numpy as np
import pytest

from coalface import energy
from energy.calendars import GOLDEN, GoldenDay, golden_calendar

COAL: dict[str, Any] = {"heating_value_gj_per_t": 24.0, "plant_efficiency": 0.28}
MACHINES: dict[str, Any] = {"efficiency_j_per_th": 98.0, "pue": 1.10}


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.day)
def test_golden_days_to_six_digits(golden: GoldenDay) -> None:
    calendar = golden_calendar(golden)
    mined = energy.forward(1.0, calendar, **COAL, **MACHINES, contains_miner=True)
    earned = energy.usd_per_th_day(calendar.difficulty, calendar.reward_per_block_btc, calendar.price_usd)
    assert mined.btc[0] == pytest.approx(golden.btc_per_t, rel=1e-7)
    assert mined.usd[0] == pytest.approx(golden.usd_per_t, rel=1e-7)
    assert earned[0] == pytest.approx(golden.usd_per_th_day, rel=1e-7)
    assert energy.breakeven_efficiency_j_per_th(earned, 0.05)[0] == pytest.approx(
        golden.breakeven_j_per_th, rel=1e-7
    )
    assert calendar.network_hashrate_hs()[0] / 1e18 == pytest.approx(golden.network_ehs, rel=1e-7)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.day)
def test_worth_of_one_more_tonne_is_the_limit_of_the_price_taker_rule(golden: GoldenDay) -> None:
    calendar = golden_calendar(golden)
    mwh_per_t = energy.energy_mwh_of_fuel(1.0, **COAL)
    assert energy.btc_per_mwh(calendar, **MACHINES)[0] * mwh_per_t == pytest.approx(
        golden.btc_per_t, rel=1e-7
    )
    gram = energy.forward(1e-6, calendar, **COAL, **MACHINES)
    assert gram.btc[0] * 1e6 == pytest.approx(golden.btc_per_t, rel=1e-7)


def test_a_tonne_in_a_day_already_costs_a_little_of_its_own_reward() -> None:
    calendar = golden_calendar(GOLDEN[0])
    taken = energy.forward(1.0, calendar, **COAL, **MACHINES, contains_miner=True)
    added = energy.forward(1.0, calendar, **COAL, **MACHINES)
    assert taken.hashrate_hs[0] == pytest.approx(0.72e15, rel=0.01)
    assert 1 - added.btc[0] / taken.btc[0] == pytest.approx(1.8e-4, rel=0.01)


def test_coin_metrics_hash_rate_of_2009_01_12() -> None:
    """Coin Metrics, community data: 94 blocks at difficulty 1 are 0.0000046727653 TH/s."""
    assert energy.realised_hashrate_hs(1, 94) == pytest.approx(0.0000046727653e12, rel=1e-6)


def test_digiconomist_break_even_of_2017() -> None:
    """Digiconomist, 2017: 818,077,659 USD at 5 cents are 16.36 TWh, or 44,826,173 kWh a day."""
    assert pytest.approx(16.36, abs=0.005) == 818_077_659 / 0.05 / 1e9
    assert pytest.approx(44_826_173, abs=1) == 818_077_659 / 0.05 / 365


def test_cambridge_power_and_energy() -> None:
    """CBECI's code: GW = J/GH x H [TH/s] / 1e6 x PUE; TWh a year = J/GH x H x 365.25 x 24 / 1e9 x PUE."""
    efficiency_j_per_gh, hashrate_ths, pue = 0.098, 11.4e6, 1.10
    year_s = 365.25 * 86_400
    mwh = energy.energy_mwh_of_hashrate(hashrate_ths * 1e12, year_s, efficiency_j_per_gh * 1000, pue)
    assert mwh / 1e6 == pytest.approx(efficiency_j_per_gh * hashrate_ths * 365.25 * 24 / 1e9 * pue, rel=1e-12)
    assert energy.mean_power_mw(mwh, year_s) / 1e3 == pytest.approx(
        efficiency_j_per_gh * hashrate_ths / 1e6 * pue, rel=1e-12
    )


def test_difficulty_of_compact_targets() -> None:
    """Difficulties as published: genesis, block 32,256, the example of the Bitcoin wiki, August 2017."""
    bits = [0x1D00FFFF, 0x1D00D86A, 0x1B0404CB, 0x18013CE9]
    expected = [1.0, 1.1828995343128408, 16307.420938523983, 888171856257.3206]
    assert energy.difficulty_of_bits(bits) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("bits", [0x1D000000, 0x1D800000, -1, 0x01_0000_0000])
def test_impossible_targets_are_refused(bits: int) -> None:
    with pytest.raises(ValueError, match="compact target"):
        energy.difficulty_of_bits(bits)


def test_subsidy_at_the_edges() -> None:
    heights = [0, 209_999, 210_000, 6_929_999, 6_930_000, 13_440_000, 2**31]
    assert energy.subsidy_sat(heights).tolist() == [50 * 10**8, 50 * 10**8, 25 * 10**8, 1, 0, 0, 0]
    with pytest.raises(ValueError, match="negative"):
        energy.subsidy_sat(-1)


def test_fuel_of_a_year_by_hand() -> None:
    """22.49 Mt at 24 GJ/t and 28 % are 42.0 TWh, 4.79 GW."""
    mwh = energy.energy_mwh_of_fuel(22.49e6, **COAL)
    assert mwh == pytest.approx(22.49e6 * 24 * 0.28 / 3.6)
    assert energy.mean_power_mw(mwh, 365 * 86_400) == pytest.approx(4790, rel=1e-3)
    assert energy.fuel_t_of_energy(mwh, **COAL) == pytest.approx(22.49e6)
    assert energy.co2_t(1.0, 25.8, 94_600) == pytest.approx(2.44068)


def test_uptime_sizes_the_plant_and_leaves_the_energy() -> None:
    assert energy.running_power_mw(8760, 365 * 86_400, 0.8) == pytest.approx(1 / 0.8)
    steady = energy.hashrate_hs_of_energy(8760, 365 * 86_400, 98.0, 1.1)
    assert energy.hashrate_hs_of_plant(1 / 0.8, 0.8, 98.0, 1.1) == pytest.approx(float(steady))
    assert energy.machine_count(steady, 0.8, 13.5e12) == pytest.approx(float(steady) / 0.8 / 13.5e12)


def test_cost_of_minting_is_the_inverse_of_break_even() -> None:
    golden = GOLDEN[1]
    calendar = golden_calendar(golden)
    earned = energy.usd_per_th_day(calendar.difficulty, calendar.reward_per_block_btc, calendar.price_usd)
    worst = energy.breakeven_efficiency_j_per_th(earned, 0.05, 1.1)
    cost = energy.electricity_cost_usd_per_btc(
        calendar.difficulty, calendar.reward_per_block_btc, worst, 0.05, 1.1
    )
    assert cost[0] == pytest.approx(golden.price_usd)
    price = energy.breakeven_electricity_usd_per_kwh(earned, worst, 1.1)
    assert np.allclose(price, 0.05)
