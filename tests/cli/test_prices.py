"""The verbs below `prices`."""

import json
from pathlib import Path

import pytest

from coalface.cli import main

Capture = pytest.CaptureFixture[str]
ROWS = "date,close\n2017-09-05,4376.53\n2017-09-07,4597.12\n"


@pytest.fixture
def store(tmp_path: Path, capsys: Capture) -> str:
    (tmp_path / "daily.csv").write_text(ROWS)
    folder = str(tmp_path / "store")
    assert main(["prices", "import", folder, str(tmp_path / "daily.csv"), "--utc-offset", "+09:00"]) == 0
    out = capsys.readouterr().out
    assert "zone          days begin 32400 s ahead of UTC (option)\n" in out
    assert out.endswith("2017-09-06  2017-09-06       1\n")
    return folder


def test_known_and_unknown(store: str, capsys: Capture) -> None:
    times = ["2017-09-04T15:00:00Z", "2017-09-06T00:00:00Z", "2017-09-04T14:59:59Z"]
    assert main(["prices", "show", store, *times, "--sat", "1", "--format", "jsonl"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["reason_code"], each["fiat"]) for each in found] == [
        ("exact_day", "0.00"),
        ("missing_day", None),
        ("before_first_day", None),
    ]
    assert main(["prices", "list", store, "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["n_missing_days"] == 1


def test_wrong_questions(store: str, tmp_path: Path) -> None:
    file = str(tmp_path / "daily.csv")
    assert main(["prices", "import", store, file, "--utc-offset", "CET"]) == 2
    assert main(["prices", "import", store, file, "--currency", "usd"]) == 1
    assert main(["prices", "show", store, "soon"]) == 2
    assert main(["prices", "show", store, "2017-09-05", "--currency", "EUR"]) == 1
    assert main(["prices", "list", str(tmp_path)]) == 1
