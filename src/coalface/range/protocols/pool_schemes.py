"""What a pool credits its miners, by scheme. What it then pays out, and when, is ``pool_payouts``'.

Schemes that share a found block (solo, proportional, PPLNS, TIDES, P2Pool) credit exactly the block's
reward less the operator's part. Schemes that pay for work whether a block was found or not (PPS, FPPS,
PPS+) credit expected value: the operator gains or loses the difference.

References
----------
Rosenfeld (2011), "Analysis of Bitcoin Pooled Mining Reward Systems", arXiv:1112.4980 (proportional, PPS,
PPLNS); "TIDES Technical Documentation", ocean.xyz/docs/tides, 2024 (window of 8 times the network
difficulty); P2Pool, Bitcoin Wiki (window of 8640 shares, 0.5 % to the finder, all paid in the coinbase).
FPPS and PPS+ as pools describe them: subsidy and average fees by expectation; subsidy by expectation and
fees by PPLNS.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from coalface.range.protocols.pool_work import MiningSpan, last_work, shared, work_between

PPM = 1_000_000
TIDES_WINDOW_BLOCKS = 8
"""Blocks' worth of the network's work that TIDES looks back; ocean.xyz/docs/tides."""
P2POOL_FINDER_PPM = 5_000
"""Part of a block that P2Pool gives its finder, 0.5 %; P2Pool, Bitcoin Wiki."""


class Scheme(StrEnum):
    """By what rule a pool credits its miners."""

    SOLO = "solo"
    PROPORTIONAL = "proportional"
    PPLNS = "pplns"
    TIDES = "tides"
    P2POOL = "p2pool"
    PPS = "pps"
    FPPS = "fpps"
    PPS_PLUS = "pps_plus"


@dataclass(frozen=True)
class FoundBlock:
    """A block that the pool found."""

    height: int
    subsidy_sat: int
    fees_sat: int
    finder: str

    @property
    def reward_sat(self) -> int:
        """Subsidy and fees, satoshis."""
        return self.subsidy_sat + self.fees_sat


@dataclass(frozen=True)
class Split:
    """Who is credited what.

    Parameters
    ----------
    credits
        Miner and satoshis, in order of name; none is zero.
    operator_sat
        What is left of the reward for the operator: the fee, and what nobody worked for. Negative where
        more was credited than earned (PPS and its kin).
    """

    credits: tuple[tuple[str, int], ...]
    operator_sat: int

    @property
    def credited_sat(self) -> int:
        """All credits, satoshis."""
        return sum(value_sat for _, value_sat in self.credits)


def solo(block: FoundBlock, fee_ppm: int = 0) -> Split:
    """All to the finder, less the operator's part."""
    return _split(block.reward_sat, fee_ppm, {block.finder: 1})


def proportional(
    block: FoundBlock, spans: Iterable[MiningSpan], previous_height: int, fee_ppm: int = 0
) -> Split:
    """The reward shared by work since the pool's previous block.

    Parameters
    ----------
    block
        The block found.
    spans
        Hash rates of the pool's miners.
    previous_height
        Height of the pool's previous block; work above it counts.
    fee_ppm
        Part that the operator keeps, in millionths.
    """
    return _split(block.reward_sat, fee_ppm, work_between(spans, previous_height + 1, block.height + 1))


def pplns(block: FoundBlock, spans: Iterable[MiningSpan], window: int, fee_ppm: int = 0) -> Split:
    """The reward shared by the last ``window`` of work, across rounds.

    Parameters
    ----------
    block
        The block found.
    spans
        Hash rates of the pool's miners.
    window
        Work that counts, H/s x block intervals: N times the network's hash rate.
    fee_ppm
        Part that the operator keeps, in millionths.
    """
    return _split(block.reward_sat, fee_ppm, last_work(spans, block.height, window))


def tides(block: FoundBlock, spans: Iterable[MiningSpan], network_hs: int, fee_ppm: int = 0) -> Split:
    """The reward shared by the last eight blocks' worth of the network's work, as OCEAN does."""
    return pplns(block, spans, TIDES_WINDOW_BLOCKS * network_hs, fee_ppm)


def p2pool(block: FoundBlock, spans: Iterable[MiningSpan], window: int) -> Split:
    """0.5 % to the finder, the rest shared by the last ``window`` of work; no operator."""
    finder_sat = block.reward_sat * P2POOL_FINDER_PPM // PPM
    parts = shared(block.reward_sat - finder_sat, last_work(spans, block.height, window))
    parts[block.finder] = parts.get(block.finder, 0) + finder_sat
    return _credited(block.reward_sat, parts)


def expected(
    spans: Iterable[MiningSpan],
    from_height: int,
    to_height: int,
    *,
    per_block_sat: int,
    network_hs: int,
    fee_ppm: int = 0,
) -> dict[str, int]:
    """What each miner's work is worth on average (PPS), whether or not it found a block, satoshis.

    Parameters
    ----------
    spans
        Hash rates of the pool's miners.
    from_height, to_height
        Range of heights settled, the last not included.
    per_block_sat
        What one block is taken to be worth: the subsidy for PPS, with average fees for FPPS.
    network_hs
        Hash rate of the whole network over the range.
    fee_ppm
        Part that the operator keeps, in millionths.

    Returns
    -------
    dict
        Miner -> satoshis, in order of name, rounded down: the fraction stays with the operator.
    """
    if network_hs <= 0:
        raise ValueError(f"the network's hash rate must be positive, received {network_hs}")
    kept_ppm = PPM - fee_ppm
    return {
        miner: work * per_block_sat * kept_ppm // (network_hs * PPM)
        for miner, work in work_between(spans, from_height, to_height).items()
    }


def pps(
    spans: Iterable[MiningSpan],
    from_height: int,
    to_height: int,
    blocks: Iterable[FoundBlock],
    *,
    subsidy_sat: int,
    network_hs: int,
    fee_ppm: int = 0,
    average_fees_sat: int = 0,
) -> Split:
    """PPS over a range of heights; FPPS where average fees are given.

    Parameters
    ----------
    spans, from_height, to_height, network_hs, fee_ppm
        As for ``expected``.
    blocks
        What the pool found in the range: all of it is the operator's, who owes the credits.
    subsidy_sat
        Subsidy of one block.
    average_fees_sat
        Fees of one block on average; zero is plain PPS.
    """
    parts = expected(
        spans,
        from_height,
        to_height,
        per_block_sat=subsidy_sat + average_fees_sat,
        network_hs=network_hs,
        fee_ppm=fee_ppm,
    )
    return _credited(sum(block.reward_sat for block in blocks), parts)


def pps_plus(
    spans: Iterable[MiningSpan],
    from_height: int,
    to_height: int,
    blocks: Iterable[FoundBlock],
    *,
    subsidy_sat: int,
    network_hs: int,
    window: int,
    fee_ppm: int = 0,
) -> Split:
    """PPS for the subsidy and PPLNS for the fees of the blocks found.

    Parameters
    ----------
    spans, from_height, to_height, blocks, subsidy_sat, network_hs, fee_ppm
        As for ``pps``.
    window
        As for ``pplns``.
    """
    known, found = list(spans), list(blocks)
    parts = expected(
        known, from_height, to_height, per_block_sat=subsidy_sat, network_hs=network_hs, fee_ppm=fee_ppm
    )
    for block in found:
        fees_sat = block.fees_sat - block.fees_sat * fee_ppm // PPM
        for miner, part_sat in shared(fees_sat, last_work(known, block.height, window)).items():
            parts[miner] = parts.get(miner, 0) + part_sat
    return _credited(sum(block.reward_sat for block in found), parts)


def _split(reward_sat: int, fee_ppm: int, work: dict[str, int]) -> Split:
    return _credited(reward_sat, shared(reward_sat - reward_sat * fee_ppm // PPM, work))


def _credited(reward_sat: int, parts: dict[str, int]) -> Split:
    credited = tuple((miner, value_sat) for miner, value_sat in sorted(parts.items()) if value_sat)
    return Split(credited, reward_sat - sum(value_sat for _, value_sat in credited))
