"""Numbers as a user writes them: ``24 GJ/t``, or ``18:24:28 GJ/t`` for low, most likely and high."""

from __future__ import annotations

from coalface.energy.distribution import Distribution, Fixed, Triangular
from coalface.energy.pack import input_units
from coalface.energy.parameter import Parameter, Standing
from coalface.energy.quantity import MAX_TEXT, quantity
from coalface.errors import UnitError, UsageError

__all__ = ["distribution_of", "given", "input_of"]

_SHOWN = 60


def distribution_of(
    text: str, unit: str, *, name: str, low: float | None = None, high: float | None = None
) -> Distribution:
    """What a text says of a value, in `unit`.

    Parameters
    ----------
    text
        ``VALUE UNIT``, or ``LOW:MODE:HIGH UNIT`` for a triangle.
    unit
        Unit of the result.
    name
        What it is, for messages.
    low, high
        Smallest and largest value allowed, in `unit`.

    Raises
    ------
    UnitError
        If a part is no quantity of such a unit, out of range, or the three do not rise.
    """
    numbers, blank, written = text.strip().partition(" ")
    parts = numbers.split(":")
    if len(parts) == 1 or len(text) > MAX_TEXT:
        return Fixed(quantity(text, unit, name=name, low=low, high=high))
    if len(parts) != 3:
        raise UnitError(
            f"{name} `{text[:_SHOWN]}`: {len(parts)} numbers; one, or low:mode:high, are allowed",
            code="unit_number",
            context={"name": name, "value": text[:_SHOWN]},
        )
    values = [quantity(f"{part}{blank}{written}", unit, name=name, low=low, high=high) for part in parts]
    if values != sorted(values):
        raise UnitError(
            f"{name} `{text[:_SHOWN]}`: low, mode and high must rise",
            code="unit_range",
            context={"name": name, "value": text[:_SHOWN]},
        )
    return Triangular(*values)


def given(
    text: str, unit: str, *, name: str, low: float | None = None, high: float | None = None
) -> Parameter:
    """A parameter that the user answers for; arguments as in `distribution_of`."""
    known = distribution_of(text, unit, name=name, low=low, high=high)
    return Parameter(name, unit, known, Standing.GIVEN, f"given as `{text.strip()}`")


def input_of(text: str, fuel_unit: str | None) -> Parameter:
    """An input from ``NAME=VALUE``, such as ``pue=1.05`` or ``heating_value=18:24:28 GJ/t``.

    Parameters
    ----------
    text
        What the user wrote.
    fuel_unit
        Unit of the fuel, for its heating value.

    Raises
    ------
    UsageError
        If there is no ``=``, or no input has that name.
    UnitError
        If the value does not fit.
    """
    name, equals, value = text.partition("=")
    name = name.strip()
    units = input_units(fuel_unit)
    if not equals or name not in units:
        raise UsageError(
            f"`{text[:_SHOWN]}` sets no input",
            code="usage_input",
            hint=f"write NAME=VALUE; names are {', '.join(sorted(units))}",
            context={"text": text[:_SHOWN]},
        )
    unit, low, high = units[name]
    return given(value, unit, name=name, low=low, high=high)
