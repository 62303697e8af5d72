"""Which reader reads a file, and what identifies its bytes."""

import hashlib
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from coalface.labels.address import storable
from coalface.labels.draft import ReadOptions, Record
from coalface.labels.formats import detect_format, files_of, format_named
from coalface.labels.formats.source_file import SourceFile

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = ["SILENT", "Digest", "digest_of", "format_of", "records_of"]

SILENT = frozenset({"plain", "plain_json"})
"""Formats that do not say themselves what they claim."""


def format_of(path: Path, asked: str | None) -> str:
    """Name of the format of a file: the one asked for, else by its content.

    Raises
    ------
    UsageError
        If there is no such format.
    LabelFileError, IoFailure
        If the content is of no format, or of several, or cannot be read.
    """
    return format_named(detect_format(path) if asked is None else asked).name


def records_of(path: Path, form: str, options: ReadOptions) -> Generator[Record, None, None]:
    """Records of a file; closing it closes the file."""
    yield from format_named(form).read(path, options)


class Digest:
    """SHA-256 of the bytes of a source: of its file, or of the names and digests of its files."""

    def __init__(self) -> None:
        self.n_bytes = 0
        self._files: dict[str, _Hash] = {}
        self._file: Path | None = None
        self._running = hashlib.sha256()

    def keep(self, file: Path, piece: bytes) -> None:
        """Take the next bytes of a file."""
        self.n_bytes += len(piece)
        if file is not self._file:
            self._file, self._running = file, self._files.setdefault(file.name, hashlib.sha256())
        self._running.update(piece)

    def hexdigest(self) -> str:
        """The digest of what was taken."""
        if len(self._files) == 1:
            return next(iter(self._files.values())).hexdigest()
        lines = (f"{digest.hexdigest()}  {storable(name)}\n" for name, digest in sorted(self._files.items()))
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def digest_of(path: Path, form: str) -> str:
    """Digest of the files that a source of that format consists of, hex."""
    found = Digest()
    for file in files_of(path, form):
        found.keep(file, b"")
        with SourceFile(file) as source:
            while piece := source.read(1 << 20):
                found.keep(file, piece)
    return found.hexdigest()
