"""A database in a store folder: how it is opened, for rooms that keep what users bring.

What is brought in at once is one transaction with full synchronisation and a write-ahead log: a crash loses
the running import and nothing else, readers never wait, and a second writer waits for the first. The file is
input like any other: its schema must equal ours word for word (so no trigger or view of somebody else runs),
and the type of every value is checked when it is read.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
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

__all__ = ["SqliteFile", "checked_row"]

# The smallest page that a database can have.
_SMALLEST_BYTES = 512
_SECONDS_BETWEEN_TRIES = 0.05
_CACHE_KIB = 32 * 1024
"""Pages that one connection keeps in memory; the rest of a large import lies in the log."""


@dataclass(frozen=True)
class SqliteFile:
    """One kind of database: its file's name and its schema."""

    name: str
    """Of the file, in the store's folder."""
    what: str
    """What it holds, for errors and their codes, as ``labels``."""
    application_id: int
    """In the file's header: whose file it is."""
    version: int
    """Of the whole schema."""
    schema: tuple[str, ...]
    """Statements that make it, each ``CREATE KIND NAME …``."""
    hint_import: str
    """How such a file comes to be."""

    def path(self, store: Path) -> Path:
        """Where it is."""
        return store / self.name

    def open_reader(self, store: Path) -> sqlite3.Connection | None:
        """The database of a store, opened for reading as it is now, or `None` if nothing was ever imported.

        Parameters
        ----------
        store
            The store's folder.

        Raises
        ------
        StoreNotFound
            If there is no such folder.
        CorruptStore, UnsupportedStore, IoFailure
            If the file is there and cannot be read.
        """
        if not store.is_dir():
            raise StoreNotFound(
                f"`{store}` is not a store: there is no such folder",
                hint=f"{self.hint_import} makes one that holds {self.what} only",
                context={"path": str(store)},
            )
        path = self.path(store)
        if not path.exists():
            return None
        with self.translated(path):
            self._check_size(path)
            connection = _connected_reader(path)
            try:
                connection.execute("BEGIN")
                is_made = self._check_schema(connection, path)
            except BaseException:
                connection.close()
                raise
        if not is_made:
            connection.close()
            return None
        return connection

    @contextmanager
    def writing(self, store: Path, wait_seconds: float) -> Iterator[sqlite3.Connection]:
        """The database of a store, opened for one transaction that is committed if nothing is raised.

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
        path = self.path(store)
        try:
            store.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IoFailure(
                f"cannot make the folder `{store}`: {error.strerror}", context={"path": str(store)}
            ) from error
        with (
            self.translated(path),
            closing(
                sqlite3.connect(
                    f"{_uri(path)}?mode=rwc", uri=True, timeout=wait_seconds, isolation_level=None
                )
            ) as connection,
        ):
            self._check_size(path)
            _harden(connection)
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            _keep_log(connection, wait_seconds)
            connection.execute("BEGIN IMMEDIATE")
            try:
                if not self._check_schema(connection, path):
                    for statement in self.schema:
                        connection.execute(statement.strip())
                    connection.execute(f"PRAGMA application_id = {self.application_id}")
                    connection.execute(f"PRAGMA user_version = {self.version}")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def translated(self, path: Path) -> Iterator[None]:
        """Turns errors of SQLite into ours."""
        try:
            yield
        except sqlite3.Error as error:
            if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
                raise  # a mistake of ours, not of the file
            raise self._ours(error, path) from error
        except UnicodeDecodeError as error:  # SQLite quotes damaged names in its messages
            raise self.corrupt(path, "a text in it is no UTF-8") from error

    def corrupt(self, path: Path, why: str) -> CorruptStore:
        """The error for a file that is damaged or not ours."""
        return CorruptStore(
            f"`{path}` is damaged: {why}",
            code=f"store_corrupt_{self.what}",
            hint=f"restore `{self.name}` from a backup, or delete it and import again what was in it",
            context={"path": str(path)},
        )

    def create(self, name: str) -> str:
        """The statement of the schema that makes the table or index of that name."""
        return next(each.strip() for each in self.schema if each.split()[2] == name)

    def _check_size(self, path: Path) -> None:
        """Raise if the file is cut so short that SQLite would take it for an empty database."""
        size_bytes = path.stat().st_size
        if 0 < size_bytes < _SMALLEST_BYTES:
            raise self.corrupt(path, f"it has only {size_bytes} bytes")

    def _check_schema(self, connection: sqlite3.Connection, path: Path) -> bool:
        """Whether the database is made; raises if it is one of another kind or version."""
        found = {
            str(row[0]): row[1]
            for row in connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        }
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if not found and application == 0 and version == 0:
            return False
        if application != self.application_id:
            raise UnsupportedStore(
                f"`{path}` is a database of another program",
                code=f"store_unsupported_{self.what}",
                context={"path": str(path), "application_id": application},
            )
        if version != self.version:
            older = version < self.version
            raise UnsupportedStore(
                f"`{path}` has {self.what} of format version {version}, this release reads {self.version}",
                code=f"store_unsupported_{self.what}",
                hint="move the file away and import again what was in it"
                if older
                else "use the release that wrote it, or a later one",
                context={"path": str(path), "version": version},
            )
        wanted = {statement.split()[2]: statement.strip() for statement in self.schema}
        if found != wanted:
            strange = sorted({name for name, _ in found.items() ^ wanted.items()})
            raise self.corrupt(
                path, f"its tables are not those of version {version}: {', '.join(strange)[:200]}"
            )
        return True

    def _ours(self, error: sqlite3.Error, path: Path) -> CoalfaceError:
        """The error of ours that stands for one of SQLite."""
        context = {"path": str(path), "sqlite": getattr(error, "sqlite_errorname", None)}
        match _primary(error):
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return StoreLocked(
                    f"`{path}` is being written by another process",
                    code=f"store_locked_{self.what}",
                    hint="wait until its import is done",
                    context=context,
                )
            case sqlite3.SQLITE_FULL:
                return IoFailure(f"no space left to write `{path}`", code="disk_full", context=context)
            case (
                sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM
            ):
                return IoFailure(f"cannot read or write `{path}`: {error}", context=context)
            case sqlite3.SQLITE_NOMEM:
                return LimitExceeded(f"`{path}`: no memory left", code="limit_memory", context=context)
            case _:
                return self.corrupt(path, str(error))


def checked_row(
    file: SqliteFile, row: Sequence[Any], kinds: Sequence[type | tuple[type, ...]], path: Path
) -> tuple[Any, ...]:
    """The values of a row, each of the kind that its column has.

    Raises
    ------
    CorruptStore
        If one is of another kind: somebody else wrote the file.
    """
    for value, kind in zip(row, kinds, strict=True):
        if not isinstance(value, kind):
            raise file.corrupt(path, f"it holds a {type(value).__name__} where another kind of value belongs")
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


def _primary(error: sqlite3.Error) -> int | None:
    """SQLite's result code without its extension; `None` where Python raised by itself."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _uri(path: Path) -> str:
    """The path as a URI, which is how SQLite takes a mode."""
    return path.absolute().as_uri()
