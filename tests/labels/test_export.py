"""What goes out is what came in."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from coalface.errors import CorruptStore, NotFound, UsageError
from coalface.labels import LabelBook, export_source, import_source, withdraw
from coalface.labels.draft import Party, StatementDraft
from coalface.labels.export import kept_bytes
from labels.formats.reading import CONSTRUCTED, of, records

HAL = "12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX"
NOW = 1_717_243_200

Write = Callable[..., Path]


def exported(store: Path, source: str, form: str) -> str:
    out = io.StringIO()
    export_source(store, source, form, out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "form"),
    [("tagpack.yaml", "tagpack"), ("actorpack.yaml", "actorpack"), ("entities.ftm.json", "ftm")],
)
def test_a_round_trip_loses_nothing(store: Path, tmp_path: Path, name: str, form: str) -> None:
    import_source(store, CONSTRUCTED / name, import_unix=NOW)
    again = tmp_path / f"again-{name}"
    again.write_text(exported(store, name, form), "utf-8")
    one, other = records(name), records(again)
    assert [(each.original, each.subject) for each in of(StatementDraft, one)] == [
        (each.original, each.subject) for each in of(StatementDraft, other)
    ]
    assert [(each.original, each.uid) for each in of(Party, one)] == [
        (each.original, each.uid) for each in of(Party, other)
    ]


@pytest.mark.parametrize("name", ["tagpack.yaml", "own.csv", "sdn.xml", "plain.txt", "pools-list.json"])
@pytest.mark.parametrize("form", ["csv", "tagpack", "ftm"])
def test_any_source_can_be_written_and_read_again(store: Path, tmp_path: Path, name: str, form: str) -> None:
    report = import_source(store, CONSTRUCTED / name, import_unix=NOW)
    suffix = {"csv": "csv", "tagpack": "yaml", "ftm": "json"}[form]
    again = tmp_path / f"again.{suffix}"
    again.write_text(exported(store, report.source.id, form), "utf-8")
    back = import_source(tmp_path / "other", again, file_format=form, import_unix=NOW)
    assert back.source.n_addresses >= 1
    if form == "csv":
        assert back.source.n_statements == report.source.n_statements
        assert back.source.n_listed == report.source.n_listed


def test_what_was_withdrawn_is_left_out(store: Path) -> None:
    report = import_source(store, CONSTRUCTED / "tagpack.yaml", import_unix=NOW)
    whole = exported(store, report.source.id, "csv").count("\n")
    withdraw(store, f"{report.source.id}:1", reason="r", author="a")
    assert exported(store, report.source.id, "csv").count("\n") == whole - 1
    withdraw(store, report.source.id, reason="r", author="a")
    assert exported(store, report.source.id, "csv").count("\n") == 1


@pytest.mark.parametrize("name", ["tagpack.yaml", "legacy"])
def test_the_bytes_that_came_in_are_kept(store: Path, name: str) -> None:
    import_source(store, CONSTRUCTED / name, import_unix=NOW)
    with LabelBook(store) as book:
        files: dict[str, bytes] = {}
        for member, piece in kept_bytes(book, store, book.rows[0]):
            files[member] = files.get(member, b"") + piece
    path = CONSTRUCTED / name
    paths = sorted(path.iterdir()) if path.is_dir() else [path]
    assert files == {each.name: each.read_bytes() for each in paths if each.name in files}
    assert files


def test_wrong_requests(store: Path, write: Write) -> None:
    import_source(store, write("l.txt", HAL), import_unix=NOW)
    with pytest.raises(UsageError):
        exported(store, "l.txt", "pdf")
    with pytest.raises(NotFound):
        exported(store, "m.txt", "csv")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE raw SET member = '../x'",
        "UPDATE raw SET member = ''",
        "UPDATE raw SET deflated = x'00'",
        "UPDATE raw SET deflated = substr(deflated, 1, 4)",
    ],
)
def test_kept_bytes_that_somebody_changed(store: Path, write: Write, change: str) -> None:
    import sqlite3

    from coalface.labels.database import LABELS

    import_source(store, write("l.txt", HAL), import_unix=NOW)
    connection = sqlite3.connect(LABELS.path(store))
    connection.execute(change)
    connection.commit()
    connection.close()
    with pytest.raises(CorruptStore):
        exported(store, "l.txt", "csv")
