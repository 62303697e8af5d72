"""Writes blocks as the block files of a Bitcoin Core data directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

REGTEST_MAGIC = bytes.fromhex("fabfb5da")
XOR_KEY_BYTES = 8


def write_block_files(
    blocks: Sequence[bytes],
    folder: Path,
    *,
    xor_key: bytes | None,
    order: Sequence[int] | None = None,
    tail_bytes: int = 0,
    max_file_bytes: int | None = None,
) -> list[Path]:
    """Paths of the block files written, in order of their numbers.

    Parameters
    ----------
    blocks
        Raw blocks of a regtest chain.
    folder
        Where ``blk00000.dat`` and its followers go; made if missing.
    xor_key
        8 bytes, also written to ``xor.dat``; None writes plain files and no ``xor.dat``.
    order
        Positions in ``blocks`` in the order in which they are written, each once. None keeps the order.
    tail_bytes
        Zeros after the last record of the last file, as Core's preallocation leaves them: not XORed.
    max_file_bytes
        A new file begins before this size is passed; None writes one file.

    Raises
    ------
    ValueError
        If the key is not 8 bytes, ``order`` is not a permutation, or ``tail_bytes`` is negative.
    """
    if xor_key is not None and len(xor_key) != XOR_KEY_BYTES:
        raise ValueError(f"xor_key has {len(xor_key)} bytes, {XOR_KEY_BYTES} are needed")
    places = list(range(len(blocks))) if order is None else list(order)
    if sorted(places) != list(range(len(blocks))):
        raise ValueError(f"order must name each of the {len(blocks)} blocks once")
    if tail_bytes < 0:
        raise ValueError(f"tail_bytes is {tail_bytes}, at least 0 is needed")
    files = [bytearray()]
    for place in places:
        record = REGTEST_MAGIC + len(blocks[place]).to_bytes(4, "little") + blocks[place]
        if max_file_bytes is not None and files[-1] and len(files[-1]) + len(record) > max_file_bytes:
            files.append(bytearray())
        files[-1] += record
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, content in enumerate(files):
        path = folder / f"blk{number:05}.dat"
        tail = bytes(tail_bytes) if number == len(files) - 1 else b""
        path.write_bytes(_xored(bytes(content), xor_key) + tail)
        paths.append(path)
    if xor_key is not None:
        (folder / "xor.dat").write_bytes(xor_key)
    return paths


def _xored(data: bytes, key: bytes | None) -> bytes:
    """The data with byte ``i`` combined with ``key[i mod 8]``, as one big-number operation."""
    if not key or not data:
        return data
    stream = (key * (len(data) // len(key) + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")
