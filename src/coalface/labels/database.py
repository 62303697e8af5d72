"""The file ``labels.sqlite`` in a store folder: its schema, and how it is opened.

An import is one transaction with full synchronisation and a write-ahead log: a crash loses the running import
and nothing else, readers never wait, and a second writer waits for the first. The file is input like any
other: its schema must equal ours word for word (so no trigger or view of somebody else runs), and the type of
every value is checked when it is read.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from coalface.errors import (
    CoalfaceError,
    CorruptStore,
    IoFailure,
    LimitExceeded,
    StoreLocked,
    StoreNotFound,
    UnsupportedStore,
)

__all__ = ["checked", "has_labels", "labels_path", "open_reader", "translated", "writing"]

FILE_NAME = "labels.sqlite"
SCHEMA_VERSION = 1
"""Of the whole schema; a later release upgrades an older one by reading the lists' bytes again."""
APPLICATION_ID = 0x434F414C
"""``COAL``, in the file's header."""

# `statement` says: list (of list_date) claims category of subject. kind and payload identify the address
# however it is written. Rows are never changed; a later list does not touch those of an earlier one.
_SCHEMA = (
    """
CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    network TEXT NOT NULL
) STRICT
""",
    """
CREATE TABLE list (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    series TEXT NOT NULL,
    category TEXT NOT NULL,
    list_date TEXT NOT NULL,
    list_date_source TEXT NOT NULL,
    import_unix INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    n_bytes INTEGER NOT NULL,
    n_lines INTEGER NOT NULL,
    n_addresses INTEGER NOT NULL,
    n_not_addresses INTEGER NOT NULL,
    n_duplicates INTEGER NOT NULL
) STRICT
""",
    "CREATE INDEX list_by_sha256 ON list (sha256)",
    """
CREATE TABLE raw (
    list_id INTEGER NOT NULL REFERENCES list (id),
    n INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (list_id, n)
) STRICT
""",
    """
CREATE TABLE statement (
    id INTEGER PRIMARY KEY,
    list_id INTEGER NOT NULL REFERENCES list (id),
    line INTEGER NOT NULL,
    text TEXT NOT NULL,
    subject TEXT NOT NULL,
    claim TEXT NOT NULL,
    category TEXT NOT NULL,
    valid INTEGER NOT NULL CHECK (valid IN (0, 1)),
    kind TEXT,
    payload BLOB,
    reason_code TEXT,
    duplicate_of INTEGER,
    CHECK ((valid = 1) = (kind IS NOT NULL AND payload IS NOT NULL AND reason_code IS NULL))
) STRICT
""",
    "CREATE INDEX statement_by_address ON statement (payload, kind, list_id, line) WHERE valid = 1",
    "CREATE INDEX statement_by_text ON statement (subject, list_id, line) WHERE valid = 0",
    "CREATE INDEX statement_by_list ON statement (list_id, line)",
)
# The smallest page that a database can have.
_SMALLEST_BYTES = 512
_SECONDS_BETWEEN_TRIES = 0.05
_HINT_CORRUPT = "restore `labels.sqlite` from a backup, or delete it and import the lists again"


def labels_path(store: Path) -> Path:
    """Where the labels of a store are."""
    return store / FILE_NAME


def has_labels(store: str | Path) -> bool:
    """Whether a store folder holds labels; without, a question about them has no answer, not an empty one.

    Raises
    ------
    CorruptStore
        If the file is there and is no database.
    """
    connection = open_reader(Path(store))
    if connection is None:
        return False
    connection.close()
    return True


def open_reader(store: Path) -> sqlite3.Connection | None:
    """The labels of a store, opened for reading as they are now, or `None` if nothing was ever imported.

    Parameters
    ----------
    store
        The store's folder.

    Raises
    ------
    StoreNotFound
        If there is no such folder.
    CorruptStore, UnsupportedStore, IoFailure
        If the file is there and cannot be read as labels.
    """
    if not store.is_dir():
        raise StoreNotFound(
            f"`{store}` is not a store: there is no such folder",
            hint="`coalface labels import STORE FILE` makes one that holds labels only",
            context={"path": str(store)},
        )
    path = labels_path(store)
    if not path.exists():
        return None
    with translated(path):
        _check_size(path)
        connection = _connected_reader(path)
        try:
            connection.execute("BEGIN")
            is_made = _check_schema(connection, path)
        except BaseException:
            connection.close()
            raise
    if not is_made:
        connection.close()
        return None
    return connection


@contextmanager
def writing(store: Path, wait_seconds: float) -> Iterator[sqlite3.Connection]:
    """The labels of a store, opened for one transaction that is committed if nothing is raised.

    Parameters
    ----------
    store
        The store's folder; made if it does not exist.
    wait_seconds
        How long to wait for another writer.

    Raises
    ------
    StoreLocked
        If the other one takes longer.
    """
    path = labels_path(store)
    try:
        store.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IoFailure(
            f"cannot make the folder `{store}`: {error.strerror}", context={"path": str(store)}
        ) from error
    with (
        translated(path),
        closing(
            sqlite3.connect(f"{_uri(path)}?mode=rwc", uri=True, timeout=wait_seconds, isolation_level=None)
        ) as connection,
    ):
        _check_size(path)
        _harden(connection)
        _keep_log(connection, wait_seconds)
        connection.execute("BEGIN IMMEDIATE")
        try:
            if not _check_schema(connection, path):
                for statement in _SCHEMA:
                    connection.execute(statement.strip())
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns errors of SQLite into ours."""
    try:
        yield
    except sqlite3.Error as error:
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
            raise  # a mistake of ours, not of the file
        raise _ours(error, path) from error
    except UnicodeDecodeError as error:  # SQLite quotes damaged names in its messages
        raise _corrupt(path, "a text in it is no UTF-8") from error


def checked(row: Sequence[Any], kinds: Sequence[type | tuple[type, ...]], path: Path) -> tuple[Any, ...]:
    """The values of a row, each of the kind that its column has.

    Raises
    ------
    CorruptStore
        If one is of another kind: somebody else wrote the file.
    """
    for value, kind in zip(row, kinds, strict=True):
        if not isinstance(value, kind):
            raise _corrupt(path, f"it holds a {type(value).__name__} where another kind of value belongs")
    return tuple(row)


def _connected_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; also from a folder in which SQLite may not make the log's index."""
    for options in ("mode=rw", "mode=ro&immutable=1"):
        connection = sqlite3.connect(
            f"{_uri(path)}?{options}", uri=True, timeout=10.0, isolation_level=None, check_same_thread=False
        )
        try:
            _harden(connection)
            connection.execute("PRAGMA query_only = ON")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            refused = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
            has_log = path.with_name(f"{path.name}-wal").exists()
            if options == "mode=rw" and _primary(error) in refused and not has_log:
                continue
            raise
        except BaseException:
            connection.close()
            raise
        return connection
    raise AssertionError("the second way of opening returns or raises")


def _harden(connection: sqlite3.Connection) -> None:
    """Settings for a file that may have been written by somebody else."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _keep_log(connection: sqlite3.Connection, wait_seconds: float) -> None:
    """Have the database write ahead. SQLite does not wait by itself where two set this at once."""
    give_up = time.monotonic() + wait_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if _primary(error) != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(_SECONDS_BETWEEN_TRIES)
        else:
            return


def _check_size(path: Path) -> None:
    """Raise if the file is cut so short that SQLite would take it for an empty database."""
    size_bytes = path.stat().st_size
    if 0 < size_bytes < _SMALLEST_BYTES:
        raise _corrupt(path, f"it has only {size_bytes} bytes")


def _check_schema(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the database is made; raises if it is one of another kind or version."""
    found = {
        str(row[0]): row[1]
        for row in connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    }
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not found and application == 0 and version == 0:
        return False
    if application != APPLICATION_ID:
        raise UnsupportedStore(
            f"`{path}` is a database of another program",
            code="store_unsupported_labels",
            context={"path": str(path), "application_id": application},
        )
    if version != SCHEMA_VERSION:
        raise UnsupportedStore(
            f"`{path}` has labels of format version {version}, this release reads version {SCHEMA_VERSION}",
            code="store_unsupported_labels",
            hint="use the release that wrote it, or a later one",
            context={"path": str(path), "version": version},
        )
    wanted = {statement.split()[2]: statement.strip() for statement in _SCHEMA}
    if found != wanted:
        strange = sorted({name for name, _ in found.items() ^ wanted.items()})
        raise _corrupt(path, f"its tables are not those of version {version}: {', '.join(strange)[:200]}")
    return True


def _ours(error: sqlite3.Error, path: Path) -> CoalfaceError:
    """The error of ours that stands for one of SQLite."""
    context = {"path": str(path), "sqlite": getattr(error, "sqlite_errorname", None)}
    match _primary(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreLocked(
                f"`{path}` is being written by another process",
                code="store_locked_labels",
                hint="wait until its import is done",
                context=context,
            )
        case sqlite3.SQLITE_FULL:
            return IoFailure(f"no space left to write `{path}`", code="disk_full", context=context)
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return IoFailure(f"cannot read or write `{path}`: {error}", context=context)
        case sqlite3.SQLITE_NOMEM:
            return LimitExceeded(f"`{path}`: no memory left", code="limit_memory", context=context)
        case _:
            return _corrupt(path, str(error))


def _corrupt(path: Path, why: str) -> CorruptStore:
    """The error for a file that is damaged or not ours."""
    return CorruptStore(
        f"`{path}` is damaged: {why}",
        code="store_corrupt_labels",
        hint=_HINT_CORRUPT,
        context={"path": str(path)},
    )


def _primary(error: sqlite3.Error) -> int | None:
    """SQLite's result code without its extension; `None` where Python raised by itself."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _uri(path: Path) -> str:
    """The path as a URI, which is how SQLite takes a mode."""
    return path.absolute().as_uri()
