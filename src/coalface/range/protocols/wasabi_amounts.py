"""Which amounts a Wasabi 2 client cuts its money into.

Standard denominations are powers of 2, powers of 3 and their doubles, and the series 1-2-5. Of these a
client keeps what at least two inputs of the round, broken down greedily, would make, thinned out where
neighbours are close. Its own money is then cut into few of them, without change if that can be.

References
----------
WalletWasabi/WalletWasabi, ``DenominationBuilder.CreateDenominations``, ``AmountDecomposer.Decompose`` and
``Decomposer``; nopara73/Sake, ``Mixer`` (the same with the filter of denominations). Searched here within a
fixed number of steps, where the original tries 10,000 random cuts and then all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coalface.range.dice import Dice
from coalface.range.protocols.size import output_vbytes
from coalface.range.script import Kind

_RANDOM_CUTS = 40
_SEARCH_STEPS = 3_000
_MAX_EXACT_CUTS = 60
_CHANGE_TOLERANCE_SAT = 100_000


def standard_denominations(low_sat: int, high_sat: int) -> tuple[int, ...]:
    """Wasabi 2's standard amounts from ``low_sat`` to ``high_sat``, largest first, satoshis."""
    found = set()
    for times, base in ((1, 2), (1, 3), (2, 3), (1, 10), (2, 10), (5, 10)):
        value = times
        while value <= high_sat:
            if value >= low_sat:
                found.add(value)
            value *= base
    return tuple(sorted(found, reverse=True))


@dataclass(frozen=True)
class Cut:
    """One way to cut an amount.

    Parameters
    ----------
    values_sat
        Denominations, largest first, then change if there is any.
    change_sat
        The change among them; 0 where there is none.
    loss_sat
        What is left for the miner beyond the outputs' own fees.
    """

    values_sat: tuple[int, ...]
    change_sat: int
    loss_sat: int


def denominations_of_round(
    effective_sat: Sequence[int], *, low_sat: int, high_sat: int, rate_sat_vb: int
) -> tuple[int, ...]:
    """Denominations worth using in a round, largest first, satoshis.

    Parameters
    ----------
    effective_sat
        Values of all inputs less their fees.
    low_sat, high_sat
        Smallest and largest output allowed.
    rate_sat_vb
        Fee rate, satoshis a virtual byte.
    """
    fee_sat = rate_sat_vb * output_vbytes(Kind.P2WPKH)
    all_of_them = standard_denominations(low_sat, high_sat)
    counts: dict[int, int] = {}
    for value_sat in effective_sat:
        left_sat = value_sat
        for denomination in all_of_them:
            times, left_sat = divmod(left_sat, denomination + fee_sat)
            if times:
                counts[denomination] = counts.get(denomination, 0) + times
    common = sorted((value for value, count in counts.items() if count > 1), reverse=True)
    kept: list[int] = []
    for place, value in enumerate(common):
        # As the original: 1.5 apart at the top, any distance at the bottom.
        parts = 2 * len(common)
        if not kept or value * (parts + len(common) - place) <= kept[-1] * parts:
            kept.append(value)
    return tuple(kept)


def cut_amount(
    amount_sat: int,
    denominations: Sequence[int],
    dice: Dice,
    *,
    low_sat: int,
    fee_sat: int,
    max_outputs: int,
) -> Cut | None:
    """One of the good ways to cut an amount; None if not even one output can be made.

    Parameters
    ----------
    amount_sat
        Value of the client's inputs less their fees.
    denominations
        Amounts to use, largest first.
    dice
        Chooses among the good ways.
    low_sat
        Smallest output allowed.
    fee_sat
        Fee of one output.
    max_outputs
        Most outputs to make.
    """
    found = {_greedy(amount_sat, denominations, None, low_sat, fee_sat, max_outputs)}
    found |= {
        _greedy(amount_sat, denominations, dice, low_sat, fee_sat, max_outputs) for _ in range(_RANDOM_CUTS)
    }
    found |= set(_exact(amount_sat, denominations, low_sat, fee_sat, max_outputs))
    cuts = sorted((cut for cut in found if cut is not None), key=lambda cut: (cut.change_sat, cut.loss_sat))
    if not cuts:
        return None
    without_change = [cut for cut in cuts if not cut.change_sat]
    if without_change:
        costs = {cut: cut.loss_sat + 2 * fee_sat * len(cut.values_sat) for cut in without_change}
        good = [cut for cut in without_change if 10 * costs[cut] <= 12 * min(costs.values())]
    else:
        limit_sat = max(amount_sat // 10, cuts[0].change_sat * 12 // 10, _CHANGE_TOLERANCE_SAT)
        good = [cut for cut in cuts if cut.change_sat <= limit_sat]
    largest = dice.pick(sorted({cut.values_sat[0] for cut in good}))
    alike = [cut for cut in good if cut.values_sat[0] == largest]
    return dice.pick(sorted(alike, key=lambda cut: cut.values_sat))


def _greedy(
    amount_sat: int,
    denominations: Sequence[int],
    dice: Dice | None,
    low_sat: int,
    fee_sat: int,
    max_outputs: int,
) -> Cut | None:
    """Largest denomination first, or a random one of at least a third of what is left; the rest is change."""
    left_sat = amount_sat
    values: list[int] = []
    while len(values) < max_outputs:
        places_left = max_outputs - len(values)
        usable = [
            value
            for value in denominations
            if _is_usable(left_sat - value - fee_sat, places_left, low_sat, fee_sat)
        ]
        if not usable:
            break
        large = [value for value in usable if 3 * (value + fee_sat) >= left_sat]
        value = dice.pick(large) if dice and large else usable[0]
        values.append(value)
        left_sat -= value + fee_sat
    values.sort(reverse=True)
    change_sat = left_sat - fee_sat
    if change_sat < low_sat:
        return Cut(tuple(values), 0, left_sat) if values else None
    return Cut((*values, change_sat), change_sat, 0)


def _is_usable(left_sat: int, places_left: int, low_sat: int, fee_sat: int) -> bool:
    """Whether what would be left is nothing worth an output, or enough for one that has a place."""
    if left_sat < 0:
        return False
    return left_sat < low_sat or (places_left > 1 and left_sat >= low_sat + fee_sat)


def _exact(
    amount_sat: int, denominations: Sequence[int], low_sat: int, fee_sat: int, max_outputs: int
) -> Iterator[Cut]:
    """Cuts into denominations alone that leave less than the smallest output, by bounded search."""
    costs = [value + fee_sat for value in denominations]
    steps = made = 0
    stack: list[tuple[int, int, tuple[int, ...]]] = [(amount_sat, 0, ())]
    while stack and steps < _SEARCH_STEPS and made < _MAX_EXACT_CUTS:
        steps += 1
        left_sat, first, chosen = stack.pop()
        if chosen and left_sat < low_sat:
            made += 1
            yield Cut(tuple(denominations[place] for place in chosen), 0, left_sat)
            continue
        places = max_outputs - len(chosen)
        nexts = []
        for place in range(first, len(costs)):
            if places * costs[place] < left_sat - low_sat:
                break  # even the most of this and smaller ones leaves too much
            if costs[place] <= left_sat:
                nexts.append((left_sat - costs[place], place, (*chosen, place)))
        if places:
            stack += reversed(nexts)
