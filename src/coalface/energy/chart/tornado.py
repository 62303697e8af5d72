"""Which input moves the result most."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from coalface.energy.chart.axis import linear_x
from coalface.energy.chart.clean import clean
from coalface.energy.chart.font import text_options, wrap
from coalface.energy.chart.number import Scale, plain, scale_of
from coalface.energy.chart.palette import HEADING, INK, LABEL, MINED, MINED_BAND, SMALL
from coalface.energy.chart.sheet import MARGIN_IN, WIDTH_IN, Drawing, Sheet, Swatch
from coalface.energy.chart.words import assumed_line, kind_of_power, name_text, origin_line, stretch_text
from coalface.energy.parameter import Parameter, Standing
from coalface.energy.result import Result
from coalface.energy.tornado import Bar

__all__ = ["tornado_chart", "tornado_title"]

_ROW_IN = 0.42
_LEFT_IN, _RIGHT_IN = 3.1, 1.05
_INNER_IN = WIDTH_IN - _LEFT_IN - _RIGHT_IN
_FAR_RIGHT = 1 + (_RIGHT_IN - MARGIN_IN) / _INNER_IN
_MOST_BARS = 12
_HIGH_END: dict[str, Any] = {"marker": "o", "markersize": 8, "color": MINED, "markeredgewidth": 2}
_LOW_END: dict[str, Any] = {**_HIGH_END, "markerfacecolor": "#ffffff"}
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
        f"each bar shows {meaning}, if one input alone goes from a low value (5 % point, hollow end)"
        " to a high one (95 % point, full end) while all others stay at their most likely value; the"
        " numbers at its ends are those two values, and the longest bar is the doubt that matters most."
    )
    known = _known(result.tornado)
    every = [each for each in known if each.swing > 0]
    bars = every[:_MOST_BARS]
    sheet = Sheet()
    sheet.heading(title, f"{clean(result.title, 200)} · {stretch_text(result)} · {kind_of_power(result)}")
    if bars:
        sheet.legend(
            [
                Swatch("input at its low value", "#ffffff", marker=MINED),
                Swatch("at its high value", MINED, marker=MINED),
                Swatch("middle of all draws", INK, ":"),
            ]
        )
        sheet.gap(0.3)
        sheet.plot(_ROW_IN * len(bars), _LEFT_IN, _RIGHT_IN, lambda axes: _paint(axes, result, bars, meaning))
        sheet.gap(0.6)
    else:
        sheet.gap(0.1)
        sheet.text("No uncertain input moves the result, so there is nothing to compare.", HEADING)
    notes = [
        (
            "Rank correlation, over all draws: 1 if the result always rises with the input, -1 if it always"
            " falls, 0 if they are unrelated."
        ),
        assumed_line(result.inputs),
        origin_line(result),
    ]
    if len(known) > len(every):
        notes.insert(0, f"Uncertain inputs that do not move the result at all: {len(known) - len(every)}.")
    if len(every) > len(bars):
        notes.insert(0, f"Inputs that move the result less than these: {len(every) - len(bars)}.")
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
    for line, word in enumerate(("correlation", "rank")):
        y = 1 + (0.02 + 0.14 * line) / (_ROW_IN * len(bars))
        axes.text(
            _FAR_RIGHT, y, word, transform=axes.transAxes, ha="right", va="bottom", **text_options(SMALL)
        )


def _row(axes: Axes, place: int, bar: Bar, inputs: Mapping[str, Parameter]) -> None:
    """One input: name, bar, values at its ends, correlation."""
    low, high = bar.result_at_p5, bar.result_at_p95
    axes.plot([low, high], [place] * 2, color=MINED_BAND, linewidth=9, solid_capstyle="butt", zorder=2)
    axes.plot([low], [place], **_LOW_END, zorder=4)
    axes.plot([high], [place], **_HIGH_END, zorder=4)
    for x, value, is_left in ((low, bar.input_p5, low <= high), (high, bar.input_p95, low > high)):
        axes.annotate(
            plain(value),
            (x, place),
            xytext=(-9 if is_left else 9, 0),
            textcoords="offset points",
            ha="right" if is_left else "left",
            va="center_baseline",
            zorder=5,
            bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 0.8},
            **text_options(SMALL),
        )
    across = axes.get_yaxis_transform()
    for text, style, offset in (
        (name_text(bar.name), LABEL, -0.2),
        (_unit_and_standing(inputs.get(bar.name)), SMALL, 0.2),
    ):
        for line in wrap(text, _LEFT_IN - MARGIN_IN - 0.15, style, 1):
            x = -0.15 / _INNER_IN
            axes.text(
                x,
                place + offset,
                line,
                transform=across,
                ha="right",
                va="center_baseline",
                **text_options(style),
            )
    text = "none" if bar.rank_correlation is None else f"{bar.rank_correlation:+.2f}"
    axes.text(
        _FAR_RIGHT, place, text, transform=across, ha="right", va="center_baseline", **text_options(LABEL)
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
