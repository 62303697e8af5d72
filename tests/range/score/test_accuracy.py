"""The accuracy page and table: generated from scores, and read by the room `accuracy`."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from coalface.accuracy import simulated, simulated_text
from coalface.clusters import COINJOIN_RULE, RULE_SET
from coalface.range.score import Report, RowKind
from coalface.range.score.accuracy_page import accuracy_page
from coalface.range.score.pooling import pool
from coalface.range.score.publish import publish
from coalface.range.score.result import Status


def test_a_run_writes_page_and_table_from_the_folders_alone(truth_folder: Path, tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        page, table = tmp_path / f"{name}.md", tmp_path / f"{name}.json"
        [report] = publish([truth_folder], page, table)
        assert report.scenario.seed == 7
        written.append((page.read_bytes(), table.read_bytes()))
    assert written[0] == written[1]
    text, rules = written[0][0].decode(), json.loads(written[0][1])["rules"]
    assert set(rules) == {RULE_SET, COINJOIN_RULE, "haircut/1"}
    assert "| story | 7 | 320 | 0 % |" in text
    assert "| change | - | not built | - | not built | - | - |" in text
    assert "not transferable to real chains" in text
    assert "precision" not in text.partition("| change |")[2].splitlines()[0]


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
    assert found["change"].rows == ()
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
    assert {each.status for each in report.scores} == {Status.SCORED, Status.NOT_BUILT}
    assert simulated("change/1") is None
    assert simulated_text("change/1") == "unknown"


@pytest.mark.parametrize("rule", [RULE_SET, COINJOIN_RULE, "haircut/1"])
def test_rules_of_this_version_have_rates(rule: str) -> None:
    found = simulated(rule)
    assert found is not None
    assert "not transferable" in found.caveat
    assert found.chains
    for rate in (found.false, found.missed):
        assert rate is not None
        assert 0 <= rate.low_ppm <= rate.ppm <= rate.high_ppm <= 1_000_000
        assert 0 <= rate.wrong <= rate.cases
    assert re.fullmatch(
        r"false [0-9.]+ % \([0-9.]+-[0-9.]+ % by chain\), missed [0-9.]+ % \(.*\) on \d+ made-up chains; .*",
        simulated_text(rule),
    )


def test_the_page_and_the_table_were_made_together(project: Path) -> None:
    page = (project / "docs" / "accuracy.md").read_text("utf-8")
    table = json.loads(files("coalface.accuracy").joinpath("simulated.json").read_text("utf-8"))
    listed = page.partition("## Chains")[2].partition("## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+|unknown) \|", listed, re.MULTILINE)
    assert [(name.replace("\\", ""), int(seed)) for name, seed, _ in rows] == [
        (each["scenario"], each["seed"]) for each in table["chains"]
    ]
    for rule in table["rules"]:
        escaped = re.escape(rule.replace("_", "\\_"))
        assert re.search(rf"^\| [^|]+ \| {escaped} \| ", page, re.MULTILINE), rule
