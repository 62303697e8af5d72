"""Block files as Bitcoin Core frames them."""

from __future__ import annotations

from pathlib import Path

import pytest

from coalface.range.datadir import write_block_files

KEY = bytes.fromhex("0102030405060708")
BLOCKS = [bytes([n]) * size for n, size in ((1, 90), (2, 400), (3, 81))]


def records(data: bytes) -> list[bytes]:
    found, offset = [], 0
    while data[offset : offset + 4] == bytes.fromhex("fabfb5da"):
        size = int.from_bytes(data[offset + 4 : offset + 8], "little")
        found.append(data[offset + 8 : offset + 8 + size])
        offset += 8 + size
    return found


def test_plain_file_without_key(tmp_path: Path) -> None:
    [path] = write_block_files(BLOCKS, tmp_path / "blocks", xor_key=None)
    assert path.name == "blk00000.dat"
    assert records(path.read_bytes()) == BLOCKS
    assert not (tmp_path / "blocks" / "xor.dat").exists()


def test_key_order_and_tail(tmp_path: Path) -> None:
    [path] = write_block_files(BLOCKS, tmp_path, xor_key=KEY, order=[2, 0, 1], tail_bytes=100)
    data = path.read_bytes()
    assert (tmp_path / "xor.dat").read_bytes() == KEY
    assert data[-100:] == bytes(100)
    plain = bytes(byte ^ KEY[place % 8] for place, byte in enumerate(data[:-100]))
    assert records(plain) == [BLOCKS[2], BLOCKS[0], BLOCKS[1]]


def test_several_files(tmp_path: Path) -> None:
    paths = write_block_files(BLOCKS, tmp_path, xor_key=None, max_file_bytes=550, tail_bytes=3)
    assert [path.name for path in paths] == ["blk00000.dat", "blk00001.dat"]
    assert [records(path.read_bytes()) for path in paths] == [BLOCKS[:2], BLOCKS[2:]]
    assert not paths[0].read_bytes().endswith(bytes(3))
    assert paths[1].read_bytes().endswith(bytes(3))


def test_bad_arguments_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="xor_key has 3 bytes"):
        write_block_files(BLOCKS, tmp_path, xor_key=b"abc")
    with pytest.raises(ValueError, match="each of the 3 blocks once"):
        write_block_files(BLOCKS, tmp_path, xor_key=None, order=[0, 0, 1])
    with pytest.raises(ValueError, match="tail_bytes is -1"):
        write_block_files(BLOCKS, tmp_path, xor_key=None, tail_bytes=-1)


def test_block_files_that_are_there_are_replaced(tmp_path: Path) -> None:
    write_block_files(BLOCKS, tmp_path, xor_key=None, max_file_bytes=100)
    [path] = write_block_files(BLOCKS[:1], tmp_path, xor_key=None)
    assert list(tmp_path.glob("blk*.dat")) == [path]
