"""Wasabi 1 rounds: a base denomination for everybody, its doublings for those who have more, change, a fee.

The base denomination is announced (0.1 BTC) and then raised to what the poorest participant can pay. Since
version 1.1 each further *mixing level* is twice the one before; a level is used if two or more take part in
it. The coordinator takes 0.003 % of each denomination for each participant in it. Inputs and outputs stand
by value, largest first.

References
----------
WalletWasabi/WalletWasabi, ``CoordinatorRound.ExecuteNextPhaseAsync`` ("Build CoinJoin", its steps 1 to 9),
``CalculateNewDenomination``, ``CanUseAdditionalOutputs``, ``CalculateFeesAsync``,
``MixingLevelCollection.AddNewLevel``, and ``ChaumianCoinJoinController.PostInputsAsync`` (which levels a
participant is admitted to; at most 7 inputs). Not followed: step 7, which lowers the fee when estimates
have fallen since registration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coalface.range.dice import Dice
from coalface.range.protocols.order import settle
from coalface.range.protocols.round import (
    COORDINATOR,
    Bill,
    Ordering,
    Participant,
    PlannedOutput,
    Protocol,
    Role,
    Round,
    RoundRefused,
)
from coalface.range.script import Kind

MAX_INPUTS_EACH = 7
_INPUT_VBYTES = 67
_OUTPUT_VBYTES = 33
_MIN_INPUT_FEE_SAT = 500
_MIN_OUTPUT_FEE_SAT = 250
_MIN_CHANGE_SAT = 10_000
_MIN_CHANGE_PER_MILLE = 7
_MIN_COORDINATOR_OUTPUT_SAT = 30_000
_PPM = 1_000_000


@dataclass(frozen=True)
class Wasabi1Rules:
    """Settings of a coordinator.

    Parameters
    ----------
    base_sat
        Base denomination announced.
    levels
        Mixing levels offered, the base included: 1 is version 1.0, 11 what 1.1 and later ran with.
    fee_ppm
        Coordinator's part of a denomination for each participant in it, in millionths.
    """

    base_sat: int = 10_000_000
    levels: int = 11
    fee_ppm: int = 30


WASABI_1_0 = Wasabi1Rules(levels=1)
WASABI_1_1 = Wasabi1Rules()


def wasabi1_round(
    rules: Wasabi1Rules, participants: Sequence[Participant], dice: Dice, *, rate_sat_vb: int
) -> Round:
    """One round of Wasabi 1.

    Parameters
    ----------
    rules
        The coordinator's settings.
    participants
        At least two, each with one to seven P2WPKH coins that pay the base denomination and the fees.
    dice
        Decides the places of equal values.
    rate_sat_vb
        Fee rate estimated at registration, satoshis a virtual byte.

    Raises
    ------
    RoundRefused
        If somebody cannot pay for the base denomination, or brings coins that are not accepted.
    """
    hall = _Registration(rules, participants, rate_sat_vb)
    base_sat = hall.base_sat()
    reached = {each.name: hall.levels(each) for each in participants}
    denominations = [(base_sat, len(participants))]
    for level in range(1, rules.levels):
        members = sum(levels > level for levels in reached.values())
        if members < 2:
            break
        denominations.append((rules.base_sat << level, members))
    if not all(hall.can_pay(each, denominations[: reached[each.name]]) for each in participants):
        denominations = denominations[:1]
    smallest_change_sat = max(_MIN_CHANGE_SAT, base_sat * _MIN_CHANGE_PER_MILLE // 1000)

    outputs: list[PlannedOutput] = []
    bills: list[Bill] = []
    for each in participants:
        mine = denominations[: reached[each.name]]
        mining_sat = hall.mining_sat(each) + hall.per_output_sat * (len(mine) - 1)
        left_sat = each.value_sat - mining_sat - sum(level_sat for level_sat, _ in mine)
        due_sat = sum(_fee_sat(rules, level_sat, members) for level_sat, members in mine)
        outputs += [
            PlannedOutput(each.name, level_sat, Role.MIX, denomination_sat=level_sat) for level_sat, _ in mine
        ]
        if left_sat - due_sat >= smallest_change_sat:
            outputs.append(PlannedOutput(each.name, left_sat - due_sat, Role.CHANGE))
            left_sat = due_sat
        # Else all that is left: who cannot pay the whole fee pays less, and small change is kept.
        bills.append(Bill(each.name, mining_sat, left_sat))
    earned_sat = sum(bill.service_sat for bill in bills)
    if earned_sat > _MIN_COORDINATOR_OUTPUT_SAT:
        outputs.append(PlannedOutput(COORDINATOR, earned_sat, Role.FEE))
    else:
        bills = [Bill(bill.participant, bill.mining_sat + bill.service_sat) for bill in bills]
    return settle(Protocol.WASABI1, participants, outputs, bills, dice, Ordering.VALUE_DESCENDING)


class _Registration:
    """What the coordinator works out when participants register."""

    def __init__(self, rules: Wasabi1Rules, participants: Sequence[Participant], rate_sat_vb: int) -> None:
        self._rules = rules
        self._participants = participants
        self._per_input_sat = max(rate_sat_vb * _INPUT_VBYTES, _MIN_INPUT_FEE_SAT)
        self.per_output_sat = max(rate_sat_vb * _OUTPUT_VBYTES, _MIN_OUTPUT_FEE_SAT)
        if len(participants) < 2:
            raise RoundRefused(f"a round needs two participants, received {len(participants)}")
        for each in participants:
            is_segwit = all(coin.kind is Kind.P2WPKH for coin in each.coins)
            if not is_segwit or not 1 <= len(each.coins) <= MAX_INPUTS_EACH:
                raise RoundRefused(f"{each.name} needs 1 to {MAX_INPUTS_EACH} coins, all P2WPKH")
            if each.value_sat - self.mining_sat(each) < rules.base_sat:
                raise RoundRefused(f"{each.name} cannot pay for the base denomination, {rules.base_sat} sat")

    def mining_sat(self, each: Participant) -> int:
        """Mining fee of the inputs, a base output and change, satoshis."""
        return len(each.coins) * self._per_input_sat + 2 * self.per_output_sat

    def base_sat(self) -> int:
        """The base denomination, raised to what the poorest can pay; never that of another level."""
        base_sat = min(each.value_sat - self.mining_sat(each) for each in self._participants)
        is_taken = any(base_sat == self._rules.base_sat << level for level in range(1, self._rules.levels))
        return base_sat - is_taken

    def levels(self, each: Participant) -> int:
        """Levels that a participant is admitted to, the base included, as if all were in each of them."""
        offered = [
            (self._rules.base_sat << level, len(self._participants)) for level in range(self._rules.levels)
        ]
        for level in range(self._rules.levels, 1, -1):
            if self.can_pay(each, offered[:level]):
                return level
        return 1

    def can_pay(self, each: Participant, denominations: Sequence[tuple[int, int]]) -> bool:
        """Whether a participant can pay for these denominations, given with the number of those in them.

        The coordinator's fee on the base may stay unpaid, not that on the other levels.
        """
        left_sat = each.value_sat - self.mining_sat(each) - denominations[0][0]
        for level_sat, members in denominations[1:]:
            left_sat -= level_sat + self.per_output_sat + _fee_sat(self._rules, level_sat, members)
        return left_sat >= 0


def _fee_sat(rules: Wasabi1Rules, denomination_sat: int, members: int) -> int:
    return denomination_sat * rules.fee_ppm * members // _PPM
