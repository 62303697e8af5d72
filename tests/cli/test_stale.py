"""A reorganisation while a verb runs: it is asked again unless something was written already."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from coalface.chain import Block, Chain, index, open_chain
from coalface.cli import main
from coalface.cli.streams import Input
from coalface.cli.verbs import VERBS, Verb
from coalface.errors import StaleSnapshot
from coalface.range import write_block_files
from oracle.core import hash_of
from oracle.economy import Economy, build_economy, go_on

Capture = pytest.CaptureFixture[str]
STALE = "error: the chain moved\n\nhint: ask again\n"


@click.command()
@click.argument("n_stale", type=int)
@click.option("--written", default="")
def attempt(n_stale: int, written: str) -> int:
    """Try."""
    Attempts.count += 1
    click.echo(written, nl=False)
    if Attempts.count <= n_stale:
        raise StaleSnapshot("the chain moved", hint="ask again")
    click.echo("done")
    return 5


class Attempts:
    count = 0


@pytest.fixture(autouse=True)
def verb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Attempts, "count", 0)
    monkeypatch.setitem(VERBS, "try", Verb(f"{__name__}:attempt", "Try."))


@pytest.mark.parametrize("n_stale", range(4))
def test_it_is_run_again_until_it_holds(n_stale: int, capsys: Capture) -> None:
    assert main(["try", str(n_stale)]) == 5
    assert capsys.readouterr() == ("done\n", "")
    assert Attempts.count == n_stale + 1


def test_it_is_not_run_for_ever(capsys: Capture) -> None:
    assert main(["try", "100"]) == 1
    assert capsys.readouterr() == ("", STALE)
    assert Attempts.count == 4


def test_what_was_written_is_not_written_twice(capsys: Capture) -> None:
    assert main(["try", "1", "--written", "half"]) == 1
    assert capsys.readouterr() == ("half", STALE)
    assert Attempts.count == 1


@pytest.fixture(scope="module")
def branches() -> tuple[Economy, Economy, int]:
    """Two chains that part at a height; the second is longer."""
    old, new = build_economy(61, n_blocks=5), build_economy(61, n_blocks=5)
    fork = len(old.blocks)
    new.random.seed(62)
    go_on(old, 2)
    go_on(new, 4)
    return old, new, fork


@pytest.fixture
def store(tmp_path: Path, branches: tuple[Economy, Economy, int]) -> Path:
    write_block_files(branches[0].blocks, tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def reorganise(tmp_path: Path, store: Path, branches: tuple[Economy, Economy, int]) -> Callable[[], None]:
    """Makes the second chain the best one, the first time that it is called."""
    old, new, fork = branches
    left = [None]

    def once() -> None:
        if left:
            left.pop()
            write_block_files([*old.blocks, *new.blocks[fork:]], tmp_path / "blocks", xor_key=None)
            assert index([tmp_path / "blocks"], store).blocks_removed == 2

    return once


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, reorganise: Callable[[], None]) -> list[str | None]:
    """Tips of the chains that `block` opened; the chain is reorganised behind the first."""
    tips: list[str | None] = []

    def then_reorganise(store: str, **options: str | None) -> Chain:
        chain = open_chain(store, **options)
        tips.append(chain.as_of.hash)
        reorganise()
        return chain

    monkeypatch.setattr("coalface.cli.block.open_chain", then_reorganise)
    return tips


@pytest.mark.parametrize("format", ["table", "json", "jsonl", "csv"])
def test_the_answer_is_of_the_new_chain(
    format: str, store: Path, opened: list[str], branches: tuple[Economy, Economy, int], capsys: Capture
) -> None:
    tip = len(branches[0].blocks) - 1
    assert main(["block", str(store), str(tip), "--format", format]) == 0
    out, err = capsys.readouterr()
    assert opened == [hash_of(branches[0].blocks[-1]), hash_of(branches[1].blocks[-1])]
    assert hash_of(branches[1].blocks[tip]) in out
    assert hash_of(branches[0].blocks[tip]) not in out
    assert err == ""


def test_lines_of_standard_input_are_asked_again(
    store: Path,
    opened: list[str],
    branches: tuple[Economy, Economy, int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    heights = [1, *range(len(branches[0].blocks) - 3, len(branches[0].blocks))]
    lines = ["no block", *map(str, heights)]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    assert main(["block", str(store), "-", "--format", "jsonl"]) == 2
    out, err = capsys.readouterr()
    assert [json.loads(line)["hash"] for line in out.splitlines()] == [
        hash_of(branches[1].blocks[height]) for height in heights
    ]
    assert len(opened) == 2
    assert set(err.splitlines()) == {"error: `no block` is neither a height nor a block hash"}


def test_answers_of_two_chains_do_not_stand_in_one_output(
    store: Path, reorganise: Callable[[], None], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    ask = Chain.block

    def then_reorganise(self: Chain, reference: int | str) -> Block:
        if reference == "2":
            reorganise()
        return ask(self, reference)

    monkeypatch.setattr(Chain, "block", then_reorganise)
    assert main(["block", str(store), "1", "2", "3", "--format", "jsonl"]) == 1
    out, err = capsys.readouterr()
    assert [json.loads(line)["height"] for line in out.splitlines()] == [1]
    assert err.startswith("error: the store moved from epoch ")
    assert err.endswith("\n\nhint: ask again: the answer will be of the new chain\n")


def test_input_can_be_read_again_as_long_as_it_is_short() -> None:
    given = Input(io.StringIO("a\nb\nc\n"))
    assert given.readline(9) == "a\n"
    assert given.rewind()
    assert [given.readline(9) for _ in range(2)] == ["a\n", "b\n"]
    assert given.rewind()
    assert [given.readline(9) for _ in range(1)] == ["a\n"]
    assert given.rewind()
    assert [given.readline(9) for _ in range(5)] == ["a\n", "b\n", "c\n", "", ""]
    assert given.rewind()
    assert given.readline(9) == "a\n"
    endless = Input(io.StringIO("x" * (1 << 21)))
    while endless.readline(1024):
        pass
    assert not endless.rewind()
