"""Shares and their intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from coalface.range.score.rate import MILLION, clustered_rate, percent, pooled_rate, rate

GROUPS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=20)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_is_the_exact_one(hits: int, misses: int) -> None:
    found = rate(hits, hits + misses, "txs")
    if hits + misses == 0:
        assert (found.ppm, found.low_ppm, found.high_ppm) == (None, None, None)
        assert str(found) == "no case"
        return
    exact = binomtest(hits, hits + misses).proportion_ci(0.95, "exact")
    assert found.low_ppm == pytest.approx(exact.low * MILLION, abs=1.01)
    assert found.high_ppm == pytest.approx(exact.high * MILLION, abs=1.01)


@given(GROUPS)
def test_an_interval_holds_its_share_and_groups_never_narrow_it(groups: list[tuple[int, int]]) -> None:
    hits = np.array([hit for hit, _ in groups], np.int64)
    trials = np.array([hit + miss for hit, miss in groups], np.int64)
    found = clustered_rate(hits, trials, "pairs")
    assert (found.hits, found.trials) == (hits.sum(), trials.sum())
    if found.ppm is None or found.low_ppm is None or found.high_ppm is None:
        assert found.trials == 0
        return
    assert 0 <= found.low_ppm <= found.ppm <= found.high_ppm <= MILLION
    assert (found.ppm == 0) == (found.hits == 0)
    assert (found.ppm == MILLION) == (found.hits == found.trials)
    assert 1 <= found.n_effective <= (trials > 0).sum()


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_groups_of_one_are_independent_trials(flags: list[bool]) -> None:
    found = clustered_rate(np.array(flags, np.int64), np.ones(len(flags), np.int64), "txs")
    plain = rate(sum(flags), len(flags), "txs")
    assert found.ppm == plain.ppm
    assert found.low_ppm is not None
    assert plain.low_ppm is not None
    # The variance of a sample divides by n - 1: a little wider, never narrower.
    assert found.low_ppm <= plain.low_ppm + 1


def test_one_large_group_is_one_case() -> None:
    found = clustered_rate(np.array([10_000]), np.array([10_000]), "pairs")
    assert (found.ppm, found.low_ppm, found.n_effective) == (MILLION, 25_000, 1)


def test_sums_of_satoshi_do_not_overflow() -> None:
    huge = np.full(5000, 21 * 10**14, np.int64)
    assert clustered_rate(huge, huge, "satoshi").hits == 5000 * 21 * 10**14


@pytest.mark.parametrize(("hits", "trials"), [(-1, 1), (2, 1)])
def test_counts_are_counts(hits: int, trials: int) -> None:
    with pytest.raises(ValueError, match=r"hits"):
        rate(hits, trials, "txs")
    with pytest.raises(ValueError, match=r"hits"):
        clustered_rate(np.array([hits]), np.array([trials]), "txs")


@pytest.mark.parametrize(
    ("ppm", "text"),
    [(0, "0.0"), (1, "<0.1"), (999, "<0.1"), (1000, "0.1"), (999_999, "99.9"), (MILLION, "100.0")],
)
def test_none_and_all_are_written_only_where_true(ppm: int, text: str) -> None:
    assert percent(ppm) == text


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=6))
def test_pooling_adds_up_and_never_narrows(chains: list[tuple[int, int]]) -> None:
    parts = [rate(hits, hits + misses, "txs") for hits, misses in chains]
    found = pooled_rate(parts)
    whole = rate(sum(hits for hits, _ in chains), sum(sum(each) for each in chains), "txs")
    assert (found.hits, found.trials, found.ppm) == (whole.hits, whole.trials, whole.ppm)
    assert found.n_effective <= whole.n_effective
    if whole.low_ppm is not None and whole.high_ppm is not None:
        assert found.low_ppm is not None
        assert found.high_ppm is not None
        assert found.low_ppm <= whole.low_ppm + 1
        assert found.high_ppm >= whole.high_ppm - 1


def test_chains_that_differ_widen_the_interval() -> None:
    alike = pooled_rate([rate(50, 100, "txs"), rate(50, 100, "txs"), rate(50, 100, "txs")])
    apart = pooled_rate([rate(1, 100, "txs"), rate(50, 100, "txs"), rate(99, 100, "txs")])
    assert (alike.ppm, apart.ppm) == (500_000, 500_000)
    assert alike.n_effective == 300
    assert apart.n_effective == 1
    assert alike.low_ppm is not None
    assert alike.high_ppm is not None
    assert apart.low_ppm is not None
    assert apart.high_ppm is not None
    assert apart.low_ppm < alike.low_ppm
    assert apart.high_ppm > alike.high_ppm


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 6))
def test_alike_chains_of_independent_trials_pool_to_what_they_are_together(
    hits: int, misses: int, n: int
) -> None:
    found = pooled_rate([rate(hits, hits + misses, "txs")] * n)
    whole = rate(n * hits, n * (hits + misses), "txs")
    if whole.low_ppm is None or whole.high_ppm is None:
        assert found.low_ppm is None
        return
    assert found.low_ppm == pytest.approx(whole.low_ppm, abs=1.01)
    assert found.high_ppm == pytest.approx(whole.high_ppm, abs=1.01)
    assert found.n_effective == whole.n_effective
