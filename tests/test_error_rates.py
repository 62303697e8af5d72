"""Answers that rest on inference carry the rates of their rules, as the table has them; facts carry none."""

from __future__ import annotations

import contextlib
import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from coalface.accuracy import error_rates
from coalface.cli import main
from coalface.range.demo import Demo, run_demo

TABLE = json.loads(files("coalface.accuracy").joinpath("simulated.json").read_text("utf-8"))
CLUSTER_RULES = ["strict/2", "coinjoin/1"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return run_demo(tmp_path_factory.mktemp("rates") / "demo")


def printed(*arguments: str | Path) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(list(map(str, arguments))) in {0, 3, 5}
    return out.getvalue()


def record(*arguments: str | Path) -> dict[str, Any]:
    """The one answer of a command."""
    (line,) = printed(*arguments, "--format", "jsonl").splitlines()
    answer: dict[str, Any] = json.loads(line)
    return answer


def check(rates: dict[str, Any], rules: list[str]) -> None:
    """Compare what an answer carries with the table."""
    simulated = rates["simulated"]
    assert rates.keys() == {"simulated", "field"}
    assert rates["field"] == "unknown"
    assert "not transferable to real chains" in simulated["caveat"]
    assert simulated["software"] == TABLE["software"]
    assert simulated["n_chains"] == len(TABLE["chains"]) > 0
    assert set(simulated["scenarios"]) == {each["scenario"] for each in TABLE["chains"]}
    assert simulated["seeds"] == sorted({each["seed"] for each in TABLE["chains"]})
    assert [each["rule"] for each in simulated["rates"]] == rules
    for each in simulated["rates"]:
        row = TABLE["rules"][each["rule"]]
        for name in ("what", "precision", "recall", "worst_family", "worst_family_precision"):
            assert each[name] == row[name], name
        assert each["why_unknown"] is None


def test_clusters(demo: Demo) -> None:
    listed, loot = demo.screened["listed"].address, demo.screened["loot"].address
    check(record("cluster", demo.store, listed)["error_rates"], CLUSTER_RULES)
    check(record("explain", demo.store, listed, loot)["error_rates"], CLUSTER_RULES)
    check(record("screen", demo.store, loot)["cospend"]["error_rates"], CLUSTER_RULES)


def test_traces(demo: Demo) -> None:
    theft = demo.case.theft.txid
    answer = record("trace", demo.store, theft)
    check(answer["error_rates"], ["haircut/1", "coinjoin/1", "strict/2"])
    assert answer["error_rates"]["simulated"]["rates"][0]["rule"] == answer["method"]


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("--through-coinjoins", "not measured through CoinJoins"),
        ("--no-labels", "not measured without stops at services"),
        ("--no-clusters", "not measured without stops at clusters of services"),
    ],
)
def test_a_trace_in_another_way_was_not_measured(demo: Demo, option: str, why: str) -> None:
    theft = demo.case.theft.txid
    method, *others = record("trace", demo.store, theft, option)["error_rates"]["simulated"]["rates"]
    assert (method["rule"], method["precision"], method["why_unknown"]) == ("haircut/1", None, why)
    assert all(each["precision"] is not None for each in others)
    assert f"haircut/1 unknown ({why})" in printed("trace", demo.store, theft, option)


def test_facts_carry_none(demo: Demo) -> None:
    theft = demo.case.theft.txid
    for arguments in (("tx", demo.store, theft), ("block", demo.store, "200"), ("info", demo.store)):
        assert "error_rates" not in record(*arguments)


def test_tables_have_them_in_one_line(demo: Demo) -> None:
    listed, loot = demo.screened["listed"].address, demo.screened["loot"].address
    innocent = demo.screened["innocent"].address
    says = error_rates(tuple(CLUSTER_RULES)).text()
    finds = error_rates(tuple(CLUSTER_RULES)).text_of_silence()
    assert "right in" in says
    assert "of one owner" in finds
    for expected, arguments in (
        (says, ("cluster", demo.store, listed)),
        (says, ("explain", demo.store, listed, loot)),
        (finds, ("explain", demo.store, listed, innocent)),
        (says, ("screen", demo.store, loot)),
        (finds, ("screen", demo.store, innocent)),
    ):
        lines = [line for line in printed(*arguments).splitlines() if line.startswith("error_rates")]
        assert [line.split(None, 1)[1] for line in lines] == [expected]
        assert expected.endswith("made-up chains, not transferable | field: unknown")
    assert "error_rates" not in printed("explain", demo.store, listed, listed)


def test_a_rule_that_nobody_measured_is_unknown() -> None:
    rates = error_rates(("guess/1",))
    assert rates.simulated.rates[0].why_unknown == "not measured"
    assert rates.text().startswith("simulated: guess/1 unknown (not measured);")
