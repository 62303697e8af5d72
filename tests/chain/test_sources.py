"""Sources and stores that cannot be used: which error, and what the user is told to do."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from chain.shelf import KEY, Shelf
from coalface.chain import index, open_chain
from coalface.errors import (
    CoalfaceError,
    CorruptStore,
    InvalidReference,
    IoFailure,
    SourceError,
    StoreNotFound,
    UnsupportedStore,
    UsageError,
)
from coalface.labels import import_source
from coalface.range import write_block_files
from coalface.screening import screen
from oracle.core import hash_of
from story import Story

MAINNET_MAGIC = bytes.fromhex("f9beb4d9")


def refusal(source: Path | list[Path], store: Path, **options: object) -> CoalfaceError:
    """The error of an index run, which leaves no new folder behind."""
    existed = store.exists()
    sources = source if isinstance(source, list) else [source]
    with pytest.raises(CoalfaceError) as caught:
        index(sources, store, **options)  # type: ignore[arg-type]  # options of one test
    assert store.exists() == existed
    return caught.value


def test_missing_path(tmp_path: Path) -> None:
    error = refusal(tmp_path / "nowhere", tmp_path / "store")
    assert isinstance(error, IoFailure)
    assert error.code == "file_not_found"
    assert "nowhere" in error.message


def test_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    error = refusal(tmp_path / "empty", tmp_path / "store")
    assert isinstance(error, SourceError)
    assert error.code == "source_no_block_files"
    assert error.hint == "name the node's data directory, or its `blocks` folder"


def test_no_source_at_all(tmp_path: Path) -> None:
    error = refusal([], tmp_path / "store")
    assert (type(error), error.code) == (UsageError, "usage_source")


def test_wrong_key(tmp_path: Path, story: Story) -> None:
    write_block_files(story.blocks[:5], tmp_path, xor_key=KEY)
    for content, code in [
        (bytes(range(8)), "source_xor_key_missing_or_wrong"),
        (None, "source_xor_key_missing_or_wrong"),
        (b"short", "source_bad_xor_key_file"),
        (KEY + b"0", "source_bad_xor_key_file"),
    ]:
        (tmp_path / "xor.dat").unlink(missing_ok=True)
        if content is not None:
            (tmp_path / "xor.dat").write_bytes(content)
        error = refusal(tmp_path, tmp_path / "store")
        assert isinstance(error, SourceError)
        assert error.code == code
        assert error.hint == "copy xor.dat from the `blocks` folder of the node that wrote these files"


def test_mixed_networks(tmp_path: Path, story: Story) -> None:
    write_block_files(story.blocks[:5], tmp_path / "regtest", xor_key=None)
    (tmp_path / "mainnet").mkdir()
    main = (tmp_path / "regtest" / "blk00000.dat").read_bytes()
    (tmp_path / "mainnet" / "blk00000.dat").write_bytes(MAINNET_MAGIC + main[4:])
    error = refusal([tmp_path / "regtest", tmp_path / "mainnet"], tmp_path / "store")
    assert isinstance(error, SourceError)
    assert error.code == "source_mixed_networks"
    assert error.hint == "a store holds one network: index each into its own store"
    # inside one file
    first = int.from_bytes(main[4:8], "little") + 8
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    (mixed / "blk00000.dat").write_bytes(main[:first] + MAINNET_MAGIC + main[first + 4 :])
    error = refusal(mixed, tmp_path / "store-mixed")
    assert error.code == "source_mixed_networks"
    assert f"byte {first}" in error.message


def test_another_network_than_asked(tmp_path: Path, shelf: Shelf) -> None:
    error = refusal(shelf.source, tmp_path / "store", network="mainnet")
    assert error.code == "source_wrong_network"
    assert error.hint == "name another folder, or leave --network out"
    error = refusal(shelf.source, tmp_path / "store", network="florinet")
    assert (type(error), error.code) == (UsageError, "usage_network")
    assert "mainnet, testnet3, testnet4, signet, regtest" in error.message


def test_another_network_than_the_store(tmp_path: Path, shelf: Shelf, story: Story) -> None:
    write_block_files(story.blocks[:1], tmp_path, xor_key=None)
    data = (tmp_path / "blk00000.dat").read_bytes()
    (tmp_path / "blk00000.dat").write_bytes(bytes.fromhex("0b110907") + data[4:])
    before = open_chain(shelf.store).core.digests()
    with pytest.raises(SourceError) as caught:
        index([tmp_path], shelf.store)
    assert caught.value.code == "source_wrong_network"
    assert open_chain(shelf.store).core.digests() == before


@pytest.mark.parametrize(
    "options",
    [
        {"threads": -1}, {"threads": 10**6}, {"commit_bytes": -1}, {"batch_bytes": 2**64},
        {"heights": {"00" * 32: -1}}, {"heights": {"00" * 32: 2**32 - 1}},
    ],
)  # fmt: skip
def test_numbers_out_of_range(tmp_path: Path, shelf: Shelf, options: dict[str, object]) -> None:
    error = refusal(shelf.source, tmp_path / "store", **options)
    assert (type(error), error.code) == (UsageError, "usage_count")


def test_heights_of_what_is_no_block(tmp_path: Path, shelf: Shelf) -> None:
    error = refusal(shelf.source, tmp_path / "store", heights={"zz": 5})
    assert (type(error), error.code) == (InvalidReference, "invalid_block_hash")
    report = index([shelf.source], tmp_path / "store", heights={"AB" * 32: 5})
    assert len(report.ignored_heights) == 1
    assert report.ignored_heights[0].startswith("ab" * 32)


def test_damage(tmp_path: Path, story: Story) -> None:
    write_block_files(story.blocks[:40], tmp_path, xor_key=None)
    content = bytearray((tmp_path / "blk00000.dat").read_bytes())
    place = content.index(story.blocks[20]) - 8
    content[place] ^= 1
    (tmp_path / "blk00000.dat").write_bytes(content)
    error = refusal(tmp_path, tmp_path / "store")
    assert isinstance(error, SourceError)
    assert error.code == "source_block_file_damaged"
    assert f"byte {place}" in error.message
    assert "--skip-damaged" in (error.hint or "")
    report = index([tmp_path], tmp_path / "store", skip_damaged=True)
    end = place + 8 + len(story.blocks[20])
    [damaged] = report.damaged
    assert damaged.endswith(f"blk00000.dat:{place}-{end}")
    # the others hang on nothing known, so they are a segment of their own
    assert [segment.n_blocks for segment in open_chain(tmp_path / "store").coverage.segments] == [20, 19]


def test_a_source_that_cannot_be_used_leaves_folders_as_they_were(tmp_path: Path, story: Story) -> None:
    [file] = write_block_files(story.blocks[:40], tmp_path / "blocks", xor_key=None)
    sound = file.read_bytes()
    file.write_bytes(sound + b"no block")
    refusal(tmp_path / "blocks", tmp_path / "new" / "and" / "deep")
    assert not (tmp_path / "new").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    refusal(tmp_path / "blocks", mine / "store")
    refusal(tmp_path / "blocks", mine)
    assert list(mine.iterdir()) == []
    (mine / "notes.txt").write_text("mine")
    refusal(tmp_path / "blocks", mine)
    assert [path.name for path in mine.iterdir()] == ["notes.txt"]
    # a store that is there stays as it is
    file.write_bytes(sound)
    index([tmp_path / "blocks"], mine)
    digests = open_chain(mine).core.digests()
    file.write_bytes(sound + b"no block")
    refusal(tmp_path / "blocks", mine)
    assert open_chain(mine).core.digests() == digests


def test_where_no_folder_can_be_made_nothing_is_read(tmp_path: Path, shelf: Shelf) -> None:
    (tmp_path / "file").write_text("no folder")
    told: list[str] = []
    for store in (tmp_path / "file", tmp_path / "file" / "store"):
        error = refusal(shelf.source, store, progress=lambda phase, *_: told.append(phase))
        assert isinstance(error, IoFailure)
        assert str(store) in error.message
    assert told == []


def test_a_folder_that_holds_labels_only(tmp_path: Path, shelf: Shelf, story: Story) -> None:
    listed = tmp_path / "list-2024-01-15.txt"
    listed.write_text(story.truth.listed_address)
    import_source(tmp_path / "store", listed, category="sanctions", network="regtest")
    assert {path.name for path in (tmp_path / "store").iterdir()} == {"labels.sqlite"}
    (tmp_path / "empty").mkdir()
    refusal(tmp_path / "empty", tmp_path / "store")
    assert {path.name for path in (tmp_path / "store").iterdir()} == {"labels.sqlite"}
    assert index([shelf.source], tmp_path / "store").blocks_added == 321
    assert screen(tmp_path / "store", story.truth.listed_address).result == "listed"
    fresh = tmp_path / "fresh"
    index([shelf.source], fresh)
    assert open_chain(fresh).core.digests() == open_chain(tmp_path / "store").core.digests()


def test_a_gap_in_the_files(tmp_path: Path, story: Story) -> None:
    paths = write_block_files(story.blocks[:60], tmp_path, xor_key=KEY, max_file_bytes=3000)
    assert len(paths) > 4
    paths[2].unlink()
    report = index([tmp_path], tmp_path / "store")
    assert report.missing_files == ("2-2",)
    segments = open_chain(tmp_path / "store").coverage.segments
    assert len(segments) == 2
    assert segments[0].first_height == 0
    # the blocks behind the gap carry their height, so that they stand where they belong
    assert (segments[1].last_height, segments[1].last_hash) == (59, hash_of(story.blocks[59]))


# The superuser may read everything, so the child gives that up; its folder it has by then.
READ_AS_ANYBODY = """
import os
from coalface.chain import index
from coalface.errors import CoalfaceError
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    index(["node/blocks"], "store")
except CoalfaceError as error:
    print(type(error).__name__, error.code, error.message, sep="|")
"""


@pytest.mark.parametrize("unreadable", ["node/blocks", "node/blocks/blk00000.dat", "node/blocks/xor.dat"])
def test_unreadable(story: Story, unreadable: str) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to anybody else
        folder = Path(name)
        folder.chmod(0o755)
        write_block_files(story.blocks[:5], folder / "node" / "blocks", xor_key=KEY)
        (folder / unreadable).chmod(0)
        done = subprocess.run(
            [sys.executable, "-c", READ_AS_ANYBODY],
            capture_output=True, text=True, check=False, timeout=60, cwd=folder,
        )  # fmt: skip
        (folder / unreadable).chmod(0o755)
        assert done.stdout.startswith("IoFailure|permission_denied|"), done.stderr
        assert f"`{unreadable}`" in done.stdout
        assert not (folder / "store").exists()


@pytest.mark.parametrize("name", ["nowhere", "empty", "file"])
def test_what_is_no_store(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("no store")
    with pytest.raises(CoalfaceError) as caught:
        open_chain(tmp_path / name)
    if name == "file":
        assert isinstance(caught.value, IoFailure)
    else:
        assert isinstance(caught.value, StoreNotFound)
        assert caught.value.code == "store_not_found"
        assert caught.value.hint == "make one with `coalface index SOURCE STORE`"


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": "one"}', "\x00" * 100])
def test_a_manifest_that_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(CorruptStore) as caught:
        open_chain(tmp_path)
    assert caught.value.code == "store_corrupt"
    assert "manifest.json" in caught.value.message


def test_a_store_of_a_later_format(tmp_path: Path, story: Story) -> None:
    write_block_files(story.blocks[:5], tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], tmp_path / "store")
    manifest = tmp_path / "store" / "manifest.json"
    text = manifest.read_text("utf-8")
    assert '"format"' in text
    content = json.loads(text)
    content["format"] = 99
    manifest.write_text(json.dumps(content))
    with pytest.raises((UnsupportedStore, CorruptStore)) as caught:
        open_chain(tmp_path / "store")
    assert caught.value.hint


def test_errors_of_the_progress_function_come_out(tmp_path: Path, shelf: Shelf) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        index([shelf.source], tmp_path / "store", progress=fail)
    assert not (tmp_path / "store").exists()
    assert index([shelf.source], tmp_path / "store").blocks_added == 321
