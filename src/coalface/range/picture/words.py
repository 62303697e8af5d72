"""What a picture says in words: amounts with few digits, and a line for each of its numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coalface.range.picture.plan import Column, plan
from coalface.range.picture.svg import clean
from coalface.range.picture.timeline import Timeline
from coalface.units import COIN_SAT, format_time

__all__ = ["captions", "short_amount", "told"]

_SATOSHI = re.compile(r"\b([0-9]{5,16}) sat\b", re.ASCII)


def short_amount(value_sat: int) -> str:
    """An amount as a picture shows it: bitcoin with few digits, or satoshi where it is tiny.

    Examples
    --------
    >>> short_amount(199822426521), short_amount(170000000), short_amount(546)
    ('1,998 BTC', '1.7 BTC', '546 sat')
    """
    if value_sat < COIN_SAT // 10_000:
        return f"{value_sat:,} sat"
    # Four figures at the most: tens of thousands of satoshi below a bitcoin, whole bitcoins above a thousand.
    step = next(10**n for n in (4, 5, 6, 7, 8) if value_sat < 10 ** (n + 4) or n == 8)
    rounded = (value_sat + step // 2) // step * step
    whole, rest = divmod(rounded, COIN_SAT)
    decimals = f"{rest:08d}".rstrip("0")
    return f"{whole:,}{'.' + decimals if decimals else ''} BTC"


def told(column: Column) -> str:
    """What the number of a column stands for, in one line."""
    first, n_events = column.events[0], len(column.events)
    text = _SATOSHI.sub(lambda found: short_amount(int(found[1])), clean(first.text))
    what = clean(first.event).replace("_", " ")
    if n_events == 1:
        return f"{what}: {text}"
    in_all = f", {short_amount(column.value_sat)} in all" if column.flows else ""
    return f"{what}, {n_events} times{in_all}; the first: {text}"


def captions(timeline: Timeline) -> Iterator[tuple[int, str, str]]:
    """The numbers of the picture of a story, with the UTC date and what each stands for."""
    for number, column in enumerate(plan(timeline).columns, 1):
        yield number, format_time(column.events[0].time_unix)[:10], told(column)
