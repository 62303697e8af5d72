"""Whatever goes wrong in the middle of an import, nothing of it is in the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coalface.errors import CoalfaceError, IoFailure, LabelFileError
from coalface.labels import formats, has_labels, import_source
from coalface.labels.database import LABELS
from coalface.labels.draft import DEFAULT_OPTIONS, ReadOptions, Record, SourceFacts
from coalface.labels.formats.plain import read_plain

HAL = "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"
GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
NOW = 1_717_243_200

Write = Callable[..., Path]


def dump(store: Path) -> list[str]:
    """All that the database says, without our code."""
    connection = sqlite3.connect(LABELS.path(store))
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


@pytest.fixture
def made(store: Path, write: Write) -> Path:
    import_source(store, write("s-2024-01-01.txt", GENESIS), import_unix=NOW)
    return store


@pytest.mark.parametrize(
    "error", [LabelFileError("bad line"), ValueError("a bug"), KeyboardInterrupt(), MemoryError()]
)
@pytest.mark.parametrize("after", [0, 1, 5000, 5001, 11_999])
def test_a_reader_that_raises_in_the_middle(
    made: Path, write: Write, monkeypatch: pytest.MonkeyPatch, error: BaseException, after: int
) -> None:
    passes = []

    def failing(path: Path, options: ReadOptions = DEFAULT_OPTIONS, /) -> Iterator[Record]:
        passes.append(path)
        for n, record in enumerate(read_plain(path, options)):
            if n == after and len(passes) > 1 and not isinstance(record, SourceFacts):
                raise error
            yield record

    file = write("t.txt", *[HAL] * 12_000)
    before = dump(made)
    monkeypatch.setitem(formats.FORMATS, "plain", replace(formats.FORMATS["plain"], read=failing))
    if after == 0:
        assert import_source(made, file, import_unix=NOW).source.n_statements == 12_000
        return
    with pytest.raises(type(error)):
        import_source(made, file, import_unix=NOW)
    assert dump(made) == before


def test_a_file_that_turns_bad_after_a_million_lines_is_not_half_imported(store: Path, write: Write) -> None:
    file = write("t.txt", *[HAL] * 20_000, b"\xff")
    with pytest.raises(LabelFileError) as error:
        import_source(store, file, import_unix=NOW)
    assert error.value.context["line"] == 20_001
    assert not has_labels(store)


def on_a_disk_of(pages: int) -> Callable[..., sqlite3.Connection]:
    """`sqlite3.connect` for a database that may have so many pages."""
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def connected(database: str, timeout: float = 5.0, **named: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3 does
        connection = connect(database, timeout, **named)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    return connected


@pytest.mark.parametrize("pages", [1, 30, 45, 100, 300])
def test_a_full_disk(made: Path, write: Write, monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    file = write("t.txt", *[HAL] * 30_000)
    before = dump(made)
    with monkeypatch.context() as patched:
        patched.setattr("coalface.labels.sqlite_file.sqlite3.connect", on_a_disk_of(pages))
        with pytest.raises(IoFailure) as error:
            import_source(made, file, import_unix=NOW)
    assert error.value.code == "disk_full"
    assert dump(made) == before
    assert import_source(made, file, import_unix=NOW).imported


def test_a_store_that_cannot_be_written(made: Path, write: Write) -> None:
    LABELS.path(made).unlink()
    LABELS.path(made).mkdir()
    with pytest.raises(CoalfaceError):
        import_source(made, write("t.txt", HAL), import_unix=NOW)
