"""The shipped tables: reach, sources, values known from elsewhere."""

import numpy as np
import pytest

from coalface.energy import facts
from coalface.errors import FactsError


# Coin Metrics' community data, as quoted beside the golden values of the model.
def test_difficulty_of_known_days() -> None:
    epochs = facts.difficulty_epochs()
    days = ["2017-05-17", "2017-08-05", "2017-12-17"]
    expected = [559970892890.839, 860221984436.22, 1590896927258.08]
    np.testing.assert_allclose(epochs.at(days), expected, rtol=1e-14)
    assert epochs.at(np.array([days])).shape == (1, 3)
    assert float(epochs.at("2009-01-03")) == 1.0


def test_difficulty_is_that_of_the_epoch_from_its_first_day_on() -> None:
    epochs = facts.difficulty_epochs()
    assert len(epochs.first_height) == 372
    assert (np.diff(epochs.first_height) == 2016).all()
    starts = epochs.start_day
    np.testing.assert_array_equal(epochs.at(starts), epochs.difficulty)
    np.testing.assert_array_equal(epochs.at(starts[1:] - 1), epochs.difficulty[:-1])
    assert epochs.is_exact.sum() == 6
    # The rule allows a factor of 4 from one epoch to the next (Bitcoin Core, CalculateNextWorkRequired).
    steps = epochs.difficulty[1:] / epochs.difficulty[:-1]
    assert (steps < 4.001).all()
    assert (steps > 0.249).all()


@pytest.mark.parametrize("day", ["2009-01-02", "2022-08-18", "2030-01-01"])
def test_days_outside_are_refused_with_the_reach_of_the_table(day: str) -> None:
    with pytest.raises(FactsError, match="from 2009-01-03 to 2022-08-17") as caught:
        facts.difficulty_epochs().at(["2017-01-01", day])
    assert caught.value.code == "facts_outside"
    assert caught.value.context["day"] == day
    assert "difficulty_epochs(path)" in (caught.value.hint or "")
    facts.difficulty_epochs().at(["2009-01-03", "2022-08-17"])


def test_months_reach_from_their_first_to_their_last_day() -> None:
    fees, prices = facts.monthly_fees(), facts.monthly_prices()
    np.testing.assert_array_equal(fees.at(["2009-01-01", "2019-03-31"]), fees.fees_btc_per_block[[0, -1]])
    np.testing.assert_array_equal(prices.at(["2011-09-01", "2024-12-31"]), prices.price_usd[[0, -1]])
    with pytest.raises(FactsError, match="from 2009-01-01 to 2019-03-31"):
        fees.at("2019-04-01")
    with pytest.raises(FactsError, match="from 2011-09-01 to 2024-12-31"):
        prices.at("2011-08-31")


@pytest.mark.parametrize("day", ["NaT", "yesterday", [["2017-01-01"], []]])
def test_what_is_no_day_is_refused(day: object) -> None:
    with pytest.raises(FactsError) as caught:
        facts.monthly_fees().at(day)  # type: ignore[arg-type] # what users pass without a type checker
    assert caught.value.code == "facts_day"


def test_machines() -> None:
    known = facts.machines()
    assert len(known) == 84
    assert all(one.source.startswith("Cambridge") for one in known)
    s9 = facts.machine("antminer s9 (11.5th)")
    assert (s9.model, s9.efficiency_j_per_th, str(s9.release_month)) == (
        "Bitmain Antminer S9 (11.5Th)",
        98.0,
        "2016-06",
    )
    assert facts.machine("DragonMint T1").efficiency_j_per_th == 92.5
    assert facts.machine("S7").efficiency_j_per_th == 273.36


@pytest.mark.parametrize(
    ("name", "problem", "near"),
    [
        ("S9", "5 machines are called `S9`", "Antminer S9 (13Th)"),
        ("Antminr S7", "no machine is called `Antminr S7`", "Bitmain Antminer S7"),
        ("", "no machine is called ``", "lists all of them"),
        ("x" * 100_000, "no machine is called", "lists all of them"),
    ],
)
def test_a_machine_that_is_not_one_is_refused_with_near_names(name: str, problem: str, near: str) -> None:
    with pytest.raises(FactsError) as caught:
        facts.machine(name)
    assert problem in caught.value.message
    assert caught.value.code == "facts_machine"
    assert near in (caught.value.hint or "")


def test_trade_and_events_name_their_sources() -> None:
    trade = facts.coal_trade()
    year = trade.start == np.datetime64("2016-01")
    assert trade.usd_per_t[year & (trade.n_months == 12)] == pytest.approx(52.5, abs=0.05)
    assert np.isnan(trade.usd_per_t[trade.coal_t == 0]).all()
    events = facts.sanction_events()
    assert [event.date for event in events] == ["2016-12", "2017", "2017-02-18", "2017-09-05"]
    assert [event.precision for event in events] == ["month", "year", "day", "day"]
    assert all((*trade.source, *(event.source for event in events)))


@pytest.mark.parametrize(
    "source",
    [facts.difficulty_epochs().source, facts.monthly_fees().source, facts.monthly_prices().source],
)
def test_whole_tables_name_theirs(source: str) -> None:
    assert len(source) > 40


def test_shipped_prices_have_three_digits() -> None:
    prices = facts.monthly_prices().price_usd
    assert [float(f"{price:.3g}") for price in prices] == prices.tolist()
