import csv
import io
import json
from pathlib import Path

import pytest

from coalface.cli import main

GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
HAL = "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"
EATER = "1BitcoinEaterAddressDontSendf59kuE"
TRON = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path, capsys: Capture) -> str:
    """A store with a sanctions list and an exchange's list."""
    (tmp_path / "ofac-2024-01-15.txt").write_text(f"{GENESIS}\n{TRON}\n")
    (tmp_path / "exchange-b-2024-03-01.txt").write_text(f"{HAL}\n")
    folder = str(tmp_path / "store")
    assert main(["labels", "import", folder, str(tmp_path / "ofac-2024-01-15.txt")]) == 0
    other = str(tmp_path / "exchange-b-2024-03-01.txt")
    assert main(["labels", "import", folder, other, "--category", "exchange"]) == 0
    capsys.readouterr()
    return folder


def test_import_tells_what_is_no_address(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "l.txt").write_text(f"{GENESIS}\n" + f"{TRON}\n" * 25)
    arguments = ["labels", "import", str(tmp_path / "s"), str(tmp_path / "l.txt"), "--date", "2024-01-01"]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "imported       yes\n" in out
    assert "list_date      2024-01-01 (from option)\n" in out
    assert f"   2  {TRON}  the base58check version byte is 0x41" in out
    assert out.endswith("... 5 more\n")
    assert main(arguments) == 0
    assert "no change: the store holds this list already" in capsys.readouterr().out


def test_imports_before_a_bad_file_stay_and_are_told(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "a.txt").write_text(GENESIS)
    (tmp_path / "b.txt").write_bytes(b"\xff")
    files = [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]
    assert main(["labels", "import", str(tmp_path / "s"), *files, "--format", "jsonl"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["list"] == "a.txt"
    assert "b.txt`, line 1: byte 1 (0xff) is no UTF-8" in err


def test_two_files_are_not_one_list(tmp_path: Path) -> None:
    arguments = ["labels", "import", str(tmp_path / "s"), "a", "b", "--date", "2024-01-01", "--name", "x"]
    assert main(arguments) == 2


def test_lists(store: str, capsys: Capture) -> None:
    assert main(["labels", "lists", store, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["list"], row["n_addresses"], row["is_newest"]) for row in rows] == [
        ("exchange-b-2024-03-01.txt", "1", "true"),
        ("ofac-2024-01-15.txt", "1", "true"),
    ]


def test_no_labels_is_a_failure_and_not_an_empty_list(tmp_path: Path, capsys: Capture) -> None:
    assert main(["labels", "lists", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert (out, "holds no labels" in err) == ("", True)


def test_show(store: str, capsys: Capture) -> None:
    assert main(["labels", "show", store, GENESIS, TRON, EATER, "--format", "jsonl"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [sorted(each) for each in found] == [["address", "labels", "provenance", "script_type"]] * 3
    assert [len(each["labels"]) for each in found] == [1, 1, 0]
    assert main(["labels", "show", store, GENESIS, "nonsense"]) == 2
    out, err = capsys.readouterr()
    assert GENESIS in out
    assert err.startswith("error: ")
