"""Which format a file is, by what is in it and never by its name."""

import csv
import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from xml.parsers import expat

from coalface.errors import CoalfaceError
from coalface.labels.formats import ofac_advanced_xml, ofac_sdn_xml
from coalface.labels.formats.ofac_legacy import legacy_files
from coalface.labels.formats.own_csv import header_of
from coalface.labels.formats.pools import OLD_KEYS
from coalface.labels.formats.refuse import refused
from coalface.labels.formats.source_file import BOM, SourceFile, hint_of_start

__all__ = ["HEAD_BYTES", "detect_format"]

HEAD_BYTES = 1 << 16
"""Bytes at the start of a file that are looked at."""

_HINT = "say which format it is by --input-format"
_PACK_KEY = re.compile(r"^(?P<key>[a-z_]+)[ \t]*:(?:[ \t\r]|$)", re.MULTILINE)
_TOKEN = re.compile(r"[A-Za-z0-9:_.+-]+")
_XML_ROOTS = {ofac_sdn_xml.ROOT: "ofac_sdn_xml", ofac_advanced_xml.ROOT: "ofac_advanced_xml"}
_LEGACY_COLUMNS = 12


def detect_format(path: Path) -> str:
    """Name of the format of a file or folder, a key of `FORMATS`.

    Raises
    ------
    LabelFileError
        If it is none of them, or could be several.
    IoFailure
        If it cannot be read.
    """
    if path.is_dir():
        if legacy_files(path) is not None:
            return "ofac_legacy"
        raise refused(
            path,
            "a folder without `sdn.csv` or `cons_prim.csv`",
            code="label_format_unknown",
            hint="import the files of a folder one by one",
        )
    with SourceFile(path) as source:
        raw = source.read(HEAD_BYTES)
        is_whole = len(raw) < HEAD_BYTES
    hint = hint_of_start(raw)
    if hint is not None or b"\0" in raw:
        raise refused(
            path,
            "no text",
            code="label_format_unknown",
            hint=hint or "lists are text, CSV, XML, YAML or JSON",
        )
    # A head may end inside of a letter; a wrong byte is the reader's to refuse, with its line.
    head = raw.removeprefix(BOM).decode("utf-8", "replace")
    found = [name for name, is_it in _TESTS.items() if is_it(head, is_whole)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise refused(path, "none of the formats that are read", code="label_format_unknown", hint=_HINT)
    raise refused(
        path,
        f"could be {' or '.join(found)}",
        code="label_format_ambiguous",
        hint=_HINT,
        formats=", ".join(found),
    )


def _root(head: str) -> str | None:
    """Name of the outermost element of an XML text, without its namespace."""
    if not head.lstrip().startswith("<"):
        return None
    names: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> None:
        raise CoalfaceError("a document type")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, _: names.append(name)
    # What is no XML gives no name; its reader says where and why.
    with suppress(expat.ExpatError, CoalfaceError, ValueError):
        # As text, so that a declaration of an encoding does not matter here.
        parser.Parse(head.lstrip(), False)
    if names:
        return names[0].rpartition(" ")[2]
    # A document type stands before the root; the reader refuses it and says so.
    named = re.search(r"<!DOCTYPE\s+(?:\w+:)?(\w+)", head)
    return None if named is None else named[1]


def _is_xml(root: str) -> Callable[[str, bool], bool]:
    return lambda head, _: _root(head) == root


def _is_json(head: str) -> str | None:
    """First letter of a text that looks like JSON."""
    start = head.lstrip()[:1]
    return start if start in {"{", "["} else None


def _first_of_array(head: str) -> str | None:
    """First letter behind the bracket of an array."""
    if _is_json(head) != "[":
        return None
    return head.lstrip()[1:].lstrip()[:1] or None


def _is_pools(head: str, _: bool) -> bool:
    if _first_of_array(head) == "{":
        return '"name"' in head and ('"tags"' in head or '"addresses"' in head)
    return _is_json(head) == "{" and any(re.search(rf'"{key}"\s*:', head) for key in OLD_KEYS)


def _is_plain_json(head: str, _: bool) -> bool:
    return _first_of_array(head) in {'"', "]"}


def _is_ftm(head: str, is_whole: bool) -> bool:
    if _is_json(head) != "{":
        return False
    line, newline, _ = head.lstrip().partition("\n")
    if not newline and not is_whole:
        # An entity that is longer than the head.
        return '"schema"' in line and '"properties"' in line
    try:
        entity = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(entity, dict) and isinstance(entity.get("schema"), str) and "id" in entity


def _pack_keys(head: str) -> set[str]:
    """Keys at the left edge of a YAML text, or the first level of keys of a JSON one."""
    if _is_json(head) == "{":
        return {found[1] for found in re.finditer(r'"(title|creator|tags|actors)"\s*:', head)}
    return {found["key"] for found in _PACK_KEY.finditer(head)}


def _is_tagpack(head: str, _: bool) -> bool:
    keys = _pack_keys(head)
    return "tags" in keys and bool(keys & {"title", "creator"})


def _is_actorpack(head: str, _: bool) -> bool:
    keys = _pack_keys(head)
    return "actors" in keys and bool(keys & {"title", "creator"})


def _meaningful(head: str, is_whole: bool) -> list[str]:
    """Whole lines that say something."""
    lines = head.splitlines()
    whole = lines if is_whole or head.endswith("\n") else lines[:-1] or lines
    return [line for line in whole if line.strip() and not line.lstrip().startswith("#")]


def _is_own_csv(head: str, _: bool) -> bool:
    line = head.partition("\n")[0].strip()
    return not line.startswith(("<", "{", "[")) and header_of(line) is not None


def _is_ofac_legacy(head: str, is_whole: bool) -> bool:
    lines = _meaningful(head, is_whole)
    if not lines:
        return False
    try:
        row = next(csv.reader([lines[0]]), [])
    except csv.Error:
        return False
    return len(row) == _LEGACY_COLUMNS and row[0].strip().isdigit() and "-0-" in lines[0]


def _is_plain(head: str, is_whole: bool) -> bool:
    lines = _meaningful(head, is_whole)[:100]
    if not lines or _is_json(head) or head.lstrip().startswith("<") or header_of(lines[0].strip()):
        return False
    tokens = sum(1 for line in lines if _TOKEN.fullmatch(line.strip()))
    # A stray line does not make a list something else; its reader reports it.
    return tokens * 2 > len(lines) and not _pack_keys(head) & {"tags", "actors"}


_TESTS: dict[str, Callable[[str, bool], bool]] = {
    **{name: _is_xml(root) for root, name in _XML_ROOTS.items()},
    "ofac_legacy": _is_ofac_legacy,
    "tagpack": _is_tagpack,
    "actorpack": _is_actorpack,
    "ftm": _is_ftm,
    "pools": _is_pools,
    "plain_json": _is_plain_json,
    "csv": _is_own_csv,
    "plain": _is_plain,
}
