"""OFAC's legacy CSV files: one row a party, with all that is known of it in one column of remarks.

Remarks that are too long go on in a second file, cut wherever the column was full: in the middle of an
address, or of the words before one. The two texts are joined without anything between them before anybody
looks for addresses.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from coalface.labels.draft import (
    DEFAULT_OPTIONS,
    Json,
    LegalStatus,
    Party,
    PartyName,
    Place,
    Problem,
    ReadOptions,
    Record,
    SourceFacts,
)
from coalface.labels.formats.json_document import compact
from coalface.labels.formats.ofac import AUTHORITY, PUBLISHER, listed, remark_addresses, series_of
from coalface.labels.formats.refuse import io_failure, refused, shown
from coalface.labels.formats.seen_ids import seen_ids
from coalface.labels.formats.source_file import SourceFile

__all__ = ["MAIN_FILES", "MEMBERS", "legacy_files", "read_ofac_legacy"]

MAIN_FILES = ("sdn.csv", "cons_prim.csv")
MEMBERS = {
    "sdn.csv": {"comments": "sdn_comments.csv", "alt": "alt.csv", "add": "add.csv"},
    "cons_prim.csv": {"comments": "cons_comments.csv", "alt": "cons_alt.csv", "add": "cons_add.csv"},
}
"""Main file -> the files that go with it, in the same folder; each may be absent."""

_COLUMNS = {"main": 12, "comments": 2, "alt": 5, "add": 6}
_MAX_LINE_BYTES = 1 << 16
_MAX_MEMBER_BYTES = 32 << 20
_END_OF_FILE = b"\x1a"  # as old programs wrote it
_NULL = "-0-"
_BETWEEN_PROGRAMS = re.compile(r"[\[\]]+")


@dataclass(slots=True)
class _Beside:
    """Rows of the other files, by the number of their party."""

    comments: dict[str, list[list[str]]] = field(default_factory=dict)
    alt: dict[str, list[list[str]]] = field(default_factory=dict)
    add: dict[str, list[list[str]]] = field(default_factory=dict)


def legacy_files(path: Path) -> tuple[Path, dict[str, Path]] | None:
    """Main file and the files that go with it; `None` if the path is no such file or folder.

    Parameters
    ----------
    path
        The folder, or the main file in it.
    """
    try:
        folder = path if path.is_dir() else path.parent
        found = {each.name.lower(): each for each in folder.iterdir()}
    except (OSError, ValueError) as error:
        raise io_failure(path, error) from error
    names = [name for name in MAIN_FILES if name in found]
    if not path.is_dir():
        # A main file of any name is one; the files beside it belong to it only if it has its own name.
        name = path.name.lower()
        members = MEMBERS.get(name, {})
        return path, {kind: found[member] for kind, member in members.items() if member in found}
    if len(names) != 1:
        return None
    main = names[0]
    return found[main], {kind: found[member] for kind, member in MEMBERS[main].items() if member in found}


def read_ofac_legacy(path: Path, options: ReadOptions = DEFAULT_OPTIONS, /) -> Iterator[Record]:
    """Parties, and a statement for each of the addresses in their remarks.

    Parameters
    ----------
    path
        The folder that holds `sdn.csv`, or that file; `sdn_comments.csv`, `alt.csv` and `add.csv` beside it
        are read with it.
    options
        Only `keep` is used.

    Raises
    ------
    LabelFileError
        If there is no such file, a row has more or fewer columns than its file, or a number occurs twice.
    """
    files = legacy_files(path)
    if files is None:
        raise refused(
            path,
            f"none or both of {' and '.join(MAIN_FILES)} in the folder",
            code="label_not_a_file",
            hint="give the main file itself",
        )
    main, members = files
    beside = _Beside()
    for kind, member in members.items():
        _read_member(member, kind, getattr(beside, kind), options)
    n_parties = 0
    with SourceFile(main, options.keep) as source, seen_ids(main) as seen:
        yield SourceFacts(
            "ofac_legacy",
            title="Specially Designated Nationals and Blocked Persons List (legacy files)",
            publisher=PUBLISHER,
            default_series=series_of(main),
            extra={"members": [main.name, *(member.name for member in members.values())]},
        )
        for number, row in _rows(source, "main"):
            uid = row[0].strip()
            if not uid.isascii() or not uid.isdigit():
                raise refused(
                    main, f"`{shown(uid)}` is no number of a party", code="label_no_uid", line=number
                )
            seen.add(uid, number)
            n_parties += 1
            yield from _party_records(row, Place(number, uid, main.name), beside)
        source.finish()
        if not n_parties:
            raise refused(main, "no row", code="label_no_address", hint="is the file cut off?")
    yield from _orphans(beside, members)


def _rows(source: SourceFile, kind: str) -> Iterator[tuple[int, list[str]]]:
    """Line and columns of each row; every row is one line."""
    is_over = False
    for number, raw in source.lines(_MAX_LINE_BYTES):
        if is_over or raw.strip() in {b"", _END_OF_FILE}:
            is_over = is_over or raw.strip() == _END_OF_FILE
            if is_over and raw.strip() not in {b"", _END_OF_FILE}:
                raise refused(
                    source.path,
                    "a row behind the end of the file (0x1a)",
                    code="label_control_character",
                    line=number,
                )
            continue
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")  # as OFAC wrote them; every byte is a letter of it
        try:
            row = next(csv.reader([text]))
        except csv.Error as error:
            raise refused(source.path, f"no CSV: {error}", code="label_csv", line=number) from error
        if len(row) != _COLUMNS[kind]:
            raise refused(
                source.path,
                f"{len(row)} columns, expected are {_COLUMNS[kind]}",
                code="label_columns",
                line=number,
                hint="is the file cut off, or another one?",
                n_columns=len(row),
                expected=_COLUMNS[kind],
            )
        yield number, row


def _read_member(path: Path, kind: str, into: dict[str, list[list[str]]], options: ReadOptions) -> None:
    """Rows of a file that goes with the main one; bounded, since they wait in memory for their party."""
    n_bytes = 0
    with SourceFile(path, options.keep) as source:
        for number, row in _rows(source, kind):
            n_bytes += sum(len(column) for column in row) + 64
            if n_bytes > _MAX_MEMBER_BYTES:
                raise refused(
                    path, f"more than {_MAX_MEMBER_BYTES} bytes of rows", code="label_too_large", line=number
                )
            into.setdefault(row[0].strip(), []).append(row)
        source.finish()


def _party_records(row: list[str], place: Place, beside: _Beside) -> Iterator[Record]:
    """Party and statements of one row of the main file."""
    uid = row[0].strip()
    comments, alt, add = (rows.pop(uid, []) for rows in (beside.comments, beside.alt, beside.add))
    # Not stripped: where it was cut there may have been a blank.
    remarks = (row[11] if _value(row[11]) else "") + "".join(each[1] for each in comments)
    original: dict[str, Json] = {"main": list(row)}
    for name, rows in (("comments", comments), ("alt", alt), ("add", add)):
        if rows:
            original[name] = [list(each) for each in rows]
    party = _party(row, remarks, alt, add, place, compact(original))
    yield party
    for ticker, written, item in remark_addresses(remarks):
        extra: dict[str, Json] = {"programs": list(party.programs)}
        yield listed(written, ticker, uid, party.name, place, item, {"extra": extra})


def _party(
    row: list[str], remarks: str, alt: list[list[str]], add: list[list[str]], place: Place, original: str
) -> Party:
    """The party of a row."""
    name = _value(row[1])
    names = [PartyName(name, is_primary=True)] if name else []
    names += [
        PartyName(alias, kind=_value(each[2]), is_weak="weak" in (_value(each[4]) or "").lower())
        for each in alt
        if (alias := _value(each[3]))
    ]
    programs = [part.strip() for part in _BETWEEN_PROGRAMS.split(_value(row[3]) or "")]
    countries = dict.fromkeys(country for each in add if (country := _value(each[4])))
    return Party(
        uid=row[0].strip(),
        names=tuple(names),
        place=place,
        original=original,
        # `-0-` stands for organisations.
        kind=_value(row[2]) or "entity",
        programs=tuple(program for program in programs if program),
        categories=("sanction",),
        jurisdictions=tuple(countries),
        legal_status=LegalStatus.DESIGNATED,
        legal_authority=AUTHORITY,
        remarks=remarks or None,
    )


def _value(column: str) -> str | None:
    """A column's text; `None` for ``-0-``."""
    text = column.strip()
    return text if text and text != _NULL else None


def _orphans(beside: _Beside, members: dict[str, Path]) -> Iterator[Record]:
    """Rows whose party is not in the main file."""
    for kind, member in members.items():
        left: dict[str, list[list[str]]] = getattr(beside, kind)
        for uid, rows in left.items():
            for row in rows:
                yield Problem(
                    "label_unknown_party",
                    f"a row of party {shown(uid)}, which the main file does not have",
                    compact(list(row)),
                    Place(record=uid, member=member.name),
                )
