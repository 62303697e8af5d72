"""Numbers as a newcomer reads them: three digits that count, a unit, and no powers of ten."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from coalface.energy.sampling import Spread

__all__ = ["Scale", "plain", "scale_of", "spread_text"]

_THOUSANDS = (
    (1e12, "trillion "),
    (1e9, "billion "),
    (1e6, "million "),
    (1.0, ""),
)
_PREFIXED = {
    "H/s": ((1e18, "EH/s"), (1e15, "PH/s"), (1e12, "TH/s"), (1e9, "GH/s"), (1e6, "MH/s"), (1.0, "H/s")),
    "MW": ((1e3, "GW"), (1.0, "MW"), (1e-3, "kW"), (1e-6, "W")),
    "MWh": ((1e6, "TWh"), (1e3, "GWh"), (1.0, "MWh"), (1e-3, "kWh")),
}


@dataclass(frozen=True)
class Scale:
    """The unit that numbers of one kind are shown in.

    Attributes
    ----------
    divisor
        What a value is divided by.
    unit
        The unit then, such as ``EH/s`` or ``million USD``.
    """

    divisor: float
    unit: str

    def text(self, value: float) -> str:
        """The value without its unit."""
        return plain(value / self.divisor)


def scale_of(values: Iterable[float], unit: str) -> Scale:
    """The scale in which the largest of `values` (in `unit`) lies from 1 to 999, where there is one."""
    known = [abs(value) for value in values if math.isfinite(value)]
    largest = max(known, default=0.0)
    steps = _PREFIXED.get(unit) or tuple((factor, f"{words}{unit}") for factor, words in _THOUSANDS)
    for factor, text in steps:
        if largest >= factor:
            return Scale(factor, text)
    return Scale(*(steps[-1] if largest > 0 else _unscaled(steps, unit)))


def plain(value: float, digits: int = 3) -> str:
    """A number with `digits` digits that count and commas between thousands."""
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "no upper end" if value > 0 else "no lower end"
    if value == 0:
        return "0"
    if abs(value) >= 1e15 or abs(value) < 1e-6:
        return f"{value:.{digits - 1}e}"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    text = f"{rounded:,.{max(0, places)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spread_text(spread: Spread, scale: Scale) -> str:
    """The 5 % and the 95 % point, with the unit."""
    low, high = scale.text(spread.p5), scale.text(spread.p95)
    return f"{low} {scale.unit}".rstrip() if low == high else f"{low} to {high} {scale.unit}".rstrip()


def _unscaled(steps: tuple[tuple[float, str], ...], unit: str) -> tuple[float, str]:
    """The step of the unit itself."""
    return next(step for step in steps if step[0] == 1.0) if steps else (1.0, unit)
