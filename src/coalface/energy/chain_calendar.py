"""The calendar of a store: the chain's own difficulty, and the reward that its coinbases took."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coalface.chain import Chain
from coalface.energy.calendar import Calendar
from coalface.energy.network import BLOCK_INTERVAL_S, difficulty_of_bits
from coalface.energy.subsidy import subsidy_sat
from coalface.errors import NotFound
from coalface.units import COIN_SAT

__all__ = ["chain_calendar", "chain_days"]

_NONE_HEIGHT = np.uint32(2**32 - 1)
_S_PER_DAY = 86_400
_HALVING_BLOCKS = {"regtest": 150}
_MAIN_HALVING = 210_000


def chain_days(chain: Chain) -> tuple[np.datetime64, np.datetime64]:
    """First and last UTC day with a block of the chain.

    Raises
    ------
    NotFound
        If the chain has no block.
    """
    days = _days(chain)
    if not len(days):
        raise NotFound("the store has no block as of that block", code="not_found_block")
    return days.min(), days.max()


def chain_calendar(chain: Chain, first_day: np.datetime64, last_day: np.datetime64) -> Calendar:
    """Calendar of UTC days as the blocks of a chain show them; it has no prices.

    Difficulty and reward of a day are means over its blocks. The reward is what the coinbases took, which is
    known without the fees of single transactions; the subsidy is the rule's, the rest counts as fees.

    Parameters
    ----------
    chain
        The chain; blocks above its bound are not used.
    first_day, last_day
        UTC days, both included.

    Raises
    ------
    NotFound
        If the stretch begins before the first block or ends after the last, or a day in it has no block.

    Notes
    -----
    Days are those of the headers' times, which may be off by up to two hours. Days on which the chain begins
    or ends count only from its first block or to its last. Complexity: blocks.
    """
    wanted = np.arange(first_day, last_day + np.timedelta64(1, "D"), dtype="datetime64[D]")
    days = _days(chain)
    day_of_block = (days - first_day).astype(np.int64)
    inside = (day_of_block >= 0) & (day_of_block < len(wanted))
    counts = np.bincount(day_of_block[inside], minlength=len(wanted))
    if not counts.all():
        missing = wanted[counts == 0]
        raise NotFound(
            f"the store has no block of {len(missing)} of the {len(wanted)} days {first_day} to"
            f" {last_day}, the first of them {missing[0]}",
            code="not_found_day",
            hint="choose days that the store covers, or leave --store out to use the built-in tables",
            context={"first_missing": str(missing[0]), "missing_days": len(missing)},
        )
    rows = np.flatnonzero(inside)
    place = day_of_block[rows]

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(place, weights=values, minlength=len(wanted)) / counts

    taken = _coinbase_out_sat(chain, rows)
    subsidy = np.minimum(_subsidy_sat(chain, rows), taken)
    # Hashes per day add up as difficulty does, so that the mean over a day is that of the difficulties.
    difficulty = mean(difficulty_of_bits(chain.column("block.bits")[rows]))
    return Calendar(
        start_day=wanted,
        seconds=_covered_s(chain, wanted),
        n_blocks=counts.astype(np.float64),
        difficulty=difficulty,
        subsidy_btc=mean(subsidy / COIN_SAT),
        fees_btc=mean((taken - subsidy) / COIN_SAT),
        price_usd=np.full(len(wanted), np.nan),
        price_resolution=None,
        sources=(f"{chain.network} chain as of {chain.as_of.height} {chain.as_of.hash}",),
    )


def _covered_s(chain: Chain, wanted: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Seconds of each day between the chain's first block and its last; at least one block's interval."""
    times = chain.column("block.time")[: chain.bound.blocks]
    begin = wanted.astype("datetime64[s]").astype(np.int64)
    first, last = np.maximum(begin, int(times.min())), np.minimum(begin + _S_PER_DAY, int(times.max()))
    return np.asarray(np.maximum(last - first, BLOCK_INTERVAL_S), np.float64)


def _days(chain: Chain) -> NDArray[np.datetime64]:
    """UTC day of every block below the bound."""
    times = chain.column("block.time")[: chain.bound.blocks]
    return (times // _S_PER_DAY).astype("datetime64[D]")


def _coinbase_out_sat(chain: Chain, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """What the coinbases of blocks pay out, satoshi."""
    coinbases = chain.column("block.first_tx")[rows].astype(np.int64)
    starts = chain.column("tx.first_output")
    first = starts[coinbases].astype(np.int64)
    # The last transaction of all ends where the outputs below the bound do.
    after = np.minimum(coinbases + 1, chain.bound.txs - 1)
    end = np.where(coinbases + 1 < chain.bound.txs, starts[after].astype(np.int64), chain.bound.outputs)
    values = chain.column("output.value_sat")
    running = np.concatenate(
        ([0], np.cumsum(np.concatenate([values[a:b] for a, b in zip(first, end, strict=True)])))
    )
    ends = np.cumsum(end - first)
    return np.asarray(running[ends] - running[ends - (end - first)], np.int64)


def _subsidy_sat(chain: Chain, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Subsidy by the network's rule, satoshi; the coinbase counts as all fees where the height is unknown."""
    heights = chain.column("block.height")[rows]
    interval = _HALVING_BLOCKS.get(chain.network, _MAIN_HALVING)
    known = heights != _NONE_HEIGHT
    as_main = np.where(known, heights, 0).astype(np.int64) * _MAIN_HALVING // interval
    return np.where(known, subsidy_sat(as_main), 0)
