"""Seeded choices that are the same on every Python version and platform."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of choices fixed by a seed and a topic.

    Parameters
    ----------
    seed
        Any integer.
    topic
        Name of what is chosen; two topics of one seed are independent streams.

    Notes
    -----
    SHA-256 of a counter. ``random.Random`` promises the same bits, but not the same ``shuffle`` or
    ``sample``, across Python versions, and a chain must be the same bytes everywhere.
    """

    def __init__(self, seed: int, topic: str) -> None:
        self._prefix = f"{seed}/{topic}/".encode()
        self._counter = 0

    def below(self, bound: int) -> int:
        """An integer in ``[0, bound)``."""
        if bound <= 0:
            raise ValueError(f"bound must be positive, received {bound}")
        digest = hashlib.sha256(self._prefix + str(self._counter).encode()).digest()
        self._counter += 1
        return int.from_bytes(digest[:16], "big") % bound

    def between(self, low: int, high: int) -> int:
        """An integer in ``[low, high]``, both ends included."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """True in ``percent`` of 100 cases."""
        return self.below(100) < percent

    def pick(self, items: Sequence[T]) -> T:
        """One of ``items``."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """At most ``count`` different items, in any order."""
        return self.shuffled(items)[:count]
