"""The picture of a story: a lane an actor, time from left to right, arrows for payments, a band for loot."""

from __future__ import annotations

import textwrap
from collections.abc import Generator, Iterator

from coalface.range.picture.plan import Column, Lane, Plan, plan
from coalface.range.picture.svg import document, element, text
from coalface.range.picture.timeline import Timeline
from coalface.range.picture.words import short_amount, told
from coalface.units import format_time

__all__ = ["draw_story"]

_LABELS = 216
"""Pixels to the left of the first column."""
_COLUMN = 122
_LANE = 74
_TOP = 150
_RIGHT = 150
"""Pixels to the right of the last column: who has the loot at the end."""
_BAND = 30
"""Height of the band of whoever holds everything that was stolen."""
_CAPTION = 17
_MAX_LINES = 3
_ANY_HEIGHT = 1 << 40
"""Above every height: how things ended."""
_LETTER = 7
"""Mean width of a letter of 12 pixels."""

# Okabe and Ito (2008), colours that differ for colour-blind people too; roles also differ in their label.
_COLOURS = {"suspect": "#d55e00", "service": "#0072b2", "other": "#5b6770"}
_LOOT = "#f2b28c"
_STYLE = (
    "text{font-family:'DejaVu Sans',Verdana,Arial,sans-serif;font-size:12px;fill:#1d2329}"
    ".title{font-size:20px;font-weight:bold}.sub{fill:#5b6770}.name{font-weight:bold;font-size:13px}"
    ".small{font-size:11px;fill:#5b6770}.amount{font-weight:bold;paint-order:stroke;stroke:#fff;"
    "stroke-width:4px;stroke-linejoin:round}.number{fill:#fff;font-weight:bold}.loot{fill:#a34700}"
)
_FEES = "fees"
_ROLES = {"suspect": "suspect", "service": "service", "other": "other person"}


def draw_story(timeline: Timeline) -> str:
    """The story as an SVG document, the same bytes for the same story.

    Parameters
    ----------
    timeline
        The story and what is true.

    Notes
    -----
    Columns stand for events and not for equal times: their dates are above. Amounts are rounded for reading;
    the timeline has them exact.
    """
    return _Picture(timeline, plan(timeline)).draw()


class _Picture:
    """Where everything stands."""

    def __init__(self, timeline: Timeline, drawn: Plan) -> None:
        self.timeline, self.plan = timeline, drawn
        self.lane_y = {lane.key: _TOP + _LANE // 2 + n * _LANE for n, lane in enumerate(drawn.lanes)}
        self.bottom = _TOP + _LANE * len(drawn.lanes)
        n_columns = max(len(drawn.columns), 5)
        self.width = _LABELS + _COLUMN * n_columns + _RIGHT
        heights = [each.events[-1].height for each in drawn.columns]
        self.held = [timeline.held_sat(height) for height in heights[:-1]]
        self.end_sat = timeline.held_sat(_ANY_HEIGHT)
        self.held.append(self.end_sat)
        self.all_sat = max(sum(each.values()) for each in self.held)

    def draw(self) -> str:
        """The document."""
        captions = list(self._captions())
        height = self.bottom + 96 + _CAPTION * len(captions)
        content = [element("rect", width=self.width, height=height, fill="#ffffff"), *self._head()]
        content += self._lanes()
        content += self._bands()
        for number, column in enumerate(self.plan.columns):
            content += self._column(number, column)
        content += self._ends()
        content += self._legend(self.bottom + 30)
        content += [text(x, self.bottom + 84 + n * _CAPTION, line) for n, (x, line) in enumerate(captions)]
        scenario = self.timeline.scenario
        title = f"What happened in the made-up case {scenario.name}, seed {scenario.seed}"
        return document(self.width, height, title, _STYLE, content)

    def _x(self, number: int) -> int:
        return _LABELS + _COLUMN * number + _COLUMN // 2

    def _head(self) -> Iterator[str]:
        scenario = self.timeline.scenario
        yield text(20, 36, f"The case {scenario.name}", class_="title")
        yield text(
            20,
            58,
            "A made-up case on a made-up chain. Read from left to right: who paid whom, when, and how much.",
            class_="sub",
        )

    def _ends(self) -> Iterator[str]:
        """What each lane has of the loot when the chain ends."""
        x = self.width - _RIGHT + 12
        if self.all_sat:
            yield text(x, _TOP - 58, "stolen coin", class_="small")
            yield text(x, _TOP - 44, "at the end", class_="small")
        for lane in self.plan.lanes:
            sat = sum(self.end_sat.get(actor, 0) for actor in lane.actors)
            if sat:
                yield text(x, self.lane_y[lane.key] + 4, short_amount(sat), class_="amount loot")

    def _lanes(self) -> Iterator[str]:
        for n, lane in enumerate(self.plan.lanes):
            y = _TOP + n * _LANE
            fill = "#f6f8fa" if n % 2 == 0 else "#ffffff"
            yield element("rect", x=0, y=y, width=self.width, height=_LANE, fill=fill)
            colour = _COLOURS[lane.role]
            middle = self.lane_y[lane.key]
            yield element("rect", x=14, y=middle - 22, width=6, height=44, rx=3, fill=colour)
            yield text(30, middle - 4, _cut(lane.title, 24), class_="name")
            yield text(30, middle + 14, _cut(_described(lane), 28), class_="small")
            yield element(
                "line",
                x1=_LABELS,
                y1=middle,
                x2=self.width - _RIGHT,
                y2=middle,
                stroke="#c9d1d9",
                stroke_width=1,
            )

    def _bands(self) -> Iterator[str]:
        """How much of the loot each lane holds, from one event to the next."""
        for number, held in enumerate(self.held):
            last = number == len(self.held) - 1
            x, end = self._x(number), self.width - _RIGHT if last else self._x(number + 1)
            for lane in self.plan.lanes:
                sat = sum(held.get(actor, 0) for actor in lane.actors)
                thick = _BAND * sat // self.all_sat if self.all_sat else 0
                if sat:
                    thick = max(2, thick)
                    y = self.lane_y[lane.key] - thick // 2
                    yield element("rect", x=x, y=y, width=end - x, height=thick, fill=_LOOT)

    def _column(self, number: int, column: Column) -> Iterator[str]:
        x, first, last = self._x(number), column.events[0], column.events[-1]
        date, until = format_time(first.time_unix)[:10], format_time(last.time_unix)[:10]
        yield element(
            "line",
            x1=x,
            y1=_TOP - 12,
            x2=x,
            y2=self.bottom,
            stroke="#dfe4e9",
            stroke_width=1,
            stroke_dasharray="2 4",
        )
        yield text(x, _TOP - 58, date, text_anchor="middle", class_="small")
        if until != date:
            yield text(x, _TOP - 44, f"to {until}", text_anchor="middle", class_="small")
        else:
            yield text(x, _TOP - 44, f"block {first.height}", text_anchor="middle", class_="small")
        yield _badge(x, _TOP - 24, str(number + 1))
        key = next((lane.key for lane in self.plan.lanes if first.actor in lane.actors), None)
        if not column.flows:
            yield from self._own(x, key, column)
        # The longest to the left: no arrow passes the amount at the end of another.
        flows = sorted(column.flows.items(), key=lambda each: (-self._length(each[0]), each[0]))
        payees = {payee for (_, payee), _ in flows}
        labels = []
        for place, (pair, sat) in enumerate(flows):
            at = x + _shift(place, len(flows))
            yield from self._arrow(at, *pair, sat)
            labels.append(self._amount(at, *pair, sat, at_payee=len(payees) == len(flows)))
        yield from labels

    def _own(self, x: int, key: str | None, column: Column) -> Iterator[str]:
        """An event in which nobody paid anybody: the actor moves or mixes what is their own."""
        if key is None:
            return
        y = self.lane_y[key]
        yield element("circle", cx=x, cy=y, r=9, fill="#ffffff", stroke="#1d2329", stroke_width=2)
        yield element("circle", cx=x, cy=y, r=3, fill="#1d2329")
        moved = sum(event.moved_sat for event in column.events)
        if moved:
            yield text(x, y - 16, short_amount(moved), text_anchor="middle", class_="amount")

    def _arrow(self, x: int, payer: str, payee: str, sat: int) -> Iterator[str]:
        start, end = self.lane_y[payer], self.lane_y[payee]
        thick = self._thickness(sat)
        way = 1 if end > start else -1
        tip = end - way * 3
        neck = tip - way * (8 + thick)
        half = 5 + thick // 2
        yield element(
            "line",
            x1=x,
            y1=start,
            x2=x,
            y2=neck,
            stroke="#1d2329",
            stroke_width=thick,
            stroke_linecap="round",
        )
        points = f"{x},{tip} {x - half},{neck} {x + half},{neck}"
        yield element("polygon", points=points, fill="#1d2329")
        yield element("circle", cx=x, cy=start, r=3 + thick // 2, fill="#1d2329")

    def _amount(self, x: int, payer: str, payee: str, sat: int, *, at_payee: bool) -> str:
        """The amount beside an arrow, between two lanes, where neither line nor band is."""
        start, end = self.lane_y[payer], self.lane_y[payee]
        way = 1 if end > start else -1
        y = end - way * (_LANE // 2) if at_payee else start + way * (_LANE // 2)
        return text(x + 8 + self._thickness(sat) // 2, y + 4, short_amount(sat), class_="amount")

    def _length(self, pair: tuple[str, str]) -> int:
        return abs(self.lane_y[pair[0]] - self.lane_y[pair[1]])

    def _thickness(self, sat: int) -> int:
        """Pixels, from 2 to 9, a step for each power of ten below the largest payment."""
        largest = max((value for column in self.plan.columns for value in column.flows.values()), default=1)
        steps = len(str(largest)) - len(str(sat))
        return max(2, 8 - 2 * steps)

    def _legend(self, y: int) -> Iterator[str]:
        x = 20
        yield element("line", x1=0, y1=y - 24, x2=self.width, y2=y - 24, stroke="#c9d1d9", stroke_width=1)
        for role, colour in _COLOURS.items():
            yield element("rect", x=x, y=y - 10, width=6, height=14, rx=3, fill=colour)
            yield text(x + 12, y, _ROLES[role])
            x += 12 + _LETTER * len(_ROLES[role]) + 22
        for words, kind in (
            ("payment (the thicker, the more)", "arrow"),
            ("moves or mixes their own coin", "own"),
            ("stolen coin that somebody holds", "loot"),
        ):
            x = yield from _sample(x, y, kind, words)
        yield text(20, y + 20, "Amounts are rounded; columns are events, not equal times.", class_="small")

    def _captions(self) -> Iterator[tuple[int, str]]:
        """What the numbers stand for, wrapped: where a line begins, and the line."""
        columns = (self.width - 80) // _LETTER
        for number, column in enumerate(self.plan.columns, 1):
            lines = textwrap.wrap(f"{number}.  {told(column)}", columns, break_long_words=True)
            for place, line in enumerate(lines[:_MAX_LINES]):
                cut = "…" if place == _MAX_LINES - 1 and len(lines) > _MAX_LINES else ""
                yield (20 if place == 0 else 40), line + cut
        if self.end_sat.get(_FEES):
            yield 20, f"Of the stolen coin {short_amount(self.end_sat[_FEES])} went to miners as fees."
        left = self.plan.n_events_left_out
        if left:
            yield 20, f"Not drawn: {left} further events. `coalface range story` lists all."


def _described(lane: Lane) -> str:
    return f"{lane.subtitle} ({_ROLES[lane.role]})" if lane.role == "suspect" else lane.subtitle


def _badge(x: int, y: int, label: str) -> str:
    circle = element("circle", cx=x, cy=y, r=11, fill="#1d2329")
    return circle + text(x, y + 4, label, text_anchor="middle", class_="number")


def _shift(place: int, n: int) -> int:
    """Where the arrows of one column stand beside each other."""
    gap = min(14, 60 // max(n, 1))
    return gap * place - gap * (n - 1) // 2


def _sample(x: int, y: int, kind: str, words: str) -> Generator[str, None, int]:
    """One entry of the legend; returns where the next one begins."""
    match kind:
        case "arrow":
            yield element("line", x1=x, y1=y - 4, x2=x + 14, y2=y - 4, stroke="#1d2329", stroke_width=4)
            yield element(
                "polygon", points=f"{x + 24},{y - 4} {x + 13},{y - 10} {x + 13},{y + 2}", fill="#1d2329"
            )
        case "own":
            yield element(
                "circle", cx=x + 12, cy=y - 4, r=7, fill="#ffffff", stroke="#1d2329", stroke_width=2
            )
            yield element("circle", cx=x + 12, cy=y - 4, r=2, fill="#1d2329")
        case _:
            yield element("rect", x=x, y=y - 11, width=24, height=13, fill=_LOOT)
    yield text(x + 32, y, words)
    return x + 32 + _LETTER * len(words) + 22


def _cut(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[: most - 1]}…"
