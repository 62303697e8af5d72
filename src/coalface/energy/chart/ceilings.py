"""What limits the hash rate, beside what is claimed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from coalface.energy.ceilings import Ceiling
from coalface.energy.chart.axis import log_limits, log_x
from coalface.energy.chart.clean import clean
from coalface.energy.chart.font import Style, text_options, wrap
from coalface.energy.chart.number import Scale, scale_of
from coalface.energy.chart.palette import (
    GREY,
    HEADING,
    INK,
    MINED,
    MINED_BAND,
    SMALL,
    SOLD,
    SOLD_BAND,
    STRONG,
)
from coalface.energy.chart.sheet import MARGIN_IN, WIDTH_IN, Drawing, Sheet, Swatch
from coalface.energy.chart.words import assumed_line, kind_of_power, name_text, origin_line, stretch_text
from coalface.energy.result import Result
from coalface.energy.sampling import Spread
from coalface.energy.verdict import VerdictWord

__all__ = ["ceilings_chart", "ceilings_title"]

_ROW_IN = 0.66
_LEFT_IN, _RIGHT_IN = 3.35, 1.75
_INNER_IN = WIDTH_IN - _LEFT_IN - _RIGHT_IN
_MOST_ROWS = 16


def ceilings_title(result: Result) -> str:
    """The verdict with the limit that decides it, in words."""
    binding = result.feasible.binding
    if binding is None:
        return "No limit has data, so it cannot be said what was possible"
    name = name_text(binding)
    match result.verdict.word:
        case VerdictWord.IMPOSSIBLE:
            return f"More than was possible; the tightest limit: {name}"
        case VerdictWord.PLAUSIBLE:
            return f"Possible under every limit that has data; the tightest: {name}"
        case VerdictWord.IMMATERIAL:
            return f"Possible, but too little to matter; the tightest limit: {name}"
        case VerdictWord.UNDECIDED:
            return f"Perhaps possible: the data do not decide; the tightest limit: {name}"
        case VerdictWord.CANNOT_SAY:
            return "It cannot be said whether this was possible"


def ceilings_chart(result: Result) -> Drawing:
    """Drawing of every ceiling in one unit, with the claim."""
    title = ceilings_title(result)
    reading = (
        "each bar is the most that one limit allows, with a line at its middle estimate (bar: 5 to 95 % of draws);"
        " a claim that lies to the right of a bar is more than that limit allows, and the leftmost bar is the tightest."
    )
    rows = _in_order(result)[:_MOST_ROWS]
    sheet = Sheet()
    sheet.heading(title, f"{clean(result.title, 200)} · {stretch_text(result)} · {kind_of_power(result)}")
    if rows:
        sheet.legend(_swatches(result))
        sheet.gap(0.34)
        sheet.plot(_ROW_IN * len(rows), _LEFT_IN, _RIGHT_IN, lambda axes: _paint(axes, result, rows))
        sheet.gap(0.6)
    else:
        sheet.text("No limit was stated.", HEADING)
    notes = [
        f"Verdict: {clean(str(result.verdict.word).replace('_', ' '), 40)}: {clean(result.verdict.because, 300)}."
    ]
    missing = [name_text(each) for each in result.feasible.unavailable]
    if missing:
        notes.append(
            f"No data for: {'; '.join(missing)}. Such a limit is neither zero nor infinite: it is not known."
        )
    if len(result.ceilings) > len(rows):
        notes.append(f"{len(result.ceilings) - len(rows)} more limits stand on the HTML page.")
    sheet.notes(reading, [*notes, assumed_line(result.inputs), origin_line(result)])
    return Drawing(title, reading, sheet.figure())


def _swatches(result: Result) -> list[Swatch]:
    """Legend."""
    found = [Swatch("a limit", MINED_BAND), Swatch("the limit that binds", MINED)]
    if _claim(result) is not None:
        found += [Swatch("the claim: middle estimate", SOLD, "--"), Swatch("5 to 95 %", SOLD_BAND)]
    return found


def _in_order(result: Result) -> list[Ceiling]:
    """Ceilings with data, the tightest first, and then those without."""
    spreads = result.feasible.spread_hs
    known = [each for each in result.ceilings if each.name in spreads]
    return sorted(known, key=lambda each: spreads[each.name].p50) + [
        each for each in result.ceilings if each.name not in spreads
    ]


def _claim(result: Result) -> Spread | None:
    """The claimed hash rate, where all of it is known."""
    claim = result.outcome.hashrate_hs
    if claim is None or not all(math.isfinite(each) for each in (claim.p5, claim.p50, claim.p95)):
        return None
    return claim


def _paint(axes: Axes, result: Result, rows: Sequence[Ceiling]) -> None:
    """Rows of ceilings over a band for the claim."""
    claim = _claim(result)
    spreads = result.feasible.spread_hs
    points = [value for each in spreads.values() for value in (each.p5, each.p50, each.p95)]
    leading = [claim.p50] if claim else [each.p50 for each in spreads.values()]
    if claim:
        points += [claim.p5, claim.p50, claim.p95]
    scale = scale_of(leading, "H/s")
    low, high = log_limits(points)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    log_x(axes, low, high, scale, f"mean hash rate [{scale.unit}] (each step to the right multiplies)")
    if claim:
        ends = [min(max(each, low), high) for each in (claim.p5, claim.p95)]
        axes.axvspan(*ends, facecolor=SOLD_BAND, alpha=0.55, linewidth=0, zorder=1)
        axes.axvline(claim.p50, color=SOLD, linewidth=2, linestyle="--", zorder=3)
    right = 1 + (_RIGHT_IN - MARGIN_IN) / _INNER_IN
    axes.text(
        right,
        1 + 0.06 / (_ROW_IN * len(rows)),
        f"5 / 50 / 95 % in {scale.unit}",
        transform=axes.transAxes,
        ha="right",
        va="bottom",
        **text_options(SMALL),
    )
    for place, each in enumerate(rows):
        _row(axes, place, each, result, scale)


def _row(axes: Axes, place: int, ceiling: Ceiling, result: Result, scale: Scale) -> None:
    """One ceiling: name, words, bar and numbers."""
    is_binding = ceiling.name == result.feasible.binding
    across = axes.get_yaxis_transform()
    room_in = _LEFT_IN - MARGIN_IN - 0.15
    name = name_text(ceiling.name)
    if is_binding:
        name += f" – binds in {result.feasible.share_of_draws.get(ceiling.name, 0):.0%} of draws"
    lines = [(line, STRONG) for line in wrap(name, room_in, STRONG, 1)]
    lines += [(line, SMALL) for line in wrap(clean(ceiling.says, 300), room_in, SMALL, 2)]
    for line, (text, style) in enumerate(lines):
        offset = (line - (len(lines) - 1) / 2) * 0.165 / _ROW_IN
        axes.text(
            -0.15 / _INNER_IN,
            place + offset,
            text,
            transform=across,
            ha="right",
            va="center_baseline",
            **text_options(style),
        )
    right = 1 + (_RIGHT_IN - MARGIN_IN) / _INNER_IN
    spread = result.feasible.spread_hs.get(ceiling.name)
    if spread is None:
        why = f"no data: {clean(ceiling.source, 200)}" if ceiling.source.strip() else "no data"
        found = wrap(why, _INNER_IN - 0.2, Style(8.5, GREY), 2)
        for line, text in enumerate(found):
            offset = (line - (len(found) - 1) / 2) * 0.165 / _ROW_IN
            axes.text(
                0.1 / _INNER_IN,
                place + offset,
                text,
                transform=across,
                va="center_baseline",
                zorder=6,
                bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.5},
                **text_options(Style(8.5, GREY)),
            )
        return
    low, high = axes.get_xlim()
    left, middle, end = (min(max(each, low), high) for each in (spread.p5, spread.p50, spread.p95))
    color = MINED if is_binding else MINED_BAND
    bar = Rectangle(
        (left, place - 0.19), end - left, 0.38, facecolor=color, edgecolor=INK, linewidth=0.8, zorder=4
    )
    axes.add_patch(bar)
    axes.plot([middle, middle], [place - 0.27, place + 0.27], color=INK, linewidth=2.4, zorder=5)
    numbers = " / ".join(scale.text(each) for each in (spread.p5, spread.p50, spread.p95))
    style = STRONG if is_binding else Style(9, INK)
    axes.text(
        right, place, numbers, transform=across, ha="right", va="center_baseline", **text_options(style)
    )
