"""Many who are paid at once are one lane, and nobody's loot is drawn twice."""

from __future__ import annotations

from collections.abc import Mapping

from coalface.range.picture.plan import plan
from coalface.range.picture.timeline import Flow, StoryEvent, Timeline
from coalface.range.picture.words import captions
from coalface.range.score.truth import Scenario

PEOPLE = [f"person-{number}" for number in range(15)]
KINDS = {"thief": "thief", "friend": "associate", "bank": "exchange"} | dict.fromkeys(PEOPLE, "private")
LAWFUL = {name: name not in {"thief", "friend"} for name in KINDS}


def paid(height: int, event: str, payees: Mapping[str, int]) -> StoryEvent:
    flows = tuple(Flow("thief", payee, sat) for payee, sat in payees.items())
    text = f"the thief pays {sum(payees.values())} sat"
    return StoryEvent(height, 1_700_000_000 + height, "thief", event, text, (), flows, 0)


def told(*events: StoryEvent) -> Timeline:
    scenario = Scenario("many", 1, 10, "0", None, None)
    return Timeline(scenario, events, KINDS, LAWFUL, [])


DUST = paid(5, "dust", {**dict.fromkeys(PEOPLE, 546), "bank": 546, "friend": 546})


def test_many_lawful_payees_share_a_lane() -> None:
    drawn = plan(told(DUST))
    assert [(lane.title, lane.role) for lane in drawn.lanes] == [
        ("thief", "suspect"),
        ("16 others", "other"),
        ("friend", "suspect"),
    ]
    assert drawn.lanes[1].actors == {*PEOPLE, "bank"}
    assert drawn.columns[0].value_sat == 17 * 546


def test_whoever_has_a_lane_of_their_own_holds_their_coin_there() -> None:
    drawn = plan(told(DUST, paid(6, "peel", {"bank": 10**9})))
    lanes = {lane.title: lane.actors for lane in drawn.lanes}
    assert lanes["bank"] == {"bank"}
    assert lanes["16 others"] == set(PEOPLE)


def test_few_payees_keep_their_lanes() -> None:
    drawn = plan(told(paid(5, "pay", dict.fromkeys(["bank", "friend"], 546))))
    assert [lane.title for lane in drawn.lanes] == ["thief", "bank", "friend"]


def test_captions_count_what_they_put_together() -> None:
    peels = [paid(height, "peel", {"bank": 5 * 10**8}) for height in (6, 7)]
    assert list(captions(told(DUST, *peels))) == [
        (1, "2023-11-14", "dust: the thief pays 9282 sat"),
        (2, "2023-11-14", "peel, 2 times, 10 BTC in all; the first: the thief pays 5 BTC"),
    ]
