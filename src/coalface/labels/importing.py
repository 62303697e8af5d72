"""Bringing a list into a store."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from coalface.errors import InvalidAddress, LabelFileError
from coalface.labels.categories import Category, category_named
from coalface.labels.database import checked, labels_path, open_reader, translated, writing
from coalface.labels.dating import DateSource, ListName, name_list
from coalface.labels.list_file import LineCounts, decode, open_list, read_lines
from coalface.labels.network import agreed_network

__all__ = ["ImportReport", "NotAnAddress", "import_list"]

_SHOWN = 20
_ROWS_AT_ONCE = 5000
_CHUNK_BYTES = 1 << 20
_WAIT_SECONDS = 600.0

_INSERT_LIST = """
INSERT INTO list (name, series, category, list_date, list_date_source, import_unix, sha256,
    n_bytes, n_lines, n_addresses, n_not_addresses, n_duplicates)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
"""
_INSERT_STATEMENT = """
INSERT INTO statement (list_id, line, text, subject, claim, category, valid, kind, payload, reason_code)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# The first line of a list that says the same; once for addresses, once for what is none.
_MARK_DUPLICATES = (
    """
UPDATE statement SET duplicate_of = earlier.line FROM (
    SELECT payload, kind, min(line) AS line FROM statement
    WHERE list_id = :list AND valid = 1 GROUP BY payload, kind HAVING count(*) > 1
) AS earlier
WHERE statement.list_id = :list AND statement.valid = 1 AND statement.payload = earlier.payload
    AND statement.kind = earlier.kind AND statement.line > earlier.line
""",
    """
UPDATE statement SET duplicate_of = earlier.line FROM (
    SELECT subject, min(line) AS line FROM statement
    WHERE list_id = :list AND valid = 0 GROUP BY subject HAVING count(*) > 1
) AS earlier
WHERE statement.list_id = :list AND statement.valid = 0 AND statement.subject = earlier.subject
    AND statement.line > earlier.line
""",
)


@dataclass(frozen=True)
class NotAnAddress:
    """A line of a list that is no address of the store's network; it is kept all the same."""

    line: int
    text: str
    reason_code: str
    reason: str


@dataclass(frozen=True)
class ImportReport:
    """What one import did."""

    imported: bool
    """Whether anything changed; not if the store held these bytes of this series and date already."""
    list: str
    """Name of the list; that under which it was imported first if it was known."""
    series: str
    category: str
    list_date: str
    list_date_source: str
    network: str
    sha256: str
    n_bytes: int
    n_lines: int
    n_addresses: int
    """Lines that are an address, duplicates included."""
    n_not_addresses: int
    n_duplicates: int
    """Lines that say what an earlier one says."""
    not_addresses: tuple[NotAnAddress, ...]
    """The first of them."""


def import_list(
    store: str | Path,
    file: str | Path,
    *,
    date: str | None = None,
    category: str = "sanctions",
    name: str | None = None,
    network: str | None = None,
    import_unix: int | None = None,
) -> ImportReport:
    """What was imported of a plain list: one address a line, blank lines and ``#`` comments aside.

    Parameters
    ----------
    store
        Folder of the store; made if it does not exist. It needs no chain.
    file
        The list: UTF-8 text, lines of at most 1024 bytes.
    date
        Day of which the list is, ``YYYY-MM-DD``; else the date in the file's name, else today.
    category
        What the list claims, a key of `CATEGORIES`.
    name
        Name of the list; that of the file if `None`. Without its date it names the list's series.
    network
        Network of a store that is new; mainnet if `None`.
    import_unix
        Time of the import in seconds since 1970; now if `None`.

    Raises
    ------
    LabelFileError
        If the file is no such list, with the line; nothing is imported then.
    UsageError
        If an argument does not fit, or the network is not the store's.
    StoreLocked
        If another import into the store does not end.

    Notes
    -----
    Every line is kept, whether it is an address or not, and the file's bytes are kept whole. The same bytes
    of the same series, date and category are imported once; where nothing dates them, once whatever the day.
    """
    folder, path = Path(store), Path(file)
    now = int(time.time()) if import_unix is None else import_unix
    kind = category_named(category)
    named = name_list(path, date=date, name=name, import_unix=now)
    with closing(open_list(path)) as source:
        network = agreed_network(folder, _network_of_labels(folder), network)
        first = _surveyed(source, path, network)
        with writing(folder, _WAIT_SECONDS) as connection:
            # Another import may have come between.
            network = agreed_network(folder, _settled_network(connection, folder, network), network)
            known = _known(connection, folder, first.counts.sha256, named, kind)
            if known is None:
                n_duplicates = _insert(connection, source, path, named, kind, first, network, now)
            else:
                named, n_duplicates = known
    return ImportReport(
        imported=known is None,
        list=named.name,
        series=named.series,
        category=kind.name,
        list_date=named.date,
        list_date_source=named.date_source.value,
        network=network,
        sha256=first.counts.sha256,
        n_bytes=first.counts.n_bytes,
        n_lines=first.counts.n_lines,
        n_addresses=first.n_addresses,
        n_not_addresses=first.n_not_addresses,
        n_duplicates=n_duplicates,
        not_addresses=tuple(first.not_addresses),
    )


@dataclass
class _Survey:
    """What a first reading found; nothing is written before the whole file is known to be a list."""

    counts: LineCounts
    n_addresses: int
    n_not_addresses: int
    not_addresses: list[NotAnAddress]


def _surveyed(source: BinaryIO, path: Path, network: str) -> _Survey:
    """What the file holds; raises if it is no list."""
    found = _Survey(LineCounts(), 0, 0, [])
    for line in read_lines(source, path, found.counts):
        try:
            decode(network, line.subject)
        except InvalidAddress as error:
            found.n_not_addresses += 1
            if len(found.not_addresses) < _SHOWN:
                found.not_addresses.append(NotAnAddress(line.number, line.subject, error.code, error.message))
        else:
            found.n_addresses += 1
    if found.n_addresses == 0:
        raise _no_address(path, network, found)
    return found


def _no_address(path: Path, network: str, found: _Survey) -> LabelFileError:
    """The error for a file that holds lines, or not even that, but no address."""
    hint = "a plain list has one address a line; other formats are not read"
    if not found.not_addresses:
        return LabelFileError(f"`{path}` is no list: it holds no address", code="label_no_address", hint=hint)
    first = found.not_addresses[0]
    if all(line.reason_code == "invalid_address_wrong_network" for line in found.not_addresses):
        hint = "say by --network whose addresses these are, and keep each network in a folder of its own"
    return LabelFileError(
        f"`{path}` is no list: none of {found.n_not_addresses} lines is an address of {network}; "
        f"line {first.line}: {first.reason}",
        code="label_no_address",
        hint=hint,
        context={"path": str(path), "line": first.line, "network": network},
    )


def _network_of_labels(store: Path) -> str | None:
    """Network of the labels in a store, `None` if there are none."""
    connection = open_reader(store) if store.is_dir() else None
    if connection is None:
        return None
    with closing(connection), translated(labels_path(store)):
        return _stored_network(connection, store)


def _stored_network(connection: sqlite3.Connection, store: Path) -> str | None:
    """Network that the database names."""
    row = connection.execute("SELECT network FROM store").fetchone()
    return None if row is None else str(checked(row, (str,), labels_path(store))[0])


def _settled_network(connection: sqlite3.Connection, store: Path, network: str) -> str:
    """Network of the labels, which is `network` from now on if they had none."""
    found = _stored_network(connection, store)
    if found is None:
        connection.execute("INSERT INTO store (id, network) VALUES (1, ?)", (network,))
    return found or network


def _known(
    connection: sqlite3.Connection, store: Path, sha256: str, named: ListName, category: Category
) -> tuple[ListName, int] | None:
    """Name and duplicates of the list that has these bytes, date, category and series, or `None`."""
    for row in connection.execute(
        "SELECT name, series, list_date, list_date_source, n_duplicates FROM list"
        " WHERE sha256 = ? AND category = ? AND series = ? ORDER BY id",
        (sha256, category.name, named.series),
    ):
        name, series, list_date, source, n_duplicates = checked(
            row, (str, str, str, str, int), labels_path(store)
        )
        is_undated = named.date_source == source == DateSource.IMPORT_TIME
        if list_date == named.date or is_undated:
            return ListName(name, series, list_date, DateSource(source)), n_duplicates
    return None


def _insert(
    connection: sqlite3.Connection,
    source: BinaryIO,
    path: Path,
    named: ListName,
    category: Category,
    first: _Survey,
    network: str,
    now: int,
) -> int:
    """Number of duplicates, after writing list, bytes and statements."""
    list_id = connection.execute(
        _INSERT_LIST,
        (
            named.name,
            named.series,
            category.name,
            named.date,
            named.date_source.value,
            now,
            first.counts.sha256,
            first.counts.n_bytes,
            first.counts.n_lines,
            first.n_addresses,
            first.n_not_addresses,
        ),
    ).lastrowid
    raw = _RawBytes(connection, list_id)
    again = LineCounts()
    rows = _rows(source, path, again, raw, list_id, category, network)
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        connection.executemany(_INSERT_STATEMENT, batch)
    raw.flush()
    if again.sha256 != first.counts.sha256:
        raise LabelFileError(
            f"`{path}` was changed while it was read", code="label_changed", context={"path": str(path)}
        )
    n_duplicates = sum(
        connection.execute(statement, {"list": list_id}).rowcount for statement in _MARK_DUPLICATES
    )
    connection.execute("UPDATE list SET n_duplicates = ? WHERE id = ?", (n_duplicates, list_id))
    return n_duplicates


class _RawBytes:
    """The bytes of a list, written in chunks."""

    def __init__(self, connection: sqlite3.Connection, list_id: int | None) -> None:
        self._connection = connection
        self._list_id = list_id
        self._n = 0
        self._waiting = bytearray()

    def keep(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._waiting += piece
        if len(self._waiting) >= _CHUNK_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            self._connection.execute(
                "INSERT INTO raw (list_id, n, bytes) VALUES (?, ?, ?)",
                (self._list_id, self._n, bytes(self._waiting)),
            )
            self._n += 1
            self._waiting.clear()


def _rows(
    source: BinaryIO,
    path: Path,
    counts: LineCounts,
    raw: _RawBytes,
    list_id: int | None,
    category: Category,
    network: str,
) -> Iterator[tuple[object, ...]]:
    """A row a line."""
    for line in read_lines(source, path, counts, raw.keep):
        start = (list_id, line.number, line.text, line.subject, category.claim.value, category.name)
        try:
            address = decode(network, line.subject)
        except InvalidAddress as error:
            yield (*start, 0, None, None, error.code)
        else:
            yield (*start, 1, address.kind, address.payload, None)
