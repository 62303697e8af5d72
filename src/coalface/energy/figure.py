"""Numbers as they are written: rounded on purpose, so that the same answer has the same bytes everywhere."""

from __future__ import annotations

from decimal import Context, Decimal
from math import isfinite, isnan

from coalface.energy.sampling import Spread

__all__ = ["figure", "people", "spread_record"]

_DIGITS = Context(prec=9)
_FOR_PEOPLE = Context(prec=3)


def figure(value: float | None, scale: float = 1.0) -> Decimal | None:
    """`value` over `scale`, rounded to nine significant digits; `None` for an unknown or infinite one."""
    if value is None or not isfinite(value):
        return None
    return _DIGITS.create_decimal_from_float(value / scale).normalize(_DIGITS)


def spread_record(spread: Spread | None, scale: float = 1.0) -> dict[str, Decimal | None] | None:
    """The three points of a spread, rounded; `None` if it is unknown."""
    if spread is None:
        return None
    return {
        "p5": figure(spread.p5, scale),
        "p50": figure(spread.p50, scale),
        "p95": figure(spread.p95, scale),
    }


def people(value: float | None) -> str:
    """`value` with three significant digits and thousands set apart; ``-`` if unknown.

    Examples
    --------
    >>> people(1440003.5), people(0.0819), people(481.21), people(2.0)
    ('1,440,000', '0.0819', '481', '2')
    """
    if value is None or isnan(value):
        return "-"
    if not isfinite(value):
        return "unlimited"
    rounded = _FOR_PEOPLE.create_decimal_from_float(value)
    text = f"{rounded:,f}" if abs(value) < 1e15 else f"{value:.3g}"
    return text.rstrip("0").rstrip(".") if "." in text else text
