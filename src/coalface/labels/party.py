"""Parties that sources know by an id, with names and relations to others, as the sources state them.

A relation is one of parties. It says nothing of addresses, is never derived from co-spending, and no
legal status goes over it by itself: whether a share makes somebody blocked is for a lawyer to say.
"""

import json
import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from coalface.labels.address import storable
from coalface.labels.database import LABELS
from coalface.labels.source import SourceRow
from coalface.labels.sqlite_file import checked_row

__all__ = ["Party", "PartyName", "PartyRelation", "parties_of"]

_NULL = type(None)
_TEXT = (str, _NULL)
_MOST_RELATIONS = 100
"""Relations of one party that an answer gives."""

_PARTY = """
SELECT id, uid, name, kind, programs, categories, jurisdictions, legal_status, legal_authority, legal_date,
    url, remarks, valid_from, valid_until FROM party WHERE source_id = ? AND uid = ? ORDER BY id
"""
_PARTY_KINDS = (int, str, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, str, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT)
_PARTY_FIELDS = (
    "uid", "name", "kind", "programs", "categories", "jurisdictions", "legal_status", "legal_authority",
    "legal_date", "url", "remarks", "valid_from", "valid_until",
)  # fmt: skip
_NAMES = "SELECT name, is_primary, is_weak, kind FROM party_name WHERE party_id = ? ORDER BY rowid"
_RELATIONS = """
SELECT r.kind, 'to', r.to_uid, p.name, r.role, r.share_min_percent, r.share_max_percent, r.share_written,
    r.valid_from, r.valid_until, r.url
FROM relation AS r LEFT JOIN party AS p ON p.source_id = r.source_id AND p.uid = r.to_uid
WHERE r.source_id = :source AND r.from_uid = :uid
UNION ALL
SELECT r.kind, 'from', r.from_uid, p.name, r.role, r.share_min_percent, r.share_max_percent, r.share_written,
    r.valid_from, r.valid_until, r.url
FROM relation AS r LEFT JOIN party AS p ON p.source_id = r.source_id AND p.uid = r.from_uid
WHERE r.source_id = :source AND r.to_uid = :uid
LIMIT :most
"""
_NUMBER = (float, int, _NULL)
_RELATION_KINDS = (str, str, str, _TEXT, _TEXT, _NUMBER, _NUMBER, _TEXT, _TEXT, _TEXT, _TEXT)

_RELATION_FIELDS = (
    "kind", "direction", "other_uid", "other_name", "role", "share_min_percent", "share_max_percent", "share",
    "valid_from", "valid_until", "url",
)  # fmt: skip


@dataclass(frozen=True)
class PartyName:
    """A name of a party."""

    name: str
    is_primary: bool
    is_weak: bool
    """Marked by the source as a weak alias: nobody is meant by it alone."""
    kind: str | None


@dataclass(frozen=True)
class PartyRelation:
    """A relation to another party, as the source states it."""

    kind: str
    """``ownership``, ``directorship`` …"""
    direction: str
    """``to``: the party owns or leads the other one; ``from``: the other way round."""
    other_uid: str
    other_name: str | None
    role: str | None
    share_min_percent: Decimal | None
    share_max_percent: Decimal | None
    share: str | None
    """As it stands in the source."""
    valid_from: str | None
    valid_until: str | None
    url: str | None


@dataclass(frozen=True)
class Party:
    """A person, organisation or other actor that a source knows by an id."""

    uid: str
    source_id: str
    name: str | None
    names: tuple[PartyName, ...]
    kind: str | None
    programs: tuple[str, ...]
    categories: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    legal_status: str
    legal_authority: str | None
    legal_date: str | None
    url: str | None
    remarks: str | None
    valid_from: str | None
    valid_until: str | None
    relations: tuple[PartyRelation, ...]
    """The first hundred."""


def parties_of(connection: sqlite3.Connection, path: Path, source: SourceRow, uid: str) -> Iterator[Party]:
    """What a source knows of a party; several where the source has the id twice.

    Parameters
    ----------
    connection
        The database.
    path
        Its file, for errors.
    source
        The source.
    uid
        Id of the party in it.
    """
    for values in connection.execute(_PARTY, (source.row_id, uid)).fetchall():
        row = checked_row(LABELS, values, _PARTY_KINDS, path)
        names = tuple(
            PartyName(name, bool(is_primary), bool(is_weak), kind)
            for name, is_primary, is_weak, kind in (
                checked_row(LABELS, each, (str, int, int, _TEXT), path)
                for each in connection.execute(_NAMES, (row[0],))
            )
        )
        relations = tuple(
            PartyRelation(**dict(zip(_RELATION_FIELDS, found, strict=True)))
            for found in (
                _with_percents(checked_row(LABELS, each, _RELATION_KINDS, path))
                for each in connection.execute(
                    _RELATIONS, {"source": source.row_id, "uid": uid, "most": _MOST_RELATIONS}
                )
            )
        )
        yield Party(
            source_id=source.source.id,
            names=names,
            relations=relations,
            **dict(zip(_PARTY_FIELDS, (*row[1:4], *map(_texts, row[4:7]), *row[7:]), strict=True)),
        )


def _with_percents(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A relation's row, its shares as they are written."""
    return (*row[:5], _percent(row[5]), _percent(row[6]), *row[7:])


def _percent(share: float | None) -> Decimal | None:
    """A share as it is written."""
    return None if share is None or math.isnan(share) else Decimal(f"{share:.6g}")


def _texts(stored: str | None) -> tuple[str, ...]:
    """A JSON array of texts."""
    try:
        found = [] if stored is None else json.loads(stored)
    except (ValueError, RecursionError):
        return ()
    return tuple(storable(str(each)) for each in found) if isinstance(found, list) else ()
