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
    assert "imported        yes\n" in out
    assert "list_date       2024-01-01 (from option)\n" in out
    assert f"    2  {TRON}  an address of tron, not of bitcoin\n" in out
    assert "... 5 more: `coalface labels problems` shows them\n" in out
    assert main(arguments) == 0
    assert "no change: the store holds this source already" in capsys.readouterr().out


def test_imports_before_a_bad_file_stay_and_are_told(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "a.txt").write_text(GENESIS)
    (tmp_path / "b.txt").write_bytes(b"\xff")
    files = [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]
    assert main(["labels", "import", str(tmp_path / "s"), *files, "--format", "jsonl"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["source"]["name"] == "a.txt"
    assert "b.txt`" in err


def test_two_files_are_not_one_list(tmp_path: Path) -> None:
    arguments = ["labels", "import", str(tmp_path / "s"), "a", "b", "--date", "2024-01-01", "--name", "x"]
    assert main(arguments) == 2
    assert main(["labels", "import", str(tmp_path / "s")]) == 2


def test_list(store: str, capsys: Capture) -> None:
    assert main(["labels", "list", store, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["name"], row["n_addresses"], row["is_newest"]) for row in rows] == [
        ("exchange-b-2024-03-01.txt", "1", "true"),
        ("ofac-2024-01-15.txt", "1", "true"),
    ]


def test_no_labels_is_a_failure_and_not_an_empty_list(tmp_path: Path, capsys: Capture) -> None:
    assert main(["labels", "list", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert (out, "holds no labels" in err) == ("", True)


def test_show(store: str, capsys: Capture) -> None:
    assert main(["labels", "show", store, GENESIS, TRON, EATER, "--format", "jsonl"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    fields = ["address", "labels", "networks", "parties", "provenance", "script_type"]
    assert [sorted(each) for each in found] == [fields] * 3
    assert [len(each["labels"]) for each in found] == [1, 1, 0]
    statement = found[0]["labels"][0]["id"]
    assert main(["labels", "show", store, statement, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == found[0]["labels"][0]
    assert main(["labels", "show", store, GENESIS, "nonsense"]) == 2
    out, err = capsys.readouterr()
    assert GENESIS in out
    assert err.startswith("error: ")


def test_withdraw_is_told_and_kept(store: str, capsys: Capture) -> None:
    assert main(["screen", store, GENESIS, "--format", "json"]) == 3
    statement = json.loads(capsys.readouterr().out)["hits"][0]["id"]
    arguments = ["labels", "withdraw", store, statement, "--reason", "a slip", "--author", "me"]
    assert main(arguments) == 0
    assert "changed              yes\n" in capsys.readouterr().out
    assert main(arguments) == 0
    assert "changed              no\n" in capsys.readouterr().out
    assert main(["screen", store, GENESIS]) == 0
    assert "was withdrawn by me: a slip" in capsys.readouterr().out
    assert main(["labels", "show", store, GENESIS]) == 0
    assert f"{statement} withdrawn by me: a slip\n" in capsys.readouterr().out
    assert main(["labels", "withdraw", store, f"{statement}9", "--reason", "r", "--author", "a"]) == 1
    assert main(["labels", "withdraw", store, "nonsense", "--reason", "r", "--author", "a"]) == 2


def test_search_diff_problems_and_export(store: str, tmp_path: Path, capsys: Capture) -> None:
    newer = tmp_path / "ofac-2024-02-15.txt"
    newer.write_text(f"{GENESIS}\n{EATER}\n")
    assert main(["labels", "import", store, str(newer), "--format", "jsonl"]) == 0
    capsys.readouterr()
    assert main(["labels", "search", store, "EXCH", "--format", "jsonl"]) == 0
    (found,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (found["what"], found["category"], found["first_subject"]) == ("statements", "exchange", HAL)
    assert main(["labels", "diff", store, "ofac", "--format", "jsonl"]) == 0
    changes = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["change"], each["subject"]) for each in changes] == [("removed", TRON), ("added", EATER)]
    assert main(["labels", "problems", store, "ofac-2024-01-15.txt", "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["text"] == TRON
    assert main(["labels", "export", store, "ofac-2024-02-15.txt", "--format", "csv"]) == 0
    exported = tmp_path / "again.csv"
    exported.write_text(capsys.readouterr().out)
    again = str(tmp_path / "again")
    assert main(["labels", "import", again, str(exported), "--format", "jsonl"]) == 0
    capsys.readouterr()
    assert main(["screen", again, EATER]) == 3
    for wrong in (["diff", store, "none"], ["problems", store, "none"], ["search", store, " "]):
        assert main(["labels", *wrong]) in {1, 2}


def test_built_in_facts(tmp_path: Path, capsys: Capture) -> None:
    assert main(["labels", "import", str(tmp_path / "s"), "--built-in", "--format", "jsonl"]) == 0
    lines = [json.loads(line)["source"] for line in capsys.readouterr().out.splitlines()]
    assert [each["name"] for each in lines] == ["built-in addresses", "built-in pool tags"]
    assert all(each["licence"] and each["n_problems"] == 0 for each in lines)
