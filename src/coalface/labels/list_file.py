"""Reading a plain list: one address a line. The file is hostile input and need not fit in memory."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from coalface import _core
from coalface.errors import CoalfaceError, IoFailure, LabelFileError

__all__ = ["MAX_LINE_BYTES", "Address", "Line", "LineCounts", "decode", "open_list", "read_lines", "storable"]

MAX_LINE_BYTES = 1024
"""Bytes of a line without its end; ten times the longest address."""

_BOM = b"\xef\xbb\xbf"
_FIRST_PRINTABLE = 0x20
_DELETE = 0x7F
_STARTS = {
    b"\x1f\x8b": "it looks like a gzip archive: unpack it",
    b"PK\x03\x04": "it looks like a zip archive: unpack it",
    b"\xff\xfe": "it looks like UTF-16: save it as UTF-8",
    b"\xfe\xff": "it looks like UTF-16: save it as UTF-8",
}


@dataclass(frozen=True)
class Address:
    """What identifies an address, however it is written."""

    kind: str
    payload: bytes
    text: str
    """The address in its usual spelling: bech32 in lower case."""


@dataclass(frozen=True)
class Line:
    """One line that says something: neither blank nor comment."""

    number: int
    """From 1, as an editor counts."""
    text: str
    """The line as it stands in the file, without its end."""
    subject: str
    """The same without blanks around it."""


def decode(network: str, text: str) -> Address:
    """The address that a text stands for.

    Raises
    ------
    InvalidAddress
        If it is no address of the network; the code says why.

    Examples
    --------
    >>> decode("mainnet", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4").text
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
    """
    kind, payload = _core.decode_address(network, storable(text))
    # Base58 tells upper from lower case, everything else is the same in both.
    usual = text if kind in {"p2pkh", "p2sh"} else text.lower()
    return Address(kind, bytes.fromhex(payload), usual)


def storable(text: str) -> str:
    """`text` with halves of surrogate pairs (bytes of the command line that are no UTF-8) as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def open_list(file: Path) -> BinaryIO:
    """The opened file.

    Raises
    ------
    IoFailure
        If it cannot be opened.
    LabelFileError
        If it is no regular file: a list is read twice, which a pipe cannot be.
    """
    try:
        # Not blocking: the opening of a pipe that nobody writes to would wait for ever.
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _failure(file, error) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise LabelFileError(
            f"`{file}` is no regular file",
            code="label_not_a_file",
            hint="save the list as a file and import that",
            context={"path": str(file)},
        )
    return os.fdopen(handle, "rb")


def read_lines(
    source: BinaryIO, file: Path, counts: "LineCounts", keep: Callable[[bytes], None] | None = None
) -> Iterator[Line]:
    """Lines that say something, in bounded memory; `counts` is complete when they are used up.

    Parameters
    ----------
    source
        The opened file, read from its start.
    file
        Its name, for errors.
    counts
        Filled while reading.
    keep
        Gets every byte of the file, in order.

    Raises
    ------
    LabelFileError
        At the first line that is longer than `MAX_LINE_BYTES`, no UTF-8, or holds control characters.
    IoFailure
        If the file cannot be read.
    """
    longest = len(_BOM) + MAX_LINE_BYTES + len(b"\r\n")
    try:
        source.seek(0)
        while raw := source.readline(longest + 1):
            counts.n_lines += 1
            counts.n_bytes += len(raw)
            counts.digest.update(raw)
            if keep is not None:
                keep(raw)
            line = _line_of(raw, file, counts.n_lines)
            if line is not None:
                yield line
    except OSError as error:
        if isinstance(error, CoalfaceError):
            raise
        raise _failure(file, error) from error


class LineCounts:
    """What was read of a file so far."""

    def __init__(self) -> None:
        self.n_lines = 0
        self.n_bytes = 0
        self.digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes read, hex."""
        return self.digest.hexdigest()


def _line_of(raw: bytes, file: Path, number: int) -> Line | None:
    """What a line says; `None` if it is blank or a comment."""
    hint = next((text for start, text in _STARTS.items() if number == 1 and raw.startswith(start)), None)
    if number == 1:
        raw = raw.removeprefix(_BOM)
    raw = raw.removesuffix(b"\n").removesuffix(b"\r")
    if len(raw) > MAX_LINE_BYTES:
        raise LabelFileError(
            f"`{file}`, line {number}: longer than {MAX_LINE_BYTES} bytes",
            code="label_line_too_long",
            hint=hint or "a plain list has one address a line",
            context={"path": str(file), "line": number, "max_bytes": MAX_LINE_BYTES},
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LabelFileError(
            f"`{file}`, line {number}: byte {error.start + 1} ({raw[error.start]:#04x}) is no UTF-8",
            code="label_not_utf8",
            hint=hint or "save the list as UTF-8",
            context={"path": str(file), "line": number, "byte": error.start + 1},
        ) from error
    for column, character in enumerate(text, 1):
        point = ord(character)
        if (point < _FIRST_PRINTABLE and character != "\t") or point == _DELETE:
            raise LabelFileError(
                f"`{file}`, line {number}: control character {point:#04x} at column {column}",
                code="label_control_character",
                hint=hint or "a plain list is text: one address a line, in UTF-8",
                context={"path": str(file), "line": number, "column": column},
            )
    subject = text.strip()
    return None if not subject or subject.startswith("#") else Line(number, text, subject)


def _failure(file: Path, error: OSError | ValueError) -> IoFailure:
    """A failure of the file system as an error of ours."""
    reason = error.strerror if isinstance(error, OSError) else str(error)
    codes = {FileNotFoundError: "file_not_found", PermissionError: "permission_denied"}
    code = codes.get(type(error), "io") if isinstance(error, OSError) else "io"
    return IoFailure(f"cannot read `{file}`: {reason}", code=code, context={"path": str(file)})
