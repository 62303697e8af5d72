"""A pool's terms, and all that they credit over a range of heights, whatever the scheme."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coalface.range.protocols.pool_schemes import (
    FoundBlock,
    Scheme,
    Split,
    p2pool,
    pplns,
    pps,
    pps_plus,
    proportional,
    solo,
    tides,
)
from coalface.range.protocols.pool_work import MiningSpan

_FOR_WORK = (Scheme.PPS, Scheme.FPPS, Scheme.PPS_PLUS)


@dataclass(frozen=True)
class PoolPlan:
    """What a pool promises its miners.

    Parameters
    ----------
    scheme
        How it credits them.
    fee_ppm
        Part that it keeps, in millionths. P2Pool keeps none.
    window_blocks
        How far PPLNS, PPS+ and P2Pool look back, in blocks' worth of the network's work. P2Pool looks back 3.
    """

    scheme: Scheme
    fee_ppm: int = 20_000
    window_blocks: int = 2


@dataclass(frozen=True)
class Settling:
    """The range of heights to settle, and what was so in it.

    Parameters
    ----------
    from_height, to_height
        Range, the last not included.
    network_hs
        Hash rate of the whole network.
    subsidy_sat
        Subsidy of one block; PPS and its kin pay by it.
    average_fees_sat
        Fees of one block on average; FPPS pays by them.
    previous_height
        Height of the pool's last block before the range: where a round of the proportional scheme began.
    """

    from_height: int
    to_height: int
    network_hs: int
    subsidy_sat: int
    average_fees_sat: int = 0
    previous_height: int = -1


def earned(
    plan: PoolPlan, spans: Sequence[MiningSpan], blocks: Sequence[FoundBlock], settling: Settling
) -> Split:
    """All that a pool credits for a range of heights.

    Parameters
    ----------
    plan
        Its terms.
    spans
        Hash rates of its miners, as far back as its window reaches.
    blocks
        What it found, by height; those outside the range are ignored.
    settling
        The range.

    Returns
    -------
    Split
        Credits and the operator's part; together the rewards of the blocks in the range.
    """
    found = [block for block in blocks if settling.from_height <= block.height < settling.to_height]
    if plan.scheme in _FOR_WORK:
        return _for_work(plan, spans, found, settling)
    window = plan.window_blocks * settling.network_hs
    by_scheme: dict[Scheme, Callable[[FoundBlock, int], Split]] = {
        Scheme.SOLO: lambda block, _: solo(block, plan.fee_ppm),
        Scheme.PROPORTIONAL: lambda block, last: proportional(block, spans, last, plan.fee_ppm),
        Scheme.PPLNS: lambda block, _: pplns(block, spans, window, plan.fee_ppm),
        Scheme.TIDES: lambda block, _: tides(block, spans, settling.network_hs, plan.fee_ppm),
        Scheme.P2POOL: lambda block, _: p2pool(block, spans, window),
    }
    last_height, splits = settling.previous_height, []
    for block in sorted(found, key=lambda block: block.height):
        splits.append(by_scheme[plan.scheme](block, last_height))
        last_height = block.height
    return _added(splits)


def _for_work(
    plan: PoolPlan, spans: Sequence[MiningSpan], found: Sequence[FoundBlock], settling: Settling
) -> Split:
    if plan.scheme is Scheme.PPS_PLUS:
        return pps_plus(
            spans,
            settling.from_height,
            settling.to_height,
            found,
            subsidy_sat=settling.subsidy_sat,
            network_hs=settling.network_hs,
            window=plan.window_blocks * settling.network_hs,
            fee_ppm=plan.fee_ppm,
        )
    return pps(
        spans,
        settling.from_height,
        settling.to_height,
        found,
        subsidy_sat=settling.subsidy_sat,
        network_hs=settling.network_hs,
        fee_ppm=plan.fee_ppm,
        average_fees_sat=settling.average_fees_sat if plan.scheme is Scheme.FPPS else 0,
    )


def _added(splits: Sequence[Split]) -> Split:
    sums: dict[str, int] = {}
    for split in splits:
        for miner, value_sat in split.credits:
            sums[miner] = sums.get(miner, 0) + value_sat
    return Split(tuple(sorted(sums.items())), sum(split.operator_sat for split in splits))
