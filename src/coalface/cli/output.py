"""Answers on stdout in one of four formats. The same record gives the same bytes, whatever the terminal.

* ``table``: for people; readable without colour. Control characters in labels and file names are shown as
  escapes, so that no label can move the cursor of who reads it.
* ``json``: one document, sorted keys, indented. ``jsonl``: one compact document a line, for streams.
* ``csv``: a header, then a line a record; nested fields have dotted names, lists are JSON. Text that a
  spreadsheet would take for a formula gets an apostrophe before it.

No float is ever written: amounts are satoshi, estimates are decimals that were rounded on purpose. Unknown
is ``null`` in JSON, empty in CSV and ``-`` in a table.
"""

import csv
import itertools
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, SupportsIndex, TextIO, TypeAlias

import click

from coalface.units import format_time

__all__ = ["Format", "canonical_json", "format_option", "plain", "write_record", "write_records"]

Command = Callable[..., Any]
Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"
# Records that decide how wide a table's columns are; later ones only stream past, in bounded memory.
_SAMPLE_RECORDS = 1000
_GAP = "  "
_MOST_DIGITS = 15
# OWASP, "CSV Injection": a cell that begins so is evaluated when the file is opened.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def format_option(command: Command) -> Command:
    """The option ``--format`` of every verb that answers something."""
    return click.option(
        "--format",
        "format",
        type=click.Choice(Format, case_sensitive=False),
        default="table",
        show_default=True,
        envvar="COALFACE_FORMAT",
        help="How the answer is written to stdout.",
    )(command)


def plain(value: object) -> Json:  # noqa: PLR0911 - a return a kind
    """`value` as what JSON knows: a mapping, list, text, number, truth value or `None`.

    Numbers are integers; a `Decimal` is an estimate that somebody rounded, and keeps its digits.

    Raises
    ------
    TypeError
        If it holds a float, a naive time, a key that is no string, or an object of another kind.
    """
    match value:
        case None | bool():
            return value
        case str():
            return str(value)
        # before the kinds below, which are slow to tell: most of a record is made of these
        case int():
            return value.__index__()
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case datetime():
            if value.tzinfo is None:
                raise TypeError(f"time {value} has no time zone; records carry UTC")
            return format_time(int(value.timestamp()))
        case Mapping():
            return {_key(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case Sequence() if not isinstance(
            value, bytes | bytearray | memoryview
        ):  # rows that are made when read
            return [plain(item) for item in value]
        case SupportsIndex():
            return value.__index__()
        case Decimal():
            return _checked(value)
        case _:
            raise TypeError(
                f"cannot write a {type(value).__name__} ({value!r}): records hold integers and text"
            )


def canonical_json(value: object) -> str:
    """The one JSON text of `value`: sorted keys, no float, UTC, no spaces; digests are taken of this."""
    return json.dumps(
        plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_json_number
    )


def write_record(record: object, format: Format, stream: TextIO | None = None) -> None:
    """Write one record (a mapping or a dataclass); as a table, one field a line.

    Parameters
    ----------
    record
        A mapping or a dataclass.
    format
        What the user asked for.
    stream
        Standard output if `None`.
    """
    out = stream or sys.stdout
    content = _plain_record(record)
    match format:
        case Format.TABLE:
            lines = [(name, _cell(value)) for name, value in _flatten(content)]
            width = max((len(name) for name, _ in lines), default=0)
            out.writelines(f"{name:<{width}}{_GAP}{text}\n" for name, text in lines)
        case Format.JSON:
            out.write(_document(content) + "\n")
        case Format.JSONL:
            out.write(canonical_json(content) + "\n")
        case Format.CSV:
            pairs = list(_flatten(content))
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow([name for name, _ in pairs])
            writer.writerow([_csv_cell(value) for _, value in pairs])


def write_records(
    records: Iterable[object], columns: Sequence[str], format: Format, stream: TextIO | None = None
) -> int:
    """Number of records written; they are streamed, so that millions need no more memory than a thousand.

    Parameters
    ----------
    records
        Mappings or dataclasses.
    columns
        Fields that table and CSV show, in this order; ``first_seen.height`` names a nested one. The JSON
        formats always write the whole record.
    format
        What the user asked for.
    stream
        Standard output if `None`.
    """
    out = stream or sys.stdout
    contents = map(_plain_record, records)
    match format:
        case Format.TABLE:
            return _write_table(contents, columns, out)
        case Format.JSON:
            return _write_array(contents, out)
        case Format.JSONL:
            count = 0
            for content in contents:
                out.write(canonical_json(content) + "\n")
                count += 1
            return count
        case Format.CSV:
            writer = csv.writer(out, lineterminator="\n")
            # The first record comes before the heading: if it cannot be had, nothing is written.
            first = list(itertools.islice(contents, 1))
            writer.writerow(columns)
            count = 0
            for content in itertools.chain(first, contents):
                writer.writerow([_csv_cell(_at(content, column)) for column in columns])
                count += 1
            return count


def _write_table(contents: Iterator[dict[str, Json]], columns: Sequence[str], out: TextIO) -> int:
    """Number of rows written below a heading; integers stand to the right."""
    sample = list(itertools.islice(contents, _SAMPLE_RECORDS))
    if not sample:
        return 0
    values = [[_at(content, column) for content in sample] for column in columns]
    right = [
        all(_is_number(value) or value is None for value in column) and any(map(_is_number, column))
        for column in values
    ]
    widths = [
        max(len(name), *(_width(_cell(value)) for value in column))
        for name, column in zip(columns, values, strict=True)
    ]

    def line(texts: Sequence[str]) -> str:
        padded = (
            " " * (width - _width(text)) + text if to_right else text + " " * (width - _width(text))
            for text, width, to_right in zip(texts, widths, right, strict=True)
        )
        return _GAP.join(padded).rstrip() + "\n"

    out.write(line(columns))
    count = 0
    for content in itertools.chain(sample, contents):
        out.write(line([_cell(_at(content, column)) for column in columns]))
        count += 1
    return count


def _write_array(contents: Iterator[dict[str, Json]], out: TextIO) -> int:
    """Number of elements written of one JSON array, an element at a time."""
    count = 0
    for content in contents:
        out.write("[\n" if count == 0 else ",\n")
        out.write(canonical_json(content))
        count += 1
    out.write("\n]\n" if count else "[]\n")
    return count


def _document(content: Json) -> str:
    """Indented form of `canonical_json`."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, indent=2, default=_json_number)


def _checked(value: Decimal) -> Decimal:
    """`value`, if it has so few digits that every reader keeps them."""
    if not value.is_finite() or len(value.normalize().as_tuple().digits) > _MOST_DIGITS:
        raise TypeError(f"cannot write {value}: estimates have at most {_MOST_DIGITS} significant digits")
    return value


def _json_number(value: object) -> int | float:
    """A number that JSON writes with just the digits of a decimal."""
    if not isinstance(value, Decimal):
        raise TypeError(f"cannot write a {type(value).__name__}")
    # The shortest text of the nearest float has the same digits, as long as there are at most 15.
    return int(value) if value == value.to_integral_value() else float(value)


def _key(key: object) -> str:
    """`key`, checked."""
    if not isinstance(key, str):
        raise TypeError(f"field name {key!r} is a {type(key).__name__}; names are strings")
    return key


def _flatten(content: dict[str, Json], prefix: str = "") -> Iterator[tuple[str, Json]]:
    """Dotted name and value of every field that is no mapping itself."""
    for name, value in content.items():
        if isinstance(value, dict) and value:
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _at(content: dict[str, Json], column: str) -> Json:
    """Value of a dotted field, `None` where a part of the way is unknown."""
    value: Json = content
    for name in column.split("."):
        if value is None:
            return None
        if not isinstance(value, dict) or name not in value:
            raise KeyError(f"no field `{column}` in a record with {', '.join(content)}")
        value = value[name]
    return value


def _plain_record(record: object) -> dict[str, Json]:
    """`plain` of a record, which must be a mapping or a dataclass."""
    content = plain(record)
    if not isinstance(content, dict):
        raise TypeError(f"a record is a mapping or a dataclass, not {record!r}")
    return content


def _is_number(value: object) -> bool:
    """Whether `value` is a number that lines up at its last digit."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _cell(value: Json) -> str:  # noqa: PLR0911 - a return a kind
    """Text of a table's cell: one line, visible characters only."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
        case str():
            return _visible(value)
        case list() if value and all(isinstance(item, str) for item in value):
            return _visible(", ".join(map(str, value)))
        case list() | dict():
            return (
                _visible(json.dumps(value, sort_keys=True, ensure_ascii=False, default=_json_number))
                if value
                else "-"
            )
        case _:
            return str(value)


def _csv_cell(value: Json) -> str:
    """Text of a CSV cell, empty where unknown."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case list() | dict():
            return canonical_json(value)
        case str() if value.startswith(_FORMULA_STARTS):
            return "'" + value
        case _:
            return str(value)


def _visible(text: str) -> str:
    """`text` with control, format and line-separating characters (Unicode C*, Zl, Zp) written as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character)[0] == "C" or unicodedata.category(character) in {"Zl", "Zp"}
        else character
        for character in text
    )


def _width(text: str) -> int:
    """Terminal columns that `text` takes: two for wide East Asian characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
