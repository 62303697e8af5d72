"""Batches on standard input: a line that is no subject fails alone."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from coalface.chain import index, open_chain
from coalface.cli import main
from coalface.cli.subjects import subjects_of
from coalface.errors import CoalfaceError, UsageError
from coalface.labels import import_source
from coalface.range import write_block_files
from coalface.range.block import genesis_block, genesis_tx

LISTED = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
OTHER = "1BitcoinEaterAddressDontSendf59kuE"
RUN = "import sys; from coalface.cli import main; sys.exit(main(sys.argv[1:]))"
TOO_LONG = "error: line 2 of standard input is longer than 1024 characters\n"

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path) -> str:
    (tmp_path / "ofac-2024-01-15.txt").write_text(LISTED)
    import_source(tmp_path / "store", tmp_path / "ofac-2024-01-15.txt", category="sanctions")
    return str(tmp_path / "store")


def refused(monkeypatch: pytest.MonkeyPatch, text: str) -> tuple[list[str], list[CoalfaceError]]:
    """Subjects and errors of a standard input."""
    errors: list[CoalfaceError] = []
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return list(subjects_of(["-"], errors.append)), errors


@pytest.mark.parametrize("n", [1025, 1026, 2049, 2050, 2051, 100_000])
@pytest.mark.parametrize("end", ["\n", "\n\n", "\nb", "\nb\n", ""])
def test_the_rest_of_a_long_line_is_no_subject(monkeypatch: pytest.MonkeyPatch, n: int, end: str) -> None:
    subjects, errors = refused(monkeypatch, "a\n" + "x" * n + end)
    assert subjects == ["a", *end.split()]
    assert [error.context for error in errors] == [{"line": 2, "allowed": 1024}]


def test_a_line_of_the_greatest_length(monkeypatch: pytest.MonkeyPatch) -> None:
    for end in ("\n", ""):
        assert refused(monkeypatch, "x" * 1024 + end) == (["x" * 1024], [])


def test_without_refuse_it_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("x" * 2000 + "\nb\n"))
    with pytest.raises(UsageError, match="line 1 of standard input"):
        list(subjects_of(["-"]))


@pytest.mark.parametrize(("first", "code"), [(LISTED, 3), (OTHER, 2)])
def test_a_long_line_fails_alone(
    store: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture, first: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{first}\n{'x' * 5000}\n{OTHER}\n"))
    assert main(["screen", store, "-", "--format", "jsonl"]) == code
    out, err = capsys.readouterr()
    assert [json.loads(line)["address"] for line in out.splitlines()] == [first, OTHER]
    assert err == TOO_LONG


class Endless:
    """A line of 64 million characters that nobody holds, then a subject."""

    def __init__(self) -> None:
        self.left = 64 << 20
        self.rest = io.StringIO(f"\n{OTHER}\n")

    def readline(self, size: int) -> str:
        if self.left <= 0:
            return self.rest.readline(size)
        self.left -= size
        return "x" * size


def test_a_long_line_takes_no_memory(store: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("sys.stdin", Endless())
    tracemalloc.start()
    assert main(["screen", store, "-", "--format", "jsonl"]) == 2
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 16 << 20
    assert OTHER in capsys.readouterr().out


def test_bytes_that_are_no_text_fail_alone(store: str) -> None:
    verb = ["screen", store, "-", "--format", "jsonl"]
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from coalface.cli import main; sys.exit(main(sys.argv[1:]))",
            *verb,
        ],
        input=b"\xff\xfe\n" + OTHER.encode() + b"\n",
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["result"] for record in records] == ["cannot_say", "nothing_found"]
    assert done.returncode == 4


def test_histories_of_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    write_block_files([genesis_block()], tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], tmp_path / "store")
    store = str(tmp_path / "store")
    address = open_chain(store).tx(genesis_tx().txid).outputs[0].address
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{address}\n{'x' * 5000}\n{OTHER}\n{address}\n"))
    assert main(["address", store, "-", "--txs", "--format", "jsonl"]) == 2
    out, err = capsys.readouterr()
    assert [json.loads(line)["address"] for line in out.splitlines()] == [address, address]
    assert err.startswith(TOO_LONG + "error: an address of mainnet, but regtest is asked")
