"""Own labels: a CSV with a header, whose columns are the fields of a statement.

=====================  =======================================================================================
column                 value
=====================  =======================================================================================
``address``            an address; or one of ``tx``, ``actor``, ``netblock``, ``coinbase_tag`` in its place,
or
                       ``subject`` with ``kind``. Exactly one of them in a row
``kind``               of ``subject``: ``address`` (the default), ``tx``, ``actor``, ``netblock``,
``coinbase_tag`` ``asset``              ticker; else the one given at import, else BTC
``network``            chain, where the ticker does not tell
``claim``              ``listed``, ``attributed``, ``mentioned``
``category``           concept of the taxonomy; also ``abuse``, and ``concepts`` separated by ``|``
``actor_id``           id; also ``actor_name`` (or ``actor``, where that is not the subject), ``label``
``legal_status``       ``designated``, ``charged``, ``convicted``, ``seized``, ``forfeited``, ``dismissed``,
                       ``delisted``, ``none``; with ``legal_authority`` and ``legal_date``
``source_type``        ``authority``, ``court_filing``, ``vendor``, ``academic``, ``press``, ``user``
``confidence``         a step of the ladder, or a level from 0 to 100
``is_cluster_definer`` ``true`` or ``false``; empty: unsaid
``url``                where it can be read
``valid_from``         first day, ``YYYY-MM-DD``; also ``valid_until``, the last, and ``last_modified``
=====================  =======================================================================================

Columns with other names are kept beside the statement. Commas, semicolons or tabs separate; UTF-8.
"""

import csv
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from coalface.labels.draft import (
    DEFAULT_OPTIONS,
    Claim,
    Confidence,
    Json,
    LegalStatus,
    Place,
    Problem,
    ReadOptions,
    Record,
    SourceFacts,
    SourceType,
    SubjectKind,
)
from coalface.labels.formats.json_document import compact
from coalface.labels.formats.refuse import refused, shown
from coalface.labels.formats.source_file import SourceFile
from coalface.labels.formats.statement import Details, address_statement, plain_statement
from coalface.labels.taxonomy import confidence_named

__all__ = ["FORMAT", "KNOWN_COLUMNS", "SUBJECT_COLUMNS", "header_of", "read_own_csv"]

FORMAT = "csv"
SUBJECT_COLUMNS = ("address", "tx", "netblock", "coinbase_tag", "subject")
"""Columns of which a header must have one; `actor` is one too, where there is no other."""
KNOWN_COLUMNS = {
    *SUBJECT_COLUMNS, "kind", "asset", "network", "claim", "category", "abuse", "concepts", "actor",
    "actor_id", "actor_name", "label", "legal_status", "legal_authority", "legal_date", "source_type",
    "confidence", "is_cluster_definer", "url", "valid_from", "valid_until", "last_modified",
}  # fmt: skip

_DELIMITERS = ",;\t"
_MAX_LINE_BYTES = 1 << 16
_MAX_ROW_LINES = 1000
_MAX_COLUMNS = 200
_Choice = TypeVar("_Choice", bound=StrEnum)


def header_of(line: str) -> tuple[str, list[str]] | None:
    """Delimiter and columns of a header line; `None` if it is none.

    Examples
    --------
    >>> header_of("Address;Label")
    (';', ['address', 'label'])
    """
    for delimiter in _DELIMITERS:
        try:
            columns = [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])]
        except csv.Error:
            continue
        is_of_actors = "actor" in columns and len(columns) > 1
        if any(name in SUBJECT_COLUMNS for name in columns) or is_of_actors:
            return delimiter, columns
    return None


def read_own_csv(path: Path, options: ReadOptions = DEFAULT_OPTIONS, /) -> Iterator[Record]:
    """A statement for each row.

    Raises
    ------
    LabelFileError
        If there is no such header, a row has more columns than it, or a value is none of those allowed.
    """
    with SourceFile(path, options.keep) as source:
        lines = _Lines(source)
        first = next(lines, None)
        found = header_of(first) if first is not None else None
        if found is None:
            raise refused(
                path,
                f"no header with one of the columns {', '.join(SUBJECT_COLUMNS)}",
                code="label_csv_header",
                line=1,
            )
        delimiter, columns = found
        if len(columns) > _MAX_COLUMNS or len(set(columns)) != len(columns):
            raise refused(
                path,
                "a column occurs twice, or there are too many",
                code="label_csv_header",
                line=lines.number,
            )
        yield SourceFacts(FORMAT, extra={"columns": list(columns)})
        rows = _Rows(lines, delimiter, path)
        for number, values in rows:
            if not any(value.strip() for value in values):
                continue
            if len(values) != len(columns):
                raise refused(
                    path,
                    f"{len(values)} columns, the header has {len(columns)}",
                    code="label_columns",
                    line=number,
                    hint="values that hold the separator stand in double quotes",
                )
            row = dict(zip(columns, values, strict=True))
            yield _Row(row, Place(number), path, options).record()
        source.finish()


class _Lines:
    """Lines of the file for the CSV reader, with the number of the last one."""

    def __init__(self, source: SourceFile) -> None:
        self._lines = source.text_lines(_MAX_LINE_BYTES)
        self.number = 0
        self.row_start = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.number, text = next(self._lines)
        return text + "\n"


class _Rows:
    """Rows with the line on which each begins; a quoted value may hold line ends, within a bound."""

    def __init__(self, lines: _Lines, delimiter: str, path: Path) -> None:
        self._lines = lines
        self._path = path
        self._reader = csv.reader(self._bounded(), delimiter=delimiter, strict=True)
        self._start = lines.number + 1

    def _bounded(self) -> Iterator[str]:
        for line in self._lines:
            if self._lines.number - self._start > _MAX_ROW_LINES:
                raise refused(
                    self._path,
                    f"a row has more than {_MAX_ROW_LINES} lines",
                    code="label_csv",
                    line=self._start,
                    hint="is a double quote not closed?",
                )
            yield line

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            self._start = self._lines.number + 1
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise refused(
                    self._path,
                    f"no CSV: {error}",
                    code="label_csv",
                    line=self._start,
                    hint="double quotes inside of a quoted value are written twice",
                ) from error
            yield self._start, row


class _Row:
    """One row, on its way to a statement."""

    def __init__(self, row: dict[str, str], place: Place, path: Path, options: ReadOptions) -> None:
        self._row = {name: value.strip() for name, value in row.items()}
        self._written = row
        self._place = place
        self._path = path
        self._options = options

    def record(self) -> Record:
        """Statement of the row, or what is wrong with it."""
        original = compact({name: value for name, value in self._written.items() if value})
        subjects = self._subjects()
        if len(subjects) != 1:
            reason = f"{len(subjects)} subjects in a row, expected is one"
            return Problem("label_csv_subject", reason, original, self._place)
        kind, subject = subjects[0]
        options = self._options
        claim = self._choice("claim", Claim, options.claim)
        source_type = self._choice("source_type", SourceType, options.source_type)
        asset = self._value("asset")
        details = self._details(kind)
        if kind is SubjectKind.ADDRESS:
            return address_statement(
                subject,
                asset=asset or options.asset,
                is_asset_written=asset is not None,
                network=self._value("network"),
                claim=claim,
                source_type=source_type,
                place=self._place,
                original=original,
                **details,
            )
        has_chain = kind in {SubjectKind.TX, SubjectKind.COINBASE_TAG}
        return plain_statement(
            kind,
            subject,
            asset=(asset or options.asset) if has_chain else asset,
            is_asset_written=asset is not None,
            network=self._value("network"),
            claim=claim,
            source_type=source_type,
            place=self._place,
            original=original,
            **details,
        )

    def _subjects(self) -> list[tuple[SubjectKind, str]]:
        """Subjects that the row names."""
        found = [(SubjectKind(name), self._row[name]) for name in SUBJECT_COLUMNS[:-1] if self._row.get(name)]
        if self._row.get("subject"):
            found.append((self._choice("kind", SubjectKind, SubjectKind.ADDRESS), self._row["subject"]))
        if not found and self._row.get("actor"):
            found.append((SubjectKind.ACTOR, self._row["actor"]))
        return found

    def _details(self, kind: SubjectKind) -> Details:
        """Fields that do not depend on the subject."""
        options = self._options
        actor = self._value("actor") if kind is not SubjectKind.ACTOR else None
        extra: dict[str, Json] = {
            name: value for name, value in self._row.items() if name not in KNOWN_COLUMNS and value
        }
        return {
            "category": self._value("category") or options.category,
            "abuse": self._value("abuse"),
            "concepts": tuple(
                part.strip() for part in self._row.get("concepts", "").split("|") if part.strip()
            ),
            "actor_id": self._value("actor_id"),
            "actor_name": self._value("actor_name") or actor,
            "label": self._value("label"),
            "legal_status": self._choice("legal_status", LegalStatus, options.legal_status),
            "legal_authority": self._value("legal_authority"),
            "legal_date": self._date("legal_date"),
            "confidence": self._confidence(),
            "is_cluster_definer": self._boolean("is_cluster_definer"),
            "url": self._value("url"),
            "valid_from": self._date("valid_from"),
            "valid_until": self._date("valid_until"),
            "last_modified": self._date("last_modified"),
            "extra": extra,
        }

    def _value(self, name: str) -> str | None:
        return self._row.get(name) or None

    def _choice(self, name: str, kind: type[_Choice], default: _Choice) -> _Choice:
        text = self._row.get(name, "").lower().replace(" ", "_")
        if not text:
            return default
        try:
            return kind(text)
        except ValueError:
            raise self._refused(name, ", ".join(each.value for each in kind)) from None

    def _date(self, name: str) -> str | None:
        text = self._row.get(name)
        if not text:
            return None
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise self._refused(name, "a date, YYYY-MM-DD") from None

    def _boolean(self, name: str) -> bool | None:
        text = self._row.get(name, "").lower()
        if text in {"true", "false", ""}:
            return None if not text else text == "true"
        raise self._refused(name, "true, false or nothing")

    def _confidence(self) -> Confidence | None:
        text = self._value("confidence")
        if text is None or not (text.isascii() and text.isdigit()):
            return confidence_named(text)
        if int(text[:4]) > 100:
            raise self._refused("confidence", "a step of the ladder, or 0 to 100")
        return Confidence(text, int(text))

    def _refused(self, name: str, allowed: str) -> Exception:
        return refused(
            self._path,
            f"`{name}` is `{shown(self._row[name])}`, allowed is {allowed}",
            code="label_csv_value",
            line=self._place.line,
            column=name,
        )
