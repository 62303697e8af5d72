"""What sets a limit, and which limit binds.

Each ceiling says independently of the others how large the hash rate can have been at most. What is feasible
is the smallest of them, in every draw. A ceiling without data is *unavailable*: it is neither infinite nor
zero, and every result names it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coalface.energy.sampling import Spread, spread_of

__all__ = ["Ceiling", "Feasible", "feasible"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ceiling:
    """One limit on the mean hash rate.

    Attributes
    ----------
    name
        Name in snake case.
    says
        The limit in words, with its number and unit.
    hashrate_hs
        Limit in H/s, one value a draw; `None` if there are no data for it.
    source
        Who says so, or why there are no data.
    """

    name: str
    says: str
    hashrate_hs: Floats | None = field(repr=False)
    source: str

    @property
    def is_available(self) -> bool:
        """Whether there are data for it."""
        return self.hashrate_hs is not None


@dataclass(frozen=True)
class Feasible:
    """The smallest of several ceilings.

    Attributes
    ----------
    hashrate_hs
        Feasible mean hash rate in H/s, one value a draw; `None` if no ceiling has data.
    binding
        Name of the ceiling that is the smallest most often (the first of equals), `None` if there is none.
    share_of_draws
        Name of every available ceiling to the share of draws in which it is the smallest; the sum is 1.
    spread_hs
        Name of every available ceiling to the spread of its hash rate, H/s.
    unavailable
        Names of ceilings without data.
    """

    hashrate_hs: Floats | None = field(repr=False)
    binding: str | None
    share_of_draws: dict[str, float]
    spread_hs: dict[str, Spread]
    unavailable: tuple[str, ...]


def feasible(ceilings: Sequence[Ceiling]) -> Feasible:
    """What is feasible under `ceilings` together, H/s, and which of them binds.

    Raises
    ------
    ValueError
        If the ceilings have different numbers of draws, or one of them is not finite.
    """
    known = [(each.name, each.hashrate_hs) for each in ceilings if each.hashrate_hs is not None]
    unavailable = tuple(each.name for each in ceilings if each.hashrate_hs is None)
    if not known:
        return Feasible(None, None, {}, {}, unavailable)
    for name, values in known:
        if not np.isfinite(values).all():
            raise ValueError(f"ceiling {name} is infinite or no number in some draws")
    if len({len(values) for _, values in known}) > 1:
        raise ValueError("ceilings of different numbers of draws")
    stacked = np.stack([values for _, values in known])
    smallest = np.argmin(stacked, axis=0)
    counts = np.bincount(smallest, minlength=len(known))
    shares = {name: int(count) / stacked.shape[1] for (name, _), count in zip(known, counts, strict=True)}
    return Feasible(
        stacked.min(axis=0),
        known[int(np.argmax(counts))][0],
        shares,
        {name: spread_of(values) for name, values in known},
        unavailable,
    )
