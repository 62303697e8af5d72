"""What TagPacks and ActorPacks have in common: a header whose values every item inherits."""

from collections.abc import Iterator
from pathlib import Path

from coalface.labels.draft import Json, SourceFacts
from coalface.labels.formats.refuse import refused
from coalface.labels.formats.source_file import SourceFile
from coalface.labels.formats.yaml_stream import Part, is_date, stream_pack, text_of

__all__ = ["NOT_INHERITED", "date_of", "inherited", "pack_facts", "pack_items", "texts_of"]

NOT_INHERITED = {"title", "creator", "description", "owner", "is_public", "tags", "actors"}
"""Keys that say something of the pack alone."""


def pack_items(
    source: SourceFile, list_key: str, format_name: str
) -> tuple[SourceFacts, dict[str, Json], Iterator[Part]]:
    """Facts and header of a pack, and its items, which are read when they are asked for.

    The header may stand behind the list, so the file is read twice.

    Raises
    ------
    LabelFileError
        If the file is no such pack.
    """
    header = {part.key: part.value for part in stream_pack(source, list_key, is_header_only=True)}
    source.rewind()
    facts = pack_facts(header, format_name, source.path)
    items = (part for part in stream_pack(source, list_key) if part.kind == "item")
    return facts, header, items


def pack_facts(header: dict[str, Json], format_name: str, path: Path) -> SourceFacts:
    """What a pack says of itself.

    Raises
    ------
    LabelFileError
        If it has no title or creator.
    """
    title, creator = text_of(header.get("title")), text_of(header.get("creator"))
    for name, value in (("title", title), ("creator", creator)):
        if not value:
            raise refused(
                path,
                f"no `{name}` in the header",
                code="label_pack_shape",
                hint="a pack's header has `title` and `creator`",
            )
    return SourceFacts(
        format_name,
        title=title,
        publisher=creator,
        description=text_of(header.get("description")),
        licence=text_of(header.get("license")) or text_of(header.get("licence")),
        url=text_of(header.get("source")),
        list_date=date_of(header.get("lastmod")),
        extra={"header": header},
    )


def inherited(header: dict[str, Json], item: dict[str, Json]) -> dict[str, Json]:
    """An item with what it inherits; its own values win, a null among them too."""
    return {**{key: value for key, value in header.items() if key not in NOT_INHERITED}, **item}


def date_of(value: Json) -> str | None:
    """``YYYY-MM-DD`` of a date or time; `None` if it is none."""
    text = (text_of(value) or "")[:10]
    return text if is_date(text) else None


def texts_of(value: Json) -> tuple[str, ...] | None:
    """Texts of a list, or the one text; empty for null; `None` if it is anything else."""
    if value is None:
        return ()
    if not isinstance(value, list):
        text = text_of(value)
        return None if text is None else (text,)
    texts = [text_of(each) for each in value]
    return None if None in texts else tuple(text for text in texts if text is not None)
