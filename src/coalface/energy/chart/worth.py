"""What a unit of fuel earned as bitcoin month by month, beside what it sold for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle
from numpy.typing import NDArray

from coalface.energy.chart.axis import bare, log_limits, log_y
from coalface.energy.chart.clean import clean
from coalface.energy.chart.event_marks import Mark, at_day, date_text, in_order, place_marks
from coalface.energy.chart.font import text_options, wrap
from coalface.energy.chart.number import plain, scale_of
from coalface.energy.chart.palette import (
    BODY,
    GREY,
    HEADING,
    INK,
    LABEL,
    MINED,
    MINED_BAND,
    PAID_TINT,
    SMALL,
    SOLD,
    SOLD_BAND,
    STRONG,
)
from coalface.energy.chart.sheet import MARGIN_IN, WIDTH_IN, Drawing, Sheet, Swatch
from coalface.energy.chart.words import (
    assumed_line,
    kind_of_power,
    month_text,
    origin_line,
    stretch_text,
    unit_name,
)
from coalface.energy.chart.worth_words import currency, per_unit, price_note, worth_reading, worth_title
from coalface.energy.monthly import Month, Paid
from coalface.energy.parameter import Parameter
from coalface.energy.result import Event, Result

__all__ = ["worth_chart"]

Floats = NDArray[np.float64]

_LEFT_IN, _RIGHT_IN, _HEIGHT_IN = 1.05, MARGIN_IN, 3.5
_INNER_IN = WIDTH_IN - _LEFT_IN - _RIGHT_IN
_ROW_IN = 0.24
_MOST_EVENTS = 30
_HATCH = "////"


def worth_chart(result: Result) -> Drawing:
    """Drawing of the worth of a unit month by month."""
    title, reading = worth_title(result), worth_reading(result)
    first, last = _ends(result)
    events = in_order(result.events)[:_MOST_EVENTS]
    inside = [(n, at_day(each)) for n, each in enumerate(events, 1) if first <= at_day(each) <= last]
    marks = place_marks([(n, (day - first) / (last - first) * _INNER_IN) for n, day in inside])
    rows = 1 + max((mark.row for mark in marks), default=-1)

    sheet = Sheet()
    below = f"{clean(result.title, 200)} · {stretch_text(result)} · {kind_of_power(result)}"
    sheet.heading(title, below)
    sheet.legend(_swatches(result))
    sheet.gap(0.1 + rows * _ROW_IN)

    def paint(axes: Axes) -> None:
        axes.set_xlim(first, last)
        _paint_worth(axes, result)
        _paint_events(axes, marks, inside, first)
        _month_ticks(axes, result.months, first, last)

    sheet.plot(_HEIGHT_IN, _LEFT_IN, _RIGHT_IN, paint)
    sheet.gap(0.55)
    _explain_events(sheet, result.events, events, {number for number, _ in inside})
    notes = [price_note(result), *_alternative_note(result), assumed_line(result.inputs), origin_line(result)]
    sheet.notes(reading, notes)
    return Drawing(title, reading, sheet.figure())


def _ends(result: Result) -> tuple[float, float]:
    """First day and the day after the last one, counted from 1970."""
    first, last = (
        float(day.astype("datetime64[D]").astype(np.int64)) for day in (result.first_day, result.last_day)
    )
    return first, max(last, first) + 1


def _swatches(result: Result) -> list[Swatch]:
    """Legend: only what is on the chart."""
    unit = unit_name(result)
    found = [
        Swatch(f"a {unit} mined", MINED, "-"),
        Swatch("9 of 10 draws", MINED_BAND),
    ]
    sold = _sold(result)
    if sold is not None:
        found.append(Swatch(f"a {unit} sold", SOLD, "--"))
        if sold.distribution.low < sold.distribution.high:
            found.append(Swatch("lowest to highest", SOLD_BAND))
    words = {each.paid for each in result.months}
    if Paid.YES in words:
        found.append(Swatch("mining paid more", PAID_TINT))
    if Paid.UNCLEAR in words:
        found.append(Swatch("unclear", "#ffffff", hatch=_HATCH))
    return found


def _sold(result: Result) -> Parameter | None:
    """What a unit sells for, if that can be shown beside what it earns."""
    if result.alternative is None or currency(result) != "USD":
        return None
    return result.alternative.usd_per_unit


def _edges(month: Month, first: float, last: float) -> tuple[float, float]:
    """Days at which the month begins and ends on the chart."""
    start = month.month.astype("datetime64[M]")
    days = [float(each.astype("datetime64[D]").astype(np.int64)) for each in (start, start + 1)]
    return max(days[0], first), min(days[1], last)


def _paint_worth(axes: Axes, result: Result) -> None:
    """Shading of months, band, steps and the price of selling."""
    first, last = axes.get_xlim()
    spreads = [per_unit(result, each) for each in result.months]
    values = [value for each in spreads if each is not None for value in (each.p5, each.p50, each.p95)]
    sold = _sold(result)
    if sold is not None:
        edges = (sold.distribution.low, sold.distribution.mode, sold.distribution.high)
        values.extend(edges)
    if not any(math.isfinite(value) and value > 0 for value in values):
        bare(axes)
        axes.text(0.5, 0.5, "no data", transform=axes.transAxes, ha="center", **text_options(HEADING))
        return
    low, high = log_limits(values)
    scale = scale_of([], "")
    label = f"{currency(result)} per {unit_name(result)} (each step up multiplies)"
    log_y(axes, low, high, scale, wrap(label, _HEIGHT_IN, LABEL, 1)[0])
    for month, spread in zip(result.months, spreads, strict=True):
        left, right = _edges(month, first, last)
        if right <= left:
            continue
        if month.paid is Paid.YES:
            axes.axvspan(left, right, facecolor=PAID_TINT, edgecolor="none", zorder=0)
        elif month.paid is Paid.UNCLEAR:
            axes.axvspan(
                left, right, facecolor="none", edgecolor="#d0d0d0", hatch=_HATCH, linewidth=0, zorder=0
            )
        if spread is not None:
            bottom, top = (min(max(value, low), high) for value in (spread.p5, spread.p95))
            band = Rectangle((left, bottom), right - left, top - bottom, facecolor=MINED_BAND, linewidth=0)
            axes.add_patch(band)
    _steps(axes, result, spreads_p50=[math.nan if each is None else each.p50 for each in spreads])
    if sold is not None:
        if sold.distribution.low < sold.distribution.high:
            span = [min(max(value, low), high) for value in (sold.distribution.low, sold.distribution.high)]
            axes.axhspan(*span, facecolor=SOLD_BAND, alpha=0.6, linewidth=0)
        axes.axhline(sold.distribution.mode, color=SOLD, linewidth=2, linestyle="--", zorder=4)


def _steps(axes: Axes, result: Result, spreads_p50: Sequence[float]) -> None:
    """The medians as stairs, with a gap where a month has none."""
    first, last = axes.get_xlim()
    x: list[float] = []
    y: list[float] = []
    end = -math.inf
    for month, value in zip(result.months, spreads_p50, strict=True):
        left, right = _edges(month, first, last)
        if left > end:
            x.append(left)
            y.append(math.nan)
        x.extend((left, right))
        y.extend((value, value))
        end = right
    axes.plot(x, y, color=MINED, linewidth=2.2, solid_joinstyle="miter", zorder=5)


def _paint_events(
    axes: Axes, marks: Sequence[Mark], inside: Sequence[tuple[int, float]], first: float
) -> None:
    """A line at every event and its number above the plot."""
    last = axes.get_xlim()[1]
    across = axes.get_xaxis_transform()
    per_in = (last - first) / _INNER_IN
    for _, day in inside:
        axes.plot([day, day], [0, 1], color=INK, linewidth=0.9, linestyle=":", transform=across, zorder=3)
    for mark in marks:
        x = first + mark.x_in * per_in
        middle = 1 + (0.06 + (mark.row + 0.5) * _ROW_IN) / _HEIGHT_IN
        axes.plot(
            [x, x], [1, middle], color=INK, linewidth=0.9, linestyle=":", transform=across, clip_on=False
        )
    for mark in marks:
        x = first + mark.x_in * per_in
        middle = 1 + (0.06 + (mark.row + 0.5) * _ROW_IN) / _HEIGHT_IN
        width, height = mark.width_in * per_in, 0.19 / _HEIGHT_IN
        pill = FancyBboxPatch(
            (x - width / 2, middle - height / 2),
            width,
            height,
            boxstyle="square,pad=0",
            facecolor="#ffffff",
            edgecolor=INK,
            linewidth=0.9,
            transform=across,
            clip_on=False,
            zorder=6,
        )
        axes.add_patch(pill)
        axes.text(
            x,
            middle,
            mark.label,
            transform=across,
            ha="center",
            va="center_baseline",
            clip_on=False,
            zorder=7,
            **text_options(STRONG),
        )


def _month_ticks(axes: Axes, months: Sequence[Month], first: float, last: float) -> None:
    """Names of months below the plot, as many as have room."""
    step = next((each for each in (1, 2, 3, 6, 12, 24, 60, 120) if len(months) / each <= 18), 240)
    ticks, texts = [], []
    shown_year = ""
    for place, each in enumerate(months):
        number = int(each.month.astype("datetime64[M]").astype(np.int64)) % 12
        is_shown = place % step == 0 if step <= 1 else number % min(step, 12) == 0
        left, right = _edges(each, first, last)
        if not is_shown or (step > 12 and (each.month.astype("datetime64[Y]").astype(int)) % (step // 12)):
            continue
        name, year = month_text(each.month).split(" ")
        ticks.append((left + right) / 2)
        texts.append(f"{name}\n{year}" if year != shown_year else name)
        shown_year = year
    axes.set_xticks(ticks, texts, **text_options(LABEL))
    axes.tick_params(axis="x", length=0, pad=5, color=GREY)


def _explain_events(sheet: Sheet, every: Sequence[Event], shown: Sequence[Event], inside: set[int]) -> None:
    """What the numbers stand for."""
    if not shown:
        return
    sheet.text("Events", HEADING)
    sheet.gap(0.03)
    for number, event in enumerate(shown, 1):
        where = "" if number in inside else " (outside of the chart)"
        says = f"{date_text(event)}{where}: {clean(event.says, 400)} [{clean(event.source, 200)}]"
        sheet.text(says, BODY, 2, indent_in=0.36, mark=f"{number}")
        sheet.gap(0.03)
    if len(every) > len(shown):
        sheet.text(f"and {len(every) - len(shown)} later events, which the HTML page lists", SMALL)
    sheet.gap(0.05)


def _alternative_note(result: Result) -> list[str]:
    """What a sold unit's price is from."""
    if result.alternative is None:
        return [f"What a {unit_name(result)} would sell for is not known, so nothing is compared with it."]
    price = result.alternative.usd_per_unit
    low, mode, high = (
        plain(each) for each in (price.distribution.low, price.distribution.mode, price.distribution.high)
    )
    spread = f"{mode} USD" if low == high else f"{mode} USD ({low} to {high})"
    says = clean(result.alternative.says, 200)
    return [f"Sold: {says}: {spread} per {unit_name(result)}; {price.standing}, {clean(price.source, 200)}."]
