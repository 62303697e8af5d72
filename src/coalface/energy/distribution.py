"""What is known of a number that is not known exactly: a fixed value, a triangle, a range, or a choice.

Every distribution is drawn through its inverse cumulative function, from uniform numbers that the caller
makes. So the caller decides about seeds and about what moves together (`coalface.energy.sampling`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Choice", "Distribution", "Fixed", "Gamma", "Triangular", "Uniform"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fixed:
    """One value that is not varied."""

    value: float

    @property
    def low(self) -> float:
        """Smallest value that can be drawn."""
        return self.value

    @property
    def mode(self) -> float:
        """Value used where one number must stand for all."""
        return self.value

    @property
    def high(self) -> float:
        """Largest value that can be drawn."""
        return self.value

    def at(self, quantile: Floats) -> Floats:
        """Values at `quantile` (0 to 1), same shape."""
        return np.full_like(np.asarray(quantile, np.float64), self.value)


@dataclass(frozen=True)
class Triangular:
    """Lowest, most likely and highest value, with straight lines of density between them.

    Raises
    ------
    ValueError
        Unless low <= mode <= high, all of them finite.
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite([self.low, self.mode, self.high]).all() and self.low <= self.mode <= self.high):
            raise ValueError(f"low {self.low}, mode {self.mode}, high {self.high}: they must rise")

    def at(self, quantile: Floats) -> Floats:
        """Values at `quantile` (0 to 1), same shape; the closed form of the inverse distribution."""
        uniform = np.asarray(quantile, np.float64)
        width = self.high - self.low
        if width == 0:
            return np.full_like(uniform, self.low)
        turn = (self.mode - self.low) / width
        rising = self.low + np.sqrt(uniform * (width * (self.mode - self.low)))
        falling = self.high - np.sqrt((1 - uniform) * (width * (self.high - self.mode)))
        return np.where(uniform < turn, rising, falling)


@dataclass(frozen=True)
class Uniform:
    """Any value between two bounds, all equally likely.

    Raises
    ------
    ValueError
        Unless low <= high, both finite.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite([self.low, self.high]).all() and self.low <= self.high):
            raise ValueError(f"low {self.low}, high {self.high}: they must rise")

    @property
    def mode(self) -> float:
        """The middle, since no value is likelier than another."""
        return (self.low + self.high) / 2

    def at(self, quantile: Floats) -> Floats:
        """Values at `quantile` (0 to 1), same shape."""
        return self.low + np.asarray(quantile, np.float64) * (self.high - self.low)


@dataclass(frozen=True)
class Choice:
    """One of several values, each with a weight; in ascending order of the values.

    Raises
    ------
    ValueError
        If there is no value, a weight is not positive, or the values do not rise.
    """

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values or len(self.values) != len(self.weights):
            raise ValueError(f"{len(self.values)} values with {len(self.weights)} weights")
        if not all(np.isfinite(weight) and weight > 0 for weight in self.weights):
            raise ValueError(f"weights {self.weights}: each must be above 0")
        if not np.isfinite(self.values).all() or (np.diff(self.values) <= 0).any():
            raise ValueError(f"values {self.values}: they must rise")

    @property
    def low(self) -> float:
        """Smallest value that can be drawn."""
        return self.values[0]

    @property
    def mode(self) -> float:
        """Value with the largest weight, the smaller of two equals."""
        return self.values[int(np.argmax(self.weights))]

    @property
    def high(self) -> float:
        """Largest value that can be drawn."""
        return self.values[-1]

    def at(self, quantile: Floats) -> Floats:
        """Values at `quantile` (0 to 1), same shape."""
        steps = np.cumsum(self.weights) / np.sum(self.weights)
        steps[-1] = 1.0
        place = np.searchsorted(steps, np.asarray(quantile, np.float64), side="right")
        return np.asarray(self.values)[np.minimum(place, len(self.values) - 1)]


@dataclass(frozen=True)
class Gamma:
    """What a count of random events says of their rate: Gamma(shape) over `exposure`.

    Raises
    ------
    ValueError
        Unless both are above 0 and finite.
    """

    shape: float
    exposure: float

    def __post_init__(self) -> None:
        if not all(np.isfinite(value) and value > 0 for value in (self.shape, self.exposure)):
            raise ValueError(f"shape {self.shape}, exposure {self.exposure}: both must be above 0")

    @property
    def low(self) -> float:
        """Smallest value that can be drawn."""
        return 0.0

    @property
    def mode(self) -> float:
        """The median: the density's own peak lies at 0 for the smallest counts."""
        return float(self.at(np.array(0.5)))

    @property
    def high(self) -> float:
        """There is no largest value."""
        return float("inf")

    def at(self, quantile: Floats) -> Floats:
        """Values at `quantile` (0 to 1), same shape."""
        from scipy.special import gammaincinv  # noqa: PLC0415 - a slow import that only this needs

        return np.asarray(gammaincinv(self.shape, np.asarray(quantile, np.float64)) / self.exposure)


Distribution = Fixed | Triangular | Uniform | Choice | Gamma
