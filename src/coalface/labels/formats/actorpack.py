"""GraphSense ActorPacks: who the actors are that tags name."""

from collections.abc import Iterator
from pathlib import Path

from coalface.errors import LabelFileError
from coalface.labels.draft import (
    DEFAULT_OPTIONS,
    Json,
    Party,
    PartyName,
    Place,
    Problem,
    ReadOptions,
    Record,
    Relation,
)
from coalface.labels.formats.json_document import compact, parse_json
from coalface.labels.formats.pack_header import date_of, inherited, pack_items, texts_of
from coalface.labels.formats.seen_ids import seen_ids
from coalface.labels.formats.source_file import SourceFile
from coalface.labels.formats.yaml_stream import text_of

__all__ = ["FORMAT", "LIST_KEY", "read_actorpack"]

FORMAT = "actorpack"
LIST_KEY = "actors"

_FIELDS = {"id", "label", "uri", "categories", "jurisdictions", "aliases", "context"}
# Keys of `context` that name other actors -> kind of relation, from this actor to them.
_RELATIONS = {"same_as": "same_as", "related_actors": "related", "sub_service_of": "sub_service_of"}


def read_actorpack(path: Path, options: ReadOptions = DEFAULT_OPTIONS, /) -> Iterator[Record]:
    """A party for each actor of a pack, and the relations that their contexts name.

    Raises
    ------
    LabelFileError
        If the file is no pack, or two actors have one id.
    """
    with SourceFile(path, options.keep) as source, seen_ids(path) as seen:
        facts, header, items = pack_items(source, LIST_KEY, FORMAT)
        yield facts
        for part in items:
            place = Place(part.line, part.key)
            record = _party(part.value, header, place, path)
            if isinstance(record, Party):
                seen.add(record.uid, part.line)
            yield record
            if isinstance(record, Party):
                yield from _relations(record)
        source.finish()


def _party(actor: Json, header: dict[str, Json], place: Place, path: Path) -> Party | Problem:
    """Party of an actor, or what is wrong with it."""
    original = compact(actor)
    if not isinstance(actor, dict):
        return Problem("label_actor", "an actor is a mapping", original, place)
    merged = inherited(header, actor)
    uid, label = text_of(merged.get("id")), text_of(merged.get("label"))
    if not uid or not label:
        return Problem("label_actor", "no `id` or no `label`", original, place)
    lists = {}
    for name in ("categories", "jurisdictions", "aliases"):
        texts = texts_of(merged.get(name))
        if texts is None:
            return Problem("label_actor", f"`{name}` is no list of texts", original, place)
        lists[name] = texts
    extra = {key: value for key, value in merged.items() if key not in _FIELDS}
    context = _context(merged.get("context"), path, place)
    if context is not None:
        extra["context"] = context
    return Party(
        uid=uid,
        names=(PartyName(label, is_primary=True), *(PartyName(alias) for alias in lists["aliases"])),
        place=place,
        original=original,
        kind="actor",
        categories=lists["categories"],
        jurisdictions=lists["jurisdictions"],
        url=text_of(merged.get("uri")),
        valid_from=None,
        extra={**extra, "last_modified": date_of(merged.get("lastmod"))},
    )


def _context(value: Json, path: Path, place: Place) -> Json:
    """What the JSON text in `context` says; the text itself if it is no JSON."""
    text = text_of(value)
    if text is None:
        return value
    try:
        return parse_json(text, path, place.line)
    except LabelFileError:
        return text


def _relations(party: Party) -> Iterator[Relation]:
    """Relations that an actor's context names."""
    context = party.extra.get("context")
    if not isinstance(context, dict):
        return
    for key, kind in _RELATIONS.items():
        for other in texts_of(context.get(key)) or ():
            yield Relation(
                kind=kind,
                from_uid=party.uid,
                to_uid=other,
                place=party.place,
                original=compact({key: context[key]}),
            )
