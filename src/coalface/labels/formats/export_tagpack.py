"""Statements written out as a TagPack, and parties as an ActorPack.

What came from a pack goes out as it came: its header, and of each tag the fields that it had itself, written
as they were (a quoted date stays a text). Only comments and the layout are lost. What came from another
format becomes tags with what TagPacks can say; the rest goes into `context`, as JSON.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import yaml

from coalface.errors import UsageError
from coalface.labels.draft import Json, Party, Problem, Record, SourceFacts, StatementDraft, SubjectKind
from coalface.labels.formats.actorpack import FORMAT as ACTORPACK
from coalface.labels.formats.actorpack import LIST_KEY as ACTORS
from coalface.labels.formats.json_document import compact
from coalface.labels.formats.stored import stored_json
from coalface.labels.formats.tagpack import FORMAT as TAGPACK
from coalface.labels.formats.tagpack import LIST_KEY as TAGS
from coalface.labels.formats.yaml_stream import is_date, plain_tag

__all__ = ["TextSink", "export_actorpack", "export_tagpack"]

_TEXT_TAG = "tag:yaml.org,2002:str"
_SCALAR_OF_NULL = "null"


class TextSink(Protocol):
    """Where text goes."""

    def write(self, text: str, /) -> object:
        """Take the next piece."""
        ...


def export_tagpack(records: Iterable[Record], out: TextSink) -> int:
    """Number of tags written, of one source.

    Parameters
    ----------
    records
        Those of one source: its facts first, then what is to be written; parties and relations are left out.
    out
        Gets YAML.

    Raises
    ------
    UsageError
        If the first record is not the facts of the source.
    """
    return _export(records, out, TAGPACK, TAGS)


def export_actorpack(records: Iterable[Record], out: TextSink) -> int:
    """Number of actors written, of one source; the rest of it is left out.

    Raises
    ------
    UsageError
        If the first record is not the facts of the source.
    """
    return _export(records, out, ACTORPACK, ACTORS)


def _export(records: Iterable[Record], out: TextSink, format_name: str, list_key: str) -> int:
    """Number of items written."""
    iterator = iter(records)
    facts = next(iterator, None)
    if not isinstance(facts, SourceFacts):
        raise UsageError("the records of a source begin with its facts", code="usage_records")
    is_same = facts.format == format_name
    header = _header(facts, is_same=is_same)
    counter = _Counter()
    items = (_tag if format_name == TAGPACK else _actor)(iterator, is_same=is_same)
    yaml.emit(
        _events(header, list_key, counter.counted(items)),
        stream=out,
        Dumper=yaml.CSafeDumper,
        allow_unicode=True,
        width=2**30,
    )
    return counter.n


class _Counter:
    """Counts what passes."""

    def __init__(self) -> None:
        self.n = 0

    def counted(self, items: Iterator[Json]) -> Iterator[Json]:
        """The items, one after the other."""
        for item in items:
            self.n += 1
            yield item


def _header(facts: SourceFacts, *, is_same: bool) -> Mapping[str, Json]:
    """Header of the pack; that of the source if it was one."""
    stored = facts.extra.get("header")
    if is_same and isinstance(stored, dict):
        return stored
    header: dict[str, Json] = {
        "title": facts.title or facts.format,
        "creator": facts.publisher or "unknown",
    }
    if facts.description:
        header["description"] = facts.description
    if facts.list_date:
        header["lastmod"] = facts.list_date
    return header


def _tag(records: Iterator[Record], *, is_same: bool) -> Iterator[Json]:
    """Tags of the statements."""
    for record in records:
        if isinstance(record, StatementDraft):
            if is_same:
                yield stored_json(record.original, record.place)
            elif record.subject_kind in {SubjectKind.ADDRESS, SubjectKind.TX}:
                yield _made_tag(record)
        elif is_same and isinstance(record, Problem):
            yield stored_json(record.text, record.place)


def _actor(records: Iterator[Record], *, is_same: bool) -> Iterator[Json]:
    """Actors of the parties."""
    for record in records:
        if isinstance(record, Party):
            yield stored_json(record.original, record.place) if is_same else _made_actor(record)
        elif is_same and isinstance(record, Problem):
            yield stored_json(record.text, record.place)


def _made_tag(statement: StatementDraft) -> Json:
    """A tag that says what a statement of another format says."""
    key = "address" if statement.subject_kind is SubjectKind.ADDRESS else "tx_hash"
    context: dict[str, Json] = {
        "claim": statement.claim.value,
        "source_type": statement.source_type.value,
        "legal_status": statement.legal_status.value,
        "legal_authority": statement.legal_authority,
        "legal_date": statement.legal_date,
        "actor_name": statement.actor_name,
        "valid_from": statement.valid_from,
        "valid_until": statement.valid_until,
        "place": statement.place.record or (str(statement.place.line) if statement.place.line else None),
        "original": statement.original,
        "extra": dict(statement.extra) or None,
    }
    tag: dict[str, Json] = {
        key: statement.subject_written,
        "currency": statement.asset,
        "network": statement.network_written or statement.network,
        "label": statement.label or statement.actor_name or statement.category or "unknown",
        "source": statement.url,
        "confidence": None if statement.confidence is None else statement.confidence.name,
        "is_cluster_definer": statement.is_cluster_definer,
        "category": statement.category,
        "abuse": statement.abuse,
        "concepts": list(statement.concepts) or None,
        "actor": statement.actor_id,
        "lastmod": statement.last_modified or statement.legal_date,
        "tag_type": "mention" if statement.claim.value == "mentioned" else None,
        "context": compact({name: value for name, value in context.items() if value is not None}),
    }
    return {name: value for name, value in tag.items() if value is not None}


def _made_actor(party: Party) -> Json:
    """An actor that says what a party of another format says."""
    actor: dict[str, Json] = {
        "id": party.uid,
        "label": party.name or party.uid,
        "uri": party.url or "",
        "categories": list(party.categories),
        "jurisdictions": list(party.jurisdictions) or None,
        "aliases": [known.name for known in party.names if known.name != party.name] or None,
        "context": compact({"original": party.original}),
    }
    return {name: value for name, value in actor.items() if value is not None}


def _events(header: Mapping[str, Json], list_key: str, items: Iterator[Json]) -> Iterator[Any]:
    """YAML events of a pack; the list last."""
    yield yaml.StreamStartEvent()
    yield yaml.DocumentStartEvent(explicit=False)
    yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=False)
    for key, value in header.items():
        yield from _value_events(key)
        yield from _value_events(value)
    yield from _value_events(list_key)
    yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=False)
    for item in items:
        yield from _value_events(item)
    yield yaml.SequenceEndEvent()
    yield yaml.MappingEndEvent()
    yield yaml.DocumentEndEvent(explicit=False)
    yield yaml.StreamEndEvent()


def _value_events(value: Json) -> Iterator[Any]:
    """Events of a value."""
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(text := value.get("$plain"), str):
            yield _scalar(text, is_plain=True)
        elif len(value) == 1 and isinstance(text := value.get("$quoted"), str):
            yield _scalar(text, is_plain=False)
        else:
            yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=False)
            for key, each in value.items():
                yield _text(key)
                yield from _value_events(each)
            yield yaml.MappingEndEvent()
    elif isinstance(value, list):
        yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=False)
        for each in value:
            yield from _value_events(each)
        yield yaml.SequenceEndEvent()
    elif isinstance(value, str):
        yield _text(value)
    else:
        # JSON's words for these are YAML's, too.
        yield _scalar(_SCALAR_OF_NULL if value is None else compact(value), is_plain=True)


def _text(text: str) -> Any:  # noqa: ANN401 - PyYAML has no types
    """Event of a text, quoted where it would be read as something else; dates are written plain."""
    if is_date(text):
        return _scalar(text, is_plain=True)
    if plain_tag(text) == _TEXT_TAG and text:
        # Plain if its letters allow it.
        return yaml.ScalarEvent(None, None, (True, True), text)
    return _scalar(text, is_plain=False)


def _scalar(text: str, *, is_plain: bool) -> Any:  # noqa: ANN401 - PyYAML has no types
    """Event of a scalar that must be written plain, or must not."""
    return yaml.ScalarEvent(None, None, (is_plain, not is_plain), text, style=None if is_plain else "'")
