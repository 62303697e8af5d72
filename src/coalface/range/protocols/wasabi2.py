"""Wasabi 2 (WabiSabi) rounds: many inputs, outputs of standard amounts that each client chooses for itself.

Clients know all inputs of the round and cut their own money (``wasabi_amounts``). A client may make as many
outputs as its inputs' share of the transaction's size allows, at most eight in the first releases, ten
later. Inputs and outputs are P2WPKH or P2TR and stand by value, largest first. zkSNACKs' coordinator took
0.3 % of inputs above 0.01 BTC that were not remixed, and rounds of 50 inputs and more; since June 2024
small coordinators run small rounds without a fee.

References
----------
WalletWasabi/WalletWasabi: ``AmountDecomposer``, ``WabiSabiConfig`` (100 x 0.5 inputs;
``CoordinationFeeRate`` 0.003 from 0.01 BTC on; outputs from 5000 sat), ``SigningState`` (order),
``ProtocolConstants`` (255 vB an input), release notes of 2.1.0.0 (a client joins from 5 inputs on);
nopara73/Sake, ``Mixer``; WabiSabi paper, Ficsor, Kogman, Ontivero, Seres (2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coalface.range.dice import Dice
from coalface.range.protocols.order import settle
from coalface.range.protocols.round import (
    COORDINATOR,
    Bill,
    InputCoin,
    Ordering,
    Participant,
    PlannedOutput,
    Protocol,
    Role,
    Round,
    RoundRefused,
)
from coalface.range.protocols.size import dust_sat, input_vbytes, output_vbytes
from coalface.range.protocols.wasabi_amounts import cut_amount, denominations_of_round
from coalface.range.script import Kind

_VBYTES_AN_INPUT = 255
_KINDS = (Kind.P2WPKH, Kind.P2TR)
_PPM = 1_000_000


@dataclass(frozen=True)
class Wasabi2Rules:
    """Settings of a coordinator and its time.

    Parameters
    ----------
    min_inputs, max_inputs
        Inputs that a round may have.
    max_outputs
        Outputs that one client makes at most.
    fee_ppm
        Coordinator's part of an input, in millionths.
    free_up_to_sat
        Inputs up to this value pay nothing.
    low_sat, high_sat
        Smallest and largest output.
    """

    min_inputs: int
    max_inputs: int
    max_outputs: int
    fee_ppm: int
    free_up_to_sat: int = 1_000_000
    low_sat: int = 5_000
    high_sat: int = 134_375_000_000


WASABI_2_ZKSNACKS = Wasabi2Rules(min_inputs=50, max_inputs=400, max_outputs=8, fee_ppm=3_000)
"""The large rounds of zkSNACKs' coordinator, until June 2024."""

WASABI_2_OPEN = Wasabi2Rules(min_inputs=5, max_inputs=400, max_outputs=10, fee_ppm=0)
"""Rounds of the coordinators after it, often small, without a fee."""


def wasabi2_round(
    rules: Wasabi2Rules,
    participants: Sequence[Participant],
    dice: Dice,
    *,
    rate_sat_vb: int,
    remixed: frozenset[tuple[str, int]] = frozenset(),
) -> Round:
    """One round of Wasabi 2.

    Parameters
    ----------
    rules
        The coordinator's settings.
    participants
        At least two clients, each with P2WPKH or P2TR coins; all that is left after the fees is cut.
    dice
        Chooses among good cuts, the kind of each output, and the places of equal values.
    rate_sat_vb
        Fee rate, satoshis a virtual byte.
    remixed
        Outpoints that come from a round: they pay no coordinator's fee.

    Raises
    ------
    RoundRefused
        If the number of inputs is not allowed, a coin is of another kind, or somebody's coins make no output.
    """
    n_inputs = sum(len(each.coins) for each in participants)
    if len(participants) < 2 or not rules.min_inputs <= n_inputs <= rules.max_inputs:
        raise RoundRefused(
            f"{len(participants)} participants with {n_inputs} inputs; "
            f"needs two with {rules.min_inputs} to {rules.max_inputs}"
        )
    if any(coin.kind not in _KINDS for each in participants for coin in each.coins):
        raise RoundRefused("Wasabi 2 takes P2WPKH and P2TR coins only")

    def service_sat(coin: InputCoin) -> int:
        is_free = coin.outpoint in remixed or coin.value_sat <= rules.free_up_to_sat
        return 0 if is_free else coin.value_sat * rules.fee_ppm // _PPM

    def effective_sat(coin: InputCoin) -> int:
        return coin.value_sat - rate_sat_vb * input_vbytes(coin.kind) - service_sat(coin)

    everything = sorted(effective_sat(coin) for each in participants for coin in each.coins)
    denominations = denominations_of_round(
        everything,
        low_sat=rules.low_sat,
        high_sat=min(rules.high_sat, everything[-2]),
        rate_sat_vb=rate_sat_vb,
    )
    # All outputs pay for the larger kind, so that a client may choose each one's kind afterwards.
    fee_sat = rate_sat_vb * output_vbytes(Kind.P2TR)
    outputs: list[PlannedOutput] = []
    bills: list[Bill] = []
    for each in participants:
        amount_sat = sum(effective_sat(coin) for coin in each.coins)
        room_vbytes = sum(_VBYTES_AN_INPUT - input_vbytes(coin.kind) for coin in each.coins)
        cut = cut_amount(
            amount_sat,
            denominations,
            dice,
            low_sat=rules.low_sat,
            fee_sat=fee_sat,
            max_outputs=min(rules.max_outputs, room_vbytes // output_vbytes(Kind.P2TR)),
        )
        if cut is None:
            raise RoundRefused(f"{each.name}'s {amount_sat} sat after fees make no output")
        for place, value_sat in enumerate(cut.values_sat):
            is_change = bool(cut.change_sat) and place == len(cut.values_sat) - 1
            outputs.append(
                PlannedOutput(
                    each.name,
                    value_sat,
                    Role.CHANGE if is_change else Role.MIX,
                    dice.pick(_KINDS),
                    None if is_change else value_sat,
                )
            )
        due_sat = sum(service_sat(coin) for coin in each.coins)
        bills.append(Bill(each.name, each.value_sat - sum(cut.values_sat) - due_sat, due_sat))
    earned_sat = sum(bill.service_sat for bill in bills)
    if earned_sat >= dust_sat(Kind.P2WPKH):
        outputs.append(PlannedOutput(COORDINATOR, earned_sat, Role.FEE))
    else:
        bills = [Bill(bill.participant, bill.mining_sat + bill.service_sat) for bill in bills]
    return settle(Protocol.WASABI2, participants, outputs, bills, dice, Ordering.VALUE_DESCENDING)
