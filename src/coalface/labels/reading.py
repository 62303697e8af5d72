"""Which reader reads a file."""

from collections.abc import Generator
from pathlib import Path

from coalface.labels.draft import Reader, ReadOptions, Record
from coalface.labels.formats.plain import read_plain

__all__ = ["FORMATS", "PLAIN", "format_of", "records_of"]

FORMATS: dict[str, Reader] = {"plain": read_plain}
PLAIN = "plain"
"""The one format that does not say itself what it claims."""


def format_of(path: Path, asked: str | None) -> str:
    """Name of the format of a file."""
    return asked or PLAIN


def records_of(path: Path, form: str, options: ReadOptions) -> Generator[Record, None, None]:
    """Records of a file."""
    yield from FORMATS[form](path, options)
