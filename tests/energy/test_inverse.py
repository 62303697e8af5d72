"""inverse(forward(x)) = x, whatever the calendar, the machines and the convention."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface import energy
from energy.calendars import calendar, year

AMOUNTS = st.floats(1e-3, 1e9)
SHARES = st.floats(0.05, 0.9)
EFFICIENCIES = st.floats(20.0, 1000.0)
CALENDARS = st.lists(
    st.tuples(st.floats(1.0, 1e13), st.floats(0.0, 5.0), st.floats(1.0, 1e5)), min_size=1, max_size=6
)


@given(AMOUNTS, CALENDARS, EFFICIENCIES, st.floats(1.0, 1.5), st.floats(0.0, 0.5), st.booleans())
def test_energy_comes_back(
    energy_mwh: float,
    periods: list[tuple[float, float, float]],
    efficiency: float,
    pue: float,
    pool_fee: float,
    contains_miner: bool,
) -> None:
    made_up = calendar(*map(list, zip(*periods, strict=True)))
    machines: dict[str, Any] = {
        "efficiency_j_per_th": efficiency,
        "pue": pue,
        "pool_fee": pool_fee,
        "contains_miner": contains_miner,
    }
    mined = energy.mine(energy_mwh, made_up, **machines)
    if mined.network_share[0] > 0.999:
        return  # so near the limit (or, for a measured reward, beyond it) no figure can tell hash rates apart
    back = energy.energy_mwh_of_reward(mined.btc, made_up, **machines)
    assert back[0] == pytest.approx(energy_mwh, rel=1e-7)


@given(st.floats(1.0, 1e8), st.floats(5, 33), SHARES, st.floats(0, 0.5), st.floats(0, 0.5))
def test_fuel_comes_back(
    fuel_t: float, heating_value: float, plant_efficiency: float, own_use: float, grid_loss: float
) -> None:
    plant = (heating_value, plant_efficiency, own_use, grid_loss)
    assert energy.fuel_t_of_energy(energy.energy_mwh_of_fuel(fuel_t, *plant), *plant) == pytest.approx(fuel_t)


def test_machines_that_change_with_time_come_back() -> None:
    stretch = year().by_difficulty()
    efficiency = np.linspace(160.0, 90.0, len(stretch))[None, :] * np.array([[1.0], [1.3]])
    mined = energy.mine([1e5, 2e6], stretch, efficiency_j_per_th=efficiency, pue=1.1, pool_fee=0.02)
    back = energy.energy_mwh_of_reward(
        mined.btc, stretch, efficiency_j_per_th=efficiency, pue=1.1, pool_fee=0.02, contains_miner=False
    )
    assert back == pytest.approx([1e5, 2e6], rel=1e-10)


def test_joining_periods_of_one_difficulty_changes_nothing() -> None:
    stretch = year()
    joined = stretch.by_difficulty()
    assert len(joined) == 27
    assert joined.by_difficulty() is joined
    inputs: dict[str, Any] = {"efficiency_j_per_th": 100.0, "pue": 1.1, "pool_fee": 0.02}
    one_by_one, at_once = (energy.mine([1e4, 3e6], each, **inputs) for each in (stretch, joined))
    for name in ("btc", "usd", "hashrate_hs", "network_share"):
        assert getattr(at_once, name) == pytest.approx(getattr(one_by_one, name), rel=1e-12), name


def test_more_energy_earns_more_but_never_everything() -> None:
    stretch = year().by_difficulty()
    mined = energy.mine(np.logspace(0, 15, 400), stretch, efficiency_j_per_th=98.0)
    assert (np.diff(mined.btc) > 0).all()
    assert mined.btc[-1] < stretch.all_rewards_btc()
    assert (np.diff(mined.btc / mined.energy_mwh) < 0).all()


@pytest.mark.parametrize("share", [1.0, 1.5, 100.0])
def test_more_than_all_rewards_is_impossible(share: float) -> None:
    stretch = year().by_difficulty()
    reward = share * stretch.all_rewards_btc()
    for contains_miner in (True, False):
        rate = energy.hashrate_hs_of_reward(reward, stretch, contains_miner=contains_miner)
        assert np.isinf(rate).all()


@given(st.floats(0.0, 0.95))
def test_share_of_all_rewards(share: float) -> None:
    others = 5e18
    added = energy.hashrate_hs_of_share(share, others, contains_miner=False)
    assert added / (added + others) == pytest.approx(share)
    assert energy.hashrate_hs_of_share(share, others, contains_miner=True) / others == pytest.approx(share)


def test_reward_against_a_slow_sum() -> None:
    """The same in plain Python, a day at a time."""
    stretch = year()
    rate = 3e17
    total = 0.0
    for place in range(len(stretch)):
        difficulty = float(stretch.difficulty[place])
        network = difficulty * 2**32 / 600
        blocks = rate * 86_400 / (difficulty * 2**32) / (1 + rate / network)
        total += blocks * (12.5 + float(stretch.fees_btc[place]))
    assert energy.reward_btc([[rate]], stretch, contains_miner=False)[0] == pytest.approx(total, rel=1e-12)


def test_an_unknown_price_leaves_dollars_unknown() -> None:
    stretch = calendar([1e12, 1e12], [1.0, 1.0], [5000.0, float("nan")])
    mined = energy.mine(1e4, stretch, efficiency_j_per_th=98.0)
    assert np.isnan(mined.usd).all()
    assert np.isfinite(mined.btc).all()
