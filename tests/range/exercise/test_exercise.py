"""A blind case tells nothing of the truth, and the grader knows it all the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click
import pytest

from coalface.chain import index
from coalface.cli import main
from coalface.cli.range import VERBS
from coalface.cli.verbs import Verb
from coalface.errors import RangeFileError, UsageError
from coalface.range.exercise import grade, questions_of, write_exercise
from coalface.range.exercise.sealing import seal
from coalface.range.score import read_truth
from story import Purpose, Story


@pytest.fixture
def case(told_folder: Path, tmp_path: Path) -> Path:
    write_exercise(told_folder, tmp_path / "case")
    return tmp_path / "case"


def answered(case: Path, *rows: tuple[str, str]) -> Path:
    path = case / "answers.csv"
    path.write_text(
        "question,answer\n" + "".join(f"{question},{answer}\n" for question, answer in rows), "utf-8"
    )
    return path


def test_nothing_in_the_folder_tells_the_truth(case: Path, told_folder: Path, story: Story) -> None:
    names = {path.relative_to(case).as_posix() for path in case.rglob("*") if path.is_file()}
    assert {name for name in names if not name.startswith("blocks/")} == {
        "CASE.md", "answers.csv", "key.json", "labels.csv", "questions.json",
    }  # fmt: skip
    told = "".join((case / name).read_text("utf-8") for name in ("CASE.md", "questions.json", "key.json"))
    for actor in ("thief", "associate", "exchange-b", "straw", "iris", "person"):
        assert f" {actor}" not in told
        assert f'"{actor}"' not in told
    assert "exchange-theft" not in told
    for address in story.truth.ledger.addresses_of("thief")[1:]:
        first = story.truth.ledger.outputs[story.truth.deeds.theft_outputs[0]].address
        assert (address in told) == (address == first)
    assert "seed" not in told
    assert (case / "labels.csv").read_bytes() == (told_folder / "labels.csv").read_bytes()


def test_the_case_can_be_indexed(case: Path, tmp_path: Path) -> None:
    assert index([case / "blocks"], tmp_path / "store").blocks_added == 321


def test_the_whole_truth_gets_full_marks(case: Path, told_folder: Path) -> None:
    questions = questions_of(read_truth(told_folder))
    assert [each.id for each in questions] == [
        "stolen-addresses", "stolen-services", "thief-addresses", "service-addresses", "coinjoins",
    ]  # fmt: skip
    path = answered(case, *((each.id, answer) for each in questions for answer in each.right))
    for found in grade(case, path):
        assert (found.status, found.precision_ppm, found.recall_ppm) == ("graded", 1_000_000, 1_000_000)
        assert found.right_weight == found.possible_weight > 0
        assert (found.n_wrong, found.n_missed) == (0, 0)


def test_right_answers_are_those_of_the_story(told_folder: Path, story: Story) -> None:
    right = {each.id: each.right for each in questions_of(read_truth(told_folder))}
    ledger, deeds = story.truth.ledger, story.truth.deeds
    assert dict(right["coinjoins"]) == {deeds.coinjoin_txid: 1}
    assert dict(right["stolen-services"]) == {"exchange-b": story.truth.stolen_at_tip_sat["exchange-b"]}
    assert set(right["thief-addresses"]) == set(ledger.addresses_of("thief")) - {
        ledger.outputs[deeds.theft_outputs[0]].address
    }
    assert set(right["stolen-addresses"]) >= set(ledger.addresses_of("exchange-b", Purpose.PEEL))


def test_wrong_missing_and_double_answers_are_counted(case: Path, story: Story) -> None:
    txid = story.truth.deeds.coinjoin_txid
    path = answered(
        case,
        ("coinjoins", txid.upper()),
        ("coinjoins", f" {txid} "),
        ("coinjoins", story.truth.deeds.theft_txid),
        ("stolen-services", "exchange-a"),
        ("service-addresses", ""),
    )
    found = {each.question: each for each in grade(case, path)}
    mixed = found["coinjoins"]
    assert (mixed.n_right, mixed.n_wrong, mixed.n_missed) == (1, 1, 0)
    assert (mixed.precision_ppm, mixed.recall_ppm) == (500_000, 1_000_000)
    assert (found["stolen-services"].precision_ppm, found["stolen-services"].recall_ppm) == (0, 0)
    silent = found["service-addresses"]
    assert (silent.status, silent.precision_ppm, silent.recall_ppm) == ("not answered", None, None)


def test_one_answer_has_another_seal_in_each_question() -> None:
    assert seal({"x": 1}, "a", "salt").keys().isdisjoint(seal({"x": 1}, "b", "salt"))
    assert seal({"x": 1}, "a", "salt").keys().isdisjoint(seal({"x": 1}, "a", "pepper"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("what,answer\n", "range_column"),
        ("question,answer\nnever asked,x\n", "range_question"),
        ("question,answer\ncoinjoins," + "x" * 2000 + "\n", "range_size"),
        ("question,answer\ncoinjoins,\udcff\n", "range_csv"),
    ],
)
def test_wrong_answer_files_are_refused(case: Path, text: str, code: str) -> None:
    (case / "answers.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(RangeFileError) as caught:
        grade(case, case / "answers.csv")
    assert caught.value.code == code


@pytest.mark.parametrize(
    "key",
    [
        [],
        {},
        {"salt": 1, "questions": {}},
        {"salt": "x", "questions": {"q": {"unit": "txs", "right": {"a": -1}}}},
    ],
)
def test_a_wrong_key_is_refused(case: Path, key: object) -> None:
    (case / "key.json").write_text(json.dumps(key), "utf-8")
    with pytest.raises(RangeFileError) as caught:
        grade(case, case / "answers.csv")
    assert caught.value.code == "range_key"


def test_missing_files_are_named(case: Path, tmp_path: Path) -> None:
    for folder, answers in ((tmp_path, case / "answers.csv"), (case, case / "nothing.csv")):
        with pytest.raises(RangeFileError) as caught:
            grade(folder, answers)
        assert caught.value.code == "range_missing"


def test_a_folder_that_holds_something_is_left_alone(told_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError):
        write_exercise(told_folder, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_scenario_is_built_with_a_drawn_seed_that_nobody_is_told(
    told_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds: list[int] = []

    @click.command()
    @click.argument("scenario")
    @click.argument("out")
    @click.option("--seed", type=int)
    def build(scenario: str, out: str, seed: int) -> None:
        click.echo(f"{scenario} has 7 actors")
        seeds.append(seed)
        shutil.copytree(told_folder, out)

    monkeypatch.setattr(f"{__name__}.built", build, raising=False)
    monkeypatch.setitem(VERBS, "build", Verb(f"{__name__}:built", ""))
    for name in ("a", "b"):
        assert main(["range", "exercise", "theft", str(tmp_path / name), "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert "actors" not in out + err
    assert len(set(seeds)) == 2
    assert not any(str(seed) in out for seed in seeds)


@pytest.mark.parametrize("more", [[], ["--seed", "3"]])
def test_what_cannot_be_built_is_an_error(
    more: list[str], told_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = str(told_folder) if more else "no-such-scenario"
    assert main(["range", "exercise", scenario, str(tmp_path / "case"), *more]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "case").exists()


def test_the_verbs_work_together(
    told_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case"
    assert main(["range", "exercise", str(told_folder), str(case)]) == 0
    assert "n_questions  5\n" in capsys.readouterr().out
    answered(case, ("stolen-services", "exchange-b"))
    assert main(["range", "grade", str(case), str(case / "answers.csv"), "--format", "csv"]) == 0
    assert "stolen-services,graded,1,0,0," in capsys.readouterr().out
