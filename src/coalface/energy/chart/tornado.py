"""Which input moves the result most."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from coalface.energy.chart.axis import linear_x
from coalface.energy.chart.clean import clean
from coalface.energy.chart.font import Style, text_options, wrap
from coalface.energy.chart.number import Scale, plain, scale_of
from coalface.energy.chart.palette import GREY, HEADING, INK, LABEL, MINED, SMALL, SOLD_BAND
from coalface.energy.chart.sheet import MARGIN_IN, WIDTH_IN, Drawing, Sheet, Swatch
from coalface.energy.chart.words import assumed_line, kind_of_power, name_text, origin_line, stretch_text
from coalface.energy.parameter import Parameter, Standing
from coalface.energy.result import Result
from coalface.energy.tornado import Bar

__all__ = ["tornado_chart", "tornado_title"]

_ROW_IN = 0.42
_LEFT_IN, _RIGHT_IN = 3.1, 1.05
_MOST_BARS = 12
_UNITS = {"usd": "USD", "btc": "BTC", "energy_mwh": "MWh"}
_MEANINGS = {
    "usd": "what is earned, before every cost",
    "btc": "the bitcoin earned",
    "energy_mwh": "the electricity needed",
}


def tornado_title(result: Result) -> str:
    """The input that moves the result most, in words."""
    bars = _known(result.tornado)
    if not bars or bars[0].swing == 0:
        return "No input moves the result: nothing in it is uncertain"
    scale = _scale(result, bars[:1])
    low, high = sorted((bars[0].result_at_p5, bars[0].result_at_p95))
    name = name_text(bars[0].name)
    return f"The largest doubt: {name} ({scale.text(low)} to {scale.text(high)} {scale.unit})"


def tornado_chart(result: Result) -> Drawing:
    """Drawing of every input's influence."""
    title = tornado_title(result)
    meaning = _MEANINGS.get(result.tornado_of, name_text(result.tornado_of))
    reading = (
        f"each bar shows {meaning} if that one input alone goes from a low value (5 % point, pale end) to a high"
        " one (95 % point, dark end) and every other stays at its most likely value; the longest matters most."
    )
    every = _known(result.tornado)
    bars = every[:_MOST_BARS]
    sheet = Sheet()
    sheet.heading(title, f"{clean(result.title, 200)} · {stretch_text(result)} · {kind_of_power(result)}")
    if bars:
        sheet.legend(
            [
                Swatch("input low", SOLD_BAND),
                Swatch("input high", MINED),
                Swatch("middle of all draws", INK, ":"),
            ]
        )
        sheet.gap(0.3)
        sheet.plot(_ROW_IN * len(bars), _LEFT_IN, _RIGHT_IN, lambda axes: _paint(axes, result, bars, meaning))
        sheet.gap(0.6)
    else:
        sheet.gap(0.1)
        sheet.text("No input varies, so there is nothing to compare.", HEADING)
    notes = [
        "Rank correlation: 1 if the result always rises with the input, -1 if it always falls, 0 if they are"
        " unrelated; over all draws together.",
        assumed_line(result.inputs),
        origin_line(result),
    ]
    if len(every) > len(bars):
        notes.insert(0, f"{len(every) - len(bars)} more inputs move the result less than these.")
    sheet.notes(reading, notes)
    return Drawing(title, reading, sheet.figure())


def _known(bars: Sequence[Bar]) -> list[Bar]:
    """Bars whose ends are numbers, the longest first."""
    known = [each for each in bars if math.isfinite(each.result_at_p5) and math.isfinite(each.result_at_p95)]
    return sorted(known, key=lambda each: -each.swing)


def _scale(result: Result, bars: Sequence[Bar]) -> Scale:
    """Unit of the results."""
    ends = [end for each in bars for end in (each.result_at_p5, each.result_at_p95)]
    return scale_of(ends, _UNITS.get(result.tornado_of, ""))


def _paint(axes: Axes, result: Result, bars: Sequence[Bar], meaning: str) -> None:
    """Bars from the longest at the top."""
    scale = _scale(result, bars)
    ends = [end for each in bars for end in (each.result_at_p5, each.result_at_p95)]
    middle = _middle(result)
    if middle is not None:
        ends.append(middle)
    low, high = min(ends), max(ends)
    room = 0.16 * (high - low) or 0.1 * abs(high) or 1.0
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_yticks([])
    linear_x(axes, low - room, high + room, scale, f"{meaning} [{scale.unit}]")
    if middle is not None:
        axes.axvline(middle, color=INK, linewidth=1.4, linestyle=":", zorder=3)
    for place, bar in enumerate(bars):
        _row(axes, place, bar, result.inputs)
    right = 1 + (_RIGHT_IN - MARGIN_IN) / (WIDTH_IN - _LEFT_IN - _RIGHT_IN)
    for line, word in enumerate(("correlation", "rank")):
        axes.text(
            right, 1, word, transform=axes.transAxes, ha="right", va="bottom",
            position=(right, 1 + (0.02 + 0.14 * line) / (_ROW_IN * len(bars))), **text_options(SMALL),
        )  # fmt: skip


def _row(axes: Axes, place: int, bar: Bar, inputs: Mapping[str, Parameter]) -> None:
    """One input: name, bar, values at its ends, correlation."""
    left, right = sorted((bar.result_at_p5, bar.result_at_p95))
    centre = (left + right) / 2
    is_rising = bar.result_at_p5 <= bar.result_at_p95
    for start, is_high in ((left, not is_rising), (centre, is_rising)):
        color = MINED if is_high else SOLD_BAND
        half = Rectangle((start, place - 0.26), centre - left, 0.52, facecolor=color, linewidth=0, zorder=2)
        axes.add_patch(half)
    edge = Rectangle(
        (left, place - 0.26), right - left, 0.52, facecolor="none", edgecolor=GREY, linewidth=0.8, zorder=4
    )
    axes.add_patch(edge)
    at_left, at_right = (bar.input_p5, bar.input_p95) if is_rising else (bar.input_p95, bar.input_p5)
    for x, value, side in ((left, at_left, "right"), (right, at_right, "left")):
        axes.annotate(
            plain(value), (x, place), xytext=(-5 if side == "right" else 5, 0), textcoords="offset points",
            ha=side, va="center_baseline", zorder=5, **text_options(SMALL),
        )  # fmt: skip
    across = axes.get_yaxis_transform()
    inner_in = WIDTH_IN - _LEFT_IN - _RIGHT_IN
    parameter = inputs.get(bar.name)
    lines = wrap(name_text(bar.name), _LEFT_IN - MARGIN_IN - 0.15, LABEL, 1)
    axes.text(
        -0.15 / inner_in,
        place - 0.2,
        lines[0] if lines else "",
        transform=across,
        ha="right",
        va="center_baseline",
        **text_options(LABEL),
    )
    small = wrap(_unit_and_standing(parameter), _LEFT_IN - MARGIN_IN - 0.15, SMALL, 1)
    axes.text(
        -0.15 / inner_in,
        place + 0.2,
        small[0] if small else "",
        transform=across,
        ha="right",
        va="center_baseline",
        **text_options(SMALL),
    )
    right_edge = 1 + (_RIGHT_IN - MARGIN_IN) / inner_in
    text = "–" if bar.rank_correlation is None else f"{bar.rank_correlation:+.2f}"
    axes.text(
        right_edge, place, text, transform=across, ha="right", va="center_baseline", **text_options(LABEL)
    )


def _unit_and_standing(parameter: Parameter | None) -> str:
    """Unit, and whether the input is assumed."""
    if parameter is None:
        return ""
    unit = "" if parameter.unit == "1" else f"{clean(parameter.unit, 24)}, "
    return f"{unit}ASSUMED" if parameter.standing is Standing.ASSUMED else f"{unit}{parameter.standing}"


def _middle(result: Result) -> float | None:
    """Median of the result."""
    spread = {
        "usd": result.outcome.usd,
        "btc": result.outcome.btc,
        "energy_mwh": result.outcome.energy_mwh,
    }.get(result.tornado_of)
    return spread.p50 if spread is not None and math.isfinite(spread.p50) else None
