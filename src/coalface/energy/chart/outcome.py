"""Power, hash rate, coin and dollars on one small panel."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from coalface.energy.chart.axis import bare
from coalface.energy.chart.clean import clean
from coalface.energy.chart.font import Style, text_options, width_in, wrap
from coalface.energy.chart.number import Scale, scale_of, spread_text
from coalface.energy.chart.palette import FAINT, GREY, HEADING, INK, MINED, MINED_BAND, PALE, SMALL
from coalface.energy.chart.sheet import MARGIN_IN, WIDTH_IN, Drawing, Sheet
from coalface.energy.chart.words import (
    assumed_line,
    kind_of_power,
    name_text,
    origin_line,
    quantity_text,
    stretch_text,
)
from coalface.energy.result import Result, Spreads
from coalface.energy.sampling import Spread

__all__ = ["outcome_chart", "outcome_title"]

_HEIGHT_IN = 1.15
_MEASURED = ("H/s", "BTC", "1")
"""Units of amounts that were observed; what they took is asked then, not what they would yield."""


@dataclass(frozen=True)
class _Card:
    """One figure of the panel; `top` ends the scale of its bar, in its unit."""

    name: str
    spread: Spread | None
    scale: Scale
    top: float

    @property
    def big(self) -> str:
        """The middle estimate."""
        return "" if self.spread is None else f"{self.scale.text(self.spread.p50)} {self.scale.unit}"


def outcome_title(result: Result) -> str:
    """What the amount yields, or what a measured one took, in words."""
    given = _amount_text(result)
    outcome = result.outcome
    if result.amount.unit in _MEASURED:
        power, fuel = _known(outcome.mean_power_mw), _known(outcome.fuel)
        if power is None:
            return f"What {given} took cannot be said"
        burnt = ""
        if fuel is not None and result.fuel_unit is not None:
            amount = quantity_text(fuel.p50, clean(result.fuel_unit, 24))
            burnt = f", or about {amount} of fuel ({kind_of_power(result)})"
        return f"{given} took about {quantity_text(power.p50, 'MW')}{burnt}"
    found = [
        quantity_text(spread.p50, unit)
        for spread, unit in ((_known(outcome.btc), "BTC"), (_known(outcome.usd), "USD"))
        if spread is not None
    ]
    if not found:
        return f"What {given} would yield cannot be said"
    return f"{given} would yield about {', worth '.join(found)}"


def outcome_chart(result: Result) -> Drawing:
    """Drawing of the outcome, and of what is feasible under the known limits."""
    title = outcome_title(result)
    reading = (
        "the large number is the middle estimate; in nine of ten draws the figure lay between the two below"
        " it, where the blue bar begins and ends; the bars of one column share a scale that begins at 0."
    )
    sheet = Sheet()
    sheet.heading(title, f"{clean(result.title, 200)} · {stretch_text(result)} · {kind_of_power(result)}")
    rows = [(f"Asked about: {_amount_text(result)}", result.outcome)]
    if result.at_ceiling is not None:
        tightest = name_text(result.feasible.binding or "")
        rows.append((f"Feasible under the known limits (the tightest: {tightest})", result.at_ceiling))
    for (heading, _), cards in zip(rows, _cards(result, [each for _, each in rows]), strict=True):
        sheet.text(heading, HEADING, 2)
        sheet.gap(0.06)
        sheet.plot(_HEIGHT_IN, MARGIN_IN, MARGIN_IN, _painter(cards))
        sheet.gap(0.16)
    sheet.notes(reading, [_rule_note(result), assumed_line(result.inputs), origin_line(result)])
    return Drawing(title, reading, sheet.figure())


def _amount_text(result: Result) -> str:
    """The amount that is given."""
    return quantity_text(result.amount.distribution.mode, clean(result.amount.unit, 24))


def _known(spread: Spread | None) -> Spread | None:
    """The spread, if all three points are numbers."""
    if spread is None or not all(math.isfinite(each) for each in (spread.p5, spread.p50, spread.p95)):
        return None
    return spread


def _cards(result: Result, rows: Sequence[Spreads]) -> list[list[_Card]]:
    """Cards of every row; those of one column share their unit and the scale of their bars."""
    figures: list[tuple[str, str, Callable[[Spreads], Spread | None]]] = [
        ("mean power", "MW", lambda each: each.mean_power_mw),
        ("mean hash rate", "H/s", lambda each: each.hashrate_hs),
        ("bitcoin, after pool fees", "BTC", lambda each: each.btc),
        ("worth, before every cost", "USD", lambda each: each.usd),
    ]
    if result.amount.unit in _MEASURED and result.fuel_unit is not None:
        figures.insert(0, ("fuel, if fired with it", clean(result.fuel_unit, 24), lambda each: each.fuel))
    columns = []
    for name, unit, read in figures:
        spreads = [_known(read(each)) for each in rows]
        scale = scale_of([each.p50 for each in spreads if each is not None], unit)
        top = max((each.p95 for each in spreads if each is not None), default=1.0) or 1.0
        columns.append([_Card(name, each, scale, top) for each in spreads])
    return [list(cards) for cards in zip(*columns, strict=True)]


def _painter(cards: Sequence[_Card]) -> Callable[[Axes], None]:
    """Cards side by side; x in cards, y in inches from the bottom."""
    room_in = (WIDTH_IN - 2 * MARGIN_IN) / len(cards) * 0.88
    sizes = [Style(size / 2, INK, is_bold=True) for size in range(30, 14, -1)]
    big = next(
        (each for each in sizes if all(width_in(card.big, each) <= room_in for card in cards)), sizes[-1]
    )

    def paint(axes: Axes) -> None:
        bare(axes)
        axes.set_xlim(0, len(cards))
        axes.set_ylim(0, _HEIGHT_IN)
        for place, card in enumerate(cards):
            if place:
                axes.plot([place - 0.02] * 2, [0.05, _HEIGHT_IN - 0.05], color=PALE, linewidth=1)
            left = place + 0.04 if place else 0.0
            name = wrap(card.name, room_in, SMALL, 1)[0]
            axes.text(left, _HEIGHT_IN - 0.14, name, va="center", **text_options(SMALL))
            _figure(axes, left, card, big, room_in)

    return paint


def _figure(axes: Axes, left: float, card: _Card, big: Style, room_in: float) -> None:
    """Numbers and bar of a card."""
    if card.spread is None:
        axes.text(left, 0.66, "not known", va="center", **text_options(Style(12, GREY)))
        return
    width = 0.86
    middle_text = wrap(card.big, room_in, big, 1)[0]
    axes.text(left, 0.73, middle_text, va="center", **text_options(big))
    ends_text = wrap(spread_text(card.spread, card.scale), room_in, SMALL, 1)[0]
    axes.text(left, 0.42, ends_text, va="center", **text_options(SMALL))
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
