"""`coalface energy`: what a user types first works, and every slip of the pen is told clearly."""

import csv
import io
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from coalface.cli import main
from coalface.range.demo import run_demo


def on(day: str) -> tuple[str, ...]:
    """Options that ask about one day."""
    return ("--from", day, "--to", day)


DAY = on("2017-09-01")
YEAR = ("--from", "2017-09-01", "--to", "2018-08-31")
FEW = ("--draws", "200")
SCENARIO = """format = 1
title = "a test"
question = "does it work?"
amount = "1 kt"
draws = 200
[window]
from = 2017-09-01
to = 2017-09-30
[fuel]
pack = "coal"
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `coalface energy`."""
    status = main(["energy", *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, out, err


def answer(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, object]:
    """The answer as JSON."""
    status, out, err = run(capsys, *arguments, "--format", "json")
    assert (status, err) == (0, "")
    found: dict[str, object] = json.loads(out)
    return found


MISTAKES = {
    "negative tonnes": (("forward", "-1 t", *DAY), 2, "negative", None),
    "negative tonnes behind --": (("forward", *DAY, "--", "-1 t"), 2, "negative", None),
    "no unit": (("forward", "1000", *DAY), 2, "a number without a unit", "one of t, MWh"),
    "an ambiguous ton": (("forward", "1 ton", *DAY), 2, "short ton", "`short_ton` to convert"),
    "a comma": (("forward", "1,000 t", *DAY), 2, "two ways", "1_000"),
    "J/GH for J/TH": (
        ("forward", "1 t", *DAY, "--efficiency", "0.098 J/TH"), 2, "below 5 J/TH", "write `0.098 J/GH`",
    ),
    "J/TH for J/GH": (
        ("forward", "1 t", *DAY, "--efficiency", "98 J/GH"), 2, "98000 J/TH", "J/TH",
    ),
    "efficiency without unit": (
        ("forward", "1 t", *DAY, "--efficiency", "98"), 2, "without a unit", "98 J/TH",
    ),
    "a gross heating value": (
        ("forward", "1 t", *DAY, "--set", "heating_value=24 GJ/t gross"), 2, "gross", "net value",
    ),
    "heating value per kg": (
        ("forward", "1 t", *DAY, "--set", "heating_value=24 GJ/kg"), 2, "out of range", None,
    ),
    "a range that falls": (("forward", "3:2:1 t", *DAY), 2, "must rise", None),
    "two of three numbers": (("forward", "1:2 t", *DAY), 2, "low:mode:high", None),
    "percent as a share": (("forward", "1 t", *DAY, "--set", "uptime=85"), 2, "out of range", "`85 %`"),
    "another kind of unit": (("forward", "1 m", *DAY), 2, "fits no kind of amount", "coal in t"),
    "tonnes of a grid": (("forward", "1 t", *DAY, "--fuel", "grid"), 2, "fits no kind of amount", "no fuel"),
    "half a block": (("inverse", "1.5 blocks", *DAY), 2, "whole numbers", None),
    "before the tables": (("forward", "1 t", *on("2008-12-31")), 1, "2008-12-31 is outside", "--fees"),
    "behind the fees": (("forward", "1 t", *on("2019-04-01")), 1, "2019-03-31", "--fees BTC"),
    "behind the difficulty": (
        ("forward", "1 t", *on("2024-01-01"), "--fees", "0.5"), 1, "difficulties", "--difficulty FILE",
    ),
    "a day that is none": (("forward", "1 t", *on("2017-02-30")), 2, "is no day", None),
    "the end before the beginning": (
        ("forward", "1 t", *DAY, "--to", "2017-08-01"), 2, "lies before --from", None,
    ),
    "no beginning": (("forward", "1 t"), 2, "missing option '--from'", "--help"),
    "no amount": (("forward", *DAY), 2, "missing argument 'AMOUNT'", "--help"),
    "a fleet before its release": (
        ("forward", "1 t", *on("2016-05-01"), "--machine", "S9 (11.5Th)"), 2,
        "released in 2016-06", "later",
    ),
    "a market before machines": (
        ("forward", "1 t", *on("2012-01-01")), 2, "no machine of the table", "--efficiency",
    ),
    "an unclear machine": (("forward", "1 t", *DAY, "--machine", "S9"), 1, "5 machines", "S9 (13Th)"),
    "no such machine": (("forward", "1 t", *DAY, "--machine", "!"), 1, "no machine", "facts machines"),
    "both machine and efficiency": (
        ("forward", "1 t", *DAY, "--machine", "S9 (11.5Th)", "--efficiency", "98 J/TH"), 2, "exclude", None,
    ),
    "coin forward": (("forward", "1600 BTC", *DAY), 2, "is measured", "energy inverse"),
    "fuel backward": (("inverse", "1 t", *DAY), 2, "fuel or power", "energy forward"),
    "an unknown input": (("forward", "1 t", *DAY, "--set", "luck=2"), 2, "sets no input", "pool_fee"),
    "an input without value": (("forward", "1 t", *DAY, "--set", "pue"), 2, "sets no input", "NAME=VALUE"),
    "an input that is not used": (
        ("forward", "1 t", *DAY, "--set", "machine_efficiency=98 J/TH"), 2,
        "no input is called", "--efficiency",
    ),
    "no such fuel": (("forward", "1 t", *DAY, "--fuel", "wood"), 1, "no pack is called", "flare_gas"),
    "no such kind": (("forward", "1 t", *DAY, "--kind", "peat"), 1, "has no kind", "lignite"),
    "no such country": (("forward", "1 t", *DAY, "--country", "../kp"), 1, "../kp", None),
    "store and difficulty": (
        ("forward", "1 t", *DAY, "--store", "s", "--difficulty", "d"), 2, "leave out", None,
    ),
    "no such store": (("forward", "1 t", *DAY, "--store", "nowhere"), 1, "nowhere", None),
    "no such prices": (("forward", "1 t", *DAY, "--prices", "none.csv"), 1, "none.csv", None),
    "too high fees": (("forward", "1 t", *DAY, "--fees", "5000"), 2, "0 to 1000 BTC", "its path"),
    "price of fuel without unit": (("worth", *DAY, "--sold-price", "52.5"), 2, "without a unit", "USD/t"),
    "price of power without unit": (
        ("breakeven", *DAY, "--electricity-price", "0.05"), 2, "without a unit", "USD/kWh",
    ),
    "no scenario": (("scenario",), 2, "which scenario?", "--list"),
    "an unknown scenario": (("scenario", "nope"), 1, "no pack is called", "unsold_coal_2017"),
    "a scenario that is not there": (("scenario", "nope.toml"), 1, "nope.toml", None),
    "an unknown table": (("facts", "nope"), 2, "no table is called", "coal-trade"),
    "no draws": (("forward", "1 t", *DAY, "--draws", "0"), 2, "0 is not in the range", "--help"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_and_nothing_is_answered(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, expected, problem, hint = MISTAKES[name]
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (expected, "")
    assert err.startswith("error: ")
    message, _, advice = err.partition("\n\nhint: ")
    assert problem in message
    assert hint is None or hint in advice
    assert "Traceback" not in err
    assert not any(tmp_path.iterdir())


def test_a_short_ton_is_converted(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "forward", "1 short_ton", *DAY, *FEW)
    assert found["amount"]["mode"] == 0.90718474  # type: ignore[index]


def test_the_same_efficiency_in_both_units_gives_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = (
        answer(capsys, "forward", "1 kt", *DAY, *FEW, "--efficiency", text)
        for text in ("98 J/TH", "0.098 J/GH")
    )
    assert one["outcome"] == other["outcome"]


BROKEN_PRICES = {
    "text": ("date,close\n2017-09-01,high\n", ":2: close `high`"),
    "negative": ("date,close\n2017-09-01,-3\n", ":2: close `-3`"),
    "twice": ("date,close\n2017-09-01,3\n2017-09-01,4\n", ":3: date `2017-09-01` stands there already"),
    "no price": ("date,volume\n2017-09-01,3\n", "columns with a price: none"),
    "empty": ("", "no header line"),
    "binary": ("date,close\n\x00,3\n", "control characters"),
    "escape": ("date,close\n\x1b[2J,3\n", "control characters"),
}


@pytest.mark.parametrize("name", BROKEN_PRICES)
def test_a_broken_file_of_prices_is_refused(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text, problem = BROKEN_PRICES[name]
    (tmp_path / "prices.csv").write_text(text)
    status, out, err = run(capsys, "forward", "1 t", *DAY, *FEW, "--prices", tmp_path / "prices.csv")
    assert (status, out) == (1, "")
    assert problem in err
    assert "\x1b" not in err


def test_a_day_without_a_daily_price_has_no_dollars(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "prices.csv").write_text("# source: me\ndate,close\n2017-09-01,4834.91\n")
    prices = ("--prices", tmp_path / "prices.csv")
    one = answer(capsys, "forward", "1 t", *DAY, *FEW, *prices)
    assert one["price_resolution"] == "day"
    assert one["outcome"]["usd"] is not None  # type: ignore[index]
    assert "prices, daily: me" in one["sources"]  # type: ignore[operator]
    two = answer(capsys, "forward", "1 t", *DAY, "--to", "2017-09-02", *FEW, *prices)
    assert two["outcome"]["usd"] is None  # type: ignore[index]
    assert two["outcome"]["btc"] is not None  # type: ignore[index]


HOSTILE = {
    "no TOML": ("]]", "no TOML"),
    "another format": (SCENARIO.replace("format = 1", "format = 2"), "`format`: 2"),
    "an unknown key": ("surprise = 1\n" + SCENARIO, "`surprise`: unknown key"),
    "an unknown input": (SCENARIO + "[inputs.luck]\nvalue = 1\n", "`inputs.luck`: unknown"),
    "a negative amount": (SCENARIO.replace("1 kt", "-1 kt"), "negative"),
    "a text for a date": (SCENARIO.replace("from = 2017-09-01", 'from = "2017-09-01"'), "`window.from`"),
    "too many draws": (SCENARIO.replace("draws = 200", f"draws = {10**30}"), "`draws`"),
    "a long line": (f'x = "{"a" * 5000}"\n' + SCENARIO, "more than 600 bytes"),
    "a deep one": ("a = " + "[" * 250 + "]" * 250 + "\n" + SCENARIO, "unknown key"),
    "an escape": (SCENARIO.replace("a test", "a \\u001b[2J test"), "`title`"),
    "an infinite one": (SCENARIO + '[inputs.pue]\nvalue = inf\nunit = "1"\n', "`inputs.pue.value`"),
    "a finding without source": (SCENARIO + '[[finding]]\nsays = "x"\n', "finding[0]"),
    "a stray limit": (SCENARIO + '[limits.luck]\nsays = "x"\n', "no limit is called 'luck'"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_scenario_is_refused(name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text, problem = HOSTILE[name]
    (tmp_path / "s.toml").write_text(text)
    status, out, err = run(capsys, "scenario", tmp_path / "s.toml")
    assert status in {1, 2}
    assert out == ""
    assert err.startswith("error: ")
    assert problem in err
    assert "\x1b" not in err


def test_a_scenario_that_is_a_pipe_or_a_folder_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    for path in (tmp_path / "pipe.toml", f"{tmp_path}/"):
        status, out, err = run(capsys, "scenario", path)
        assert (status, out) == (1, "")
        assert "no regular file" in err or "directory" in err


def test_the_same_seed_gives_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    for format in ("table", "json", "jsonl", "csv"):
        asked = ("forward", "1 Mt", *YEAR, *FEW, "--country", "kp", "--format", format)
        one, same, other = (run(capsys, *asked, "--seed", seed) for seed in ("3", "3", "4"))
        assert one == same
        assert one[1] != other[1]


def test_draws_and_seed_of_a_scenario_can_be_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "scenario", "unsold_coal_2017", *FEW, "--seed", "0")
    assert (found["draws"], found["seed"]) == (200, 0)


def test_all_formats_carry_the_same_answer(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("forward", "1 kt", *DAY, *FEW, "--format")
    as_json, as_line, as_csv = (run(capsys, *asked, format)[1] for format in ("json", "jsonl", "csv"))
    found = json.loads(as_json, parse_float=Decimal)
    assert json.loads(as_line, parse_float=Decimal) == found
    assert as_line.count("\n") == 1
    (row,) = csv.DictReader(io.StringIO(as_csv))
    assert Decimal(row["outcome.btc.p50"]) == found["outcome"]["btc"]["p50"]
    assert row["alternative"] == ""
    table = run(capsys, *asked, "table")[1]
    assert found["headline"] in " ".join(table.split())


@pytest.mark.parametrize("verb", ["worth", "breakeven"])
def test_all_formats_carry_the_same_rows(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = (verb, *YEAR, *(FEW if verb == "worth" else ()), "--format")
    as_json, as_lines, as_csv, table = (
        run(capsys, *asked, format)[1] for format in ("json", "jsonl", "csv", "table")
    )
    rows = json.loads(as_json, parse_float=Decimal)
    assert [json.loads(line, parse_float=Decimal) for line in as_lines.splitlines()] == rows
    assert len(rows) == len(list(csv.DictReader(io.StringIO(as_csv)))) == len(table.splitlines()) - 1 == 12


def test_facts_show_the_source_of_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    names = [row["table"] for row in json.loads(run(capsys, "facts", "--format", "json")[1])]
    assert len(names) == 12
    for name in names:
        status, out, _ = run(capsys, "facts", name, "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(out)))
        assert status == 0
        assert rows
        assert all(row["source"] for row in rows)
        assert "source" in run(capsys, "facts", name)[1]


def test_a_chain_of_ones_own_brings_difficulty_and_rewards(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run_demo(tmp_path / "demo")
    store = ("--store", tmp_path / "demo" / "store")
    found = answer(capsys, "inverse", "1 BTC", *on("2024-03-09"), *FEW, *store)
    (source,) = [each for each in found["sources"] if "chain" in each]  # type: ignore[attr-defined]
    assert source.startswith("regtest chain as of 320 ")
    for verb in ("worth", "breakeven"):
        status, out, _ = run(capsys, verb, *on("2024-03-09"), *store)
        assert (status, len(out.splitlines())) == (0, 2)
    status, out, err = run(capsys, "forward", "1 t", *DAY, *store)
    assert (status, out) == (1, "")
    assert "no block of 1 of the 1 days" in err
    assert "leave --store out" in err


def test_what_one_types_first_works(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ("scenario", "unsold_coal_2017"),
        ("forward", "1 t", *DAY),
        ("forward", "170 MW", *YEAR, *FEW),
        ("forward", "2.8 TWh", *YEAR, *FEW, "--fuel", "hydro", "--country", "kp"),
        ("forward", "5e6 m3", *DAY, *FEW, "--fuel", "flare_gas", "--set", "heating_value=38 MJ/m3"),
        ("forward", "1kt", *DAY, *FEW, "--machine", "antminer s9 (11.5th)=2", "--machine", "S7"),
        ("inverse", "1600 BTC", *YEAR, *FEW),
        ("inverse", "43 blocks", *YEAR, *FEW),
        ("inverse", "50 PH/s", *YEAR, *FEW, "--country", "kp"),
        ("worth", *YEAR, *FEW),
        ("breakeven", *DAY),
        ("facts",),
    ):
        status, out, err = run(capsys, *arguments)
        assert (status, err) == (0, ""), arguments
        assert out
    assert run(capsys, "--help")[0] == 0
    assert run(capsys)[0] == 2


def test_the_article_is_answered_in_one_command(capsys: pytest.CaptureFixture[str]) -> None:
    """How much, at what rate, beside the export, under which ceiling, with what spread, in which months."""
    text = " ".join(run(capsys, "scenario", "unsold_coal_2017")[1].split())
    for part in (
        " BTC, ", "it would have fetched 52.5 million USD", "USD a tonne", "Brackets hold 90 %",
        "in 12 of 12 months",
        "What binds is generation", "No data, so no ceiling, for: machines", "Verdict: plausible",
        "Rival explanations: ", "water power", "Assumed, since no source gives it: ", "Dollars are rough",
    ):  # fmt: skip
        assert part in text
    assert "coal burnt" not in text


def test_a_date_is_no_finer_than_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "scenario", "unsold_coal_2017", *FEW)
    dates = [each["date"] for each in found["events"]]  # type: ignore[attr-defined]
    assert dates == ["2016-12", "2017", "2017-02-18", "2017-09-05"]


def test_only_a_finding_changes_the_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    measured = SCENARIO.replace("1 kt", "50 PH/s")
    (tmp_path / "s.toml").write_text(measured)
    assert answer(capsys, "scenario", tmp_path / "s.toml")["fuel_words"] == "coal-equivalent, if coal-fired"
    finding = '[[finding]]\nsays = "seen"\nsource = "me"\ndate = "2017-09-02"\n'
    (tmp_path / "s.toml").write_text(measured + finding)
    found = answer(capsys, "scenario", tmp_path / "s.toml")
    assert found["fuel_words"] == "coal, by the finding attached"
    assert found["findings"] == [{"says": "seen", "source": "me", "date": "2017-09-02"}]
