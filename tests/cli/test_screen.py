import io
import json
from pathlib import Path

import pytest

from coalface.cli import main
from coalface.labels import import_source

LISTED = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
ATTRIBUTED = "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"
UNKNOWN = "1BitcoinEaterAddressDontSendf59kuE"
WRONG = "1BitcoinEaterAddressDontSendf59kuF"

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path) -> str:
    for name, address, category in (
        ("ofac-2024-01-15.txt", LISTED, "sanctions"),
        ("exchange-b-2024-03-01.txt", ATTRIBUTED, "exchange"),
    ):
        (tmp_path / name).write_text(address)
        import_source(tmp_path / "store", tmp_path / name, category=category)
    return str(tmp_path / "store")


@pytest.mark.parametrize(
    ("subjects", "code"),
    [
        ([UNKNOWN], 0),
        ([LISTED], 3),
        ([WRONG], 4),
        ([ATTRIBUTED], 5),
        ([UNKNOWN, ATTRIBUTED], 5),
        ([UNKNOWN, ATTRIBUTED, WRONG], 4),
        ([UNKNOWN, ATTRIBUTED, WRONG, LISTED], 3),
    ],
)
def test_exit_codes(store: str, subjects: list[str], code: int, capsys: Capture) -> None:
    for order in (subjects, subjects[::-1]):
        assert main(["screen", store, *order]) == code
        out, err = capsys.readouterr()
        assert (out.count("result "), err) == (len(subjects), "")


def test_the_verdict_comes_first(store: str, capsys: Capture) -> None:
    main(["screen", store, LISTED])
    assert capsys.readouterr().out.splitlines() == [
        "result   LISTED",
        f"address  {LISTED}",
        "why      listed identifier on sanctions list `ofac-2024-01-15.txt` of 2024-01-15, line 1",
        "as_of    no chain",
        "lists    2 imported",
        "on_list  ofac-2024-01-15.txt line 1 (sanctions, designated, 2024-01-15) ca57ede394f4:1",
        "cospend  unknown: no listed address seen, but lists or blocks are missing",
    ]


def test_one_subject_is_a_document_and_several_an_array(store: str, capsys: Capture) -> None:
    main(["screen", store, LISTED, "--format", "json"])
    assert json.loads(capsys.readouterr().out)["result"] == "listed"
    main(["screen", store, LISTED, UNKNOWN, "--format", "json"])
    assert [each["result"] for each in json.loads(capsys.readouterr().out)] == ["listed", "nothing_found"]


def test_lines_of_standard_input(store: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"\n  {LISTED} \n\n{WRONG}\r\n{UNKNOWN}"))
    assert main(["screen", store, "-", "--format", "jsonl"]) == 3
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["address"], each["result"]) for each in found] == [
        (LISTED, "listed"),
        (WRONG, "cannot_say"),
        (UNKNOWN, "nothing_found"),
    ]


def test_age_and_moment(store: str, capsys: Capture) -> None:
    assert main(["screen", store, UNKNOWN, "--max-list-age", "1"]) == 4
    assert main(["screen", store, UNKNOWN, "--max-list-age", "1", "--as-of", "2024-01-16"]) == 0
    assert "lists    1 of 2024-01-16 or earlier" in capsys.readouterr().out
    assert main(["screen", store, LISTED, "--as-of", "2024-01-14"]) == 4
    assert main(["screen", store, LISTED, "--as-of", "7"]) == 2


def test_a_store_that_is_none(tmp_path: Path, capsys: Capture) -> None:
    assert main(["screen", str(tmp_path), LISTED]) == 1
    assert "neither a chain nor labels" in capsys.readouterr().err
