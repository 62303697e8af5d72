"""A page of parts one below the other, each as high as its text needs, so that nothing overlaps.

The height of every part is known before anything is drawn: texts are measured and wrapped, and the figure is
made as high as the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from coalface.energy.chart.font import Style, balanced, text_options, width_in, wrap
from coalface.energy.chart.palette import BODY, FAINT, GREY, INK, SMALL, STRONG, TITLE

__all__ = ["MARGIN_IN", "WIDTH_IN", "Drawing", "Sheet", "Swatch"]

WIDTH_IN = 9.6
MARGIN_IN = 0.35
_INNER_IN = WIDTH_IN - 2 * MARGIN_IN

Paint = Callable[[Figure, float, float], None]
"""Draws a part: the figure, its height in inches, and the part's distance from its top."""


@dataclass(frozen=True)
class Drawing:
    """A finished chart.

    Attributes
    ----------
    title
        The answer in words.
    reading
        How to read it, one sentence.
    figure
        The picture, both texts on it.
    """

    title: str
    reading: str
    figure: Figure


@dataclass(frozen=True)
class Swatch:
    """One entry of a legend.

    Attributes
    ----------
    label
        What it stands for.
    color
        Of the line or area.
    dash
        Line style of a line, `None` for an area.
    hatch
        Of an area.
    marker
        Colour of the edge, if it is a dot.
    """

    label: str
    color: str
    dash: Literal["-", "--", ":"] | None = None
    hatch: str = ""
    marker: str | None = None


class Sheet:
    """Parts of a chart from top to bottom; ends as a figure."""

    def __init__(self) -> None:
        self._parts: list[tuple[float, Paint]] = []

    def gap(self, height_in: float) -> None:
        """Leave room."""
        self._parts.append((height_in, lambda _figure, _height, _top: None))

    def text(
        self, text: str, style: Style, most_lines: int = 3, indent_in: float = 0.0, mark: str = ""
    ) -> None:
        """Write a paragraph, perhaps with a mark in the room that `indent_in` leaves at its left."""
        break_lines = balanced if style.is_bold else wrap
        lines = break_lines(text, _INNER_IN - indent_in, style, most_lines)

        def paint(figure: Figure, height_in: float, top_in: float) -> None:
            if mark:
                _write(figure, height_in, top_in, MARGIN_IN, mark, STRONG)
            for place, line in enumerate(lines):
                _write(figure, height_in, top_in + place * style.line_in, MARGIN_IN + indent_in, line, style)

        self._parts.append((len(lines) * style.line_in, paint))

    def heading(self, title: str, below: str) -> None:
        """Write title and subtitle."""
        self.gap(0.3)
        self.text(title, TITLE)
        self.gap(0.04)
        self.text(below, Style(9.5, GREY), 2)
        self.gap(0.14)

    def notes(self, reading: str, others: Sequence[str]) -> None:
        """Write how to read the chart, and what it rests on."""
        self._rule()
        self.text(f"How to read it: {reading}", BODY, 4)
        for each in others:
            self.gap(0.03)
            self.text(each, SMALL, 4)
        self.gap(0.25)

    def legend(self, swatches: Sequence[Swatch]) -> None:
        """Explain lines and areas, in as many rows as they need."""
        row_in, swatch_in, space_in = 0.22, 0.36, 0.3
        placed: list[tuple[int, float, Swatch]] = []
        row, at_in = 0, 0.0
        for each in swatches:
            need_in = swatch_in + width_in(each.label, BODY) + 0.08
            if at_in and at_in + need_in > _INNER_IN:
                row, at_in = row + 1, 0.0
            placed.append((row, MARGIN_IN + at_in, each))
            at_in += need_in + space_in

        def paint(figure: Figure, height_in: float, top_in: float) -> None:
            for place, left_in, each in placed:
                middle_in = top_in + (place + 0.5) * row_in
                _swatch(figure, height_in, left_in, middle_in, each)
                _write(figure, height_in, middle_in - 0.085, left_in + swatch_in + 0.08, each.label, BODY)

        self._parts.append(((row + 1) * row_in, paint))

    def plot(
        self, height_in: float, left_in: float, right_in: float, paint_axes: Callable[[Axes], None]
    ) -> None:
        """Leave room for axes whose edges are `left_in` and `right_in` from the page's."""

        def paint(figure: Figure, page_in: float, top_in: float) -> None:
            width = (WIDTH_IN - left_in - right_in) / WIDTH_IN
            bottom = 1 - (top_in + height_in) / page_in
            axes = figure.add_axes((left_in / WIDTH_IN, bottom, width, height_in / page_in))
            axes.set_facecolor("#ffffff")
            paint_axes(axes)

        self._parts.append((height_in, paint))

    def figure(self) -> Figure:
        """The page; as high as its parts."""
        height_in = sum(height for height, _ in self._parts)
        figure = Figure(figsize=(WIDTH_IN, height_in), facecolor="#ffffff")
        top_in = 0.0
        for part_in, paint in self._parts:
            paint(figure, height_in, top_in)
            top_in += part_in
        return figure

    def _rule(self) -> None:
        """A thin line across the page."""

        def paint(figure: Figure, height_in: float, top_in: float) -> None:
            y = 1 - (top_in + 0.1) / height_in
            ends = [MARGIN_IN / WIDTH_IN, 1 - MARGIN_IN / WIDTH_IN]
            figure.add_artist(Line2D(ends, [y, y], color=FAINT, linewidth=0.8))

        self._parts.append((0.2, paint))


def _write(figure: Figure, page_in: float, top_in: float, left_in: float, text: str, style: Style) -> None:
    """One line; `top_in` is the top of its line."""
    baseline_in = top_in + 1.02 * style.size_pt / 72
    figure.text(left_in / WIDTH_IN, 1 - baseline_in / page_in, text, va="baseline", **text_options(style))


def _swatch(figure: Figure, page_in: float, left_in: float, middle_in: float, swatch: Swatch) -> None:
    """The sample of a legend."""
    x, width = left_in / WIDTH_IN, 0.36 / WIDTH_IN
    y = 1 - middle_in / page_in
    if swatch.dash is not None:
        line = Line2D([x, x + width], [y, y], color=swatch.color, linewidth=2, linestyle=swatch.dash)
        figure.add_artist(line)
        return
    if swatch.marker is not None:
        dot = Line2D([x + width / 2], [y], marker="o", markersize=8, color=swatch.color, linewidth=0)
        dot.set_markeredgecolor(swatch.marker)
        dot.set_markeredgewidth(2)
        figure.add_artist(dot)
        return
    height = 0.13 / page_in
    area = Rectangle(
        (x, y - height / 2), width, height, facecolor=swatch.color, edgecolor=GREY, linewidth=0.5
    )
    if swatch.hatch:
        area.set_hatch(swatch.hatch)
        area.set_edgecolor(INK)
    figure.add_artist(area)
