"""The demo: what it finds, how near that is to the truth, and what it leaves alone."""

from pathlib import Path

import pytest

from coalface.cli import main
from coalface.range.demo import Demo, run_demo
from coalface.range.score import read_truth, score


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return run_demo(tmp_path_factory.mktemp("demo") / "case")


def test_two_runs_make_a_sound_store(demo: Demo) -> None:
    assert demo.is_sound
    assert (demo.first_run.blocks_added, demo.second_run.blocks_added) == (200, 121)
    assert (demo.second_run.blocks_removed, demo.second_run.stale_blocks) == (0, 3)


def test_nothing_is_lost_on_the_way(demo: Demo) -> None:
    for found in (demo.trace, demo.traced_through):
        total = sum(found.totals_sat.values()) + found.lost_to_fees_sat + found.met_again_sat
        assert total == found.origin_sat == demo.case.theft.stolen_sat
    assert sum(demo.case.theft.holders_sat.values()) == demo.case.theft.stolen_sat


def test_the_trace_comes_near_the_truth_because_it_stops(demo: Demo) -> None:
    truth = demo.case.theft.holders_sat
    for criminal in ("heist-thief", "heist-associate"):
        assert abs(demo.by_actor_sat[criminal] - truth[criminal]) <= 10

    def astray_sat(found: dict[str, int]) -> int:
        return sum(max(0, sat - truth.get(actor, 0)) for actor, sat in found.items())

    assert astray_sat(demo.by_actor_sat) * 10 < demo.case.theft.stolen_sat
    assert astray_sat(demo.through_by_actor_sat) > 2 * astray_sat(demo.by_actor_sat)
    smeared = {actor for actor in demo.through_by_actor_sat if actor not in truth}
    assert len(smeared) > 10


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_only_the_listed_address_is_listed(seed: int, tmp_path: Path) -> None:
    demo = run_demo(tmp_path / "case", seed)
    assert {role: found.result for role, found in demo.screened.items()} == {
        "listed": "listed",
        "loot": "nothing_found",
        "innocent": "nothing_found",
        "service": "attributed",
    }
    loot, innocent = demo.screened["loot"].cospend, demo.screened["innocent"].cospend
    assert loot is not None
    assert (loot.status, loot.n_listed) == ("inference", 1)
    consolidation = next(event for event in demo.timeline.events if event.event == "consolidation")
    assert loot.nearest_txids == consolidation.txids
    assert innocent is not None
    assert innocent.n_listed == 0


def test_the_dust_that_it_tells_of_was_sent_by_the_thief_and_lies_there(demo: Demo) -> None:
    dust = demo.case.dust
    ends = {(each.txid, each.vout): each for each in demo.trace.terminals}
    end = ends[dust.txid, dust.vout]
    assert (end.boundary, end.address, end.value_sat) == ("unspent", dust.address, dust.value_sat)
    assert 0 < end.tainted_sat <= dust.value_sat
    [event] = [each for each in demo.timeline.events if dust.txid in each.txids]
    assert (event.actor, event.event) == ("heist-thief", "dust")


def test_its_folder_holds_a_truth_that_other_verbs_read(demo: Demo) -> None:
    assert read_truth(demo.truth).scenario.name == "demo"
    report = score(demo.store, demo.truth)
    assert any(each.name == "trace haircut" and each.rows for each in report.scores)


def test_it_draws_the_story(demo: Demo) -> None:
    svg = demo.picture.read_text("utf-8")
    assert svg.startswith(("<svg", "<?xml"))
    for words in ("heist-thief", "heist-associate", "theft: ", "dust: ", "peel, ", "others"):
        assert words in svg


def test_the_picture_in_the_readme_is_that_of_the_demo(demo: Demo, project: Path) -> None:
    assert "docs/demo.svg" in (project / "README.md").read_text("utf-8")
    shown = (project / "docs" / "demo.svg").read_bytes()
    assert shown == demo.picture.read_bytes(), "tests/refresh_examples.py draws it anew"


def test_the_same_seed_tells_the_same_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts, pictures = [], []
    for _ in range(2):
        assert main(["demo", str(tmp_path / "again")]) == 0
        texts.append(capsys.readouterr().out)
        pictures.append((tmp_path / "again" / "story.svg").read_bytes())
    assert texts[0] == texts[1]
    assert pictures[0] == pictures[1]
    assert "why the dusted one is not accused" in texts[0]
    assert str(tmp_path / "again" / "story.svg") in texts[0]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "letter.txt").write_text("dear diary", encoding="ascii")
    assert main(["demo", str(tmp_path)]) == 2
    assert "is not the folder of an earlier demo" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("module", ["coincurve", "pyarrow"])
def test_without_the_extra_the_error_says_what_to_install(
    module: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, module, None)
    assert main(["demo", str(tmp_path / "case")]) == 2
    assert "pip install 'coalface[range]'" in capsys.readouterr().err
    assert not (tmp_path / "case").exists()
