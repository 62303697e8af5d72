"""The opened file of a source: hostile, of any size, read in order and in bounded memory."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from coalface.errors import CoalfaceError
from coalface.labels.formats.refuse import io_failure, refused

__all__ = ["BOM", "CHUNK_BYTES", "STARTS_OF_OTHERS", "SourceFile", "hint_of_start"]

CHUNK_BYTES = 1 << 16
"""Bytes that are read at once."""
BOM = b"\xef\xbb\xbf"

STARTS_OF_OTHERS = {
    b"\x1f\x8b": "it looks like a gzip archive: unpack it",
    b"PK\x03\x04": "it looks like a zip archive: unpack it",
    b"BZh": "it looks like a bzip2 archive: unpack it",
    b"\xfd7zXZ": "it looks like an xz archive: unpack it",
    b"\x28\xb5\x2f\xfd": "it looks like a zstandard archive: unpack it",
    b"SQLite format 3\x00": "it looks like an SQLite database: export it as text",
    b"%PDF": "it looks like a PDF: lists are read as text, CSV, XML, YAML or JSON",
    b"\xff\xfe": "it looks like UTF-16: save it as UTF-8",
    b"\xfe\xff": "it looks like UTF-16: save it as UTF-8",
}
"""First bytes of what no reader reads. Archives stay packed: what they unpack to has no bound."""


def hint_of_start(start: bytes) -> str | None:
    """What to do about a file that begins like another kind of file; `None` if it does not."""
    return next((hint for known, hint in STARTS_OF_OTHERS.items() if start.startswith(known)), None)


class SourceFile:
    """A regular file, opened once.

    A second pass (`rewind`) reads the same handle; `finish` proves that every pass saw the same bytes.

    Parameters
    ----------
    path
        The file.
    keep
        Gets every byte of the first pass, in order.
    """

    def __init__(self, path: Path, keep: Callable[[Path, bytes], None] | None = None) -> None:
        self.path = path
        self._keep = keep
        self._digest = hashlib.sha256()
        self._first_digest: str | None = None
        try:
            # Not blocking: the opening of a pipe that nobody writes to would wait for ever.
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError) as error:
            raise io_failure(path, error) from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise refused(
                path,
                "no regular file",
                code="label_not_a_file",
                hint="save the list as a file and import that",
            )
        self._file = os.fdopen(handle, "rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """Next bytes, empty at the end."""
        return self._taken(lambda: self._file.read(size))

    def read_line(self, max_bytes: int) -> bytes:
        """Next line with its end, at most `max_bytes` of it; empty at the end of the file."""
        return self._taken(lambda: self._file.readline(max_bytes))

    def lines(
        self, max_bytes: int, *, hint: str | None = None, strip_bom: bool = True
    ) -> Iterator[tuple[int, bytes]]:
        """Number, from 1, and bytes of every line, without its end.

        Parameters
        ----------
        max_bytes
            Longest line without its end.
        hint
            What the error of a longer line advises.
        strip_bom
            Whether a byte order mark of UTF-8 at the start is left out.

        Raises
        ------
        LabelFileError
            At the first line that is longer, and at NUL bytes.
        """
        number = 0
        longest = len(BOM) + max_bytes + len(b"\r\n")
        start_hint: str | None = None
        while raw := self.read_line(longest + 1):
            number += 1
            if number == 1:
                start_hint = hint_of_start(raw)
                if strip_bom:
                    raw = raw.removeprefix(BOM)
            raw = raw.removesuffix(b"\n").removesuffix(b"\r")
            if len(raw) > max_bytes:
                raise refused(
                    self.path,
                    f"longer than {max_bytes} bytes",
                    code="label_line_too_long",
                    line=number,
                    hint=start_hint or hint,
                    max_bytes=max_bytes,
                )
            nul = raw.find(b"\0")
            if nul >= 0:
                raise refused(
                    self.path,
                    f"NUL at byte {nul + 1}",
                    code="label_control_character",
                    line=number,
                    hint=start_hint or "lists are text, in UTF-8",
                    column=nul + 1,
                )
            yield number, raw

    def text_lines(self, max_bytes: int, *, hint: str | None = None) -> Iterator[tuple[int, str]]:
        """Number and text of every line, which must be UTF-8 without control characters but tabs.

        Raises
        ------
        LabelFileError
            At the first line that is longer than `max_bytes`, no UTF-8, or holds control characters.
        """
        start_hint: str | None = None
        for number, raw in self.lines(max_bytes, hint=hint):
            if number == 1:
                start_hint = hint_of_start(raw)
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                raise refused(
                    self.path,
                    f"byte {error.start + 1} ({raw[error.start]:#04x}) is no UTF-8",
                    code="label_not_utf8",
                    line=number,
                    hint=start_hint or "save the list as UTF-8",
                    byte=error.start + 1,
                ) from error
            if not text.isprintable():
                self._refuse_control_characters(text, number)
            yield number, text

    def _refuse_control_characters(self, text: str, number: int) -> None:
        """Raise if a line holds characters of the C0 block other than tabs, or DELETE."""
        for column, letter in enumerate(text, 1):
            if (letter < " " and letter != "\t") or letter == "\x7f":
                raise refused(
                    self.path,
                    f"control character {ord(letter):#04x} at column {column}",
                    code="label_control_character",
                    line=number,
                    hint="lists are text, in UTF-8",
                    column=column,
                )

    def rewind(self) -> None:
        """Begin another pass; the bytes that the last one left are read first, so that they are kept."""
        self.finish()
        try:
            self._file.seek(0)
        except OSError as error:
            raise io_failure(self.path, error) from error
        self._digest = hashlib.sha256()

    def finish(self) -> str:
        """SHA-256 of the file, hex, after reading what is left of it.

        Raises
        ------
        LabelFileError
            If the bytes are not those of an earlier pass.
        """
        while self.read():
            pass
        found = self._digest.hexdigest()
        if self._first_digest is None:
            self._first_digest, self._keep = found, None
        elif found != self._first_digest:
            raise refused(self.path, "changed while it was read", code="label_changed")
        return found

    def _taken(self, read: Callable[[], bytes]) -> bytes:
        """What `read` gives, after it was counted and kept."""
        try:
            raw = read()
        except OSError as error:
            if isinstance(error, CoalfaceError):
                raise
            raise io_failure(self.path, error) from error
        self._digest.update(raw)
        if raw and self._keep is not None:
            self._keep(self.path, raw)
        return raw
