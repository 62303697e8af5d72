"""Writing the records of one source, in bounded memory: rows wait in batches, nothing is kept of one."""

import json
import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coalface.labels.address import CHAIN_OF_NETWORK, identified, storable
from coalface.labels.categories import CATEGORIES
from coalface.labels.draft import (
    Claim,
    Json,
    Party,
    Place,
    Problem,
    Record,
    Relation,
    SourceFacts,
    StatementDraft,
)

__all__ = ["Counts", "RawBytes", "SourceWriter"]

_ROWS_AT_ONCE = 5000
_MOST_SAID = 20_000
"""Different things said of subjects that are remembered at once; beyond, one may be written twice."""
_MOST_TALLIES = 5000
_CHUNK_BYTES = 1 << 20
_DEFLATE_LEVEL = 1

_CONCEPTS = {name: category.concept for name, category in CATEGORIES.items() if category.concept}
"""Own files may use the names of our categories; a concept is kept all the same."""

_INSERT_STATEMENT = """
INSERT INTO statement (id, said_id, line, kind, payload, subject, written, record, member, original, extra)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT_SAID = f"INSERT INTO said VALUES ({', '.join('?' * 29)})"  # noqa: S608 - only question marks
_INSERT_PROBLEM = """
INSERT INTO problem (source_id, statement_id, code, reason, text, line, record, member)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT_PARTY = f"INSERT INTO party VALUES ({', '.join('?' * 20)})"  # noqa: S608 - only question marks
_INSERT_NAME = "INSERT INTO party_name VALUES (?, ?, ?, ?, ?, ?)"
_INSERT_RELATION = f"""
INSERT INTO relation (source_id, kind, from_uid, to_uid, uid, share_min_percent, share_max_percent,
    share_written, role, valid_from, valid_until, url, line, record, member, original, extra)
VALUES ({", ".join("?" * 17)})
"""  # noqa: S608 - only question marks


@dataclass
class Counts:
    """What a source holds."""

    n_statements: int = 0
    n_addresses: int = 0
    """Statements about an address of the store's network."""
    n_listed: int = 0
    n_duplicates: int = 0
    n_parties: int = 0
    n_relations: int = 0
    n_problems: int = 0


class SourceWriter:
    """Takes the records of a source one by one and writes them.

    Parameters
    ----------
    connection
        In a transaction; whoever opened it commits it.
    source_id
        Of the source's row.
    network
        Of the store: addresses of it are found by their bytes, everything else by its text.
    """

    def __init__(self, connection: sqlite3.Connection, source_id: int, network: str) -> None:
        self.counts = Counts()
        self.n_sound = 0
        """Statements whose subject is what the file says it is."""
        self._connection = connection
        self._source_id = source_id
        self._network = network
        self._chain = CHAIN_OF_NETWORK[network]
        self.first_statement = _next_id(connection, "statement")
        self._next_said = _next_id(connection, "said")
        self._next_party = _next_id(connection, "party")
        self._statements: list[tuple[object, ...]] = []
        self._said: dict[tuple[object, ...], list[int]] = {}
        self._problems: list[tuple[object, ...]] = []
        self._parties: list[tuple[object, ...]] = []
        self._names: list[tuple[object, ...]] = []
        self._relations: list[tuple[object, ...]] = []
        self._tallies: dict[tuple[object, ...], int] = {}

    def take(self, record: Record) -> None:
        """Take the next record."""
        match record:
            case StatementDraft():
                self._take_statement(record)
            case Party():
                self._take_party(record)
            case Relation():
                self._take_relation(record)
            case Problem():
                self._take_problem(record, None)
            case SourceFacts():
                pass  # stand in the source's row

    def finish(self) -> Counts:
        """What was written; every batch is, then."""
        self._write_batches()
        self._write_said()
        self._connection.executemany(
            "INSERT INTO tally (source_id, subject_kind, asset, network, claim, n) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (self._source_id, str(kind), asset, network, str(claim), n)
                for (kind, asset, network, claim), n in self._tallies.items()
            ],
        )
        return self.counts

    def _take_statement(self, draft: StatementDraft) -> None:
        counts = self.counts
        statement_id = self.first_statement + counts.n_statements
        counts.n_statements += 1
        kind, payload, subject, problem = identified(draft, self._network)
        # Testnets share forms with each other: an address of the store's network is of that.
        chain = draft.network if payload is None else self._chain
        if problem is None:
            self.n_sound += 1
            self._tally(draft, chain)
        if payload is not None:
            counts.n_addresses += 1
        if draft.claim is Claim.LISTED:
            counts.n_listed += 1
        place, written = draft.place, storable(draft.subject_written)
        original = storable(draft.original)
        self._statements.append(
            (
                statement_id,
                self._said_id(draft, chain, statement_id),
                place.line,
                kind,
                payload,
                subject,
                None if written == subject else written,
                _stored(place.record),
                _stored(place.member),
                None if original == written else original,
                _json(draft.extra),
            )
        )
        if problem is not None:
            self._take_problem(problem, statement_id)
        if len(self._statements) >= _ROWS_AT_ONCE:
            self._write_batches()

    def _said_id(self, draft: StatementDraft, chain: str | None, statement_id: int) -> int:
        confidence, is_definer = draft.confidence, draft.is_cluster_definer
        key = (
            draft.subject_kind,
            draft.asset,
            draft.asset_written,
            chain,
            draft.network_written,
            draft.check,
            draft.claim,
            draft.source_type,
            _CONCEPTS.get(draft.category or "", draft.category),
            draft.abuse,
            _json(list(draft.concepts)),
            draft.actor_id,
            draft.actor_name,
            draft.label,
            draft.legal_status,
            draft.legal_authority,
            draft.legal_date,
            None if confidence is None else confidence.name,
            None if confidence is None else confidence.level,
            None if is_definer is None else int(is_definer),
            draft.url,
            draft.valid_from,
            draft.valid_until,
            draft.last_modified,
        )
        known = self._said.get(key)
        if known is None:
            if len(self._said) >= _MOST_SAID:
                self._write_said()
            known = self._said[key] = [self._next_said, statement_id, 0]
            self._next_said += 1
        known[2] += 1
        return known[0]

    def _tally(self, draft: StatementDraft, chain: str | None) -> None:
        """Count a sound statement: what lists of a chain there are decides what "not listed" can mean."""
        key: tuple[str | None, ...] = (draft.subject_kind, draft.asset, chain, draft.claim)
        if key not in self._tallies and len(self._tallies) >= _MOST_TALLIES:
            key = (draft.subject_kind, None, None, draft.claim)
        self._tallies[key] = self._tallies.get(key, 0) + 1

    def _take_party(self, party: Party) -> None:
        party_id = self._next_party
        self._next_party += 1
        self.counts.n_parties += 1
        self._parties.append(
            (
                party_id, self._source_id, storable(party.uid), _stored(party.name), _stored(party.kind),
                _json(list(party.programs)), _json(list(party.categories)), _json(list(party.jurisdictions)),
                party.legal_status.value, _stored(party.legal_authority), party.legal_date,
                _stored(party.url), _stored(party.remarks), party.valid_from, party.valid_until,
                *_place(party.place),
                storable(party.original), _json(party.extra),
            )
        )  # fmt: skip
        self._names += [
            (
                party_id,
                storable(each.name),
                storable(each.name).casefold(),
                int(each.is_primary),
                int(each.is_weak),
                _stored(each.kind),
            )
            for each in party.names
        ]
        if len(self._parties) + len(self._names) >= _ROWS_AT_ONCE:
            self._write_batches()

    def _take_relation(self, found: Relation) -> None:
        self.counts.n_relations += 1
        self._relations.append(
            (
                self._source_id, storable(found.kind), storable(found.from_uid), storable(found.to_uid),
                _stored(found.uid), found.share_min_percent, found.share_max_percent,
                _stored(found.share_written), _stored(found.role), found.valid_from, found.valid_until,
                _stored(found.url), *_place(found.place), storable(found.original), _json(found.extra),
            )
        )  # fmt: skip
        if len(self._relations) >= _ROWS_AT_ONCE:
            self._write_batches()

    def _take_problem(self, problem: Problem, statement_id: int | None) -> None:
        self.counts.n_problems += 1
        self._problems.append(
            (
                self._source_id,
                statement_id,
                problem.code,
                storable(problem.reason),
                storable(problem.text),
                *_place(problem.place),
            )
        )
        if len(self._problems) >= _ROWS_AT_ONCE:
            self._write_batches()

    def _write_batches(self) -> None:
        for statement, rows in (
            (_INSERT_STATEMENT, self._statements),
            (_INSERT_PROBLEM, self._problems),
            (_INSERT_PARTY, self._parties),
            (_INSERT_NAME, self._names),
            (_INSERT_RELATION, self._relations),
        ):
            if rows:
                self._connection.executemany(statement, rows)
                rows.clear()

    def _write_said(self) -> None:
        """Write what is remembered as said, and forget it."""
        self._connection.executemany(
            _INSERT_SAID,
            (
                (
                    said_id,
                    self._source_id,
                    *(storable(str(each)) if isinstance(each, str) else each for each in key),
                    _folded(*key[11:14], key[8], key[9]),
                    first,
                    n,
                )
                for key, (said_id, first, n) in self._said.items()
            ),
        )
        self._said.clear()


class RawBytes:
    """Keeps the bytes of a source's files, deflated in chunks.

    Parameters
    ----------
    connection
        In a transaction.
    source_id
        Of the source's row.
    """

    def __init__(self, connection: sqlite3.Connection, source_id: int) -> None:
        self._connection = connection
        self._source_id = source_id
        self._n = 0
        self._file: Path | None = None
        self._member = ""
        self._waiting = bytearray()

    def keep(self, file: Path, piece: bytes) -> None:
        """Take the next bytes of a file."""
        if file is not self._file:
            self.flush()
            self._file, self._member = file, file.name
        self._waiting += piece
        if len(self._waiting) >= _CHUNK_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            self._connection.execute(
                "INSERT INTO raw (source_id, n, member, deflated) VALUES (?, ?, ?, ?)",
                (
                    self._source_id,
                    self._n,
                    storable(self._member),
                    zlib.compress(self._waiting, _DEFLATE_LEVEL),
                ),
            )
            self._n += 1
            self._waiting.clear()


def _next_id(connection: sqlite3.Connection, table: str) -> int:
    """The id after the last one of a table; nobody else writes in this transaction."""
    (last,) = connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()  # noqa: S608 - ours
    return int(last) + 1


def _stored(text: str | None) -> str | None:
    """The text as it can be stored."""
    return None if text is None else storable(text)


def _json(value: Mapping[str, Json] | list[str]) -> str | None:
    """The value as JSON; `None` if it is empty."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")) if value else None


def _folded(*texts: object) -> str:
    """Texts as a search compares them."""
    return storable("\n".join(text.casefold() for text in texts if isinstance(text, str)))


def _place(place: Place) -> tuple[int | None, str | None, str | None]:
    return place.line, _stored(place.record), _stored(place.member)
