"""Imported files: what is known of each, and which of a series is the newest."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coalface.labels.categories import CATEGORIES
from coalface.labels.database import LABELS
from coalface.labels.dating import DateSource
from coalface.labels.sqlite_file import checked_row
from coalface.labels.withdrawal import Withdrawal

__all__ = ["LabelSource", "SourceRow", "read_sources"]

_COLUMNS = (
    "id, first_statement, asset, key, name, series, category, format, list_date, list_date_source,"
    " import_unix, sha256, n_bytes,"
    " licence, publisher, title, url, n_statements, n_addresses, n_listed, n_duplicates, n_parties,"
    " n_relations, n_problems"
)
_FIELDS = (
    "id", "name", "series", "category", "format", "list_date", "list_date_source", "import_unix", "sha256",
    "n_bytes", "licence", "publisher", "title", "url", "n_statements", "n_addresses", "n_listed",
    "n_duplicates", "n_parties", "n_relations", "n_problems",
)  # fmt: skip
"""Of `LabelSource`, in the order of the columns behind the first three."""
_TEXT = (str, type(None))
_KINDS = (
    int, int, str, str, str, str, _TEXT, str, str, str, int, str, int, _TEXT, _TEXT, _TEXT, _TEXT,
    int, int, int, int, int, int, int,
)  # fmt: skip


@dataclass(frozen=True)
class LabelSource:
    """One imported file."""

    id: str
    """Statements of it have this id with their number behind it."""
    name: str
    series: str
    """The name without its date; sources of one series and kind are states of the same list."""
    category: str | None
    """What a plain list claims; `None` where the format says it statement by statement."""
    format: str
    list_date: str
    list_date_source: str
    """Who says so: ``option``, ``file``, ``file_name`` or ``import_time``."""
    import_unix: int
    sha256: str
    """Of the file's bytes, which are kept."""
    n_bytes: int
    licence: str | None
    publisher: str | None
    title: str | None
    url: str | None
    n_statements: int
    n_addresses: int
    """Statements about an address of the store's network."""
    n_listed: int
    """Statements that list their subject, as only an authority's list does."""
    n_duplicates: int
    n_parties: int
    n_relations: int
    n_problems: int
    is_newest: bool
    """Whether no later state of the series is used."""
    withdrawn: Withdrawal | None
    """By whom and why, if the whole source was withdrawn."""

    @property
    def kind(self) -> tuple[str, str]:
        """What has to be the same in two states of one list: series, and what a plain list claims."""
        return (self.series, self.category or "")

    @property
    def is_listing(self) -> bool:
        """Whether it is an authority's list: then it can tell that something is not listed."""
        return self.n_listed > 0

    def as_provenance(self) -> dict[str, str | None]:
        """What an answer that used the source says of it."""
        return {
            "category": self.category,
            "date": self.list_date,
            "date_source": self.list_date_source,
            "format": self.format,
            "id": self.id,
            "licence": self.licence,
            "name": self.name,
            "publisher": self.publisher,
            "series": self.series,
            "sha256": self.sha256,
        }

    def cited(self) -> str:
        """How an answer names it."""
        marked = ", the day of its import" if self.list_date_source == DateSource.IMPORT_TIME else ""
        return f"list `{self.name}` of {self.list_date}{marked}"


@dataclass(frozen=True)
class SourceRow:
    """A source, and where its statements stand in the database."""

    row_id: int
    first_statement: int
    asset: str
    """Ticker of a plain list's addresses."""
    source: LabelSource

    @property
    def past_statement(self) -> int:
        """Id behind its last statement."""
        return self.first_statement + self.source.n_statements


def read_sources(
    connection: sqlite3.Connection, path: Path, withdrawn: dict[str, Withdrawal], until: str | None
) -> list[SourceRow]:
    """Sources of a day or earlier, newest first.

    Parameters
    ----------
    connection
        The database.
    path
        Its file, for errors.
    withdrawn
        Withdrawals that count, by id of the source.
    until
        The day; `None` uses all.

    Raises
    ------
    CorruptStore
        If a row is not as we write it.
    """
    rows = [
        _checked(row, path)
        for row in connection.execute(f"SELECT {_COLUMNS} FROM source")  # noqa: S608 - a constant
    ]
    rows = [row for row in rows if until is None or row[8] <= until]
    newest: dict[tuple[str, str], tuple[str, int]] = {}
    for row in rows:
        if row[3] not in withdrawn:
            newest[_kind(row)] = max(newest.get(_kind(row), ("", 0)), _moment(row))
    # Not in the order of import: the same sources give the same answer however they came in.
    rows.sort(key=lambda row: (row[4], row[11], row[3]))
    rows.sort(key=_moment, reverse=True)
    return [
        SourceRow(
            row[0],
            row[1],
            row[2],
            LabelSource(
                **dict(zip(_FIELDS, row[3:], strict=True)),
                is_newest=row[3] not in withdrawn and _moment(row) == newest[_kind(row)],
                withdrawn=withdrawn.get(row[3]),
            ),
        )
        for row in rows
    ]


def _checked(row: Sequence[Any], path: Path) -> tuple[Any, ...]:
    """A row of the table, checked."""
    values = checked_row(LABELS, row, _KINDS, path)
    if values[6] is not None and values[6] not in CATEGORIES:
        raise LABELS.corrupt(path, f"it has a list of category `{values[6][:40]}`")
    if values[9] not in set(DateSource):
        raise LABELS.corrupt(path, f"it has a list dated by `{values[9][:40]}`")
    if values[1] < 0 or values[17] < 0:
        raise LABELS.corrupt(path, "it has a source with less than no statements")
    return values


def _kind(row: tuple[Any, ...]) -> tuple[str, str]:
    return (row[5], row[6] or "")


def _moment(row: tuple[Any, ...]) -> tuple[str, int]:
    """When a source was true: its date; those dated by their import count to the second."""
    return (row[8], row[10] if row[9] == DateSource.IMPORT_TIME else 0)
