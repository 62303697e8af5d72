"""Answers from the labels of a store, all as of one moment."""

import hashlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from coalface.chain import AsOf, Provenance
from coalface.errors import NotFound
from coalface.labels.address import Address, decode, storable
from coalface.labels.categories import is_service
from coalface.labels.database import LABELS
from coalface.labels.dating import date_of
from coalface.labels.draft import Claim
from coalface.labels.label import STATEMENT_COLUMNS, Label, StatementRow, row_of
from coalface.labels.network import agreed_network
from coalface.labels.party import Party, parties_of
from coalface.labels.reason import reason_of
from coalface.labels.source import LabelSource, SourceRow, read_sources
from coalface.labels.sqlite_file import checked_row
from coalface.labels.subject import Subject, subject_of
from coalface.labels.withdrawal import StatementId, Withdrawal, read_withdrawals

__all__ = ["AddressLabels", "LabelBook", "Naming", "Tally"]

_FROM = f"SELECT {STATEMENT_COLUMNS} FROM statement AS s JOIN said AS w ON w.id = s.said_id"  # noqa: S608 - a constant
# Of what a source says twice of a subject, the first: the index has the ids in order.
_BY_ADDRESS = f"""
{_FROM} WHERE s.id IN (SELECT min(id) FROM statement
    WHERE payload = ? AND kind = ? AND payload IS NOT NULL GROUP BY said_id)
"""  # noqa: S608 - constants
_BY_TEXT = f"""
{_FROM} WHERE s.id IN (SELECT min(id) FROM statement
    WHERE payload IS NULL AND subject = ? GROUP BY said_id)
"""  # noqa: S608 - constants
_BY_ID = f"{_FROM} WHERE s.id = ?"
_IN_RANGE = f"{_FROM} WHERE s.id >= ? AND s.id < ? ORDER BY s.id"
_TALLIES = "SELECT source_id, subject_kind, asset, network, claim, n FROM tally"
_NULL = type(None)


@dataclass(frozen=True)
class AddressLabels:
    """Everything that the sources say of one subject."""

    address: str
    """The subject, in its usual spelling."""
    script_type: str | None
    """`None` for what is no address of the store's network."""
    networks: tuple[str, ...]
    """Chains that the subject may be of, by its form."""
    labels: tuple[Label, ...]
    """Newest source first."""
    parties: tuple[Party, ...]
    """Who the labels are about, as far as their sources say more of them; with their relations to others."""
    provenance: Provenance


@dataclass(frozen=True)
class Naming:
    """A source's current word for an address, as a reason that answers quote."""

    address: str
    category: str | None
    actor: str | None
    reason: str
    statement: str
    """Id of the statement."""


@dataclass(frozen=True)
class Tally:
    """How many statements of one kind a source holds."""

    subject_kind: str
    asset: str | None
    network: str | None
    claim: str
    n: int


class LabelBook:
    """The labels of a store as of a day. Answers of one object agree, whatever is imported meanwhile.

    Parameters
    ----------
    store
        The store's folder.
    as_of_unix
        Sources of a later UTC day are not used, withdrawals of a later moment do not count; `None` uses all.

    Raises
    ------
    NotFound
        If nothing was ever imported: that is another answer than "no label".
    StoreNotFound, CorruptStore, UnsupportedStore
        If the folder or the labels cannot be read.
    """

    def __init__(self, store: str | Path, *, as_of_unix: int | None = None) -> None:
        self._store = Path(store)
        self._path = LABELS.path(self._store)
        self.day = None if as_of_unix is None else date_of(as_of_unix)
        """Day of which the answers are; `None` uses everything."""
        self.valid_on = self.day or date_of(int(time.time()))
        """Day on which statements have to be valid: today where none is given."""
        connection = LABELS.open_reader(self._store)
        if connection is None:
            raise NotFound(
                f"`{self._store}` holds no labels: nothing was imported",
                code="not_found_labels",
                hint="`coalface labels import STORE FILE`",
                context={"path": str(self._store)},
            )
        self.connection: sqlite3.Connection = connection
        try:
            with LABELS.translated(self._path):
                self.network = self._read_network()
                self.withdrawals = read_withdrawals(connection, self._path, as_of_unix)
                whole = {each.source: how for each, how in self.withdrawals.items() if each.number is None}
                self.rows = read_sources(connection, self._path, whole, self.day)
        except BaseException:
            connection.close()
            raise
        self._by_row = {each.row_id: each for each in self.rows}
        self.sources: tuple[LabelSource, ...] = tuple(each.source for each in self.rows)
        """The sources that are used, newest first; those that were withdrawn say so."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    @cached_property
    def digest(self) -> str:
        """SHA-256 over what the book holds: the same sources, day and withdrawals give the same digest."""
        lines = [self.network, self.day or ""]
        lines += sorted(f"{each.id} {each.sha256}" for each in self.sources)
        lines += sorted(f"{each} withdrawn" for each in self.withdrawals)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def tallies(self) -> dict[str, tuple[Tally, ...]]:
        """What each source holds, by its id."""
        found: dict[str, list[Tally]] = {}
        with LABELS.translated(self._path):
            for row in self.connection.execute(_TALLIES):
                kinds = (int, str, (str, _NULL), (str, _NULL), str, int)
                source_row, *values = checked_row(LABELS, row, kinds, self._path)
                if (known := self._by_row.get(source_row)) is not None:
                    found.setdefault(known.source.id, []).append(Tally(*values))
        return {source: tuple(each) for source, each in found.items()}

    def decode(self, text: str) -> Address:
        """The address that a text stands for; raises `InvalidAddress` if it is none of the network."""
        return decode(self.network, text)

    def labels_of(self, text: str) -> tuple[Label, ...]:
        """Labels of a subject, newest source first: of an address of any chain, or of what else has labels.

        Raises
        ------
        InvalidAddress
            If the text is no address, and no source speaks of it.
        """
        return self.said_of(subject_of(self.network, text))

    def said_of(self, subject: Subject) -> tuple[Label, ...]:
        """Labels of a subject; raises as `labels_of` does."""
        by_text: tuple[str, tuple[object, ...]] = (_BY_TEXT, (subject.text,))
        if subject.address is not None:
            # Chains that forked from Bitcoin share its addresses: what lists say of these is told as well.
            address = subject.address
            return self._statements((_BY_ADDRESS, (address.payload, address.kind)), by_text)
        found = self._statements(by_text)
        if not found and subject.wrong is not None:
            raise subject.wrong
        return found

    def label(self, statement_id: StatementId) -> Label:
        """The statement of an id.

        Raises
        ------
        NotFound
            If there is none, or only in a source of a later day.
        """
        known = next((each for each in self.rows if each.source.id == statement_id.source), None)
        number = statement_id.number or 0
        if known is not None and 1 <= number <= known.source.n_statements:
            found = self._statements((_BY_ID, (known.first_statement + number - 1,)))
            if found:
                return found[0]
        raise NotFound(
            f"`{self._store}` holds no statement `{statement_id}`",
            code="not_found_statement",
            hint="`labels show STORE ADDRESS` gives the ids of statements",
            context={"id": str(statement_id)},
        )

    def source(self, wanted: str) -> SourceRow:
        """The source of an id or name, of several of one name the newest.

        Raises
        ------
        NotFound
            If there is none.
        """
        for row in self.rows:
            if wanted in {row.source.id, row.source.name}:
                return row
        raise NotFound(
            f"`{self._store}` holds no source `{storable(wanted)[:80]}`",
            code="not_found_source",
            hint="`labels list` shows ids and names",
            context={"source": storable(wanted)[:80]},
        )

    def label_of_row(self, row_id: int) -> Label:
        """The statement of a row that `labels.services` gives; raises `NotFound` if there is none."""
        found = self._statements((_BY_ID, (row_id,)))
        if not found:
            raise NotFound(f"`{self._store}` holds no statement in row {row_id}", code="not_found_statement")
        return found[0]

    def withdrawn_rows(self) -> frozenset[int]:
        """Rows of statements that were withdrawn one by one."""
        first = {each.source.id: each.first_statement for each in self.rows}
        return frozenset(
            first[each.source] + each.number - 1
            for each in self.withdrawals
            if each.number is not None and each.source in first
        )

    def answer(self, text: str) -> AddressLabels:
        """Labels of a subject with what they rest on; raises as `labels_of` does."""
        subject = subject_of(self.network, text)
        labels = self.said_of(subject)
        return AddressLabels(
            address=subject.text,
            script_type=None if subject.address is None else subject.address.kind,
            networks=subject.networks,
            labels=labels,
            parties=self.parties(labels),
            provenance=Provenance(
                network=self.network,
                as_of=AsOf(None, None),
                lists=tuple(each.as_provenance() for each in self.sources),
            ),
        )

    def parties(self, labels: Sequence[Label]) -> tuple[Party, ...]:
        """Who labels are about, as far as their sources say more of them, in the order of the labels."""
        wanted = dict.fromkeys(
            (label.source_id, label.actor_id) for label in labels if label.actor_id is not None
        )
        rows = {each.source.id: each for each in self.rows}
        with LABELS.translated(self._path):
            return tuple(
                party
                for source_id, uid in wanted
                for party in parties_of(self.connection, self._path, rows[source_id], uid)
            )

    def current(self) -> Iterator[tuple[SourceRow, int, StatementRow]]:
        """Source, number in it and row of every current statement, source by source, the newest first."""
        for source in self.rows:
            if not source.source.is_newest:
                continue
            first = source.first_statement
            with LABELS.translated(self._path):
                for values in self.connection.execute(_IN_RANGE, (first, source.past_statement)):
                    row = row_of(values, self._path)
                    number = row.id - first + 1
                    if self._standing(source, number, row)[0] == "current":
                        yield source, number, row

    def named(self, claim: Claim | None) -> Iterator[Naming]:
        """Addresses of the store's network that current statements list, or (`None`) give to a service.

        One of which two statements say so comes twice.
        """
        for source, number, row in self.current():
            if row.payload is None:
                continue
            if is_service(row.claim, (row.category, *row.concepts)) if claim is None else row.claim == claim:
                label = row.as_label(number, source.source, "current", None)
                yield Naming(row.subject, row.category, label.actor, reason_of(label), label.id)

    def rows_of(self, source: SourceRow) -> Iterator[StatementRow]:
        """Every statement of a source, in its order."""
        with LABELS.translated(self._path):
            for values in self.connection.execute(_IN_RANGE, (source.first_statement, source.past_statement)):
                yield row_of(values, self._path)

    def _statements(self, *queries: tuple[str, tuple[object, ...]]) -> tuple[Label, ...]:
        """Labels that queries find, those of unused sources left out."""
        with LABELS.translated(self._path):
            rows = [
                row_of(row, self._path)
                for query, values in queries
                for row in self.connection.execute(query, values)
            ]
        used = [(self._by_row[row.source_id], row) for row in rows if row.source_id in self._by_row]
        standings = [self._standing(source, row.id - source.first_statement + 1, row) for source, row in used]
        # A state of a series that is not the newest counts as far as the newest says the same.
        current = {
            (source.source.kind, row.says())
            for (source, row), (standing, _) in zip(used, standings, strict=True)
            if standing == "current"
        }
        found = []
        for (source, row), (standing, withdrawn) in zip(used, standings, strict=True):
            says_so = standing == "history" and (source.source.kind, row.says()) in current
            number = row.id - source.first_statement + 1
            label = row.as_label(number, source.source, "current" if says_so else standing, withdrawn)
            found.append((label.source, label.source_id, number, label))
        found.sort(key=lambda each: each[:3])
        found.sort(key=lambda each: each[3].list_date, reverse=True)
        return tuple(each[3] for each in found)

    def _standing(self, source: SourceRow, number: int, row: StatementRow) -> tuple[str, Withdrawal | None]:
        """Whether a statement counts, by itself; else why not."""
        withdrawn = source.source.withdrawn
        if withdrawn is None and self.withdrawals:
            withdrawn = self.withdrawals.get(StatementId(source.source.id, number))
        if withdrawn is not None:
            return "withdrawn", withdrawn
        if (row.valid_from or "") > self.valid_on or (row.valid_until or "9999-12-31") < self.valid_on:
            return "not_valid", None
        return ("current" if source.source.is_newest else "history"), None

    def _read_network(self) -> str:
        """Network of the labels, checked against that of a chain in the same folder."""
        row = self.connection.execute("SELECT network FROM store").fetchone()
        if row is None:
            raise LABELS.corrupt(self._path, "it does not say of which network it is")
        return agreed_network(self._store, str(checked_row(LABELS, row, (str,), self._path)[0]), None)
