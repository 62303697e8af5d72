"""Draws of uncertain inputs that keep together what belongs together.

Every input has its own stream of random numbers, named after it, so that one more input leaves the draws of
the others as they were. Inputs with a stated rank correlation are drawn through a Gaussian copula. Worst
cases are never added up: a draw is one possible world, and every figure of it is reckoned in that world.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coalface.energy.parameter import Parameter, Standing

__all__ = [
    "Correlation",
    "Spread",
    "correlation_of_ranks",
    "draw",
    "rank_correlation",
    "ranks_of",
    "spread_of",
]

Floats = NDArray[np.float64]
_MOST_DRAWS = 1_000_000


@dataclass(frozen=True)
class Correlation:
    """Two inputs that move together.

    Attributes
    ----------
    a, b
        Names of the inputs.
    rank
        Spearman's rank correlation, above -1 and below 1.
    standing, source
        As of a parameter.
    """

    a: str
    b: str
    rank: float
    standing: Standing
    source: str


@dataclass(frozen=True)
class Spread:
    """Where the draws of a result lie: 5 % are below `p5`, half below `p50`, 95 % below `p95`."""

    p5: float
    p50: float
    p95: float


def draw(
    parameters: Mapping[str, Parameter],
    n_draws: int,
    seed: int,
    correlations: Sequence[Correlation] = (),
    same_as: Mapping[str, str] | None = None,
) -> dict[str, Floats]:
    """Draws of every input in its own unit, shape ``(n_draws,)``; the same seed gives the same draws.

    Parameters
    ----------
    parameters
        Inputs by name.
    n_draws
        1 to a million.
    seed
        Any integer that is not negative.
    correlations
        Inputs that move together; those whose inputs are not among `parameters` are left out.
    same_as
        Inputs that take the place of another one in every draw, for two sides of one unknown.

    Raises
    ------
    ValueError
        If the correlations contradict each other (no set of numbers can have them all), or a number is out of
        range.
    """
    if not 1 <= n_draws <= _MOST_DRAWS or seed < 0:
        raise ValueError(f"{n_draws} draws with seed {seed}: 1 to {_MOST_DRAWS:,} draws, a seed from 0")
    wanted = [each for each in correlations if each.a in parameters and each.b in parameters]
    bound = sorted({name for each in wanted for name in (each.a, each.b)})
    uniform = {name: _stream(seed, name).random(n_draws) for name in sorted(parameters)}
    if bound:
        uniform |= _together(bound, uniform, wanted)
    uniform |= {name: uniform[other] for name, other in (same_as or {}).items() if name in parameters}
    return {name: parameters[name].distribution.at(uniform[name]) for name in parameters}


def spread_of(values: Floats) -> Spread:
    """5 %, 50 % and 95 % quantiles of draws, in their unit; draws are interpolated."""
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95)).tolist()
    return Spread(low, middle, high)


def rank_correlation(a: Floats, b: Floats) -> float | None:
    """Spearman's rank correlation of two arrays of draws, `None` if one of them does not vary."""
    return correlation_of_ranks(ranks_of(a), ranks_of(b))


def correlation_of_ranks(a: Floats, b: Floats) -> float | None:
    """As `rank_correlation`, of ranks that are known already."""
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def _stream(seed: int, name: str) -> np.random.Generator:
    """Random numbers of one input."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, key])))


def _together(
    names: Sequence[str], uniform: Mapping[str, Floats], pairs: Sequence[Correlation]
) -> dict[str, Floats]:
    """Uniform numbers of `names`, tied by a Gaussian copula."""
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - a slow import that only this needs

    place = {name: index for index, name in enumerate(names)}
    matrix = np.eye(len(names))
    for pair in pairs:
        # Pearson's correlation of the normals that gives Spearman's of the uniforms (Kruskal 1958).
        matrix[place[pair.a], place[pair.b]] = matrix[place[pair.b], place[pair.a]] = 2 * np.sin(
            np.pi * pair.rank / 6
        )
    try:
        lower = np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError as error:
        raise ValueError(f"the correlations of {', '.join(names)} contradict each other") from error
    tiny = np.finfo(np.float64).tiny
    normal = np.stack([ndtri(np.maximum(uniform[name], tiny)) for name in names])
    tied = np.zeros_like(normal)
    for row in range(len(names)):
        for column in range(row + 1):
            # Not a matrix product: its order of additions depends on the library and the processor.
            tied[row] += lower[row, column] * normal[column]
    return {name: np.asarray(ndtr(tied[place[name]])) for name in names}


def ranks_of(values: Floats) -> Floats:
    """Ranks from 0, equal values sharing their mean rank."""
    order = np.argsort(values)  # equal values share a rank, so their order does not matter
    ordered = values[order]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    last = np.concatenate((first[1:], [len(values)])) - 1
    ranks = np.empty(len(values))
    ranks[order] = np.repeat((first + last) / 2, last - first + 1)
    return ranks
