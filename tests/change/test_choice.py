"""The fit of weights, beside a general optimiser over a likelihood that is written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from coalface.range.calibrate import Sample, fit_choice
from coalface.range.calibrate.change_sample import design_of, signs_of
from coalface.range.calibrate.change_weights import change_weights

Case = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]


def case(seed: int) -> Case:
    """Two to four alternatives a group, features of which the first tells and the last misleads."""
    random = np.random.default_rng(seed)
    features, chosen, groups = [], [], []
    for group in range(120):
        n = int(random.integers(2, 5))
        right = int(random.integers(0, n + 1))  # n: none
        for place in range(n):
            is_right = place == right
            first = random.random() < (0.8 if is_right else 0.2)
            features.append([1.0, float(first), float(random.random() < 0.5), float(not is_right)])
            chosen.append(float(is_right))
            groups.append(group)
    return np.array(features), np.array(chosen), np.array(groups, np.int64)


def loss(weights: NDArray[np.float64], data: Case, penalty: float) -> float:
    features, chosen, groups = data
    total = penalty / 2 * float(weights @ weights)
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        sums = [float(features[row] @ weights) for row in rows]
        total += math.log(1 + sum(map(math.exp, sums)))
        total -= sum(one for row, one in zip(rows, sums, strict=True) if chosen[row])
    return total


@pytest.mark.parametrize("seed", [1, 2])
def test_the_fit_is_that_of_a_general_optimiser(seed: int) -> None:
    data, penalty = case(seed), 2.0
    free = np.zeros(4, np.int64)
    found = fit_choice(*data, free, penalty=penalty)
    other = minimize(loss, np.zeros(4), args=(data, penalty)).x
    np.testing.assert_allclose(found, other, atol=1e-3)
    assert found[1] > 0.5 > found[3]


def test_signs_hold_and_the_rest_is_fitted_without_the_wrong_ones() -> None:
    data = case(3)
    free = fit_choice(*data, np.zeros(4, np.int64))
    assert free[3] < 0
    found = fit_choice(*data, np.array([0, 0, 0, 1]))
    assert found[3] == 0
    without = fit_choice(data[0][:, :3], *data[1:], np.zeros(3, np.int64))
    np.testing.assert_allclose(found[:3], without)


def test_no_data_no_weight() -> None:
    empty = fit_choice(np.empty((0, 3)), np.empty(0), np.empty(0, np.int64), np.zeros(3, np.int64))
    assert empty.tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match="different lengths"):
        fit_choice(np.empty((0, 3)), np.empty(0), np.empty(0, np.int64), np.zeros(2, np.int64))


def test_votes_become_features() -> None:
    sample = Sample(
        txs=np.array([4, 4, 9, 9, 9]),
        kept_by=np.array([0b01, 0b10, 0, 0b11, 0]),
        ruled_out_by=np.array([0b10, 0, 0, 0, 0b01]),
        came_back=np.array([True, False, False, False, False]),
    )
    features, chosen, groups = design_of([sample, sample], 2)
    one = [
        [1, 0, 1, 0, 0, 1],
        [1, 0, 0, 1, 0, 0],
        [0, 1, 0, 0, 0, 0],
        [0, 1, 1, 1, 0, 0],
        [0, 1, 0, 0, 1, 0],
    ]
    assert features.tolist() == one + one
    assert chosen.tolist() == [1, 0, 0, 0, 0] * 2
    assert groups.tolist() == [0, 0, 1, 1, 1, 2, 2, 3, 3, 3]
    assert signs_of(2).tolist() == [0, 0, 1, 1, -1, -1]
    weights = change_weights([sample] * 400, 2)
    assert weights.dtype == np.int64
    assert (weights % 10 == 0).all()
    assert weights[2] > 0 >= weights[5]
