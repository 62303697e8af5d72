"""FollowTheMoney entities as OpenSanctions publishes them: one JSON object a line.

Wallets become statements, edges between entities become relations, everything else is a party. A wallet's
holder is named by its id: the holder's own line may come later. A wallet with the topic `sanction` is a
listed identifier, as the publisher repeats it from an authority's list; who speaks is still the publisher.
Every line is kept, so that it can be written out as it was.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from coalface.labels.draft import (
    DEFAULT_OPTIONS,
    Claim,
    Json,
    LegalStatus,
    Party,
    PartyName,
    Place,
    Problem,
    ReadOptions,
    Record,
    Relation,
    SourceFacts,
    SourceType,
)
from coalface.labels.formats.json_document import parse_json
from coalface.labels.formats.refuse import refused
from coalface.labels.formats.seen_ids import seen_ids
from coalface.labels.formats.source_file import SourceFile
from coalface.labels.formats.statement import Details, address_statement

__all__ = ["FORMAT", "MAX_LINE_BYTES", "WALLET", "read_ftm"]

FORMAT = "ftm"
WALLET = "CryptoWallet"
MAX_LINE_BYTES = 2 << 20
"""Bytes of one entity."""

# Schema of an edge -> its kind, and the properties that hold its ends (FollowTheMoney's model, 4.11).
_EDGES = {
    "Ownership": ("ownership", "owner", "asset"),
    "Directorship": ("directorship", "director", "organization"),
    "Membership": ("membership", "member", "organization"),
    "Employment": ("employment", "employee", "employer"),
    "Family": ("family", "person", "relative"),
    "Associate": ("associate", "person", "associate"),
    "Representation": ("representation", "agent", "client"),
    "Succession": ("succession", "predecessor", "successor"),
    "UnknownLink": ("unknown_link", "subject", "object"),
}
# Topic -> concept: the narrower topics first.
_TOPICS = {
    "sanction": "sanction",
    "crime.terror": "terrorism",
    "crime.traffick.drug": "drugs",
    "crime.traffick.human": "human_trafficking",
    "crime.cyber": "hacking",
    "crime.fraud": "scam",
    "crime.fin": "financial_crime",
    "crime": "abuse",
}
_PERCENT = re.compile(
    r"(?P<low>[0-9]{1,3}(?:[.,][0-9]+)?) *%?(?: *(?:-|\u2013|to) *(?P<high>[0-9]{1,3}(?:[.,][0-9]+)?) *%?)?"
)
_MORE_THAN = re.compile(
    r"(?:more than|over|>=?|at least) *(?P<low>[0-9]{1,3}(?:[.,][0-9]+)?) *%?", re.IGNORECASE
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Properties = dict[str, list[str]]


def read_ftm(path: Path, options: ReadOptions = DEFAULT_OPTIONS, /) -> Iterator[Record]:
    """Statements, parties and relations of a file of entities.

    Raises
    ------
    LabelFileError
        If a line is no JSON object with `id` and `schema`, is too long, or has the id of another.
    """
    with SourceFile(path, options.keep) as source, seen_ids(path) as seen:
        yield SourceFacts(FORMAT)
        n_entities = 0
        for number, line in source.text_lines(MAX_LINE_BYTES, hint="one entity a line"):
            if not line.strip():
                continue
            entity = parse_json(line, path, number)
            uid = entity.get("id") if isinstance(entity, dict) else None
            schema = entity.get("schema") if isinstance(entity, dict) else None
            if not isinstance(entity, dict) or not isinstance(uid, str) or not isinstance(schema, str):
                raise refused(
                    path,
                    "no entity: an object with the texts `id` and `schema`",
                    code="label_ftm_shape",
                    line=number,
                )
            seen.add(uid, number)
            n_entities += 1
            yield from _records(entity, uid, schema, Place(number, uid), line.strip(), options)
        source.finish()
        if not n_entities:
            raise refused(path, "no entity", code="label_no_address", hint="is the file empty?")


def _records(
    entity: dict[str, Json], uid: str, schema: str, place: Place, line: str, options: ReadOptions
) -> Iterator[Record]:
    """Records of one entity."""
    properties = _properties(entity.get("properties", {}))
    if properties is None:
        yield Problem(
            "label_ftm_properties", "`properties` holds something else than lists of texts", line, place
        )
    elif schema == WALLET:
        yield from _wallet(entity, properties, place, line, options)
    elif schema in _EDGES:
        yield from _edge(uid, schema, properties, place, line)
    else:
        yield _party(entity, uid, schema, properties, place, line)


def _wallet(
    entity: dict[str, Json], properties: Properties, place: Place, line: str, options: ReadOptions
) -> Iterator[Record]:
    """A statement for each key of a wallet."""
    keys = properties.get("publicKey", [])
    if not keys:
        yield Problem("label_no_address", "a wallet without `publicKey`", line, place)
        return
    tickers = properties.get("currency") or properties.get("currencySymbol") or []
    topics = properties.get("topics", [])
    holders = properties.get("holder", [])
    # The published name was `mangingExchange` before FollowTheMoney 4.
    exchanges = properties.get("managingExchange") or properties.get("mangingExchange") or []
    is_listed = "sanction" in topics
    extra: dict[str, Json] = {
        "holders": list(holders),
        "exchanges": list(exchanges),
        "topics": list(topics),
        "currencies": list(tickers),
        "datasets": entity.get("datasets"),
        "first_seen": entity.get("first_seen"),
        "last_seen": entity.get("last_seen"),
    }
    details: Details = {
        "category": _concept(topics),
        "actor_id": holders[0] if holders else None,
        "label": next(iter(properties.get("name", []) or properties.get("alias", [])), None)
        or _caption(entity),
        "legal_status": LegalStatus.DESIGNATED if is_listed else LegalStatus.NONE,
        "legal_authority": next(iter(properties.get("authority", [])), None),
        "url": next(iter(properties.get("sourceUrl", [])), None),
        "last_modified": _date(entity.get("last_change"))
        or _date(next(iter(properties.get("modifiedAt", [])), None)),
        "extra": extra,
    }
    for key in keys:
        yield address_statement(
            key,
            # Several tickers are several chains of one text, or none of ours to choose from.
            asset=tickers[0] if len(tickers) == 1 else None,
            claim=Claim.LISTED if is_listed else Claim.ATTRIBUTED,
            # OpenSanctions repeats what an authority lists; who speaks here is the publisher of the set.
            source_type=SourceType.VENDOR if options.source_type is SourceType.USER else options.source_type,
            place=place,
            original=line,
            **details,
        )


def _edge(uid: str, schema: str, properties: Properties, place: Place, line: str) -> Iterator[Record]:
    """A relation for each pair of ends."""
    kind, start, end = _EDGES[schema]
    starts, ends = properties.get(start, []), properties.get(end, [])
    if not starts or not ends:
        yield Problem("label_relation_ends", f"{schema} without `{start}` or without `{end}`", line, place)
        return
    written = next(iter(properties.get("percentage", [])), None)
    low, high = _share(written)
    for from_uid in starts:
        for to_uid in ends:
            yield Relation(
                kind=kind,
                from_uid=from_uid,
                to_uid=to_uid,
                place=place,
                original=line,
                uid=uid,
                share_min_percent=low,
                share_max_percent=high,
                share_written=written,
                role=next(iter(properties.get("role", []) or properties.get("ownershipType", [])), None),
                valid_from=_date(next(iter(properties.get("startDate", [])), None)),
                valid_until=_date(next(iter(properties.get("endDate", [])), None)),
                url=next(iter(properties.get("sourceUrl", [])), None),
            )


def _party(
    entity: dict[str, Json], uid: str, schema: str, properties: Properties, place: Place, line: str
) -> Party:
    """The party that an entity is."""
    topics = properties.get("topics", [])
    names = [PartyName(name, is_primary=index == 0) for index, name in enumerate(properties.get("name", []))]
    names += [PartyName(name, kind="alias") for name in properties.get("alias", [])]
    names += [PartyName(name, is_weak=True, kind="weakAlias") for name in properties.get("weakAlias", [])]
    caption = _caption(entity)
    if not names and caption:
        names = [PartyName(caption, is_primary=True)]
    is_listed = "sanction" in topics
    concept = _concept(topics)
    return Party(
        uid=uid,
        names=tuple(names),
        place=place,
        original=line,
        kind=schema,
        programs=tuple(properties.get("program", []) or properties.get("programId", [])),
        categories=(concept,) if concept else (),
        jurisdictions=tuple(
            dict.fromkeys(
                properties.get("jurisdiction", [])
                + properties.get("country", [])
                + properties.get("nationality", [])
            )
        ),
        legal_status=LegalStatus.DESIGNATED if is_listed else LegalStatus.NONE,
        legal_authority=next(iter(properties.get("authority", [])), None),
        legal_date=_date(
            next(iter(properties.get("listingDate", []) or properties.get("startDate", [])), None)
        ),
        url=next(iter(properties.get("sourceUrl", [])), None),
        remarks="\n".join(properties.get("notes", [])) or None,
        extra={"topics": list(topics), "datasets": entity.get("datasets")},
    )


def _properties(value: Json) -> Properties | None:
    """Properties, whose values are lists of texts; `None` if any is not."""
    if not isinstance(value, dict):
        return None
    found: Properties = {}
    for key, texts in value.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            return None
        found[key] = [text for text in texts if isinstance(text, str)]
    return found


def _concept(topics: list[str]) -> str | None:
    """Concept of the first topic that has one."""
    return next((concept for topic, concept in _TOPICS.items() if topic in topics), None)


def _caption(entity: dict[str, Json]) -> str | None:
    """Name under which the publisher shows an entity."""
    caption = entity.get("caption")
    return caption if isinstance(caption, str) and caption else None


def _date(value: Json) -> str | None:
    """``YYYY-MM-DD`` of a date or time; `None` for less than a day."""
    found = _DATE.match(value) if isinstance(value, str) else None
    return found.group() if found is not None else None


def _share(written: str | None) -> tuple[float | None, float | None]:
    """Bounds of a share in percent; `None` where the text does not give one.

    Examples
    --------
    >>> _share("25-50"), _share("more than 75 %"), _share("about half")
    ((25.0, 50.0), (75.0, 100.0), (None, None))
    """
    text = (written or "").strip()
    more = _MORE_THAN.fullmatch(text)
    exact = _PERCENT.fullmatch(text)
    if more is not None:
        low, high = float(more["low"].replace(",", ".")), 100.0
    elif exact is not None:
        low = float(exact["low"].replace(",", "."))
        high = float((exact["high"] or exact["low"]).replace(",", "."))
    else:
        return None, None
    return (low, high) if low <= high <= 100 else (None, None)
