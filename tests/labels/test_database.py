"""The database as hostile input, and under several processes."""

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coalface.errors import CoalfaceError, CorruptStore, StoreLocked, UnsupportedStore
from coalface.labels import import_source, labels_of, listed_addresses, sources
from coalface.labels.database import LABELS

GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
HAL = "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"
NOW = 1_717_243_200

Write = Callable[..., Path]


@pytest.fixture
def made(store: Path, write: Write) -> Path:
    """A store with one list."""
    import_source(store, write("s-2024-01-01.txt", GENESIS), import_unix=NOW)
    return store


def change(store: Path, *statements: str) -> None:
    """Change the database behind our back."""
    connection = sqlite3.connect(LABELS.path(store))
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("statements", "kind"),
    [
        (["PRAGMA application_id = 7"], UnsupportedStore),
        (["PRAGMA user_version = 1"], UnsupportedStore),
        (["DROP TABLE raw"], CorruptStore),
        (["CREATE TABLE more (a)"], CorruptStore),
        (["CREATE VIEW v AS SELECT 1"], CorruptStore),
        (["CREATE TRIGGER t AFTER INSERT ON source BEGIN DELETE FROM statement; END"], CorruptStore),
        (["DELETE FROM store"], CorruptStore),
        (["UPDATE source SET category = 'nonsense'"], CorruptStore),
        (["UPDATE source SET list_date_source = 'nonsense'"], CorruptStore),
        (["UPDATE source SET name = CAST(x'ff' AS TEXT)"], CorruptStore),
        (["UPDATE store SET network = 'nonsense'"], CoalfaceError),
    ],
)
def test_a_database_that_somebody_changed(made: Path, statements: list[str], kind: type[Exception]) -> None:
    change(made, *statements)
    with pytest.raises(kind):
        labels_of(made, GENESIS)


def test_a_value_of_another_kind(made: Path) -> None:
    # As a strict table forbids, so by the schema's own text: the column's type is changed and changed back.
    path = LABELS.path(made)
    content = path.read_bytes()
    assert content.count(b"2024-01-01file_name") == 1
    change(
        made,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, 'list_date TEXT', 'list_date ANY ')"
        " WHERE name = 'source'",
    )
    change(made, "UPDATE source SET list_date = 7")
    change(
        made,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, 'list_date ANY ', 'list_date TEXT')"
        " WHERE name = 'source'",
    )
    with pytest.raises(CorruptStore):
        sources(made)


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 5000, b"x"])
def test_a_file_that_is_no_database(made: Path, write: Write, content: bytes) -> None:
    LABELS.path(made).write_bytes(content)
    with pytest.raises(CorruptStore):
        sources(made)
    with pytest.raises(CorruptStore):
        import_source(made, write("t.txt", HAL), import_unix=NOW)
    assert LABELS.path(made).read_bytes() == content


def test_damaged_bytes_give_an_error_or_an_answer(made: Path, tmp_path: Path) -> None:
    content = LABELS.path(made).read_bytes()
    dice = random.Random(3)
    for n in range(150):
        damaged = bytearray(content)
        if n % 5 == 0:
            del damaged[dice.randrange(len(damaged)) :]
        else:
            for _ in range(8):
                damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        folder = tmp_path / f"copy{n}"
        folder.mkdir()
        LABELS.path(folder).write_bytes(damaged)
        try:
            sources(folder)
            labels_of(folder, GENESIS)
            listed_addresses(folder)
        except CoalfaceError as error:
            assert error.code  # noqa: PT017 - any of ours will do, none of another kind
        shutil.rmtree(folder)


def test_a_second_writer_waits_for_the_first(made: Path, write: Write, script_path: str) -> None:
    file = write("second.txt", HAL)
    with LABELS.writing(made, 1.0) as connection:
        connection.execute("DELETE FROM raw WHERE 0")
        other = subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"from coalface.labels import *; import_source({str(made)!r}, {str(file)!r})",
            ],
            env={"PATH": script_path},
        )
        assert sources(made)  # readers go on
        time.sleep(1.5)
        assert other.poll() is None
        with pytest.raises(StoreLocked), LABELS.writing(made, 0.1):
            pass
    assert other.wait(60) == 0
    assert len(sources(made)) == 2


def test_several_first_imports_at_once(store: Path, write: Write, script_path: str) -> None:
    files = [write(f"{name}.txt", GENESIS, HAL) for name in "abcd"]
    for n, file in enumerate(files):
        file.write_text(file.read_text() + f"# {n}\n")
    running = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"from coalface.labels import *; import_source({str(store)!r}, {str(file)!r})",
            ],
            env={"PATH": script_path},
        )
        for file in files
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    assert sorted(found.name for found in sources(store)) == ["a.txt", "b.txt", "c.txt", "d.txt"]


def test_a_killed_import_leaves_nothing(made: Path, tmp_path: Path, script_path: str) -> None:
    file = tmp_path / "large.txt"
    file.write_text(f"{HAL}\n" * 150_000)
    process = subprocess.Popen(
        [sys.executable, "-c", f"from coalface.labels import *; import_source({str(made)!r}, {str(file)!r})"],
        env={"PATH": script_path},
    )
    log = LABELS.path(made).with_name("labels.sqlite-wal")
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if log.exists() and log.stat().st_size > 100_000:
            break
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -9
    assert [found.name for found in sources(made)] == ["s-2024-01-01.txt"]
    assert labels_of(made, HAL).labels == ()
    assert import_source(made, file, import_unix=NOW).source.n_duplicates == 149_999
