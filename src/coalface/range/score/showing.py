"""How measured shares are written for people."""

from __future__ import annotations

from collections.abc import Mapping

from coalface.range.score.rate import Rate, percent
from coalface.units import format_btc

__all__ = ["shown_figures", "shown_rate"]


def shown_rate(found: Rate) -> str:
    """The share in per cent with its interval and counts; "no case" where nothing was measured."""
    if found.ppm is None:
        return "no case"
    return f"{found} {_count(found.hits, found.unit)} of {_count(found.trials, found.unit)}"


def shown_figures(figures: Mapping[str, Rate | int | None]) -> dict[str, str | int | None]:
    """Further measures: shares as `shown_rate`, amounts in bitcoin, other numbers as they are."""
    found: dict[str, str | int | None] = {}
    for name, value in figures.items():
        if isinstance(value, Rate):
            found[name] = shown_rate(value)
        elif value is not None and name.endswith("_ppm"):
            found[name.removesuffix("_ppm")] = f"{percent(value)} %"
        elif value is not None and name.endswith("_sat"):
            found[f"{name.removesuffix('_sat')}_btc"] = format_btc(value)
        else:
            found[name] = value
    return found


def _count(number: int, unit: str) -> str:
    """A count; satoshi as bitcoin."""
    return f"{format_btc(number)} BTC" if unit.startswith("satoshi") else str(number)
