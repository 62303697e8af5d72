"""One statement as it is read back, with its source and its standing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coalface.labels.address import storable
from coalface.labels.database import LABELS
from coalface.labels.draft import Claim, Json, LegalStatus, SourceType, SubjectCheck, SubjectKind
from coalface.labels.source import LabelSource
from coalface.labels.sqlite_file import checked_row
from coalface.labels.withdrawal import Withdrawal

__all__ = ["STATEMENT_COLUMNS", "Label", "StatementRow", "concepts_of", "row_of"]

STATEMENT_COLUMNS = (
    "s.id, s.kind, s.payload, s.subject, s.written, s.line, s.record, s.member, s.original, s.extra,"
    " w.source_id, w.subject_kind, w.asset, w.asset_written, w.network, w.network_written, w.checked,"
    " w.claim, w.source_type,"
    " w.category, w.abuse, w.concepts, w.actor_id, w.actor_name, w.label, w.legal_status,"
    " w.legal_authority, w.legal_date, w.confidence, w.confidence_level, w.is_cluster_definer, w.url,"
    " w.valid_from, w.valid_until, w.last_modified"
)
"""Of ``statement AS s JOIN said AS w``, in the order of `StatementRow`."""

_NULL = type(None)
_TEXT = (str, _NULL)
_NUMBER = (int, _NULL)
_KINDS = (
    int, _TEXT, (bytes, _NULL), str, _TEXT, _NUMBER, _TEXT, _TEXT, _TEXT, _TEXT,
    int, str, _TEXT, _TEXT, _TEXT, _TEXT, str, str,
    str, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, str,
    _TEXT, _TEXT, _TEXT, _NUMBER, _NUMBER, _TEXT,
    _TEXT, _TEXT, _TEXT,
)  # fmt: skip
_CLAIMS, _STATUSES = frozenset(map(str, Claim)), frozenset(map(str, LegalStatus))
_TYPES, _SUBJECTS, _CHECKS = (
    frozenset(map(str, SourceType)),
    frozenset(map(str, SubjectKind)),
    frozenset(map(str, SubjectCheck)),
)


@dataclass(frozen=True)
class Label:
    """One statement: a source says something of a subject."""

    id: str
    """Of the statement: that of its source, and its number in it."""
    subject: str
    """In its usual spelling."""
    subject_kind: str
    """``address``, ``tx``, ``actor``, ``netblock`` or ``coinbase_tag``."""
    asset: str | None
    network: str | None
    """Chain that the subject is of."""
    claim: str
    """``listed``, ``attributed`` or ``mentioned``."""
    category: str | None
    """Concept of the taxonomy; as written where it knows none."""
    abuse: str | None
    concepts: tuple[str, ...]
    actor: str | None
    """Name of who it is about; else the id that the source has for it."""
    actor_id: str | None
    label: str | None
    """Text of the source."""
    legal_status: str
    """Of the party, never of the address: ``designated``, ``seized``, … or ``none``."""
    legal_authority: str | None
    legal_date: str | None
    source_type: str
    """Who says so: ``authority``, ``court_filing``, ``vendor``, ``academic``, ``press`` or ``user``."""
    confidence: str | None
    confidence_level: int | None
    """0 to 100."""
    is_cluster_definer: bool | None
    """Whether the source means the whole cluster; `None`: it does not say."""
    url: str | None
    valid_from: str | None
    valid_until: str | None
    last_modified: str | None
    source: str
    """Name of the source."""
    source_id: str
    series: str
    format: str
    list_category: str | None
    """What a plain list claims of all its addresses; `None` where the format says it itself."""
    list_date: str
    list_date_source: str
    sha256: str
    """Of the source's bytes."""
    licence: str | None
    publisher: str | None
    line: int | None
    """From 1; `None` where the format has no lines."""
    record: str | None
    """Id or path of the record in its source."""
    text: str
    """The record as it stands in the source."""
    extra: dict[str, Json]
    """What the source says beyond these fields."""
    standing: str
    """``current``; else why answers leave it out: ``history`` (a later state of the series does not say it),
    ``not_valid`` (outside of its validity), ``withdrawn``."""
    withdrawn: Withdrawal | None

    @property
    def is_current(self) -> bool:
        """Whether answers use it."""
        return self.standing == "current"


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement as the database holds it, checked."""

    id: int
    kind: str | None
    payload: bytes | None
    subject: str
    written: str | None
    line: int | None
    record: str | None
    member: str | None
    original: str | None
    extra_json: str | None
    source_id: int
    subject_kind: str
    asset: str | None
    asset_written: str | None
    network: str | None
    network_written: str | None
    checked: str
    claim: str
    source_type: str
    category: str | None
    abuse: str | None
    concepts_json: str | None
    actor_id: str | None
    actor_name: str | None
    label: str | None
    legal_status: str
    legal_authority: str | None
    legal_date: str | None
    confidence: str | None
    confidence_level: int | None
    is_cluster_definer: int | None
    url: str | None
    valid_from: str | None
    valid_until: str | None
    last_modified: str | None

    @property
    def concepts(self) -> tuple[str, ...]:
        """Further concepts than the category."""
        return concepts_of(self.concepts_json)

    @property
    def extra(self) -> dict[str, Json]:
        """What the source says beyond the other fields."""
        found = _loaded(self.extra_json)
        return found if isinstance(found, dict) else {}

    @property
    def text(self) -> str:
        """The record as it stood."""
        return self.original or self.written or self.subject

    def says(self) -> tuple[str, str | None, str | None, str | None]:
        """What has to be the same for two states of a list to say the same of a subject."""
        return (self.claim, self.category, self.abuse, self.actor_id or self.actor_name)

    def as_label(
        self, number: int, source: LabelSource, standing: str, withdrawn: Withdrawal | None
    ) -> Label:
        """The statement as answers give it."""
        return Label(
            id=f"{source.id}:{number}",
            subject=self.subject,
            subject_kind=self.subject_kind,
            asset=self.asset,
            network=self.network,
            claim=self.claim,
            category=self.category,
            abuse=self.abuse,
            concepts=self.concepts,
            actor=self.actor_name or self.actor_id,
            actor_id=self.actor_id,
            label=self.label,
            legal_status=self.legal_status,
            legal_authority=self.legal_authority,
            legal_date=self.legal_date,
            source_type=self.source_type,
            confidence=self.confidence,
            confidence_level=self.confidence_level,
            is_cluster_definer=None if self.is_cluster_definer is None else bool(self.is_cluster_definer),
            url=self.url,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            last_modified=self.last_modified,
            source=source.name,
            source_id=source.id,
            series=source.series,
            format=source.format,
            list_category=source.category,
            list_date=source.list_date,
            list_date_source=source.list_date_source,
            sha256=source.sha256,
            licence=source.licence,
            publisher=source.publisher,
            line=self.line,
            record=self.record,
            text=self.text,
            extra=self.extra,
            standing=standing,
            withdrawn=withdrawn,
        )


def concepts_of(stored: str | None) -> tuple[str, ...]:
    """Concepts of a JSON array of the database."""
    found = _loaded(stored)
    return tuple(map(str, found)) if isinstance(found, list) else ()


def row_of(values: Sequence[Any], path: Path) -> StatementRow:
    """A row of `STATEMENT_COLUMNS`, checked.

    Raises
    ------
    CorruptStore
        If it is not as we write it.
    """
    row = StatementRow(*checked_row(LABELS, values, _KINDS, path))
    if (
        row.claim not in _CLAIMS
        or row.legal_status not in _STATUSES
        or row.source_type not in _TYPES
        or row.subject_kind not in _SUBJECTS
        or row.checked not in _CHECKS
    ):
        raise LABELS.corrupt(path, f"statement {row.id} says what no statement says")
    return row


def _loaded(text: str | None) -> Json:
    """Value of a JSON text of the database; `None` where somebody damaged it."""
    if text is None:
        return None
    try:
        return _storable_json(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _storable_json(value: Json) -> Json:
    """The value with halves of surrogate pairs as escapes, so that it can be written."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable_json(each) for each in value]
    if isinstance(value, dict):
        return {storable(name): _storable_json(each) for name, each in value.items()}
    return value
