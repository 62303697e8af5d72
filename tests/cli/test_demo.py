"""The demo: what it finds, how near that is to the truth, and what it leaves alone."""

from pathlib import Path

import pytest

from coalface.cli import main
from coalface.range.demo import Demo, run_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return run_demo(tmp_path_factory.mktemp("demo") / "story")


def test_two_runs_make_a_sound_store(demo: Demo) -> None:
    assert demo.is_sound
    assert (demo.first_run.blocks_added, demo.second_run.blocks_added) == (200, len(demo.story.blocks) - 200)
    assert (demo.second_run.blocks_removed, demo.second_run.stale_blocks) == (0, len(demo.story.stale))


def test_nothing_is_lost_on_the_way(demo: Demo) -> None:
    for found in (demo.trace, demo.traced_through):
        total = sum(found.totals_sat.values()) + found.lost_to_fees_sat + found.met_again_sat
        assert total == found.origin_sat == demo.story.truth.deeds.stolen_sat


def test_the_trace_comes_near_the_truth_because_it_stops(demo: Demo) -> None:
    truth = demo.story.truth.stolen_at_tip_sat
    assert demo.by_actor_sat["exchange-b"] == truth["exchange-b"]
    assert abs(demo.by_actor_sat["associate"] - truth["associate"]) <= 10
    involved = set(truth) | {"fees"}
    assert sum(sat for actor, sat in demo.by_actor_sat.items() if actor not in involved) == 0
    smeared = {actor for actor in demo.through_by_actor_sat if actor not in involved}
    assert len(smeared) > 20


def test_only_the_listed_address_is_listed(demo: Demo) -> None:
    assert {role: found.result for role, found in demo.screened.items()} == {
        "listed": "listed",
        "loot": "nothing_found",
        "innocent": "nothing_found",
        "victim": "attributed",
    }
    loot, innocent = demo.screened["loot"].cospend, demo.screened["innocent"].cospend
    assert loot is not None
    assert (loot.status, loot.n_listed) == ("inference", 1)
    assert loot.nearest_txids == (demo.story.truth.deeds.consolidation_txid,)
    assert innocent is not None
    assert innocent.n_listed == 0


def test_the_same_seed_tells_the_same_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for _ in range(2):
        assert main(["demo", str(tmp_path / "again")]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]
    assert "why the dusted one is not accused" in texts[0]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "letter.txt").write_text("dear diary", encoding="ascii")
    assert main(["demo", str(tmp_path)]) == 2
    assert "is not the folder of an earlier demo" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_without_the_signing_library_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    for name in [name for name in sys.modules if name.startswith("coalface.range")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "coincurve", None)
    assert main(["demo"]) == 2
    assert "pip install 'coalface[range]'" in capsys.readouterr().err
