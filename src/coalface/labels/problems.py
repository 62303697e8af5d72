"""What could not be understood of imported files: kept, and told."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from coalface.labels.book import LabelBook
from coalface.labels.database import LABELS
from coalface.labels.draft import Place, Problem
from coalface.labels.sqlite_file import checked_row

__all__ = ["problems_of", "problems_of_row"]

_NULL = type(None)
_KINDS = (str, str, str, (int, _NULL), (str, _NULL), (str, _NULL))


def problems_of_row(connection: sqlite3.Connection, path: Path, source_id: int) -> Iterator[Problem]:
    """Problems of a source, in the order of the file.

    Parameters
    ----------
    connection
        The database.
    path
        Its file, for errors.
    source_id
        Row of the source.
    """
    for row in connection.execute(
        "SELECT code, reason, text, line, record, member FROM problem WHERE source_id = ? ORDER BY id",
        (source_id,),
    ):
        code, reason, text, *place = checked_row(LABELS, row, _KINDS, path)
        yield Problem(code, reason, text, Place(*place))


def problems_of(store: str | Path, source: str) -> Iterator[Problem]:
    """What could not be understood of a source, in the order of the file.

    Parameters
    ----------
    store
        The store's folder.
    source
        Id or name of the source; of several of one name the newest.

    Raises
    ------
    NotFound
        If there is no such source.
    """
    with LabelBook(store) as book:
        row = book.source(source)
        path = LABELS.path(Path(store))
        with LABELS.translated(path):
            yield from problems_of_row(book.connection, path, row.row_id)
