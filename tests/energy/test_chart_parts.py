"""The parts of charts: numbers, texts, marks, and that nothing on a page lies over something else."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from coalface.energy.chart.axis import log_limits, log_ticks
from coalface.energy.chart.clean import clean
from coalface.energy.chart.drawings import DRAWINGS
from coalface.energy.chart.event_marks import place_marks
from coalface.energy.chart.font import Style, width_in, wrap
from coalface.energy.chart.number import plain, scale_of
from coalface.energy.chart.render import settled
from coalface.energy.chart.words import quantity_text
from energy.results import EVERY

LAYOUTS = [
    *((name, "worth") for name in sorted(EVERY)),
    *((name, "outcome") for name in ("twelve", "no_fuel", "no_prices", "measured", "hostile")),
    *((name, "ceilings") for name in ("twelve", "no_ceilings", "measured", "hostile")),
    *((name, "tornado") for name in ("twelve", "no_fuel", "hostile")),
]
"""Results whose charts differ in more than a number."""


@pytest.mark.parametrize(("name", "what"), LAYOUTS)
def test_no_text_lies_over_another_or_leaves_the_page(name: str, what: str) -> None:
    with settled():
        figure = DRAWINGS[what](EVERY[name]()).figure
        renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]  # matplotlib's own gap
        figure.draw(renderer)
        texts = [each for each in figure.findobj(Text) if each.get_text().strip()]
        boxes = [(each.get_text(), Text.get_window_extent(each, renderer)) for each in texts]
        page = figure.bbox
    for text, box in boxes:
        assert box.x0 >= page.x0, text
        assert box.x1 <= page.x1, text
        assert box.y0 >= page.y0, text
        assert box.y1 <= page.y1, text
    for (a, box), (b, other) in itertools.combinations(boxes, 2):
        # A line's box holds room for accents and tails, which may touch those of the next line.
        across = min(box.x1, other.x1) - max(box.x0, other.x0)
        along = min(box.y1, other.y1) - max(box.y0, other.y0)
        assert across <= 1 or along <= 0.25 * min(box.height, other.height), (a, b)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (52.5, "52.5"),
        (699.76, "700"),
        (0.000058, "0.000058"),
        (42_812.0, "42,800"),
        (1e-9, "1.00e-09"),
        (float("inf"), "no upper end"),
        (float("nan"), "unknown"),
        (-12.34, "-12.3"),
        (999.6, "1,000"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1e6, "t", "1 million tonnes"),
        (1.0, "t", "1 tonne"),
        (5e16, "H/s", "50 PH/s"),
        (0.318, "MW", "318 kW"),
        (2.82e6, "MWh", "2.82 TWh"),
        (43, "1", "43 blocks"),
        (429e6, "USD", "429 million USD"),
        (0.0, "BTC", "0 BTC"),
        (0.25, "BTC", "0.25 BTC"),
    ],
)
def test_quantities(value: float, unit: str, text: str) -> None:
    assert quantity_text(value, unit) == text


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=4),
    st.sampled_from(["H/s", "MW", "t", ""]),
)
def test_every_number_has_a_scale_and_a_text(values: list[float], unit: str) -> None:
    scale = scale_of(values, unit)
    assert all(scale.text(value) for value in values)


@given(st.text(max_size=60))
def test_clean_text_is_visible_and_stays_so(text: str) -> None:
    once = clean(text, 50)
    assert once.isprintable()
    assert "\n" not in once
    once.encode()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.floats(0.5, 5), st.integers(1, 4))
def test_wrapped_lines_fit(text: str, most_in: float, most_lines: int) -> None:
    style = Style(9, "#000000")
    lines = wrap(clean(text), most_in, style, most_lines)
    assert len(lines) <= most_lines
    assert all(width_in(line, style) <= most_in + 1e-9 for line in lines)


@given(st.lists(st.floats(0, 8), max_size=40))
def test_marks_stand_apart_and_name_every_event(places: list[float]) -> None:
    marks = place_marks(list(enumerate(sorted(places), 1)))
    assert [
        n for each in sorted(marks, key=lambda m: m.first) for n in range(each.first, each.last + 1)
    ] == list(range(1, len(places) + 1))
    for row in range(3):
        in_row = sorted((each for each in marks if each.row == row), key=lambda each: each.x_in)
        for left, right in itertools.pairwise(in_row):
            assert left.x_in + left.width_in / 2 < right.x_in - right.width_in / 2


@given(st.floats(1e-250, 1e250), st.floats(1, 1e6))
def test_log_axes_have_ticks(low: float, ratio: float) -> None:
    ends = log_limits([low, low * ratio])
    assert ends[0] < low <= low * ratio < ends[1]
    assert 2 <= len(log_ticks(*ends)) <= 12
