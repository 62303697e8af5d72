"""What stands behind dated payouts, against miners whose power is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from coalface import energy
from coalface.energy.amount import read_amount
from coalface.energy.asking import Asked
from coalface.energy.assemble import Fleet
from coalface.energy.facts_calendar import facts_calendar
from coalface.energy.given import given, input_of
from coalface.energy.pack import load_fuel, load_site
from coalface.energy.payouts import Payout, behind_payouts, read_payouts
from coalface.errors import FactsError, UsageError

FIRST, LAST = np.datetime64("2017-09-01"), np.datetime64("2017-12-31")
FIXED = ("pue=1.1", "pool_fee=0.02", "uptime=0.9", "grid_loss=0", "own_use=0.08", "plant_efficiency=0.28")


def asked(last: np.datetime64 = LAST, *inputs: str) -> Asked:
    return Asked(
        amount=read_amount("0 BTC", "t"),
        calendar=facts_calendar(FIRST, last),
        fuel=load_fuel("coal"),
        site=load_site(),
        fleet=Fleet(efficiency=given("98 J/TH", "J/TH", name="efficiency")),
        inputs=tuple(input_of(each, "t") for each in (*FIXED, "heating_value=24 GJ/t", *inputs)),
        n_draws=3,
    )


def paid(power_mw: float, first: np.datetime64, last: np.datetime64) -> Payout:
    """What steady power earns in these days."""
    calendar = facts_calendar(first, last)
    mwh = power_mw * calendar.total_seconds / 3600
    mined = energy.mine(mwh, calendar, efficiency_j_per_th=98.0, pue=1.1, pool_fee=0.02, contains_miner=True)
    return Payout(last, float(mined.btc[0]))


def test_the_power_of_every_span_comes_back() -> None:
    october, december = np.datetime64("2017-09-30"), LAST
    payouts = [paid(3.0, FIRST, october), paid(12.0, np.datetime64("2017-10-01"), december)]
    first, second, whole = behind_payouts(payouts, FIRST, asked())
    assert first.mean_power_mw is not None
    assert second.mean_power_mw is not None
    assert first.mean_power_mw.p50 == pytest.approx(3.0, rel=1e-9)
    assert second.mean_power_mw.p50 == pytest.approx(12.0, rel=1e-9)
    assert (str(second.first_day), str(second.last_day)) == ("2017-10-01", "2017-12-31")
    assert whole.energy_mwh is not None
    assert whole.mean_power_mw is not None
    assert whole.fuel is not None
    assert whole.energy_mwh.p50 == pytest.approx((3.0 * 30 + 12.0 * 92) * 24, rel=1e-9)
    assert whole.mean_power_mw.p50 == pytest.approx((3.0 * 30 + 12.0 * 92) / 122, rel=1e-9)
    assert whole.fuel.p50 == pytest.approx(whole.energy_mwh.p50 * 3.6 / (24 * 0.28 * 0.92), rel=1e-9)
    assert whole.btc == sum(each.btc for each in payouts)


def test_one_payout_is_the_inverse_of_the_whole_time() -> None:
    whole = paid(5.0, FIRST, LAST)
    single, together = behind_payouts([whole], FIRST, asked())
    assert single == together


def test_a_payout_beyond_all_rewards_is_unknown() -> None:
    impossible = Payout(FIRST, 1e6)
    span, whole = behind_payouts([impossible], FIRST, asked(FIRST))
    assert span.energy_mwh is None
    assert whole.fuel is None


def test_electricity_without_a_fuel_has_none() -> None:
    question = replace(asked(), fuel=load_fuel("hydro"), inputs=(input_of("pue=1.1", None),))
    assert all(each.fuel is None for each in behind_payouts([Payout(LAST, 10.0)], FIRST, question))


def test_a_payout_before_the_beginning() -> None:
    with pytest.raises(UsageError, match="comes before"):
        behind_payouts([Payout(FIRST - np.timedelta64(1, "D"), 1.0)], FIRST, asked())


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "payouts.csv"
    file.write_text("date,btc\n2017-09-15,1.5\n2017-09-15,0.25\n2017-10-01,2\n")
    assert read_payouts(file) == (
        Payout(np.datetime64("2017-09-15"), 1.75),
        Payout(np.datetime64("2017-10-01"), 2.0),
    )
    for text, problem in (
        ("date,btc\n", "no payout|no row|no line|at least"),
        ("date,btc\n2017-10-01,1\n2017-09-01,1\n", "days must rise"),
        ("date,btc\n2017-10-01,-1\n", "btc"),
        ("date,coin\n2017-10-01,1\n", "btc"),
        ("date,btc\n2017-10-01,1e9\n", "btc"),
    ):
        file.write_text(text)
        with pytest.raises(FactsError, match=problem):
            read_payouts(file)
