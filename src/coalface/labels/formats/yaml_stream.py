"""YAML packs: a header and one long list, streamed item by item; nothing of YAML that can bite.

libyaml's parser (through PyYAML) tells of anchors, aliases and tags before anything is built from them, and
all three are refused: so a small file stays small, and no name in it can call anything. Depth, bytes and
nodes of an item are bounded; a second document, merge keys and keys that occur twice are refused.

Values become JSON that keeps how they were written, so that a pack can be written out again as it was:

=====================================  ==========================================
in the pack                            as JSON
=====================================  ==========================================
text, ``2022-02-15``                   string
``'2022-02-15'`` (quoted: a text)      ``{"$quoted": "2022-02-15"}``
``true``, ``false``, ``null``, ``~``   true, false, null
``12``                                 number
``0x12``, ``yes``, ``1.5``, ``007``    ``{"$plain": "0x12"}``
=====================================  ==========================================
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from coalface.labels.draft import Json
from coalface.labels.formats.refuse import refused, shown
from coalface.labels.formats.source_file import SourceFile, hint_of_start

__all__ = [
    "MAX_DEPTH",
    "MAX_ITEM_BYTES",
    "Part",
    "boolean_of",
    "is_date",
    "plain_tag",
    "stream_pack",
    "text_of",
]

MAX_DEPTH = 16
"""Levels of lists and mappings; packs have four."""
MAX_ITEM_BYTES = 1 << 20
"""Bytes of one item, comments before it included."""
_MAX_NODES = 50_000
_MAX_HEADER_KEYS = 100
_MAX_KEY_CHARACTERS = 256

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TEXT_TAG = "tag:yaml.org,2002:str"
_TRUE = {"true", "yes", "on"}
_FALSE = {"false", "no", "off"}
_RESERVED = {"$plain", "$quoted"}


@dataclass(slots=True)
class Part:
    """A key of the header with its value, or an item of the list."""

    kind: Literal["header", "item"]
    key: str
    """Key, or ``tags[7]``."""
    value: Json
    line: int


def plain_tag(text: str) -> str:
    """Tag that YAML 1.1 gives a text that is written without quotes, by PyYAML's own table.

    Examples
    --------
    >>> plain_tag("yes").rpartition(":")[2], plain_tag("1A1z").rpartition(":")[2]
    ('bool', 'str')
    """
    table: dict[str, Any] = yaml.SafeLoader.yaml_implicit_resolvers
    for tag, pattern in table.get(text[0] if text else "", ()):
        if pattern.match(text):
            return str(tag)
    return _TEXT_TAG


def is_date(text: str) -> bool:
    """Whether a text has the form ``YYYY-MM-DD``."""
    return _DATE.fullmatch(text) is not None


def text_of(value: Json) -> str | None:
    """Text of a scalar as it was written; `None` for null, lists and mappings.

    Examples
    --------
    >>> text_of("a"), text_of({"$plain": "0x12"}), text_of(7), text_of([])
    ('a', '0x12', '7', None)
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict) and len(value) == 1:
        (key, inner), *_ = value.items()
        return inner if key in _RESERVED and isinstance(inner, str) else None
    return None


def boolean_of(value: Json) -> bool | None:
    """Truth value of a scalar, in any of YAML's spellings; `None` if it is none.

    Examples
    --------
    >>> boolean_of({"$plain": "yes"}), boolean_of("True"), boolean_of("maybe")
    (True, True, None)
    """
    text = (text_of(value) or "").lower()
    return True if text in _TRUE else False if text in _FALSE else None


def stream_pack(source: SourceFile, list_key: str, *, is_header_only: bool = False) -> Iterator[Part]:
    """Keys of the header and items of the list, in the order of the file.

    Parameters
    ----------
    source
        The file, at its start; read to its end.
    list_key
        Key of the list.
    is_header_only
        Whether items are checked and left out.

    Raises
    ------
    LabelFileError
        If it is no such YAML, or uses what is refused; with the line.
    """
    stream = _Stream(source)
    events = _checked_events(stream)
    _expect_mapping(events, source)
    n_lists = 0
    seen: set[str] = set()
    while True:
        event = next(events)
        if isinstance(event, yaml.MappingEndEvent):
            break
        key = _key(event, source)
        line = event.start_mark.line + 1
        if key in seen:
            raise _twice(source, key, line)
        seen.add(key)
        if len(seen) > _MAX_HEADER_KEYS or len(key) > _MAX_KEY_CHARACTERS:
            raise refused(
                source.path,
                f"a header of more than {_MAX_HEADER_KEYS} keys or {_MAX_KEY_CHARACTERS} characters in one",
                code="label_too_large",
                line=line,
            )
        event = next(events)
        if key != list_key:
            yield Part("header", key, _Builder(source, event).built(events), line)
            continue
        if not isinstance(event, yaml.SequenceStartEvent):
            raise refused(source.path, f"`{list_key}` is no list", code="label_pack_shape", line=line)
        n_lists += 1
        index = 0
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            line = event.start_mark.line + 1
            if is_header_only:
                _skip(event, events)
            else:
                yield Part("item", f"{list_key}[{index}]", _Builder(source, event).built(events), line)
            index += 1
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            raise refused(
                source.path,
                "a second document",
                code="label_pack_shape",
                line=event.start_mark.line + 1,
                hint="a pack is one document",
            )
    if not n_lists:
        raise refused(
            source.path,
            f"no `{list_key}`",
            code="label_pack_shape",
            hint=f"a pack has a header and a list `{list_key}`",
        )


class _Stream:
    """What libyaml reads from: bounded between two events, and able to tell the line of a byte."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.n_waiting = 0
        self._pieces: deque[tuple[int, int, bytes]] = deque(maxlen=8)
        self._n_bytes = 0
        self._n_newlines = 0
        self.line = 1
        self.start = b""

    def read(self, size: int = -1) -> bytes:
        """Next bytes."""
        piece = self.source.read(max(1, size) if size > 0 else 4096)
        self.start = self.start or piece[:16]
        self.n_waiting += len(piece)
        if self.n_waiting > MAX_ITEM_BYTES:
            raise refused(
                self.source.path,
                f"an item is longer than {MAX_ITEM_BYTES} bytes",
                code="label_too_large",
                line=self.line,
                hint=hint_of_start(self.start),
                max_bytes=MAX_ITEM_BYTES,
            )
        self._pieces.append((self._n_bytes, self._n_newlines, piece))
        self._n_bytes += len(piece)
        self._n_newlines += piece.count(b"\n")
        return piece

    def line_of(self, position: int) -> int:
        """Line of a byte that was read lately, from 1."""
        for start, newlines, piece in self._pieces:
            if start <= position <= start + len(piece):
                return newlines + piece.count(b"\n", 0, position - start) + 1
        return self.line


def _checked_events(stream: _Stream) -> Iterator[Any]:
    """Events of the file, none of which has an anchor, an alias or a tag."""
    source = stream.source
    try:
        for event in yaml.parse(stream, Loader=yaml.CSafeLoader):
            stream.n_waiting = 0
            stream.line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise refused(
                    source.path,
                    f"an anchor or alias (`{shown(str(event.anchor))}`)",
                    code="label_yaml_alias",
                    line=stream.line,
                    hint="write the values out: aliases can make a small file endless",
                )
            if getattr(event, "tag", None) is not None:
                raise refused(
                    source.path,
                    f"a tag (`{shown(str(event.tag))}`)",
                    code="label_yaml_tag",
                    line=stream.line,
                    hint="packs are texts, numbers, lists and mappings, without tags",
                )
            yield event
    except yaml.reader.ReaderError as error:
        raise refused(
            source.path,
            f"no YAML text: {error.reason}",
            code="label_not_utf8" if "UTF" in str(error.reason) else "label_control_character",
            line=stream.line_of(error.position),
            hint=hint_of_start(stream.start) or "save the pack as UTF-8",
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(str(error.problem or error.context).split())
        is_deep = "nesting" in reason
        raise refused(
            source.path,
            f"no YAML: {reason}",
            code="label_too_deep" if is_deep else "label_yaml",
            line=None if mark is None else mark.line + 1,
            hint=hint_of_start(stream.start),
        ) from error
    except yaml.YAMLError as error:
        raise refused(
            source.path, f"no YAML: {shown(str(error))}", code="label_yaml", line=stream.line
        ) from error


def _expect_mapping(events: Iterator[Any], source: SourceFile) -> None:
    """Read up to the outermost mapping."""
    for event in events:
        if isinstance(event, yaml.MappingStartEvent):
            return
        if not isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            break
    raise refused(
        source.path, "no mapping", code="label_pack_shape", line=1, hint="a pack has a header and a list"
    )


def _key(event: Any, source: SourceFile) -> str:  # noqa: ANN401 - PyYAML has no types
    """Key of a mapping, which must be a text."""
    if isinstance(event, yaml.ScalarEvent):
        text = str(event.value)
        if not event.implicit[0] or plain_tag(text) == _TEXT_TAG:
            return text
        reason = f"the key `{shown(text)}` is no text"
    else:
        reason = "a key is a list or a mapping"
    raise refused(source.path, reason, code="label_yaml_key", line=event.start_mark.line + 1)


def _twice(source: SourceFile, key: str, line: int) -> Exception:
    """Error for a key that its mapping has twice."""
    return refused(source.path, f"the key `{shown(key)}` occurs twice", code="label_yaml_key", line=line)


def _skip(event: Any, events: Iterator[Any]) -> None:  # noqa: ANN401 - PyYAML has no types
    """Leave out what an event begins."""
    depth = 0
    while True:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth == 0:
            return
        event = next(events)


class _Builder:
    """Builds the JSON of one item from its events."""

    def __init__(self, source: SourceFile, first: Any) -> None:  # noqa: ANN401 - PyYAML has no types
        self._source = source
        self._first = first
        self._n_nodes = 0

    def built(self, events: Iterator[Any]) -> Json:
        """The value that the first event begins."""
        return self._node(self._first, events, 2)

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Json:  # noqa: ANN401
        self._n_nodes += 1
        if depth > MAX_DEPTH or self._n_nodes > _MAX_NODES:
            raise refused(
                self._source.path,
                f"an item is deeper than {MAX_DEPTH} levels or has more than {_MAX_NODES} values",
                code="label_too_deep",
                line=event.start_mark.line + 1,
            )
        if isinstance(event, yaml.ScalarEvent):
            text = str(event.value)
            if "\0" in text:
                raise refused(
                    self._source.path,
                    "NUL in a text",
                    code="label_control_character",
                    line=event.start_mark.line + 1,
                )
            return _scalar(text, is_plain=bool(event.implicit[0]))
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Json] = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.append(self._node(event, events, depth + 1))
            return items
        found: dict[str, Json] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = _key(event, self._source)
            if key in found:
                raise _twice(self._source, key, event.start_mark.line + 1)
            if key in _RESERVED:
                raise refused(
                    self._source.path,
                    f"the key `{key}` is reserved",
                    code="label_yaml_key",
                    line=event.start_mark.line + 1,
                )
            found[key] = self._node(next(events), events, depth + 1)
        return found


def _scalar(text: str, *, is_plain: bool) -> Json:
    """JSON of a scalar, as the table of this module says."""
    tag = plain_tag(text)
    if not is_plain:
        return {"$quoted": text} if is_date(text) else text
    if tag == _TEXT_TAG or is_date(text):
        return text
    if tag.endswith(":null"):
        return None
    if text in {"true", "false"}:
        return text == "true"
    if tag.endswith(":int") and len(text) < 16 and text == str(_decimal(text)):
        return int(text)
    return {"$plain": text}


def _decimal(text: str) -> int | None:
    """Number of decimal digits; `None` for YAML's other spellings of numbers."""
    try:
        return int(text)
    except ValueError:
        return None
