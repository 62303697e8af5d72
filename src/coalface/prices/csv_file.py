"""Rows of a CSV file of dated numbers, each with its place. The file is hostile input and bounded.

Comment lines begin with ``#``. Two kinds of them say who says so: ``# source: TEXT`` for every row without a
source of its own, and ``# source KEY: TEXT`` for rows whose column ``source`` holds KEY.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from coalface.errors import FactsError, IoFailure

__all__ = ["MAX_CSV_BYTES", "MAX_ROWS", "CsvFile", "Row", "read_bounded", "read_csv", "refused"]

MAX_CSV_BYTES: Final = 16 << 20
"""Bytes of a file; a price for each day of a thousand years needs less."""
MAX_ROWS: Final = 200_000
"""Rows of a file."""
_MAX_LINE: Final = 4096
_MAX_TEXT: Final = 1000
_SHOWN: Final = 40
_MAX_SOURCES: Final = 10

_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_SOURCE = re.compile(r"#\s*source(?:\s+([a-z0-9_]{1,40}))?\s*:\s*(.+)")


def refused(
    path: Path, problem: str, *, code: str, line: int | None = None, hint: str | None = None
) -> FactsError:
    """Error about a file, with the line where there is one."""
    place = str(path) if line is None else f"{path}:{line}"
    return FactsError(
        _printable(f"{place}: {problem}"), code=code, hint=hint, context={"path": str(path), "line": line}
    )


def shown(text: str) -> str:
    """A cell as it may be printed: short and without control characters."""
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return _printable(text)


def _printable(text: str) -> str:
    """Text without the letters that would move a cursor, end a line or turn its direction."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


@dataclass(frozen=True)
class Row:
    """Cells of one line."""

    path: Path
    line: int
    """From 1, as an editor counts."""
    cells: dict[str, str]

    def error(self, column: str, problem: str) -> FactsError:
        """Error about one cell: the value received and what is allowed."""
        return refused(
            self.path,
            f"{column} `{shown(self.cells[column])}`: {problem}",
            code="facts_value",
            line=self.line,
        )

    def text(self, column: str) -> str:
        """The cell, which must not be empty."""
        if not self.cells[column]:
            raise self.error(column, "empty")
        if len(self.cells[column]) > _MAX_TEXT:
            raise self.error(column, f"more than {_MAX_TEXT} characters")
        return self.cells[column]

    def number(self, column: str, low: float, high: float) -> float:
        """The cell as a number from `low` to `high`, in the column's unit."""
        cell = self.cells[column]
        value = float(cell) if _NUMBER.fullmatch(cell) else float("nan")
        if not low <= value <= high:
            raise self.error(column, f"a number from {low:g} to {high:g} is allowed")
        return value

    def integer(self, column: str, low: int, high: int) -> int:
        """The cell as a whole number from `low` to `high`."""
        cell = self.cells[column]
        if not (cell.isascii() and cell.isdigit() and len(cell) <= 18 and low <= int(cell) <= high):
            raise self.error(column, f"a whole number from {low} to {high} is allowed")
        return int(cell)

    def day(self, column: str) -> np.datetime64:
        """The cell as a day (UTC)."""
        cell = self.cells[column]
        try:
            if _DAY.fullmatch(cell):
                return np.datetime64(dt.date.fromisoformat(cell), "D")
        except ValueError:
            pass
        raise self.error(column, "a day such as 2017-09-05 is allowed")

    def month(self, column: str) -> np.datetime64:
        """The cell as a month."""
        cell = self.cells[column]
        if _MONTH.fullmatch(cell) and cell >= "0001":
            return np.datetime64(cell, "M")
        raise self.error(column, "a month such as 2017-09 is allowed")


@dataclass(frozen=True)
class CsvFile:
    """What was read of a file."""

    path: Path
    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    sources: dict[str, str]
    """Texts of the source comments; under the empty key that of the whole table."""
    digest: str
    """SHA-256 of the file's bytes, in hexadecimal."""

    def source_of(self, row: Row) -> str:
        """Who says what the row says; empty where nobody is named."""
        named = row.cells.get("source", "")
        return self.sources.get(named, named)

    @property
    def source(self) -> str:
        """Everybody who is named as a row's source, in the order of the rows; after ten, how many more."""
        named = [text for text in dict.fromkeys(self.source_of(row) for row in self.rows) if text]
        more = f"; and {len(named) - _MAX_SOURCES} more" if len(named) > _MAX_SOURCES else ""
        return "; ".join(named[:_MAX_SOURCES]) + more


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """Bytes of a regular file.

    Raises
    ------
    IoFailure
        If it cannot be read.
    FactsError
        If it is no regular file, or has more bytes than allowed.
    """
    try:
        # Not blocking: the opening of a pipe that nobody writes to would wait for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise refused(path, "this is no regular file", code="facts_not_a_file")
            data = file.read(max_bytes + 1)
    except FactsError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        code = "file_not_found" if isinstance(error, FileNotFoundError) else "io"
        raise IoFailure(_printable(f"{path}: {reason}"), code=code, context={"path": str(path)}) from error
    if len(data) > max_bytes:
        raise refused(path, f"larger than the {max_bytes:,} bytes that are allowed", code="facts_too_large")
    return data


def read_csv(path: Path, *, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> CsvFile:
    """Rows of a CSV file in UTF-8 with a header line.

    Parameters
    ----------
    path
        The file.
    required, optional
        Columns that must and may be there, in any order; others are refused.

    Raises
    ------
    IoFailure
        If it cannot be read.
    FactsError
        If it is too large, no UTF-8 or no CSV, or if its columns are others; the message names the line.
    """
    data = read_bounded(path, MAX_CSV_BYTES)
    sources, numbered = _lines(path, data)
    if not numbered:
        raise refused(path, "no header line", code="facts_columns", hint=_columns_hint(required, optional))
    reader = csv.reader([text for _, text in numbered], strict=True)
    rows: list[Row] = []
    columns: tuple[str, ...] = ()
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            line = numbered[min(reader.line_num, len(numbered)) - 1][0]
            raise refused(path, f"no CSV: {error}", code="facts_csv", line=line) from error
        if cells is None:
            break
        line = numbered[reader.line_num - 1][0]
        cells = [cell.strip() for cell in cells]
        if not columns:
            columns = _header(path, line, cells, required, optional)
            continue
        if len(cells) != len(columns):
            raise refused(
                path, f"{len(cells)} cells where the header has {len(columns)}", code="facts_csv", line=line
            )
        rows.append(Row(path, line, dict(zip(columns, cells, strict=True))))
    if not rows:
        raise refused(path, "no rows below the header", code="facts_empty")
    return CsvFile(path, tuple(rows), columns, sources, hashlib.sha256(data).hexdigest())


def _lines(path: Path, data: bytes) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """Texts of the source comments, and the other lines that are not empty, with their numbers."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refused(
            path, f"byte {error.start} is no UTF-8", code="facts_encoding", line=line, hint="save it as UTF-8"
        ) from error
    sources: dict[str, str] = {}
    numbered: list[tuple[int, str]] = []
    for number, raw in enumerate(text.split("\n"), 1):
        content = raw.removesuffix("\r")
        if len(content) > _MAX_LINE:
            raise refused(path, f"more than {_MAX_LINE} characters", code="facts_csv", line=number)
        if not content.replace("\t", " ").isprintable():
            raise refused(path, "control characters", code="facts_encoding", line=number)
        if content.startswith("#"):
            if found := _SOURCE.fullmatch(content.strip()):
                sources[found[1] or ""] = found[2].strip()
        elif content.strip():
            if len(numbered) > MAX_ROWS:
                raise refused(path, f"more than {MAX_ROWS:,} rows", code="facts_too_large", line=number)
            numbered.append((number, content))
    return sources, numbered


def _header(
    path: Path, line: int, cells: list[str], required: tuple[str, ...], optional: tuple[str, ...]
) -> tuple[str, ...]:
    """Names of the columns, all of them known and each once."""
    names = tuple(cell.lower() for cell in cells)
    missing = [name for name in required if name not in names]
    unknown = [name for name in names if name not in required + optional]
    twice = [name for name in names if names.count(name) > 1]
    for problem, bad in (("missing", missing), ("unknown", unknown), ("given twice", twice)):
        if bad:
            raise refused(
                path,
                f"column `{shown(bad[0])}` is {problem}",
                code="facts_columns",
                line=line,
                hint=_columns_hint(required, optional),
            )
    return names


def _columns_hint(required: tuple[str, ...], optional: tuple[str, ...]) -> str:
    hint = f"the columns are {', '.join(required)}"
    return f"{hint}; also allowed: {', '.join(optional)}" if optional else hint
