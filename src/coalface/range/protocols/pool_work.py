"""Who hashed how much: the only thing that pool schemes share coin by.

Work is counted in H/s x block intervals: a miner at 5 H/s over 3 heights did 15. So hash rates may change
at any height, and everything stays an integer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class MiningSpan:
    """A miner's hash rate in a pool over a range of heights, the last not included."""

    miner: str
    from_height: int
    to_height: int
    hashrate_hs: int

    def __post_init__(self) -> None:
        if self.to_height < self.from_height or self.hashrate_hs < 0:
            raise ValueError(
                f"{self.miner} at {self.hashrate_hs} H/s from height {self.from_height} to {self.to_height}: "
                "a span must not end before it begins, nor its rate be negative"
            )


def work_between(spans: Iterable[MiningSpan], from_height: int, to_height: int) -> dict[str, int]:
    """Work of each miner in a range of heights, the last not included; those without any are left out.

    Returns
    -------
    dict
        Miner -> H/s x block intervals, in order of name.
    """
    work: dict[str, int] = {}
    for span in spans:
        heights = min(span.to_height, to_height) - max(span.from_height, from_height)
        if heights > 0 and span.hashrate_hs:
            work[span.miner] = work.get(span.miner, 0) + heights * span.hashrate_hs
    return dict(sorted(work.items()))


def last_work(spans: Iterable[MiningSpan], until_height: int, window: int) -> dict[str, int]:
    """The last ``window`` of work before a height, whoever did it: the "last N shares" of PPLNS.

    Parameters
    ----------
    spans
        Hash rates of the pool's miners.
    until_height
        Counts back from here; work at this height is the last to count.
    window
        Work to count, H/s x block intervals. The earliest height counts in part, each miner in proportion.

    Returns
    -------
    dict
        Miner -> work, in order of name. Sums to ``window``, or to all work where there is less.
    """
    known = list(spans)
    first = min((span.from_height for span in known), default=until_height)
    found: dict[str, int] = {}
    left = window
    for height in range(until_height, first - 1, -1):
        here = work_between(known, height, height + 1)
        here_sum = sum(here.values())
        if here_sum >= left:
            here, here_sum = shared(left, here), left
        for miner, work in here.items():
            found[miner] = found.get(miner, 0) + work
        left -= here_sum
        if left == 0:
            break
    return dict(sorted(found.items()))


def shared(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """A whole number shared in proportion to weights, to the last unit.

    Parameters
    ----------
    total
        What is shared.
    weights
        Name -> weight, none negative. All zero shares nothing.

    Returns
    -------
    dict
        Name -> part, in order of name. Sums to ``total`` exactly unless all weights are zero.

    Notes
    -----
    Largest remainder: each gets its part rounded down; the units left over go one by one to those who lost
    most by rounding, equal ones in order of name.
    """
    weight_sum = sum(weights.values())
    if weight_sum == 0:
        return dict.fromkeys(sorted(weights), 0)
    names = sorted(weights)
    parts = {name: total * weights[name] // weight_sum for name in names}
    by_loss = sorted(names, key=lambda name: (-(total * weights[name] % weight_sum), name))
    for name in by_loss[: total - sum(parts.values())]:
        parts[name] += 1
    return parts
