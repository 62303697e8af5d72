"""Records written out as FollowTheMoney entities, one JSON object a line.

What came from such a file goes out as the lines that it was. What came from another format becomes wallets,
their holders and the relations between these, with what FollowTheMoney can say: a wallet is held, never owned
(its schema is no asset), and what is known of it beyond goes into `notes`.
"""

import hashlib
from collections.abc import Iterable, Iterator

from coalface.errors import UsageError
from coalface.labels.draft import (
    Json,
    LegalStatus,
    Party,
    Record,
    Relation,
    SourceFacts,
    StatementDraft,
    SubjectKind,
)
from coalface.labels.formats.export_tagpack import TextSink
from coalface.labels.formats.ftm import FORMAT, WALLET
from coalface.labels.formats.json_document import compact

__all__ = ["export_ftm"]

_SCHEMAS = {
    "individual": "Person",
    "person": "Person",
    "entity": "Organization",
    "vessel": "Vessel",
    "aircraft": "Airplane",
}
_EDGES = {
    "ownership": ("Ownership", "owner", "asset"),
    "directorship": ("Directorship", "director", "organization"),
    "membership": ("Membership", "member", "organization"),
    "employment": ("Employment", "employee", "employer"),
}
_TOPICS = {
    "sanction": "sanction",
    "terrorism": "crime.terror",
    "scam": "crime.fraud",
    "hacking": "crime.cyber",
}


def export_ftm(records: Iterable[Record], out: TextSink) -> int:
    """Number of entities written, of one source.

    Parameters
    ----------
    records
        Those of one source: its facts first, then what is to be written.
    out
        Gets the lines.

    Raises
    ------
    UsageError
        If the first record is not the facts of the source.
    """
    iterator = iter(records)
    facts = next(iterator, None)
    if not isinstance(facts, SourceFacts):
        raise UsageError("the records of a source begin with its facts", code="usage_records")
    lines = _kept(iterator) if facts.format == FORMAT else _made(iterator, facts)
    n = 0
    for line in lines:
        out.write(line + "\n")
        n += 1
    return n


def _kept(records: Iterator[Record]) -> Iterator[str]:
    """Lines as they were; one line is one entity, whatever was made of it."""
    last: str | None = None
    for record in records:
        if isinstance(record, SourceFacts):
            continue
        # Records of one entity follow each other and stand at one place.
        uid = record.place.record
        if uid is not None and uid == last:
            continue
        last = uid
        yield record.original if isinstance(record, StatementDraft | Party | Relation) else record.text


def _made(records: Iterator[Record], facts: SourceFacts) -> Iterator[str]:
    """Entities of what another format says."""
    for record in records:
        if isinstance(record, StatementDraft):
            if record.subject_kind is SubjectKind.ADDRESS:
                yield compact(_entity(*_wallet(record, facts)))
        elif isinstance(record, Party):
            yield compact(_entity(*_party(record, facts)))
        elif isinstance(record, Relation):
            yield compact(_entity(*_relation(record, facts)))


def _entity(uid: str, schema: str, properties: dict[str, list[str | None]]) -> Json:
    """An entity, without the properties that say nothing."""
    kept: dict[str, Json] = {
        name: [text for text in texts if text] for name, texts in properties.items() if any(texts)
    }
    return {"id": uid, "schema": schema, "properties": kept}


def _wallet(statement: StatementDraft, facts: SourceFacts) -> tuple[str, str, dict[str, list[str | None]]]:
    """Wallet of a statement about an address."""
    key = compact(
        [
            facts.format,
            facts.title,
            statement.asset,
            statement.subject,
            statement.place.record,
            statement.place.line,
        ]
    )
    concepts = [statement.category, statement.abuse, *statement.concepts]
    notes: dict[str, Json] = {
        "claim": statement.claim.value,
        "category": statement.category,
        "abuse": statement.abuse,
        "concepts": list(statement.concepts) or None,
        "legal_status": statement.legal_status.value,
        "legal_date": statement.legal_date,
        "source_type": statement.source_type.value,
        "confidence": None if statement.confidence is None else statement.confidence.name,
        "is_cluster_definer": statement.is_cluster_definer,
        "valid_from": statement.valid_from,
        "valid_until": statement.valid_until,
        "actor": statement.actor_name,
        "original": statement.original,
    }
    is_listed = statement.legal_status is LegalStatus.DESIGNATED
    return (
        "coalface-wallet-" + hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()[:40],
        WALLET,
        {
            "publicKey": [statement.subject_written],
            "currency": [statement.asset_written or statement.asset],
            "holder": [None if statement.actor_id is None else _party_id(statement.actor_id, facts)],
            "alias": [statement.label],
            # `sanction` is a topic of designated parties and their identifiers, not of what resembles them.
            "topics": [
                topic
                for concept, topic in _TOPICS.items()
                if concept in concepts and (concept != "sanction" or is_listed)
            ],
            "sourceUrl": [statement.url or facts.url],
            "authority": [statement.legal_authority],
            "modifiedAt": [statement.last_modified],
            "notes": [compact({name: value for name, value in notes.items() if value is not None})],
        },
    )


def _party(party: Party, facts: SourceFacts) -> tuple[str, str, dict[str, list[str | None]]]:
    """Entity of a party."""
    return (
        _party_id(party.uid, facts),
        _SCHEMAS.get((party.kind or "").lower(), "LegalEntity"),
        {
            "name": [party.name],
            "alias": [known.name for known in party.names if known.name != party.name and not known.is_weak],
            "weakAlias": [known.name for known in party.names if known.is_weak],
            "country": list(party.jurisdictions),
            "program": list(party.programs),
            "topics": ["sanction"] if party.legal_status is LegalStatus.DESIGNATED else [],
            "sourceUrl": [party.url],
            "notes": [party.remarks],
        },
    )


def _relation(relation: Relation, facts: SourceFacts) -> tuple[str, str, dict[str, list[str | None]]]:
    """Entity of a relation; of a kind that FollowTheMoney does not have, an unknown link."""
    schema, start, end = _EDGES.get(relation.kind, ("UnknownLink", "subject", "object"))
    key = compact([facts.format, relation.uid, relation.kind, relation.from_uid, relation.to_uid])
    properties: dict[str, list[str | None]] = {
        start: [_party_id(relation.from_uid, facts)],
        end: [_party_id(relation.to_uid, facts)],
        "role": [relation.role or relation.kind],
        "startDate": [relation.valid_from],
        "endDate": [relation.valid_until],
        "sourceUrl": [relation.url],
    }
    if schema == "Ownership":
        properties["percentage"] = [relation.share_written]
    uid = "coalface-relation-" + hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()[:40]
    return uid, schema, properties


def _party_id(uid: str, facts: SourceFacts) -> str:
    """Id of a party, which is unique in its source only."""
    return f"{facts.default_series or facts.format}-{uid}"
