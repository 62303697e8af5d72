"""GraphSense TagPacks: a header, and tags that inherit from it.

A pack repeats what others said; so nothing in it is a listing, whatever its category, and nothing gets a
legal status that the pack does not give. `is_cluster_definer` is handed on as it stands: false and unsaid are
two things.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

from coalface.labels.draft import (
    DEFAULT_OPTIONS,
    Claim,
    Json,
    Place,
    Problem,
    ReadOptions,
    Record,
    SourceType,
    SubjectKind,
)
from coalface.labels.formats.json_document import compact
from coalface.labels.formats.pack_header import date_of, inherited, pack_items, texts_of
from coalface.labels.formats.source_file import SourceFile
from coalface.labels.formats.statement import Details, address_statement, plain_statement
from coalface.labels.formats.yaml_stream import boolean_of, text_of
from coalface.labels.taxonomy import confidence_named, source_type_of

__all__ = ["FORMAT", "LIST_KEY", "read_tagpack"]

FORMAT = "tagpack"
LIST_KEY = "tags"

_FIELDS = {
    "label", "source", "currency", "network", "confidence", "is_cluster_definer", "lastmod", "category",
    "abuse", "address", "tx_hash", "actor", "concepts",
}  # fmt: skip
"""Fields that have one of their own in a statement; the others go into `extra`."""
_TEXTS = (
    "label", "source", "currency", "network", "confidence", "category", "abuse", "address", "tx_hash",
    "actor",
)  # fmt: skip


def read_tagpack(path: Path, options: ReadOptions = DEFAULT_OPTIONS, /) -> Iterator[Record]:
    """A statement for each tag of a pack.

    Raises
    ------
    LabelFileError
        If the file is no pack: no such YAML, no title, creator or tags.
    """
    with SourceFile(path, options.keep) as source:
        facts, header, items = pack_items(source, LIST_KEY, FORMAT)
        yield facts
        for part in items:
            yield _record(part.value, header, Place(part.line, part.key), options)
        source.finish()


def _record(tag: Json, header: dict[str, Json], place: Place, options: ReadOptions) -> Record:
    """Statement of a tag, or what is wrong with it."""
    original = compact(tag)
    if not isinstance(tag, dict):
        return Problem("label_tag", "a tag is a mapping", original, place)
    merged = inherited(header, tag)
    fault = _fault(merged)
    if fault is not None:
        return Problem(*fault, original, place)
    confidence = confidence_named(text_of(merged.get("confidence")))
    details: Details = {
        "category": text_of(merged.get("category")),
        "abuse": text_of(merged.get("abuse")),
        "concepts": texts_of(merged.get("concepts")) or (),
        "actor_id": text_of(merged.get("actor")),
        "label": text_of(merged.get("label")),
        "confidence": confidence,
        "is_cluster_definer": boolean_of(merged.get("is_cluster_definer")),
        "url": text_of(merged.get("source")),
        "last_modified": date_of(merged.get("lastmod")),
        "extra": {key: value for key, value in merged.items() if key not in _FIELDS},
    }
    address = text_of(merged.get("address"))
    common: _Common = {
        "asset": text_of(merged.get("currency")),
        "network": text_of(merged.get("network")),
        "claim": Claim.MENTIONED if text_of(merged.get("tag_type")) == "mention" else Claim.ATTRIBUTED,
        "source_type": source_type_of(confidence) or options.source_type,
        "place": place,
        "original": original,
    }
    if address is not None:
        return address_statement(address, **common, **details)
    return plain_statement(SubjectKind.TX, text_of(merged.get("tx_hash")) or "", **common, **details)


def _fault(merged: dict[str, Json]) -> tuple[str, str] | None:
    """Code and reason of what is wrong with a tag."""
    for name in _TEXTS:
        if merged.get(name) is not None and text_of(merged[name]) is None:
            return "label_tag", f"`{name}` is no text"
    has_address, has_txid = (text_of(merged.get(name)) is not None for name in ("address", "tx_hash"))
    if has_address == has_txid:
        return "label_tag_subject", f"{'both' if has_txid else 'neither'} of `address` and `tx_hash`"
    if texts_of(merged.get("concepts")) is None:
        return "label_tag", "`concepts` is no list of texts"
    is_definer = merged.get("is_cluster_definer")
    if is_definer is not None and boolean_of(is_definer) is None:
        return "label_tag", "`is_cluster_definer` is neither true nor false"
    return None


class _Common(TypedDict):
    """What statements about addresses and transactions share."""

    asset: str | None
    network: str | None
    claim: Claim
    source_type: SourceType
    place: Place
    original: str
