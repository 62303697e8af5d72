"""Writes blocks as the block files of a Bitcoin Core data directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coalface import _core

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
        Where ``blk00000.dat`` and its followers go, instead of those that are there; made if missing.
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
    for old in folder.glob("blk*.dat"):
        old.unlink()
    places_on_disk = _core.write_block_files(
        folder,
        "regtest",
        [blocks[place] for place in places],
        xor_key=xor_key,
        max_file_bytes=max_file_bytes,
    )
    paths = [folder / f"blk{number:05}.dat" for number in sorted({number for number, _ in places_on_disk})]
    if paths and tail_bytes:
        with paths[-1].open("ab") as last:
            last.write(bytes(tail_bytes))
    return paths
