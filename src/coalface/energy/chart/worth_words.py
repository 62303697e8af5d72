"""What the months say, in words: in how many of them a unit mined would have earned more than a unit sold."""

from __future__ import annotations

import math
from collections.abc import Sequence

from coalface.energy.chart.number import scale_of
from coalface.energy.chart.words import a_unit, month_text, unit_name
from coalface.energy.monthly import Month, Paid
from coalface.energy.result import Result
from coalface.energy.sampling import Spread

__all__ = ["currency", "per_unit", "price_note", "worth_reading", "worth_title"]


def currency(result: Result) -> str:
    """USD, or BTC where no month has a price."""
    return "USD" if any(each.usd_per_unit is not None for each in result.months) else "BTC"


def per_unit(result: Result, month: Month) -> Spread | None:
    """What a unit earns in a month, in the result's currency."""
    return month.usd_per_unit if currency(result) == "USD" else month.btc_per_unit


def worth_title(result: Result) -> str:
    """The answer of the months."""
    if not result.months:
        return "There is no month to show"
    known = [each for each in result.months if each.paid is not Paid.UNKNOWN]
    if not known:
        return _earned(result)
    paid, unclear = (sum(each.paid is word for each in known) for word in (Paid.YES, Paid.UNCLEAR))
    unit = unit_name(result)
    rest = len(result.months) - len(known)
    after = f" (no price is known for {rest} more)" if rest else ""
    if len(known) == 1:
        return f"In {month_text(known[0].month)} {_one(known[0].paid, unit)}{after}"
    some = f", and in {unclear} perhaps" if unclear else ""
    if paid or unclear:
        return (
            f"In {paid} of {len(known)} months a {unit} mined would have earned more than a {unit} sold"
            f"{some}{after}"
        )
    return f"In none of {len(known)} months would a {unit} mined have earned more than a {unit} sold{after}"


def worth_reading(result: Result) -> str:
    """How the chart of the months is read, one sentence."""
    unit, money = unit_name(result), currency(result)
    stairs = (
        f"the blue step is the middle estimate of what one more {unit} turned into bitcoin earned in that"
        f" month ({money}, after pool fees, before the cost of machines); in nine of ten draws it lay in the"
        " pale band"
    )
    if result.alternative is None or money == "BTC":
        return f"{stairs}."
    return (
        f"{stairs}; a month is shaded if mining paid more than selling in at least 95 % of draws, and hatched"
        " if that is unclear."
    )


def price_note(result: Result) -> str:
    """What stands behind the prices."""
    if currency(result) == "BTC":
        return "No price of bitcoin is known for these months, so the chart shows coin and no dollars."
    gaps = sum(each.usd_per_unit is None for each in result.months)
    gap = f" In {gaps} of {len(result.months)} months no price is known: a gap." if gaps else ""
    if result.price_resolution == "month":
        return f"Prices of bitcoin are monthly means: a single day could pay more or less.{gap}"
    if result.price_resolution == "day":
        return f"Every day is reckoned with its own price of bitcoin; shown is the mean of the month.{gap}"
    return f"How often the price was read is not stated.{gap}"


def _one(paid: Paid, unit: str) -> str:
    """The answer of a single month."""
    if paid is Paid.UNCLEAR:
        return f"it is unclear whether a {unit} mined would have earned more than a {unit} sold"
    word = "more" if paid is Paid.YES else "less"
    return f"a {unit} mined would have earned {word} than a {unit} sold"


def _earned(result: Result) -> str:
    """The answer where there is nothing to compare with."""
    money = currency(result)
    spreads = [per_unit(result, each) for each in result.months]
    middles = [each.p50 for each in spreads if each is not None and math.isfinite(each.p50)]
    if not middles:
        return f"What {a_unit(result)} mined would have earned is not known"
    return f"{a_unit(result).capitalize()} mined would have earned {_range(middles, money)}"


def _range(middles: Sequence[float], money: str) -> str:
    """Lowest and highest median."""
    scale = scale_of(middles, money)
    low, high = scale.text(min(middles)), scale.text(max(middles))
    if low == high:
        return f"{low} {scale.unit}"
    return f"{low} to {high} {scale.unit}, depending on the month"
