"""Axes with ticks of our own: their places and texts follow from the numbers alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from coalface.energy.chart.font import text_options
from coalface.energy.chart.number import Scale
from coalface.energy.chart.palette import FAINT, GREY, LABEL, PALE, SMALL

__all__ = ["bare", "linear_x", "log_limits", "log_ticks", "log_x", "log_y"]


def bare(axes: Axes) -> None:
    """Take away frame and ticks."""
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])


def log_limits(values: Iterable[float]) -> tuple[float, float]:
    """Limits that hold all positive values with a little room."""
    known = [value for value in values if math.isfinite(value) and value > 0]
    if not known:
        return 0.1, 10.0
    low, high = math.log10(min(known)), math.log10(max(known))
    room = max(0.06 * (high - low), 0.12)
    return 10 ** max(low - room, -300.0), 10 ** min(high + room, 300.0)


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers from `low` to `high`: 1, 2, 5 and their tens, or tens alone where there are many."""
    decades = math.log10(high) - math.log10(low)
    if decades < 0.8:
        steps: tuple[float, ...] = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)
    else:
        steps = (1.0, 2.0, 5.0) if decades < 2.6 else (1.0,)
    stride = max(1, math.ceil(decades / 8)) if len(steps) == 1 else 1
    first = math.floor(math.log10(low))
    powers = range(first - first % stride, math.ceil(math.log10(high)) + 1, stride)
    ticks = [step * 10.0**power for power in powers for step in steps]
    return [tick for tick in ticks if low <= tick <= high]


def log_y(axes: Axes, low: float, high: float, scale: Scale, label: str) -> None:
    """A logarithmic axis at the left."""
    axes.set_yscale("log", nonpositive="mask")
    axes.set_ylim(low, high)
    ticks = log_ticks(low, high)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_yticks(ticks, [scale.text(tick) for tick in ticks], **text_options(LABEL))
    axes.set_ylabel(label, labelpad=8, **text_options(LABEL))
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    _frame(axes)


def log_x(axes: Axes, low: float, high: float, scale: Scale, label: str) -> None:
    """A logarithmic axis at the bottom."""
    axes.set_xscale("log", nonpositive="mask")
    axes.set_xlim(low, high)
    axes.xaxis.set_minor_locator(NullLocator())
    _x_ticks(axes, log_ticks(low, high), scale, label)


def linear_x(axes: Axes, low: float, high: float, scale: Scale, label: str) -> None:
    """An axis of equal steps at the bottom; limits in the values' own unit."""
    axes.set_xlim(low, high)
    ends = np.array([low, high]) / scale.divisor
    ticks = [float(tick) * scale.divisor for tick in MaxNLocator(6).tick_values(*ends)]
    _x_ticks(axes, [tick for tick in ticks if low <= tick <= high], scale, label)


def _x_ticks(axes: Axes, ticks: Sequence[float], scale: Scale, label: str) -> None:
    """Ticks at the bottom with their texts."""
    axes.set_xticks(ticks, [scale.text(tick) for tick in ticks], **text_options(SMALL))
    axes.set_xlabel(label, labelpad=6, **text_options(LABEL))
    axes.grid(axis="x", color=PALE, linewidth=0.8)
    _frame(axes)


def _frame(axes: Axes) -> None:
    """A quiet frame, the grid below everything."""
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)
    axes.tick_params(color=FAINT, labelcolor=GREY, length=3)
