"""Coin selection: which coins a wallet spends for a payment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from coalface.range.dice import Dice
from coalface.range.economy.coin import Coin, input_vbytes


@dataclass(frozen=True, slots=True)
class Bill:
    """What has to be covered.

    Parameters
    ----------
    value_sat
        Sum of the payments.
    base_vbytes
        Size of the transaction without inputs, change output included.
    rate_sat_vb
        Fee rate.
    change_cost_sat
        What making and later spending change costs.
    """

    value_sat: int
    base_vbytes: int
    rate_sat_vb: int
    change_cost_sat: int

    def needed_sat(self, coins: Iterable[Coin]) -> int:
        """What these coins must be worth to pay for themselves too."""
        vbytes = self.base_vbytes + sum(input_vbytes(coin.lock.kind) for coin in coins)
        return self.value_sat + vbytes * self.rate_sat_vb

    def is_met(self, coins: Sequence[Coin]) -> bool:
        """Whether these coins are worth enough."""
        return sum(coin.value_sat for coin in coins) >= self.needed_sat(coins)

    def effective_sat(self, coin: Coin) -> int:
        """Value of a coin less what spending it costs."""
        return coin.value_sat - input_vbytes(coin.lock.kind) * self.rate_sat_vb


class Selection(Protocol):
    """A way to choose coins."""

    def choose(self, coins: Sequence[Coin], bill: Bill, dice: Dice) -> list[Coin]:
        """Coins that meet the bill, or all that there are if they cannot."""


def _take_until_met(ordered: Iterable[Coin], bill: Bill) -> list[Coin]:
    taken: list[Coin] = []
    value_sat, needed_sat = 0, bill.needed_sat([])
    for coin in ordered:
        taken.append(coin)
        value_sat += coin.value_sat
        needed_sat += input_vbytes(coin.lock.kind) * bill.rate_sat_vb
        if value_sat >= needed_sat:
            break
    return taken


@dataclass(frozen=True)
class OldestFirst:
    """First in, first out."""

    def choose(self, coins: Sequence[Coin], bill: Bill, dice: Dice) -> list[Coin]:  # noqa: ARG002 - protocol
        """The oldest coins that suffice."""
        return _take_until_met(coins, bill)


@dataclass(frozen=True)
class LargestFirst:
    """Few inputs, however much change."""

    def choose(self, coins: Sequence[Coin], bill: Bill, dice: Dice) -> list[Coin]:  # noqa: ARG002 - protocol
        """The largest coins that suffice."""
        return _take_until_met(sorted(coins, key=lambda coin: -coin.value_sat), bill)


@dataclass(frozen=True)
class SmallestFirst:
    """Tidies up while paying."""

    max_inputs: int = 40

    def choose(self, coins: Sequence[Coin], bill: Bill, dice: Dice) -> list[Coin]:
        """The smallest coins that suffice, the largest instead if they would be too many."""
        taken = _take_until_met(sorted(coins, key=lambda coin: coin.value_sat), bill)
        return taken if len(taken) <= self.max_inputs else LargestFirst().choose(coins, bill, dice)


@dataclass(frozen=True)
class ClosestAbove:
    """One coin if one suffices."""

    def choose(self, coins: Sequence[Coin], bill: Bill, dice: Dice) -> list[Coin]:
        """The smallest single coin that suffices, else the largest ones."""
        alone = [coin for coin in coins if coin.value_sat >= bill.needed_sat([coin])]
        if alone:
            return [min(alone, key=lambda coin: coin.value_sat)]
        return LargestFirst().choose(coins, bill, dice)


@dataclass(frozen=True)
class RandomDraw:
    """Single random draw: coins in random order until they suffice.

    Bitcoin Core, ``wallet/coinselection.cpp``, ``SelectCoinsSRD``.
    """

    def choose(self, coins: Sequence[Coin], bill: Bill, dice: Dice) -> list[Coin]:
        """Random coins that suffice."""
        return _take_until_met(dice.shuffled(coins), bill)


@dataclass(frozen=True)
class BranchAndBound:
    """A set without change if there is one, else what another way chooses.

    Bitcoin Core, ``wallet/coinselection.cpp``, ``SelectCoinsBnB`` (Erhardt 2016, "An Evaluation of Coin
    Selection Strategies"): depth first, the largest effective value first, a bounded number of tries, exact
    up to the cost of change.
    """

    otherwise: Selection
    max_tries: int = 400
    max_coins: int = 24

    def choose(self, coins: Sequence[Coin], bill: Bill, dice: Dice) -> list[Coin]:
        """Coins that need no change, else the other way's."""
        wanted_sat = bill.needed_sat([])
        useful = [coin for coin in coins if bill.effective_sat(coin) > 0]
        useful = sorted(useful, key=lambda coin: -bill.effective_sat(coin))[: self.max_coins]
        found = self._search(useful, [bill.effective_sat(coin) for coin in useful], wanted_sat, bill)
        return found or self.otherwise.choose(coins, bill, dice)

    def _search(
        self, coins: Sequence[Coin], values: Sequence[int], wanted_sat: int, bill: Bill
    ) -> list[Coin]:
        left = [0] * (len(values) + 1)
        for place in range(len(values) - 1, -1, -1):
            left[place] = left[place + 1] + values[place]
        stack: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, ())]
        for _ in range(self.max_tries):
            if not stack:
                break
            place, sum_sat, taken = stack.pop()
            if wanted_sat <= sum_sat <= wanted_sat + bill.change_cost_sat:
                return [coins[number] for number in taken]
            if place == len(values) or sum_sat > wanted_sat or sum_sat + left[place] < wanted_sat:
                continue
            stack.append((place + 1, sum_sat, taken))
            stack.append((place + 1, sum_sat + values[place], (*taken, place)))
        return []


@dataclass(frozen=True)
class WholeAddresses:
    """Coins of one address are spent together or not at all, in random order of addresses.

    What Electrum's ``CoinChooserPrivacy`` calls buckets (``electrum/coinchooser.py``): candidates are made
    by random draws of buckets, and that is taken whose change is nearest to the payment.
    """

    n_candidates: int = 8

    def choose(self, coins: Sequence[Coin], bill: Bill, dice: Dice) -> list[Coin]:
        """The candidate whose change is nearest to the payment in size."""
        buckets: dict[bytes, list[Coin]] = {}
        for coin in coins:
            buckets.setdefault(coin.lock.script_pubkey, []).append(coin)
        best: list[Coin] = []
        best_penalty: int | None = None
        for _ in range(self.n_candidates):
            taken: list[Coin] = []
            for bucket in dice.shuffled(list(buckets.values())):
                taken += bucket
                if bill.is_met(taken):
                    break
            left_sat = sum(coin.value_sat for coin in taken) - bill.needed_sat(taken)
            penalty = abs(left_sat - bill.value_sat) + len(taken) * 1_000
            if left_sat >= 0 and (best_penalty is None or penalty < best_penalty):
                best, best_penalty = taken, penalty
        return best or list(coins)


@dataclass(frozen=True)
class OneKindFirst:
    """Coins of one script kind if those suffice, else all kinds together."""

    within: Selection

    def choose(self, coins: Sequence[Coin], bill: Bill, dice: Dice) -> list[Coin]:
        """Coins of the first kind that can meet the bill."""
        kinds = dict.fromkeys(coin.lock.kind for coin in coins)
        for kind in kinds:
            alike = [coin for coin in coins if coin.lock.kind is kind]
            if bill.is_met(alike):
                return self.within.choose(alike, bill, dice)
        return self.within.choose(coins, bill, dice)
