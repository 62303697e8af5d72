"""Weights of a choice between alternatives and none of them: a conditional logit with signs that are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["fit_choice"]

Floats = NDArray[np.float64]
_MAX_STEPS = 200
_LONGEST_STEP = 5.0
_TOLERANCE = 1e-9


def fit_choice(
    features: Floats, chosen: Floats, groups: NDArray[np.int64], signs: NDArray[np.int64], *, penalty: float = 1.0
) -> Floats:
    """Weights that make the chosen alternatives most probable, natural logarithms.

    In each group one alternative is chosen, or none. The probability of an alternative is in proportion to the
    exponential of the weighted sum of its features, that of none to one.

    Parameters
    ----------
    features
        A row an alternative, rows of a group together.
    chosen
        By alternative: 1 for the one that was chosen, 0 for the others.
    groups
        Group of each alternative, ascending.
    signs
        By feature: 1 for a weight that is not negative, -1 for one that is not positive, 0 for either.
    penalty
        Strength of the quadratic penalty, which stands for a normal prior of variance 1 / penalty.

    Notes
    -----
    Newton's method on a concave function, so the start does not matter. A weight that comes out with the wrong sign
    is set to zero, and the rest is fitted again, until all signs are right.

    References
    ----------
    McFadden (1974), "Conditional logit analysis of qualitative choice behavior".
    """
    if len(features) != len(chosen) or len(features) != len(groups) or features.shape[1] != len(signs):
        raise ValueError("features, choices, groups and signs are of different lengths")
    is_free = np.ones(features.shape[1], np.bool_)
    while True:
        weights = np.zeros(features.shape[1])
        if len(features):
            weights[is_free] = _newton(features[:, is_free], chosen, groups, penalty)
        is_wrong = weights * signs < 0
        if not is_wrong.any():
            return weights
        is_free &= ~is_wrong


def _newton(features: Floats, chosen: Floats, groups: NDArray[np.int64], penalty: float) -> Floats:
    starts = np.r_[0, np.flatnonzero(np.diff(groups)) + 1]
    sizes = np.diff(np.r_[starts, len(groups)])
    weights = np.zeros(features.shape[1])
    for _ in range(_MAX_STEPS):
        sums = features @ weights
        # The largest exponent of each group is taken out; that of none is 0.
        top = np.maximum(np.maximum.reduceat(sums, starts), 0.0)
        raised = np.exp(sums - np.repeat(top, sizes))
        whole = np.add.reduceat(raised, starts) + np.exp(-top)
        probable = raised / np.repeat(whole, sizes)
        slope = features.T @ (chosen - probable) - penalty * weights
        weighted = features * probable[:, None]
        means = np.add.reduceat(weighted, starts, axis=0)
        curvature = features.T @ weighted - means.T @ means + penalty * np.eye(len(weights))
        step = np.linalg.solve(curvature, slope)
        longest = float(np.abs(step).max(initial=0.0))
        weights = weights + step * min(1.0, _LONGEST_STEP / longest if longest > 0 else 1.0)
        if longest < _TOLERANCE:
            break
    return weights
