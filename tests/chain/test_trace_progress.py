"""A long trace tells how far it is, and the caller can stop it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from coalface import _core
from coalface.chain import Chain, check, index, open_chain
from coalface.cli import main
from coalface.tracing import trace


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bulk")
    _core.write_bulk(folder / "blocks", n_txs=15_000)
    index([folder / "blocks"], folder / "store")
    return folder / "store"


@pytest.fixture(scope="module")
def bulk(store: Path) -> Chain:
    return open_chain(store)


@pytest.fixture(scope="module")
def origins(bulk: Chain) -> list[str]:
    """The first coinbases, whose value is spread over the whole chain."""
    return [bulk.block(height).coinbase_txid for height in range(1, 60)]


def test_progress_counts_transactions_and_changes_nothing(bulk: Chain, origins: list[str]) -> None:
    told: list[int] = []
    found = trace(bulk, origins, through_coinjoins=True, progress=told.append)
    assert found.n_txs > 2 * 4096
    assert told == list(range(0, found.n_txs, 4096))
    assert found == trace(bulk, origins, through_coinjoins=True)


class Enough(Exception):
    pass


def test_what_the_progress_function_raises_comes_out_as_it_is(bulk: Chain, origins: list[str]) -> None:
    def stop(n_txs: int) -> None:
        if n_txs:
            raise Enough(n_txs)

    with pytest.raises(Enough) as caught:
        trace(bulk, origins, through_coinjoins=True, progress=stop)
    assert caught.value.args == (4096,)
    with pytest.raises(Enough):
        check(bulk.folder, progress=lambda *_: stop(1))


def test_the_verb_shows_it_on_a_terminal_only(
    store: Path, origins: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["trace", str(store), *origins, "--through-coinjoins", "--format", "csv"]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    assert main(arguments) == 0
    assert capsys.readouterr().out == out
    assert terminal.getvalue().startswith("\r\x1b[Kfollowing: 0 tx")
    assert terminal.getvalue().endswith("\r\x1b[K")
