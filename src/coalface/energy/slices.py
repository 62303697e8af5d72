"""Working through many draws a slice at a time, so that memory does not grow with draws times periods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_CELLS", "in_slices"]

Floats = NDArray[np.float64]
MOST_CELLS: Final = 1_000_000
"""Draws times periods that are worked on at once: 8 MB an array."""


def in_slices(
    call: Callable[[Mapping[str, Floats]], Mapping[str, Floats]], draws: Mapping[str, Floats], n_periods: int
) -> dict[str, Floats]:
    """What `call` makes of all draws, called with some of them at a time.

    Parameters
    ----------
    call
        Takes arrays by name and returns arrays by name, all of one length; each draw stands for itself.
    draws
        Arrays of one length.
    n_periods
        Width of the arrays that `call` works with, a row a draw.
    """
    n_draws = len(next(iter(draws.values())))
    step = max(1, MOST_CELLS // max(1, n_periods))
    parts = [
        call({name: values[start : start + step] for name, values in draws.items()})
        for start in range(0, n_draws, step)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
