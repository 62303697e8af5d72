"""The timeline says who paid whom; the picture is sound XML, the same each time, and all of it is inside."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.cli import main
from coalface.errors import RangeFileError
from coalface.range.picture import Timeline, draw_story, read_timeline
from coalface.range.picture.plan import plan
from coalface.range.picture.svg import clean, text
from coalface.range.picture.words import short_amount
from story import Story

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def timeline(told_folder: Path) -> Timeline:
    return read_timeline(told_folder)


@pytest.fixture
def copy(told_folder: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "demo"
    shutil.copytree(told_folder, folder, ignore=shutil.ignore_patterns("blocks"))
    return folder


def words(drawn: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(drawn).iter(f"{SVG}text")]


def test_flows_are_what_the_ledger_says(timeline: Timeline, story: Story) -> None:
    deeds, ledger = story.truth.deeds, story.truth.ledger
    [theft] = [event for event in timeline.events if event.event == "theft"]
    assert [(flow.from_actor, flow.to_actor) for flow in theft.flows] == [("exchange-a", "thief")]
    assert theft.flows[0].value_sat == deeds.stolen_sat
    peels = [event for event in timeline.events if event.event == "peel"]
    assert sum(flow.value_sat for event in peels for flow in event.flows) == sum(
        ledger.outputs[each].value_sat for each in deeds.peel_deposits
    )
    [mix] = [event for event in timeline.events if event.event == "coinjoin"]
    assert mix.flows == ()
    assert mix.moved_sat == 170_000_000
    [dust] = [event for event in timeline.events if event.event == "dust"]
    assert {flow.value_sat for flow in dust.flows} == {546}


def test_the_loot_adds_up_at_every_height(timeline: Timeline, story: Story) -> None:
    for height in (205, 216, 260, 320):
        assert sum(timeline.held_sat(height).values()) == story.truth.deeds.stolen_sat
    assert timeline.held_sat(204) == {}
    assert timeline.held_sat(320) == story.truth.stolen_at_tip_sat


def test_the_picture_is_sound_and_the_same_each_time(timeline: Timeline, told_folder: Path) -> None:
    drawn = draw_story(timeline)
    assert drawn == draw_story(read_timeline(told_folder))
    shown = words(drawn)
    for expected in (
        "exchange-a",
        "thief",
        "exchange-b",
        "associate",
        "6 people",
        "1,998 BTC",
        "stolen coin",
    ):
        assert expected in shown
    assert not re.search(r"\d\.\d{5,}|[0-9]e[-+]?[0-9]", re.sub(r"#[0-9a-f]{6}", "", drawn))
    # Nothing of it may be fetched or run.
    assert not re.search(r"<script|href|url\(|@import|on[a-z]+=", drawn)


def test_everything_drawn_lies_inside(timeline: Timeline) -> None:
    root = ET.fromstring(draw_story(timeline))
    width, height = int(root.attrib["width"]), int(root.attrib["height"])
    for node in root.iter():
        for name, most in (
            ("x", width),
            ("x1", width),
            ("x2", width),
            ("cx", width),
            ("y", height),
            ("cy", height),
        ):
            if name in node.attrib:
                assert 0 <= int(node.attrib[name]) <= most


def test_alike_events_share_a_column_and_nothing_is_lost(timeline: Timeline) -> None:
    drawn = plan(timeline)
    assert sum(len(column.events) for column in drawn.columns) == len(timeline.events)
    assert drawn.n_events_left_out == 0
    assert sum(column.value_sat for column in drawn.columns) == sum(
        flow.value_sat for event in timeline.events for flow in event.flows
    )


def test_a_long_story_is_cut_by_value_and_says_so(timeline: Timeline) -> None:
    theft, dust = timeline.events[0], next(event for event in timeline.events if event.event == "dust")
    many = replace(timeline, events=tuple(replace((theft, dust)[n % 2], height=n) for n in range(60)))
    drawn = plan(many)
    assert len(drawn.columns) == 14
    assert {column.events[0].event for column in drawn.columns} == {"theft", "dust"}
    assert drawn.n_events_left_out == 46
    assert any("46 further events" in line for line in words(draw_story(many)))


def test_a_crowd_of_actors_is_cut_and_says_so(timeline: Timeline) -> None:
    theft = timeline.events[0]
    flow = theft.flows[0]
    events = tuple(
        replace(
            theft,
            actor=f"a{n}",
            flows=(replace(flow, from_actor=f"a{n}", to_actor=f"b{n}", value_sat=n + 1),),
        )
        for n in range(14)
    )
    drawn = plan(replace(timeline, events=events))
    assert (len(drawn.lanes), len(drawn.columns)) == (12, 6)
    assert any("8 further events" in line for line in words(draw_story(replace(timeline, events=events))))


def test_what_suspects_do_comes_before_what_others_do(timeline: Timeline) -> None:
    theft = timeline.events[0]
    lawful = tuple(
        replace(
            theft,
            actor="shop",
            event=f"sale {n}",
            flows=(replace(theft.flows[0], from_actor="iris", to_actor="shop", value_sat=10**15),),
        )
        for n in range(20)
    )
    drawn = plan(replace(timeline, events=(*lawful, *timeline.events)))
    assert {lane.key for lane in drawn.lanes}.isdisjoint({"shop"})
    assert drawn.n_events_left_out == 20


def test_a_cut_picture_has_no_empty_column(timeline: Timeline) -> None:
    theft = timeline.events[0]
    events = tuple(
        replace(
            theft,
            event=f"kind {n}",
            actor=f"a{n % 30}",
            flows=() if n % 3 else (replace(theft.flows[0], from_actor=f"a{n % 30}", to_actor=f"b{n % 9}"),),
        )
        for n in range(80)
    )
    drawn = plan(replace(timeline, events=events))
    lanes = {lane.key for lane in drawn.lanes}
    assert 0 < len(drawn.columns) <= 14
    for column in drawn.columns:
        assert {name for pair in column.flows for name in pair} <= lanes
        assert column.flows or column.events[0].actor in lanes


def test_a_story_without_events_is_a_picture_too(timeline: Timeline) -> None:
    assert words(draw_story(replace(timeline, events=(), stolen_sat=())))[0] == "The case story"


@given(st.text(), st.text())
def test_no_text_can_leave_its_place(name: str, said: str) -> None:
    node = ET.fromstring(text(1, 2, said, class_=clean(name)))
    assert node.tag == "text"
    assert len(node) == 0
    assert (node.text or "").strip() == clean(said)


def test_hostile_names_are_text(timeline: Timeline) -> None:
    name = '"><script>alert(1)</script>\u202e\x00'
    theft = timeline.events[0]
    hostile = replace(
        theft, actor=name, text=name, flows=tuple(replace(flow, from_actor=name) for flow in theft.flows)
    )
    drawn = draw_story(replace(timeline, events=(hostile,)))
    assert "<script" not in drawn
    assert "\u202e" not in drawn
    assert any(word.startswith('"><script>') for word in words(drawn))


@given(st.integers(1, 21 * 10**14))
def test_short_amounts_are_near(value_sat: int) -> None:
    shown = short_amount(value_sat)
    number, unit = shown.split(" ")
    value = float(number.replace(",", "")) * (1 if unit == "sat" else 10**8)
    assert abs(value - value_sat) <= max(value_sat * 0.0006, 5000 if unit == "BTC" else 0)
    assert len(shown) <= 15


Change = Callable[[list[dict[str, Any]]], object]


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: {"events": rows},
        lambda rows: [*rows, 3],
        lambda rows: [{**rows[0], "height": "205"}],
        lambda rows: [{**rows[0], "height": True}],
        lambda rows: [{**rows[0], "time_unix": 10**18}],
        lambda rows: [{**rows[0], "txids": ["00" * 32]}],
        lambda rows: [{**rows[0], "txids": [7]}],
        lambda rows: [{name: value for name, value in rows[0].items() if name != "text"}],
    ],
)
def test_a_wrong_story_is_refused(copy: Path, change: Change) -> None:
    path = copy / "story.json"
    path.write_text(json.dumps(change(json.loads(path.read_text("utf-8")))), "utf-8")
    with pytest.raises(RangeFileError) as caught:
        read_timeline(copy)
    assert caught.value.code == "range_story"


def test_the_verb_prints_and_draws(
    told_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "story.svg"
    assert main(["range", "story", str(told_folder), "--svg", str(picture)]) == 0
    printed = capsys.readouterr().out
    assert "2024-03-09T20:19:11Z  The hot wallet of exchange-a is robbed.\n" in printed
    assert "1998.22426521  exchange-a  thief\n" in printed
    assert picture.read_text("utf-8") == draw_story(read_timeline(told_folder))
    assert main(["range", "story", str(told_folder), "--format", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 19
    assert rows[0]["flows"] == [{"from_actor": "exchange-a", "to_actor": "thief", "value_sat": 199822426521}]


def test_a_picture_that_cannot_be_written_is_an_error(
    told_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["range", "story", str(told_folder), "--svg", str(tmp_path / "no" / "such.svg")]) == 1
    assert "such.svg`" in capsys.readouterr().err
