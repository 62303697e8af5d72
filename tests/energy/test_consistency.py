"""Shares, payouts and megawatts: do they tell of one miner?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.energy import Agreement, Estimate, compare_estimates

LOW = Estimate(0.9e15, 1e15, 1.1e15)
HIGH = Estimate(1.9e15, 2e15, 2.2e15)
WIDE = Estimate(1e15, 1.5e15, 2e15)


def test_nothing_can_be_said_of_one_record() -> None:
    for found in (compare_estimates(), compare_estimates(shares=LOW)):
        assert found.agreement is Agreement.CANNOT_SAY
    assert compare_estimates(shares=LOW).missing == ("payouts", "power")


def test_what_all_have_in_common() -> None:
    found = compare_estimates(shares=LOW, payouts=WIDE)
    assert found.agreement is Agreement.CONSISTENT
    assert (found.common_low_hs, found.common_high_hs) == (1e15, 1.1e15)
    assert found.gaps == ()
    assert found.log_ratios["shares/payouts"] == pytest.approx(-0.405465)


def test_a_gap_names_what_may_be_hidden() -> None:
    found = compare_estimates(shares=LOW, payouts=HIGH, power=WIDE)
    assert found.agreement is Agreement.INCONSISTENT
    (gap,) = found.gaps
    assert (gap.lower, gap.higher) == ("shares", "payouts")
    assert gap.factor == pytest.approx(1.9 / 1.1)
    assert any("second pool" in each for each in gap.rivals)
    assert found.common_low_hs is None


def test_every_pair_in_both_directions_has_rivals() -> None:
    names = ("shares", "payouts", "power")
    for lower in names:
        for higher in names:
            if lower != higher:
                (gap,) = compare_estimates(**{lower: LOW, higher: HIGH}).gaps
                assert (gap.lower, gap.higher) == (lower, higher)
                assert gap.rivals


def test_levels_must_not_be_mixed() -> None:
    with pytest.raises(ValueError, match="different levels"):
        compare_estimates(shares=LOW, payouts=Estimate(1, 2, 3, level=0.9))


@pytest.mark.parametrize(
    "numbers", [(2, 1, 3), (1, 3, 2), (-1, 0, 1), (0, 0, 0), (0, 1, float("inf")), (float("nan"), 1, 2)]
)
def test_an_interval_must_rise(numbers: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="rise"):
        Estimate(*numbers)


@given(st.lists(st.lists(st.floats(0, 1e20), min_size=3, max_size=3).map(sorted), min_size=3, max_size=3))
def test_consistent_exactly_if_one_rate_lies_in_all(rows: list[list[float]]) -> None:
    if any(row[2] == 0 for row in rows):
        return
    estimates = [Estimate(*row) for row in rows]
    found = compare_estimates(*estimates)
    common = max(row[0] for row in rows) <= min(row[2] for row in rows)
    assert (found.agreement is Agreement.CONSISTENT) == common
    assert (found.gaps == ()) == common
    swapped = compare_estimates(payouts=estimates[0], power=estimates[1], shares=estimates[2])
    assert swapped.agreement is found.agreement


def test_the_ratio_of_rates_that_are_very_far_apart_is_a_number() -> None:
    found = compare_estimates(shares=Estimate(0.0, 2.3e-308, 1.0), power=Estimate(0.0, 9e15, 9e15))
    ratio = found.log_ratios["shares/power"]
    assert ratio is not None
    assert ratio == pytest.approx(-745.0993, abs=0.001)
