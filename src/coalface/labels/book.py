"""Answers from the labels of a store, all as of one moment."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from coalface.chain import AsOf, Provenance
from coalface.errors import CorruptStore, InvalidAddress, NotFound
from coalface.labels.categories import CATEGORIES, Claim
from coalface.labels.database import checked, labels_path, open_reader, translated
from coalface.labels.dating import DateSource, date_of
from coalface.labels.list_file import Address, decode, storable
from coalface.labels.network import agreed_network

__all__ = ["AddressLabels", "Label", "LabelBook", "LabelList", "Naming"]

_LIST_COLUMNS = (
    "id, name, series, category, list_date, list_date_source, import_unix, sha256,"
    " n_bytes, n_lines, n_addresses, n_not_addresses, n_duplicates"
)
_LIST_KINDS = (int, str, str, str, str, str, int, str, int, int, int, int, int)
_BY_ADDRESS = """
SELECT list_id, line, text, claim, category FROM statement
WHERE valid = 1 AND payload = ? AND kind = ? AND duplicate_of IS NULL
"""
_BY_TEXT = """
SELECT list_id, line, text, claim, category FROM statement
WHERE valid = 0 AND subject = ? AND duplicate_of IS NULL
"""
_OF_LIST = """
SELECT subject, kind, line FROM statement
WHERE list_id = ? AND valid = 1 AND duplicate_of IS NULL ORDER BY line
"""


@dataclass(frozen=True)
class LabelList:
    """One imported list."""

    list: str
    """Its name."""
    series: str
    """The name without its date; lists of one series are states of the same list."""
    category: str
    list_date: str
    list_date_source: str
    """Who says so: ``option``, ``file_name`` or ``import_time``."""
    is_newest: bool
    """Whether no later list of the series is used."""
    import_unix: int
    sha256: str
    """Of the file's bytes, which are kept."""
    n_bytes: int
    n_lines: int
    n_addresses: int
    n_not_addresses: int
    n_duplicates: int

    @property
    def claim(self) -> Claim:
        """What kind of statement it makes."""
        return CATEGORIES[self.category].claim

    def as_provenance(self) -> dict[str, str | None]:
        """What an answer that used the list says of it."""
        return {
            "category": self.category,
            "date": self.list_date,
            "date_source": self.list_date_source,
            "name": self.list,
            "series": self.series,
            "sha256": self.sha256,
        }


@dataclass(frozen=True)
class Label:
    """One statement: a list says something of an address."""

    list: str
    series: str
    category: str
    list_date: str
    list_date_source: str
    line: int
    is_current: bool
    """Whether the newest list of the series still says so; else it is history."""
    sha256: str
    """Of the list's bytes."""
    text: str
    """The line as it stands in the list."""


@dataclass(frozen=True)
class AddressLabels:
    """Everything that the lists say of one address."""

    address: str
    script_type: str | None
    """`None` for a text that is no address of the network, but stands on a list."""
    labels: tuple[Label, ...]
    """Newest list first."""
    provenance: Provenance


@dataclass(frozen=True)
class Naming:
    """A list's current word for an address, as a reason that answers quote."""

    address: str
    list: str
    category: str
    reason: str


class LabelBook:
    """The labels of a store as of a day. Answers of one object agree, whatever is imported meanwhile.

    Parameters
    ----------
    store
        The store's folder.
    as_of_unix
        Lists of a later UTC day are not used; `None` uses all.

    Raises
    ------
    NotFound
        If nothing was ever imported: that is another answer than "no label".
    StoreNotFound, CorruptStore, UnsupportedStore
        If the folder or the labels cannot be read.
    """

    def __init__(self, store: str | Path, *, as_of_unix: int | None = None) -> None:
        self._store = Path(store)
        self._path = labels_path(self._store)
        connection = open_reader(self._store)
        if connection is None:
            raise NotFound(
                f"`{self._store}` holds no labels: no list was imported",
                code="not_found_labels",
                hint="`coalface labels import STORE FILE`",
                context={"path": str(self._store)},
            )
        self._connection: sqlite3.Connection = connection
        try:
            with translated(self._path):
                self.network = self._read_network()
                self._all = self._read_lists(None if as_of_unix is None else date_of(as_of_unix))
        except BaseException:
            connection.close()
            raise
        self._by_id = dict(self._all)
        self.lists: tuple[LabelList, ...] = tuple(found for _, found in self._all)
        """The lists that are used, newest first."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def decode(self, text: str) -> Address:
        """The address that a text stands for; raises `InvalidAddress` if it is none of the network."""
        return decode(self.network, text)

    def labels_of(self, text: str) -> tuple[Label, ...]:
        """Labels of an address, newest list first; also of a text that stands on a list and is no address.

        Raises
        ------
        InvalidAddress
            If the text is no address of the network and stands on no list.
        """
        try:
            address = self.decode(text)
        except InvalidAddress:
            found = self._statements(_BY_TEXT, (storable(text),))
            if not found:
                raise
            return found
        return self._statements(_BY_ADDRESS, (address.payload, address.kind))

    def answer(self, text: str) -> AddressLabels:
        """Labels of an address with what they rest on; raises as `labels_of` does."""
        labels = self.labels_of(text)
        try:
            address = self.decode(text)
        except InvalidAddress:
            address = None
        return AddressLabels(
            address=text if address is None else address.text,
            script_type=None if address is None else address.kind,
            labels=labels,
            provenance=Provenance(
                network=self.network,
                as_of=AsOf(None, None),
                lists=tuple(each.as_provenance() for each in self.lists),
            ),
        )

    def named(self, claim: Claim) -> Iterator[Naming]:
        """Addresses that the newest lists of that kind hold, list by list; one on two lists comes twice."""
        for list_id, found in self._all:
            if found.claim is not claim or not found.is_newest:
                continue
            reason = reason_of(found)
            with translated(self._path):
                for row in self._connection.execute(_OF_LIST, (list_id,)):
                    subject, kind, _ = checked(row, (str, str, int), self._path)
                    usual = subject if kind in {"p2pkh", "p2sh"} else subject.lower()
                    yield Naming(usual, found.list, found.category, reason)

    def _statements(self, query: str, values: tuple[object, ...]) -> tuple[Label, ...]:
        """Labels that a query finds, those of unused lists left out."""
        with translated(self._path):
            rows = [
                checked(row, (int, int, str, str, str), self._path)
                for row in self._connection.execute(query, values)
            ]
        used = [(self._by_id[row[0]], row) for row in rows if row[0] in self._by_id]
        current = {(found.category, found.series) for found, _ in used if found.is_newest}
        labels = [
            Label(
                list=found.list,
                series=found.series,
                category=found.category,
                list_date=found.list_date,
                list_date_source=found.list_date_source,
                line=line,
                is_current=(found.category, found.series) in current,
                sha256=found.sha256,
                text=text,
            )
            for found, (_, line, text, _, _) in used
        ]
        labels.sort(key=lambda label: (label.list, label.line, label.sha256))
        labels.sort(key=lambda label: label.list_date, reverse=True)
        return tuple(labels)

    def _read_network(self) -> str:
        """Network of the labels, checked against that of a chain in the same folder."""
        row = self._connection.execute("SELECT network FROM store").fetchone()
        if row is None:
            raise CorruptStore(
                f"`{self._path}` is damaged: it does not say of which network it is",
                code="store_corrupt_labels",
                context={"path": str(self._path)},
            )
        return agreed_network(self._store, str(checked(row, (str,), self._path)[0]), None)

    def _read_lists(self, until: str | None) -> list[tuple[int, LabelList]]:
        """Id and facts of the lists of a day or earlier, newest first."""
        rows = [
            self._checked_list(row)
            for row in self._connection.execute(f"SELECT {_LIST_COLUMNS} FROM list")  # noqa: S608 - a constant
        ]
        rows = [row for row in rows if until is None or row[4] <= until]
        newest: dict[tuple[str, str], tuple[str, int]] = {}
        for row in rows:
            key = (row[3], row[2])
            newest[key] = max(newest.get(key, ("", 0)), _moment(row))
        # Not in the order of import: the same lists give the same answer however they came in.
        rows.sort(key=lambda row: (row[1], row[7], row[0]))
        rows.sort(key=_moment, reverse=True)
        return [(row[0], _list_of(row, _moment(row) == newest[row[3], row[2]])) for row in rows]

    def _checked_list(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row of the table of lists, checked."""
        values = checked(row, _LIST_KINDS, self._path)
        if values[3] not in CATEGORIES or values[5] not in set(DateSource):
            raise CorruptStore(
                f"`{self._path}` is damaged: it has a list of category `{values[3][:40]}`, dated by"
                f" `{values[5][:40]}`",
                code="store_corrupt_labels",
                context={"path": str(self._path)},
            )
        return values


def reason_of(found: LabelList | Label) -> str:
    """How an answer quotes a list's word."""
    marked = ", the day of its import" if found.list_date_source == DateSource.IMPORT_TIME else ""
    where = f"list `{found.list}` of {found.list_date}{marked}"
    if CATEGORIES[found.category].claim is Claim.LISTING:
        return f"listed identifier on {found.category} {where}"
    return f"labelled {found.category} by {where}"


def _list_of(row: tuple[Any, ...], is_newest: bool) -> LabelList:
    """A row of the table of lists as an object."""
    names = ("list", "series", "category", "list_date", "list_date_source", "import_unix", "sha256")
    counts = ("n_bytes", "n_lines", "n_addresses", "n_not_addresses", "n_duplicates")
    return LabelList(is_newest=is_newest, **dict(zip((*names, *counts), row[1:], strict=True)))


def _moment(row: tuple[Any, ...]) -> tuple[str, int]:
    """When a list was true: its date; lists dated by their import count to the second."""
    return (row[4], row[6] if row[5] == DateSource.IMPORT_TIME else 0)
