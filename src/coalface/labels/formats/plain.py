"""Plain lists: one address a line, or a JSON array of them.

They hold addresses and nothing else: what is claimed of them, and by whom, is said by whoever imports them.
"""

from collections.abc import Iterator
from pathlib import Path

from coalface.labels.draft import (
    DEFAULT_OPTIONS,
    Place,
    Problem,
    ReadOptions,
    Record,
    SourceFacts,
    StatementDraft,
)
from coalface.labels.formats.json_document import read_json
from coalface.labels.formats.refuse import refused
from coalface.labels.formats.source_file import SourceFile
from coalface.labels.formats.statement import address_statement

__all__ = ["MAX_LINE_BYTES", "read_plain", "read_plain_json"]

MAX_LINE_BYTES = 1024
"""Bytes of a line without its end; four times the longest address."""

_HINT = "a plain list has one address a line"


def read_plain(path: Path, options: ReadOptions = DEFAULT_OPTIONS, /) -> Iterator[Record]:
    """Statements of a plain list: a line an address, blank lines and ``#`` comments aside.

    Raises
    ------
    LabelFileError
        If it is no text, a line is too long, or no line is an address.
    """
    with SourceFile(path, options.keep) as source:
        yield SourceFacts("plain")
        found = _Found()
        for number, line in source.text_lines(MAX_LINE_BYTES, hint=_HINT):
            subject = line.strip()
            if subject and not subject.startswith("#"):
                yield found.counted(_statement(subject, line, Place(number), options))
        source.finish()
        found.refuse_none(path, options)


def read_plain_json(path: Path, options: ReadOptions = DEFAULT_OPTIONS, /) -> Iterator[Record]:
    """Statements of a JSON array of addresses.

    Raises
    ------
    LabelFileError
        If it is no such array, or holds no address.
    """
    with SourceFile(path, options.keep) as source:
        document = read_json(source)
        if not isinstance(document, list):
            raise refused(path, "no JSON array", code="label_json_shape", hint="an array of addresses")
        yield SourceFacts("plain_json")
        found = _Found()
        for index, each in enumerate(document):
            place = Place(record=f"[{index}]")
            if isinstance(each, str):
                yield found.counted(_statement(each, each, place, options))
            else:
                yield Problem("label_not_an_address", "an array of addresses holds texts", repr(each), place)
        found.refuse_none(path, options)


def _statement(subject: str, original: str, place: Place, options: ReadOptions) -> StatementDraft:
    """What a plain list says of one address."""
    return address_statement(
        subject,
        asset=options.asset,
        is_asset_written=False,
        claim=options.claim,
        source_type=options.source_type,
        place=place,
        original=original,
        category=options.category,
        legal_status=options.legal_status,
    )


class _Found:
    """Whether any of the lines was an address."""

    def __init__(self) -> None:
        self.n_right = 0
        self.n_wrong = 0
        self.first_wrong: Problem | None = None

    def counted(self, statement: StatementDraft) -> StatementDraft:
        """The statement, counted."""
        if statement.problem is None or statement.problem.code == "invalid_address_wrong_network":
            self.n_right += 1
        else:
            self.n_wrong += 1
            self.first_wrong = self.first_wrong or statement.problem
        return statement

    def refuse_none(self, path: Path, options: ReadOptions) -> None:
        """Raise if there was no address at all: the file is no list, or of another asset."""
        if self.n_right:
            return
        if self.first_wrong is None:
            raise refused(path, "no list: it holds no address", code="label_no_address", hint=_HINT)
        first = self.first_wrong
        raise refused(
            path,
            f"no list: none of {self.n_wrong} lines is an address of {options.asset}; "
            f"the first: {first.reason}",
            code="label_no_address",
            line=first.place.line,
            hint="a plain list has one address a line; say whose addresses they are if not bitcoin's",
            asset=options.asset,
        )
