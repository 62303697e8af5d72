"""What limits the hash rate, beside what is claimed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from coalface.energy.ceilings import Ceiling
from coalface.energy.chart.axis import log_limits, log_x
from coalface.energy.chart.clean import clean
from coalface.energy.chart.font import Style, text_options, width_in, wrap
from coalface.energy.chart.number import Scale, scale_of
from coalface.energy.chart.palette import (
    GREY,
    HEADING,
    INK,
    LABEL,
    MINED,
    MINED_BAND,
    SMALL,
    SOLD,
    SOLD_BAND,
    STRONG,
)
from coalface.energy.chart.sheet import MARGIN_IN, WIDTH_IN, Drawing, Sheet, Swatch
from coalface.energy.chart.words import (
    assumed_line,
    kind_of_power,
    name_text,
    origin_line,
    quantity_text,
    stretch_text,
)
from coalface.energy.result import Result
from coalface.energy.sampling import Spread
from coalface.energy.verdict import VerdictWord

__all__ = ["ceilings_chart", "ceilings_title"]

_ROW_IN = 0.72
_LEFT_IN, _RIGHT_IN = 3.2, 2.1
_INNER_IN = WIDTH_IN - _LEFT_IN - _RIGHT_IN
_FAR_RIGHT = 1 + (_RIGHT_IN - MARGIN_IN) / _INNER_IN
_LINE_IN = 0.16
_MOST_ROWS = 16


def ceilings_title(result: Result) -> str:
    """The verdict with the limit that decides it, in words."""
    binding = result.feasible.binding
    if binding is None:
        return "No limit has data, so it cannot be said what was possible"
    tightest = f"tightest limit: {name_text(binding)}"
    within = result.verdict.within_share
    draws = "" if within is None else f" in {within:.0%} of draws"
    match result.verdict.word:
        case VerdictWord.IMPOSSIBLE:
            return f"More than was possible; {tightest}"
        case VerdictWord.PLAUSIBLE:
            return f"Possible under every limit that has data; {tightest}"
        case VerdictWord.IMMATERIAL:
            return f"Possible, but too little to matter; {tightest}"
        case VerdictWord.UNDECIDED:
            return f"Undecided: possible{draws or ' in some draws'}; {tightest}"
        case VerdictWord.CANNOT_SAY:
            return "It cannot be said whether this was possible"


def ceilings_chart(result: Result) -> Drawing:
    """Drawing of every ceiling in one unit, with the claim."""
    title = ceilings_title(result)
    reading = (
        "each bar is the most that one limit allows (5 to 95 % of draws, a line at the middle estimate); a"
        " claim to the right of a bar is more than that limit allows, and the leftmost bar is the tightest."
        " Bar and claim move together, draw by draw: their ranges may overlap and the claim still fit."
    )
    rows = _in_order(result)[:_MOST_ROWS]
    if not rows:
        reading = "a limit would be drawn here as a bar beside the claim; none was stated, so none is drawn."
    sheet = Sheet()
    sheet.heading(title, f"{clean(result.title, 200)} · {stretch_text(result)} · {kind_of_power(result)}")
    if rows:
        sheet.legend(_swatches(result))
        sheet.gap(0.34)
        sheet.plot(
            _ROW_IN * (len(rows) + bool(_claim(result))),
            _LEFT_IN,
            _RIGHT_IN,
            lambda axes: _paint(axes, result, rows),
        )
        sheet.gap(0.6)
    else:
        sheet.text("No limit was stated.", HEADING)
    notes = [
        f"Verdict: {result.verdict.word.replace('_', ' ')}, because {clean(result.verdict.because, 300)}."
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
    """The claim, and rows of ceilings below it, over a band for the claim."""
    claim = _claim(result)
    spreads = result.feasible.spread_hs
    points = [value for each in spreads.values() for value in (each.p5, each.p50, each.p95)]
    leading = [claim.p50] if claim else [each.p50 for each in spreads.values()]
    if claim:
        points += [claim.p5, claim.p50, claim.p95]
    scale = scale_of(leading, "H/s")
    low, high = log_limits(points)
    axes.set_ylim(len(rows) - 0.5, -1.5 if claim else -0.5)
    axes.set_yticks([])
    log_x(axes, low, high, scale, f"mean hash rate [{scale.unit}] (each step to the right multiplies)")
    if claim:
        ends = [min(max(each, low), high) for each in (claim.p5, claim.p95)]
        axes.axvspan(*ends, facecolor=SOLD_BAND, alpha=0.5, linewidth=0, zorder=1)
        axes.axvline(claim.p50, color=SOLD, linewidth=2, linestyle="--", zorder=3)
        says = (
            f"what {quantity_text(result.amount.distribution.mode, clean(result.amount.unit, 24))} comes to"
        )
        _label(axes, -1, [("the claim", Style(9, SOLD, is_bold=True))], says)
        _numbers(axes, -1, claim, scale, Style(9, SOLD, is_bold=True))
    for place, each in enumerate(rows):
        _row(axes, place, each, result, scale)
    y = 1 + 0.06 / (_ROW_IN * (len(rows) + bool(claim)))
    head = f"5 / 50 / 95 % [{scale.unit}]"
    axes.text(_FAR_RIGHT, y, head, transform=axes.transAxes, ha="right", va="bottom", **text_options(SMALL))


def _row(axes: Axes, place: int, ceiling: Ceiling, result: Result, scale: Scale) -> None:
    """One ceiling: name, words, bar and numbers."""
    is_binding = ceiling.name == result.feasible.binding
    heads = [(name_text(ceiling.name), STRONG)]
    if is_binding:
        share = result.feasible.share_of_draws.get(ceiling.name, 0)
        heads.append((f"binds: the tightest in {share:.0%} of draws", Style(8, MINED, is_bold=True)))
    _label(axes, place, heads, clean(ceiling.says, 300))
    spread = result.feasible.spread_hs.get(ceiling.name)
    if spread is None:
        _no_data(axes, place, clean(ceiling.source, 200))
        return
    low, high = axes.get_xlim()
    if spread.p95 < low:
        inside = Style(8.5, MINED if is_binding else GREY, is_bold=is_binding)
        axes.text(
            0.1 / _INNER_IN,
            place,
            "left of this axis, which cannot show 0",
            transform=axes.get_yaxis_transform(),
            va="center_baseline",
            zorder=6,
            bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.5},
            **text_options(inside),
        )
        _numbers(axes, place, spread, scale, STRONG if is_binding else LABEL)
        return
    left, middle, end = (min(max(each, low), high) for each in (spread.p5, spread.p50, spread.p95))
    bar = Rectangle((left, place - 0.19), end - left, 0.38, edgecolor=INK, linewidth=0.8, zorder=4)
    bar.set_facecolor(MINED if is_binding else MINED_BAND)
    axes.add_patch(bar)
    color = "#ffffff" if is_binding else INK
    axes.plot([middle] * 2, [place - 0.17, place + 0.17], color=color, linewidth=2.2, zorder=5)
    _numbers(axes, place, spread, scale, STRONG if is_binding else LABEL)


def _label(axes: Axes, place: float, heads: Sequence[tuple[str, Style]], says: str) -> None:
    """Name and words of a row, at its left."""
    room_in = _LEFT_IN - MARGIN_IN - 0.15
    lines = [(line, style) for text, style in heads for line in wrap(text, room_in, style, 1)]
    lines += [(line, SMALL) for line in wrap(says, room_in, SMALL, 2)]
    across = axes.get_yaxis_transform()
    for number, (line, style) in enumerate(lines):
        y = place + (number - (len(lines) - 1) / 2) * _LINE_IN / _ROW_IN
        x = -0.15 / _INNER_IN
        axes.text(x, y, line, transform=across, ha="right", va="center_baseline", **text_options(style))


def _numbers(axes: Axes, place: float, spread: Spread, scale: Scale, style: Style) -> None:
    """The three points of a row, at its right."""
    across = axes.get_yaxis_transform()
    points = (spread.p5, spread.p50, spread.p95)
    text = " / ".join(scale.text(each) for each in points)
    if width_in(text, style) > _RIGHT_IN - MARGIN_IN:
        own = scale_of([spread.p50], "H/s")
        text = f"{' / '.join(own.text(each) for each in points)} {own.unit}"
    axes.text(
        _FAR_RIGHT, place, text, transform=across, ha="right", va="center_baseline", **text_options(style)
    )


def _no_data(axes: Axes, place: float, why: str) -> None:
    """A row without data says so, and what is missing."""
    style = Style(8.5, GREY)
    lines = wrap(f"no data: {why}" if why else "no data", _INNER_IN - 0.2, style, 2)
    for number, line in enumerate(lines):
        axes.text(
            0.1 / _INNER_IN,
            place + (number - (len(lines) - 1) / 2) * _LINE_IN / _ROW_IN,
            line,
            transform=axes.get_yaxis_transform(),
            va="center_baseline",
            zorder=6,
            bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.5},
            **text_options(style),
        )
