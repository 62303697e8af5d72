"""Which input moves the result most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coalface.energy.parameter import Parameter
from coalface.energy.sampling import correlation_of_ranks, ranks_of

__all__ = ["Bar", "tornado"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bar:
    """One input's influence on a result.

    Attributes
    ----------
    name
        The input.
    input_p5, input_p95
        5 % and 95 % quantile of the input, in its unit.
    result_at_p5, result_at_p95
        The result with the input there and every other input at its most likely value.
    rank_correlation
        Spearman's correlation of input and result over all draws, `None` if the input hardly varies.
    """

    name: str
    input_p5: float
    input_p95: float
    result_at_p5: float
    result_at_p95: float
    rank_correlation: float | None

    @property
    def swing(self) -> float:
        """Distance of the two results, in the result's unit."""
        return abs(self.result_at_p95 - self.result_at_p5)


def tornado(
    parameters: Mapping[str, Parameter],
    draws: Mapping[str, Floats],
    result: Floats,
    model: Callable[[Mapping[str, Floats]], Floats],
) -> tuple[Bar, ...]:
    """Influence of every input that varies, the largest swing first (equal ones by name).

    Parameters
    ----------
    parameters
        Inputs by name.
    draws
        Their draws.
    result
        The result of those draws.
    model
        Result of given inputs; called once, with two rows an input.
    """
    varied = [name for name, each in parameters.items() if each.distribution.low < each.distribution.high]
    if not varied:
        return ()
    ends = {name: parameters[name].distribution.at(np.array([0.05, 0.95])).tolist() for name in varied}
    rows = {name: np.full(2 * len(varied), each.distribution.mode) for name, each in parameters.items()}
    for place, name in enumerate(varied):
        rows[name][2 * place : 2 * place + 2] = ends[name]
    at_ends = model(rows)
    result_ranks = ranks_of(result)
    bars = [
        Bar(
            name,
            ends[name][0],
            ends[name][1],
            float(at_ends[2 * place]),
            float(at_ends[2 * place + 1]),
            correlation_of_ranks(ranks_of(draws[name]), result_ranks),
        )
        for place, name in enumerate(varied)
    ]
    return tuple(sorted(bars, key=lambda bar: (-bar.swing, bar.name)))
