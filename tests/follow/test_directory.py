"""Following a node through the block files that it writes."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from coalface.chain import check, digests, open_chain
from coalface.cli import main
from coalface.errors import SourceError, UsageError
from coalface.follow import Follower, open_directory, read_events, run
from coalface.follow.waiting import Backoff
from coalface.range import write_block_files
from follow.chains import economy, extend
from oracle.core import Core, hash_of

Compare = Callable[[Path, Sequence[bytes]], None]


def look(store: Path, folder: Path, **options: float) -> int:
    follower = Follower(store, open_directory(folder, store, **options))  # type: ignore[arg-type]  # one of each
    try:
        return run(follower, once=True, backoff=Backoff(first_seconds=0.001, most_seconds=0.002))
    finally:
        follower.close()


def give(folder: Path, blocks: Sequence[bytes]) -> None:
    """Blocks that Core's own library writes into its data directory (XORed, preallocated)."""
    with Core(folder) as core:
        for block in blocks:
            core.give(block)


def test_a_running_node_is_followed(tmp_path: Path, same_as_fresh: Compare) -> None:
    base = economy()
    store, folder = tmp_path / "store", tmp_path / "node"
    with Core(folder) as core:
        for block in base[1:60]:
            core.give(block)
        follower = Follower(store, open_directory(folder, store))
        chain = base[:60]
        for height in range(60, len(base), 7):
            for block in base[height : height + 7]:
                core.give(block)
            chain = base[: height + 7]
            assert run(follower, once=True) == len(chain) - 1
        for depth in (1, 3, 10):
            new = extend(chain[:-depth], depth + 1, b"new%d" % depth)
            for block in new:
                core.give(block)
            chain = chain[:-depth] + new
            assert run(follower, once=True) == len(chain) - 1
            same_as_fresh(store, chain)
        follower.close()
        # a second follower goes on from what the first one kept
        new = extend(chain[:-2], 4, b"again")
        for block in new:
            core.give(block)
        look(store, folder)
        same_as_fresh(store, chain[:-2] + new)
    kinds = [event.event for event in read_events(store)]
    assert kinds.count("withdrawn") == 1 + 3 + 10 + 2


def test_a_poll_without_news_reads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, folder = tmp_path / "store", tmp_path / "blocks"
    chain = economy()
    write_block_files(chain, folder, xor_key=None)
    os.utime(folder / "blk00000.dat", (1e9, 1e9))
    follower = Follower(store, open_directory(folder, store))
    run(follower, once=True)
    follower.look()

    def never(*_: object) -> None:
        raise AssertionError("a file was read")

    monkeypatch.setattr("coalface.follow.directory.records_from", never)
    began = time.perf_counter()
    for _ in range(10):
        follower.look()
    assert time.perf_counter() - began < 2
    follower.close()


@pytest.mark.parametrize("key", [None, bytes(range(1, 9))])
@pytest.mark.parametrize("n_bytes", [3, 7, 8, 40, 88, 150, -20])
def test_a_record_that_is_being_written_is_waited_for(
    key: bytes | None, n_bytes: int, tmp_path: Path, same_as_fresh: Compare
) -> None:
    store, folder, whole = tmp_path / "store", tmp_path / "blocks", tmp_path / "whole"
    chain = economy()
    write_block_files(chain[:-1], folder, xor_key=key)
    look(store, folder)
    write_block_files(chain, whole, xor_key=key)
    path = folder / "blk00000.dat"
    end = path.stat().st_size
    last = (whole / path.name).read_bytes()[end:]
    for zeros in (0, 500_000):
        path.write_bytes(path.read_bytes()[:end] + last[:n_bytes] + bytes(zeros))
        follower = Follower(store, open_directory(folder, store))
        try:
            follower.look()
        except SourceError as error:
            assert error.code == "source_files_unfinished"  # noqa: PT017 - some cuts show only in the block
        follower.close()
        assert open_chain(store).as_of.height == len(chain) - 2
    path.write_bytes((whole / path.name).read_bytes() + bytes(1000))
    look(store, folder)
    same_as_fresh(store, chain)


def test_new_files_and_blocks_out_of_order(tmp_path: Path, same_as_fresh: Compare) -> None:
    store, folder = tmp_path / "store", tmp_path / "blocks"
    chain = economy()
    write_block_files(chain[:100], folder, xor_key=None, max_file_bytes=4000)
    look(store, folder)
    order = [*range(100), *reversed(range(100, 110)), *range(110, len(chain))]
    write_block_files(chain, folder, xor_key=None, max_file_bytes=4000, order=order)
    assert len(list(folder.glob("blk*.dat"))) > 8
    look(store, folder)
    same_as_fresh(store, chain)


def test_a_gap_is_closed_by_indexing_the_whole_folder(tmp_path: Path, same_as_fresh: Compare) -> None:
    store, folder = tmp_path / "store", tmp_path / "blocks"
    chain = economy()
    write_block_files(chain[:50], folder, xor_key=None)
    look(store, folder)
    write_block_files(chain, folder, xor_key=None)
    look(store, folder, index_gap_blocks=20)
    same_as_fresh(store, chain)


def test_a_parent_in_an_older_file_is_found(tmp_path: Path, same_as_fresh: Compare) -> None:
    store, folder = tmp_path / "store", tmp_path / "blocks"
    base = economy()
    old, new = extend(base[:60], 2, b"lost"), base[60:]
    rest = extend(base[:60] + old, 2 * len(new), b"wins")
    blocks = [*base[:60], *old, *new]
    write_block_files(blocks, folder, xor_key=None, max_file_bytes=2000)
    look(store, folder)
    write_block_files([*blocks, *rest], folder, xor_key=None, max_file_bytes=2000)
    follower = Follower(store, open_directory(folder, store, patience_seconds=0.0))
    for _ in range(4):
        follower.look()
    follower.close()
    same_as_fresh(store, base[:60] + old + rest)


def test_a_changed_key_or_a_shorter_file_means_looking_again(tmp_path: Path, same_as_fresh: Compare) -> None:
    store, folder = tmp_path / "store", tmp_path / "blocks"
    chain = economy()
    write_block_files(chain[:-5], folder, xor_key=bytes(range(8)))
    follower = Follower(store, open_directory(folder, store))
    run(follower, once=True)
    shutil.rmtree(folder)
    write_block_files(chain, folder, xor_key=bytes(range(8, 16)), max_file_bytes=4000)
    run(follower, once=True, backoff=Backoff(first_seconds=0.001, most_seconds=0.002))
    follower.close()
    same_as_fresh(store, chain)


def test_an_invalid_branch_in_the_files_is_left_out(tmp_path: Path, same_as_fresh: Compare) -> None:
    from follow.test_hostile import overpaid

    store, folder = tmp_path / "store", tmp_path / "blocks"
    base = economy()
    good = base + extend(base, 2, b"good")
    write_block_files(good, folder, xor_key=None)
    look(store, folder)
    bad = [*base, overpaid(base)]
    bad += extend(bad, 5)
    write_block_files([*good, *bad[len(base) :]], folder, xor_key=None)
    look(store, folder)
    same_as_fresh(store, good)
    more = good + extend(good, 7)
    write_block_files([*good, *bad[len(base) :], *more[len(good) :]], folder, xor_key=None)
    look(store, folder)
    assert digests(store)["block"]
    assert open_chain(store).as_of.hash == hash_of(more[-1])
    assert check(store).ok


def test_a_folder_without_block_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_directory(tmp_path, tmp_path / "store")
    assert caught.value.code == "usage_datadir"
    assert main(["follow", str(tmp_path / "store"), "--datadir", str(tmp_path), "--once"]) == 2
