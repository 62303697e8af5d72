"""The accuracy page and table: generated from scores, and read by the room `accuracy`."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from coalface.accuracy import measured_on, simulated, simulated_text
from coalface.chain import index
from coalface.clusters import CHANGE_RULE, COINJOIN_RULE, RULE_SET
from coalface.errors import RangeFileError
from coalface.range import write_bulk_chain
from coalface.range.score import Report, RowKind
from coalface.range.score.accuracy_page import accuracy_page
from coalface.range.score.bulk import score_bulk
from coalface.range.score.measures import NO_MEANING, meaning_of
from coalface.range.score.pooling import pool
from coalface.range.score.publish import publish
from coalface.range.score.result import Status
from coalface.tracing import METHODS


def test_a_run_writes_page_and_table_from_the_folders_alone(truth_folder: Path, tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        page, table = tmp_path / f"{name}.md", tmp_path / f"{name}.json"
        [report] = publish([truth_folder], page, table)
        assert report.scenario.seed == 7
        written.append((page.read_bytes(), table.read_bytes()))
    assert written[0] == written[1]
    text, rules = written[0][0].decode(), json.loads(written[0][1])["rules"]
    assert set(rules) == {
        RULE_SET,
        COINJOIN_RULE,
        CHANGE_RULE,
        f"{CHANGE_RULE} wide",
        "equal_outputs/2",
        *(f"{method}/1" for method in METHODS),
    }
    assert re.search(r"^\| story \| 7 \| 320 \| \d+ \| \d+ \| 0 % \| ", text, re.MULTILINE)
    assert "| pool attribution | - | not built | - | - | not built | - | - |" in text
    assert "### By rule, worst first" in text
    assert "not transferable to real chains" in text
    assert "precision" not in text.partition("| pool attribution |")[2].splitlines()[0]


def test_chains_are_pooled_and_shown_apart(report: Report) -> None:
    other = replace(report, scenario=replace(report.scenario, seed=8))
    found = {each.name: each for each in pool([report, other])}
    row, single = found["clusters"].total, report.named("clusters").total()
    assert row is not None
    assert single is not None
    assert (row.recall.hits, row.recall.trials) == (2 * single.recall.hits, 2 * single.recall.trials)
    assert row.recall.ppm == single.recall.ppm
    assert row.recall.low_ppm is not None
    assert single.recall.low_ppm is not None
    assert row.recall.low_ppm > single.recall.low_ppm
    assert [name for name, _ in found["clusters"].by_chain] == ["story-7", "story-8"]
    assert found["pool attribution"].rows == ()
    assert [each.group[:2] for each in found["trace haircut"].of_kind(RowKind.HIDDEN)] == [
        "0 ",
        "50",
        "90",
        "98",
    ]


def test_hostile_names_stay_inside_their_cell(report: Report) -> None:
    scenario = replace(report.scenario, name="a|b\n# <script>`x`", version="1")
    page = accuracy_page([replace(report, scenario=scenario)], pool([report]), "make accuracy")
    assert "a\\|b # \\<script\\>\\`x\\`" in page


def test_what_is_not_built_has_no_rates(report: Report) -> None:
    assert Status.NOT_BUILT in {each.status for each in report.scores}
    assert simulated("peel/1") is None
    assert simulated_text("peel/1") == "unknown"


@pytest.mark.parametrize("rule", [RULE_SET, COINJOIN_RULE, "haircut/1"])
def test_rules_of_this_version_have_rates(rule: str) -> None:
    found = simulated(rule)
    assert found is not None
    for rate in (found.precision, found.recall, found.worst_family_precision, *found.errors.values()):
        assert rate is not None
        assert 0 <= rate.low_ppm <= rate.ppm <= rate.high_ppm <= 1_000_000
        assert 0 <= rate.hits <= rate.trials
        assert 1 <= rate.n_effective <= rate.trials
    assert re.fullmatch(
        r"[0-9.]+ % \(95 % interval [0-9.]+-[0-9.]+\) of [0-9.]+ (pairs joined|txs marked|BTC named)",
        simulated_text(rule),
    )


def test_the_page_and_the_table_were_made_together(project: Path) -> None:
    page = (project / "docs" / "accuracy.md").read_text("utf-8")
    table = json.loads(files("coalface.accuracy").joinpath("simulated.json").read_text("utf-8"))
    assert (
        re.findall(r"^Made by (.*):$", page, re.MULTILINE) == [table["software"]] == [measured_on().software]
    )
    assert f"```sh\n{table['made_by']}\n```" in page
    listed = page.partition("## Chains")[2].partition("## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+|unknown) \|", listed, re.MULTILINE)
    assert [(name.replace("\\", ""), int(seed)) for name, seed, _ in rows] == [
        (each["scenario"], each["seed"]) for each in table["chains"]
    ]
    for rule in table["rules"]:
        escaped = re.escape(rule.replace("_", "\\_"))
        row = re.search(rf"^\| [^|]+ \| {escaped} \| (.*) \|$", page, re.MULTILINE)
        assert row, rule
        shown = [cell.replace("\\", "") for cell in row[1].split(" | ")]
        found = simulated(rule)
        assert found is not None
        for place, rate in ((0, found.precision), (3, found.recall)):
            assert rate is not None
            assert str(rate).partition(" of ")[0].replace("95 % interval ", "") == shown[place]
        worst = str(found.worst_family_precision).partition(" of ")[0].replace("95 % interval ", "")
        assert shown[2] == f"{found.worst_family}: {worst}"


def test_every_number_of_the_page_is_explained(project: Path, report: Report) -> None:
    made = accuracy_page([report], pool([report]), "make accuracy")
    for page in (made, (project / "docs" / "accuracy.md").read_text("utf-8")):
        assert NO_MEANING not in page
    assert meaning_of("n_something_new") == NO_MEANING
    for heading in ("What it cannot say", "How to read it", "## What was unseen", "## Chains", "worst first"):
        assert heading in made


def test_thresholds_and_what_was_held_out_are_named(report: Report) -> None:
    clusters = replace(report.named("clusters"), thresholds={"n_least": 3}, version="tuned/1")
    other = replace(report, scores=(clusters,), held_out=("family:x",))
    unseen = accuracy_page([other], pool([other]), "make accuracy").partition("## What was unseen")[2]
    assert "chosen on chains: tuned/1." in unseen
    assert "Held out from that: family:x. " in unseen


def test_bulk_chains_stand_apart(truth_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bulk"
    write_bulk_chain(folder, 3000, seed=3)
    pages = []
    for bulk in ([], [folder]):
        publish([truth_folder], tmp_path / "page.md", tmp_path / "table.json", bulk=bulk)
        pages.append(((tmp_path / "page.md").read_text("utf-8"), (tmp_path / "table.json").read_bytes()))
    (without, table), (with_bulk, same_table) = pages
    assert table == same_table
    assert with_bulk.startswith(without)
    assert "--txs 3000 --seed 3 --era " in with_bulk


def test_a_bulk_chain_is_scored_by_its_own_truth(tmp_path: Path) -> None:
    for seed in (3, 4):
        write_bulk_chain(tmp_path / str(seed), 3000, seed=seed)
    store = tmp_path / "store"
    index([tmp_path / "3" / "blocks"], store)
    found = score_bulk(store, tmp_path / "3")
    whole, *groups = found.rows
    assert (whole.precision.hits, whole.recall.hits) == (whole.precision.trials, whole.precision.hits)
    assert {row.group for row in groups} <= {"person", "service", "pool"}
    assert sum(row.recall.trials for row in groups) == whole.recall.trials  # an owner is of one kind
    assert 0 < found.n_owners < found.n_addresses
    with pytest.raises(RangeFileError, match="another chain"):
        score_bulk(store, tmp_path / "4")
