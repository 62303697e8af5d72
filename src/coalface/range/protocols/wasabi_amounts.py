"""Which amounts a Wasabi 2 client cuts its money into.

Standard denominations are powers of 2, powers of 3 and their doubles, and the series 1-2-5. Of these a
client keeps what at least two inputs of the round, broken down into different ones from the largest on,
would make, thinned out where neighbours are close. Its own money is then cut into few of them, without
change if that can be.

References
----------
WalletWasabi/WalletWasabi, ``DenominationBuilder.CreateDenominations``, ``AmountDecomposer.Decompose`` and
``Decomposer``; nopara73/Sake, ``Mixer`` (the same with the filter of denominations). Searched here within a
fixed number of steps, where the original tries 10,000 random cuts and then all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
            if denomination + fee_sat <= left_sat:
                left_sat -= denomination + fee_sat
                counts[denomination] = counts.get(denomination, 0) + 1
    common = sorted((value for value, count in counts.items() if count > 1), reverse=True)
    kept: list[int] = []
    for place, value in enumerate(common):
        # As the original: 1.5 apart at the top, any distance at the bottom.
        parts = 2 * len(common)
        if not kept or value * (parts + len(common) - place) <= kept[-1] * parts:
            kept.append(value)
    return tuple(kept)


@dataclass(frozen=True)
class Knife:
    """What a client may cut its money with.

    Parameters
    ----------
    fees_sat
        Denomination -> fee of an output of it, largest denomination first.
    change_fee_sat
        Fee of a change output.
    spend_fee_sat
        What spending one output will cost; weighs against many outputs.
    low_sat
        Smallest output allowed.
    max_outputs
        Most outputs to make.
    """

    fees_sat: Mapping[int, int]
    change_fee_sat: int
    spend_fee_sat: int
    low_sat: int
    max_outputs: int


def cut_amount(amount_sat: int, knife: Knife, dice: Dice) -> Cut | None:
    """One of the good ways to cut an amount; None if not even one output can be made.

    Parameters
    ----------
    amount_sat
        Value of the client's inputs less their fees.
    knife
        Denominations, fees and limits.
    dice
        Chooses among the good ways.
    """
    found = {cut for cut in _cuts(amount_sat, knife, dice) if cut is not None}
    if not found:
        return None
    without_change = [cut for cut in found if not cut.change_sat]
    if without_change:
        costs = {
            cut: amount_sat - sum(cut.values_sat) + knife.spend_fee_sat * len(cut.values_sat)
            for cut in without_change
        }
        good = [cut for cut in without_change if 10 * costs[cut] <= 12 * min(costs.values())]
    else:
        least_sat = min(cut.change_sat for cut in found)
        limit_sat = max(amount_sat // 10, least_sat * 12 // 10, _CHANGE_TOLERANCE_SAT)
        good = [cut for cut in found if cut.change_sat <= limit_sat]
    largest = dice.pick(sorted({cut.values_sat[0] for cut in good}))
    alike = [cut for cut in good if cut.values_sat[0] == largest]
    return dice.pick(sorted(alike, key=lambda cut: cut.values_sat))


def _cuts(amount_sat: int, knife: Knife, dice: Dice) -> Iterator[Cut | None]:
    yield _greedy(amount_sat, knife, None)
    for _ in range(_RANDOM_CUTS):
        yield _greedy(amount_sat, knife, dice)
    yield from _exact(amount_sat, knife)


def _greedy(amount_sat: int, knife: Knife, dice: Dice | None) -> Cut | None:
    """Largest denomination first, or a random one of at least a third of what is left; the rest is change."""
    left_sat = amount_sat
    values: list[int] = []
    while len(values) < knife.max_outputs:
        places_left = knife.max_outputs - len(values)
        usable = [
            value
            for value, fee_sat in knife.fees_sat.items()
            if _is_usable(left_sat - value - fee_sat, places_left, knife)
        ]
        if not usable:
            break
        large = [value for value in usable if 3 * (value + knife.fees_sat[value]) >= left_sat]
        value = dice.pick(large) if dice and large else usable[0]
        values.append(value)
        left_sat -= value + knife.fees_sat[value]
    values.sort(reverse=True)
    change_sat = left_sat - knife.change_fee_sat
    if change_sat < knife.low_sat:
        return Cut(tuple(values), 0, left_sat) if values else None
    return Cut((*values, change_sat), change_sat, 0)


def _is_usable(left_sat: int, places_left: int, knife: Knife) -> bool:
    """Whether what would be left is nothing worth an output, or enough for one that has a place."""
    if left_sat < 0:
        return False
    is_enough = left_sat >= knife.low_sat + knife.change_fee_sat
    return left_sat < knife.low_sat or (places_left > 1 and is_enough)


def _exact(amount_sat: int, knife: Knife) -> Iterator[Cut]:
    """Cuts into denominations alone that leave less than the smallest output, by bounded search."""
    denominations = list(knife.fees_sat)
    costs = [value + fee_sat for value, fee_sat in knife.fees_sat.items()]
    steps = made = 0
    stack: list[tuple[int, int, tuple[int, ...]]] = [(amount_sat, 0, ())]
    while stack and steps < _SEARCH_STEPS and made < _MAX_EXACT_CUTS:
        steps += 1
        left_sat, first, chosen = stack.pop()
        if chosen and left_sat < knife.low_sat:
            made += 1
            yield Cut(tuple(denominations[place] for place in chosen), 0, left_sat)
            continue
        places = knife.max_outputs - len(chosen)
        nexts = []
        for place in range(first, len(costs)):
            if places * max(costs[place : place + 2]) < left_sat - knife.low_sat:
                break  # even the most of this and smaller ones leaves too much
            if costs[place] <= left_sat:
                nexts.append((left_sat - costs[place], place, (*chosen, place)))
        if places:
            stack += reversed(nexts)
