"""Records of a node's block files, read from where the last look ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coalface.errors import IoFailure, SourceError
from coalface.follow.header import HEADER_BYTES, Header

__all__ = ["KEY_BYTES", "Record", "read_block", "read_key", "read_magic", "records_from"]

KEY_BYTES = 8
_KEY_FILE = "xor.dat"
_FRAME_BYTES = 8
# Header, count and the shortest coinbase; what consensus allows at most.
_LEAST_BLOCK_BYTES = HEADER_BYTES + 1 + 60
_MOST_BLOCK_BYTES = 4_000_000


@dataclass(frozen=True)
class Record:
    """One block in a file."""

    header: Header
    path: Path
    offset: int
    """Byte of the file at which the header starts."""
    size_bytes: int

    @property
    def start(self) -> int:
        """First byte of the record, its frame included."""
        return self.offset - _FRAME_BYTES

    @property
    def end(self) -> int:
        """First byte after the record."""
        return self.offset + self.size_bytes


def read_key(folder: Path) -> bytes:
    """What the files of a folder are XORed with, 8 bytes; zeros without ``xor.dat``.

    Raises
    ------
    SourceError
        If the key file has another length.
    """
    path = folder / _KEY_FILE
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return bytes(KEY_BYTES)
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(key) != KEY_BYTES:
        raise SourceError(
            f"`{path}` has {len(key)} bytes, {KEY_BYTES} are needed",
            code="source_key_length",
            context={"path": str(path), "received": len(key), "allowed": KEY_BYTES},
        )
    return key


def read_magic(path: Path, key: bytes) -> bytes:
    """The four bytes that a file begins with, decoded."""
    return _read(path, key, 0, 4)


def records_from(path: Path, key: bytes, magic: bytes, offset: int) -> Iterator[Record]:
    """Whole records from a byte offset on; ends where the node has not written yet.

    Parameters
    ----------
    path
        A block file.
    key
        From `read_key`.
    magic
        What a record begins with.
    offset
        Where a record starts.

    Raises
    ------
    SourceError
        If something else than a record, zeros or the end of the file lies there.

    Notes
    -----
    Reads 88 bytes a record. The unused end of a file is raw zeros, which are not XORed.
    """
    size = _size(path)
    while offset + _FRAME_BYTES <= size:
        raw = _read_raw(path, offset, _FRAME_BYTES + HEADER_BYTES)
        if len(raw) < _FRAME_BYTES + HEADER_BYTES or not any(raw[:_FRAME_BYTES]):
            return
        head = _decode(raw, key, offset)
        n_bytes = int.from_bytes(head[4:_FRAME_BYTES], "little")
        if head[:4] != magic or not _LEAST_BLOCK_BYTES <= n_bytes <= _MOST_BLOCK_BYTES:
            # A node that is in the middle of these eight bytes has written zeros, or nothing, behind them.
            if not any(raw[_FRAME_BYTES:]):
                return
            raise SourceError(
                f"`{path}`, byte {offset}: no record begins here",
                code="source_damaged_record",
                hint="run `coalface index` on the folder: it says more",
                context={"path": str(path), "offset": offset},
            )
        start = offset + _FRAME_BYTES
        if start + n_bytes > size:
            return
        yield Record(Header.parse(head[_FRAME_BYTES:]), path, start, n_bytes)
        offset = start + n_bytes


def read_block(record: Record, key: bytes) -> bytes:
    """The serialized block of a record, as long as the file holds it."""
    return _read(record.path, key, record.offset, record.size_bytes)


def _read(path: Path, key: bytes, offset: int, n_bytes: int) -> bytes:
    return _decode(_read_raw(path, offset, n_bytes), key, offset)


def _read_raw(path: Path, offset: int, n_bytes: int) -> bytes:
    """Up to so many bytes of a file."""
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(offset)
            pieces, left = [], n_bytes
            while left and (piece := file.read(left)):
                pieces.append(piece)
                left -= len(piece)
    except OSError as error:
        raise _unreadable(path, error) from error
    return b"".join(pieces)


def _decode(raw: bytes, key: bytes, offset: int) -> bytes:
    """Bytes of a file as the node meant them; the key's phase is that of the file's own start."""
    if not any(key):
        return raw
    turned = key[offset % KEY_BYTES :] + key[: offset % KEY_BYTES]
    stream = np.resize(np.frombuffer(turned, dtype=np.uint8), len(raw))
    return (np.frombuffer(raw, dtype=np.uint8) ^ stream).tobytes()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> IoFailure:
    return IoFailure(
        f"cannot read `{path}`: {error.strerror}",
        code="file_not_found" if isinstance(error, FileNotFoundError) else "io",
        context={"path": str(path)},
    )
