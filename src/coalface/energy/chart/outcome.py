"""Power, hash rate, coin and dollars on one small panel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from coalface.energy.chart.axis import bare
from coalface.energy.chart.clean import clean
from coalface.energy.chart.font import Style, text_options
from coalface.energy.chart.number import scale_of, spread_text
from coalface.energy.chart.palette import FAINT, GREY, HEADING, INK, MINED, MINED_BAND, PALE, SMALL
from coalface.energy.chart.sheet import MARGIN_IN, Drawing, Sheet
from coalface.energy.chart.words import assumed_line, kind_of_power, name_text, origin_line, stretch_text
from coalface.energy.result import Result, Spreads
from coalface.energy.sampling import Spread

__all__ = ["outcome_chart", "outcome_title"]

_HEIGHT_IN = 1.15
_BIG = Style(15, INK, is_bold=True)


@dataclass(frozen=True)
class _Card:
    """One figure of the panel: its name, unit and value; `top` ends the scale of its bar."""

    name: str
    unit: str
    spread: Spread | None
    top: float


def outcome_title(result: Result) -> str:
    """What the amount yields, in words."""
    found = [
        f"{scale_of([spread.p50], unit).text(spread.p50)} {scale_of([spread.p50], unit).unit}"
        for spread, unit in ((result.outcome.btc, "BTC"), (result.outcome.usd, "USD"))
        if _is_known(spread) and spread is not None
    ]
    given = _amount_text(result)
    if not found:
        return f"What {given} would yield cannot be said"
    return f"{given} would yield about {', worth '.join(found)}"


def outcome_chart(result: Result) -> Drawing:
    """Drawing of the outcome, and of what is feasible under the known limits."""
    title = outcome_title(result)
    reading = (
        "the large number is the middle estimate; in nine of ten draws the figure lay between the two below it,"
        " where the blue bar begins and ends; the bars of one column share a scale that begins at 0."
    )
    sheet = Sheet()
    sheet.heading(title, f"{clean(result.title, 200)} · {stretch_text(result)} · {kind_of_power(result)}")
    rows = [("What is asked", result.outcome)]
    if result.at_ceiling is not None:
        limit = result.feasible.binding
        rows.append(
            (
                f"What is feasible under the known limits (tightest: {name_text(limit or '')})",
                result.at_ceiling,
            )
        )
    columns = [_cards(each) for _, each in rows]
    tops = [_top([column[place] for column in columns]) for place in range(4)]
    for (heading, _), cards in zip(rows, columns, strict=True):
        sheet.text(heading, HEADING, 2)
        sheet.gap(0.06)
        placed = [
            _Card(name, unit, spread, top) for (name, unit, spread), top in zip(cards, tops, strict=True)
        ]
        sheet.plot(_HEIGHT_IN, MARGIN_IN, MARGIN_IN, lambda axes, placed=placed: _paint(axes, placed))  # type: ignore[misc]  # a default binds the loop's value
        sheet.gap(0.16)
    notes = [_rule_note(result), assumed_line(result.inputs), origin_line(result)]
    sheet.notes(reading, notes)
    return Drawing(title, reading, sheet.figure())


def _amount_text(result: Result) -> str:
    """The amount that is given."""
    parameter = result.amount
    value = parameter.distribution.mode
    unit = clean(parameter.unit, 24)
    if unit == "1":
        return f"{value:,.0f} blocks"
    scale = scale_of([value], unit)
    return f"{scale.text(value)} {scale.unit}"


def _cards(spreads: Spreads) -> list[tuple[str, str, Spread | None]]:
    """Name, unit and value of the four figures."""
    return [
        ("mean power", "MW", spreads.mean_power_mw),
        ("mean hash rate", "H/s", spreads.hashrate_hs),
        ("bitcoin, after pool fees", "BTC", spreads.btc),
        ("worth, before every cost", "USD", spreads.usd),
    ]


def _top(cards: Sequence[tuple[str, str, Spread | None]]) -> float:
    """End of the scale of a column."""
    return max((each.p95 for _, _, each in cards if _is_known(each) and each is not None), default=1.0) or 1.0


def _is_known(spread: Spread | None) -> bool:
    """Whether all three points are numbers."""
    return spread is not None and all(math.isfinite(each) for each in (spread.p5, spread.p50, spread.p95))


def _paint(axes: Axes, cards: Sequence[_Card]) -> None:
    """Cards side by side; x in cards, y in inches from the bottom."""
    bare(axes)
    axes.set_xlim(0, len(cards))
    axes.set_ylim(0, _HEIGHT_IN)
    for place, card in enumerate(cards):
        left, width = place + 0.04, 0.86
        axes.plot([place - 0.02] * 2, [0.05, _HEIGHT_IN - 0.05], color=PALE, linewidth=1 if place else 0)
        axes.text(left, _HEIGHT_IN - 0.14, card.name, va="center", **text_options(SMALL))
        if not _is_known(card.spread) or card.spread is None:
            axes.text(left, 0.66, "not known", va="center", **text_options(Style(13, GREY)))
            continue
        scale = scale_of([card.spread.p50], card.unit)
        big = f"{scale.text(card.spread.p50)} {scale.unit}"
        axes.text(left, 0.73, big, va="center", **text_options(_BIG))
        axes.text(left, 0.42, spread_text(card.spread, scale), va="center", **text_options(SMALL))
        low, middle, high = (
            left + width * each / card.top for each in (card.spread.p5, card.spread.p50, card.spread.p95)
        )
        axes.plot([left, left + width], [0.16] * 2, color=PALE, linewidth=6, solid_capstyle="butt")
        axes.plot([low, high], [0.16] * 2, color=MINED_BAND, linewidth=6, solid_capstyle="butt")
        axes.plot([middle] * 2, [0.09, 0.23], color=MINED, linewidth=2.2)
        axes.plot([left] * 2, [0.08, 0.24], color=FAINT, linewidth=1)


def _rule_note(result: Result) -> str:
    """How the network's answer to the miner is reckoned."""
    if result.contains_miner:
        return "The published difficulty was in force while he mined, so it already contains his machines."
    return "Machines that are added make mining harder for everybody: that is reckoned in (price-taker rule)."
