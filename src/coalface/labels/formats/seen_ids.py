"""Ids that were seen, in bounded memory: a temporary database on disk behind a small cache."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path

from coalface.labels.formats.refuse import refused, shown

__all__ = ["SeenIds", "seen_ids"]

_SMALL = 100_000


class SeenIds:
    """Ids of the records of one file, each of which may occur once."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self._path = path
        self._database = database
        self._small: dict[bytes, int] = {}

    def add(self, uid: str, line: int | None) -> None:
        """Note an id.

        Raises
        ------
        LabelFileError
            If a record had it before.
        """
        key = blake2b(uid.encode("utf-8", "backslashreplace"), digest_size=16).digest()
        first = self._small.get(key)
        if first is None:
            first = self._stored(key)
        if first is not None:
            raise refused(
                self._path,
                f"the id `{shown(uid)}` was given before, in line {first}",
                code="label_duplicate_uid",
                line=line,
                hint="an id names one record of a file",
                first_line=first,
            )
        self._small[key] = line or 0
        if len(self._small) >= _SMALL:
            self._database.executemany("INSERT INTO seen VALUES (?, ?)", sorted(self._small.items()))
            self._small.clear()
            self._has_stored = True

    _has_stored = False

    def _stored(self, key: bytes) -> int | None:
        """Line of an id that is on disk."""
        if not self._has_stored:
            return None
        row = self._database.execute("SELECT line FROM seen WHERE key = ?", (key,)).fetchone()
        return None if row is None else int(row[0])


@contextmanager
def seen_ids(path: Path) -> Iterator[SeenIds]:
    """An empty set of ids for the records of a file."""
    # The empty name is SQLite's for a private database that spills to a temporary file.
    with closing(sqlite3.connect("")) as database:
        database.execute("PRAGMA cache_size = -16384")
        database.execute("CREATE TABLE seen (key BLOB PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID")
        yield SeenIds(path, database)
