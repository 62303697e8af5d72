"""Bounds from solo blocks: exact quantiles, and how often they hold."""

import numpy as np
import pytest

from coalface import energy
from energy.calendars import calendar

# 30 days of 2017-07-06, difficulty from Coin Metrics' community data. Quantiles: scipy 1.17 `gamma.ppf`.
MONTH = calendar([708659466230.33] * 30, [1.0] * 30, [2600.0] * 30, first_day="2017-07-06")
EXPECTED_PHS = {
    0: (0.00058, 0.2671, 2.950),
    1: (0.127, 1.389, 5.489),
    5: (2.240, 6.071, 12.870),
    43: (37.04, 50.69, 67.34),
}


@pytest.mark.parametrize("n_blocks", EXPECTED_PHS)
def test_central_intervals(n_blocks: int) -> None:
    found = energy.hashrate_hs_of_blocks(n_blocks, MONTH.exposure_per_hs(), (0.025, 0.5, 0.975)) / 1e15
    assert found == pytest.approx(EXPECTED_PHS[n_blocks], rel=1e-2, abs=5e-6)


def test_one_sided_bound_of_no_block() -> None:
    rate = energy.hashrate_hs_of_blocks(0, MONTH.exposure_per_hs(), 0.95)
    assert rate / 1e15 == pytest.approx(2.255, abs=5e-4)
    month_s = MONTH.total_seconds
    power = energy.mean_power_mw(energy.energy_mwh_of_hashrate(rate, month_s, 98.0, 1.10), month_s)
    assert power == pytest.approx(0.243, abs=5e-4)


def test_the_honest_bound_counts_every_unattributed_block() -> None:
    bound = energy.solo_bound(0, 43, MONTH)
    assert bound.known_hs[3] / 1e15 == pytest.approx(2.950, abs=5e-4)
    assert bound.ceiling_hs is not None
    assert bound.ceiling_hs[3] / 1e15 == pytest.approx(67.34, abs=5e-3)
    assert energy.solo_bound(0, None, MONTH).ceiling_hs is None
    assert energy.solo_bound(0, 0, MONTH).ceiling_hs == energy.solo_bound(0, 0, MONTH).known_hs
    with pytest.raises(ValueError, match="unattributed"):
        energy.solo_bound(0, -1, MONTH)
    with pytest.raises(ValueError, match="blocks"):
        energy.solo_bound(-1, 3, MONTH)


def test_intervals_hold_at_their_rate() -> None:
    """Central intervals of miners of all sizes, whose blocks come as a Poisson process.

    For one size the rate of a discrete count swings around 95 % (Brown, Cai, DasGupta 2001); it must not fall
    far.
    """
    rng = np.random.default_rng(7)
    exposure = MONTH.exposure_per_hs()
    mean_blocks = np.exp(rng.uniform(np.log(0.1), np.log(200.0), 100_000))
    found = rng.poisson(mean_blocks)
    counts = np.arange(found.max() + 1).tolist()
    ends = np.array([energy.hashrate_hs_of_blocks(k, exposure, (0.025, 0.975)) for k in counts]) * exposure
    holds = (ends[found, 0] <= mean_blocks) & (mean_blocks <= ends[found, 1])
    assert holds.mean() == pytest.approx(0.95, abs=0.01)
    for smallest, largest in ((0.1, 0.5), (0.5, 2), (2, 10), (10, 50), (50, 200)):
        assert holds[(smallest <= mean_blocks) & (mean_blocks < largest)].mean() > 0.93
