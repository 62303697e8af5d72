"""JSON of hostile files: bounded in size, depth and numbers; keys that occur twice are refused."""

import json
from pathlib import Path
from typing import Any

from coalface.labels.draft import Json
from coalface.labels.formats.refuse import refused, shown
from coalface.labels.formats.source_file import BOM, SourceFile, hint_of_start

__all__ = ["MAX_DEPTH", "MAX_DOCUMENT_BYTES", "compact", "parse_json", "read_json"]

MAX_DOCUMENT_BYTES = 8 << 20
"""Bytes of a document that is read whole; two hundred times the largest pool list. In memory a hostile one is
thirty times as large."""
MAX_DEPTH = 64
"""Levels of arrays and objects."""


class _Refused(ValueError):
    """Something that `json` would let pass."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, unless a key occurs twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for index, key in enumerate(keys) if key in keys[:index])
        raise _Refused(f"the key `{shown(twice)}` occurs twice")
    return found


def _no_constant(name: str) -> Any:  # noqa: ANN401 - what `json` asks for
    """Refuses what is no JSON."""
    raise _Refused(f"`{name}` is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_no_constant)


def parse_json(text: str, path: Path, line: int | None = None) -> Json:
    """What a JSON text says.

    Raises
    ------
    LabelFileError
        If it is no JSON, deeper than `MAX_DEPTH`, or has an object with a key twice.
    """
    try:
        found: Json = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        at = error.lineno if line is None else line
        raise refused(
            path,
            f"no JSON: {error.msg} at column {error.colno}",
            code="label_json",
            line=at,
            hint="is the file cut off?" if error.pos >= len(text.rstrip()) else None,
            column=error.colno,
        ) from error
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        reason = f"deeper than {MAX_DEPTH} levels" if deep else str(error)
        raise refused(path, f"no JSON: {reason}", code="label_json", line=line) from error
    if "\\u" in text:
        _refuse_odd_characters(found, path, line)
    if _depth_exceeds(found):
        raise refused(path, f"no JSON: deeper than {MAX_DEPTH} levels", code="label_json", line=line)
    return found


def read_json(source: SourceFile) -> Json:
    """What a JSON file says, which must be UTF-8 and at most `MAX_DOCUMENT_BYTES`.

    Raises
    ------
    LabelFileError
        If it is larger, no UTF-8, or no JSON.
    """
    raw = bytearray()
    while piece := source.read():
        raw += piece
        if len(raw) > MAX_DOCUMENT_BYTES:
            raise refused(
                source.path,
                f"larger than {MAX_DOCUMENT_BYTES} bytes",
                code="label_too_large",
                max_bytes=MAX_DOCUMENT_BYTES,
            )
    try:
        text = raw.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refused(
            source.path,
            f"byte {raw[error.start]:#04x} is no UTF-8",
            code="label_not_utf8",
            line=line,
            hint=hint_of_start(bytes(raw[:16])) or "save the list as UTF-8",
        ) from error
    found = parse_json(text, source.path)
    source.finish()
    return found


def compact(value: Json) -> str:
    """JSON text without blanks, keys in the order they have.

    Examples
    --------
    >>> compact({"b": [1, "é"], "a": None})
    '{"b":[1,"é"],"a":null}'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _refuse_odd_characters(value: Json, path: Path, line: int | None) -> None:
    """Raise if escapes made characters that no text holds: NUL, or half of a surrogate pair."""
    try:
        raw = json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        half = f"{ord(error.object[error.start]):#06x}"
        raise refused(path, f"half of a surrogate pair ({half})", code="label_not_utf8", line=line) from error
    if b"\\u0000" in raw.replace(b"\\\\", b""):
        raise refused(path, "NUL in a text", code="label_control_character", line=line)


def _depth_exceeds(value: Json) -> bool:
    """Whether the value has more levels than allowed."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for each in level
            if isinstance(each, list | dict)
            for child in (each.values() if isinstance(each, dict) else each)
            if isinstance(child, list | dict)
        ]
        if not level:
            return False
    return True
