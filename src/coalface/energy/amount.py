"""The amount that a question starts from: fuel, electricity, power, hash rate, coin or blocks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coalface.energy.distribution import Fixed
from coalface.energy.given import given
from coalface.energy.parameter import Parameter, Standing
from coalface.errors import UnitError

__all__ = ["Amount", "AmountKind", "read_amount"]

_SHOWN = 60
_LARGEST = 1e24
"""Bounds slips of the pen: more than any hash rate, or any fuel on Earth."""


class AmountKind(StrEnum):
    """What is given; everything else follows from it."""

    FUEL = "fuel"
    """Fuel burnt, in the fuel's own unit (t, m3)."""
    ENERGY = "energy"
    """Electricity at the site, MWh."""
    POWER = "power"
    """Installed power at the site, MW, used for the uptime's share of the time."""
    HASHRATE = "hashrate"
    """Mean hash rate, H/s."""
    REWARD = "reward"
    """Coin received after pool fees, BTC."""
    BLOCKS = "blocks"
    """Blocks found alone."""

    @property
    def is_measured(self) -> bool:
        """Whether it was observed while he mined, so that the difficulty contains him."""
        return self in (AmountKind.HASHRATE, AmountKind.REWARD, AmountKind.BLOCKS)


UNITS = {
    AmountKind.ENERGY: "MWh",
    AmountKind.POWER: "MW",
    AmountKind.HASHRATE: "H/s",
    AmountKind.REWARD: "BTC",
    AmountKind.BLOCKS: "1",
}
"""Unit of every kind; that of fuel is the fuel's."""


@dataclass(frozen=True)
class Amount:
    """What is given: its kind, and its value with unit and source."""

    kind: AmountKind
    parameter: Parameter


def read_amount(text: str, fuel_unit: str | None) -> Amount:
    """Amount from text such as ``1 Mt``, ``2.8 TWh``, ``170 MW``, ``50 PH/s``, ``1600 BTC`` or ``43 blocks``.

    Parameters
    ----------
    text
        A number and its unit, which says what is given; or low, most likely and high: ``0.5:1:2 Mt``.
    fuel_unit
        Unit of the fuel, `None` if the power comes without one (water, grid).

    Raises
    ------
    UnitError
        If it is no quantity, a negative one, or of a unit that fits none of the kinds.
    """
    text = text.strip()
    if text.endswith((" blocks", " block")):
        number = text.rsplit(" ", 1)[0].strip()
        if not number.isdecimal() or len(number) > 9:
            raise UnitError(
                f"amount `{text[:_SHOWN]}`: blocks are counted in whole numbers, up to 999,999,999",
                code="unit_number",
                context={"value": text[:_SHOWN]},
            )
        known = Fixed(float(number))
        return Amount(
            AmountKind.BLOCKS, Parameter("amount", "1", known, Standing.GIVEN, f"given as `{text}`")
        )
    units = {} if fuel_unit is None else {AmountKind.FUEL: fuel_unit}
    units |= {kind: unit for kind, unit in UNITS.items() if kind is not AmountKind.BLOCKS}
    refused: UnitError | None = None
    for kind, unit in units.items():
        try:
            found = given(text, unit, name="amount", high=_LARGEST)
        except UnitError as error:
            if error.code == "unit_missing":
                raise UnitError(
                    error.message,
                    code=error.code,
                    hint=f"write the unit, one of {', '.join([*units.values(), 'blocks'])} or a multiple",
                    context=error.context,
                ) from error
            # Another kind may fit a unit of another dimension; everything else is wrong for all of them.
            if error.code != "unit_mismatch":
                raise
            refused = error
            continue
        if kind is AmountKind.POWER and "/" in text:
            raise UnitError(
                f"amount `{text[:_SHOWN]}`: energy in a time may be a mean or what is installed",
                code="unit_ambiguous",
                hint="give the energy over all days (`2.8 TWh`) or the installed power (`170 MW`)",
                context={"value": text[:_SHOWN]},
            )
        return Amount(kind, found)
    allowed = ", ".join([*units.values(), "blocks"])
    raise UnitError(
        f"amount `{text[:_SHOWN]}`: its unit fits no kind of amount; allowed are {allowed} and"
        " their multiples",
        code="unit_mismatch",
        hint="this pack counts no fuel: give electricity or power, or another pack, as `--fuel coal`"
        if fuel_unit is None
        else "the fuel's pack says in which unit it is counted: coal in t, `--fuel flare_gas` in m3",
        context={"value": text[:_SHOWN]},
    ) from refused
