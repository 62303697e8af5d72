"""One step or several, whatever threads and batches: the same digests; and branches that lose late."""

from __future__ import annotations

from pathlib import Path

import pytest

from coalface.chain import check, index, open_chain
from coalface.errors import NotFound
from oracle.core import Core, CoreBlock, feed, hash_of
from oracle.directories import CoreDirectory, TwoSteps
from oracle.economy import build_economy, go_on


def digests(folder: Path) -> dict[str, str]:
    return open_chain(folder).core.digests()


@pytest.fixture(scope="session")
def expected(directory: CoreDirectory, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("one") / "store"
    index([directory.source], folder, threads=1)
    found = digests(folder)
    assert len(set(found.values())) > 10
    return found


def test_the_store_of_two_steps(indexed: TwoSteps, expected: dict[str, str]) -> None:
    assert digests(indexed.folder) == expected


@pytest.mark.parametrize(("threads", "batch_bytes"), [(1, None), (2, None), (4, None), (2, 20_000), (4, 1)])
def test_threads_and_batches(
    tmp_path: Path, directory: CoreDirectory, expected: dict[str, str], threads: int, batch_bytes: int | None
) -> None:
    commit_bytes = None if batch_bytes is None else 200_000
    options = {"threads": threads, "batch_bytes": batch_bytes, "commit_bytes": commit_bytes}
    index([directory.source], tmp_path / "one", **options)  # type: ignore[arg-type]  # mypy sees one type
    assert digests(tmp_path / "one") == expected
    index([directory.half_source], tmp_path / "two", threads=threads)
    index([directory.source], tmp_path / "two", **options)  # type: ignore[arg-type]
    assert digests(tmp_path / "two") == expected


def test_a_run_with_nothing_new_changes_nothing(
    tmp_path: Path, directory: CoreDirectory, expected: dict[str, str]
) -> None:
    index([directory.source], tmp_path / "store")
    again = index([directory.source], tmp_path / "store")
    assert (again.blocks_added, again.txs_added, again.blocks_removed) == (0, 0, 0)
    assert digests(tmp_path / "store") == expected


def same_blocks(folder: Path, blocks: list[CoreBlock]) -> None:
    """The store holds these blocks and transactions, with the fees and spends that Core's data give."""
    chain = open_chain(folder)
    spenders = {
        (each.txid, each.vout): (tx.txid, n)
        for block in blocks
        for tx in block.txs[1:]
        for n, each in enumerate(tx.inputs)
    }
    assert (chain.as_of.height, chain.as_of.hash) == (blocks[-1].height, blocks[-1].hash)
    for block in blocks:
        assert chain.block(block.height).hash == block.hash
        for expected in block.txs:
            tx = chain.tx(expected.txid)
            assert (tx.block_hash, tx.fee_sat) == (block.hash, expected.fee_sat)
            for output in tx.outputs:
                by = None if output.spent_by is None else (output.spent_by.txid, output.spent_by.n)
                assert by == spenders.get((expected.txid, output.n))


@pytest.mark.parametrize("commit_bytes", [None, 1])
def test_reorganisation(tmp_path: Path, commit_bytes: int | None) -> None:
    """A longer branch comes later: Core and the index change over, and nothing of the old branch is left."""
    old, new = build_economy(21, n_blocks=20), build_economy(21, n_blocks=20)
    assert old.blocks == new.blocks
    fork = len(old.blocks)
    new.random.seed(22)
    go_on(old, 10)
    go_on(new, 12)
    assert old.blocks[fork] != new.blocks[fork]
    node, store = tmp_path / "node", tmp_path / "store"
    with Core(node) as core:
        feed(core, old.blocks[1:], old.blocks[1:])
        before = list(core.blocks())
    first = index([node / "regtest"], store, commit_bytes=commit_bytes, batch_bytes=20_000)
    assert first.blocks_added == len(old.blocks)
    same_blocks(store, before)
    with Core(node) as core:
        # one block short of a reorganisation
        feed(core, [], new.blocks[fork : fork + 10])
        assert core.tip == (before[-1].height, before[-1].hash)
    idle = index([node / "regtest"], store)
    assert (idle.blocks_added, idle.blocks_removed, idle.stale_blocks) == (0, 0, 10)
    same_blocks(store, before)
    with Core(node) as core:
        feed(core, [], new.blocks[fork + 10 :])
        after = list(core.blocks())
    assert after[-1].hash == hash_of(new.blocks[-1])
    second = index([node / "regtest"], store, commit_bytes=commit_bytes, batch_bytes=20_000)
    assert (second.blocks_removed, second.blocks_added, second.stale_blocks) == (10, 12, 10)
    same_blocks(store, after)
    assert check(store).ok
    index([node / "regtest"], tmp_path / "fresh")
    assert digests(store) == digests(tmp_path / "fresh")
    chain = open_chain(store)
    gone = {tx.txid for b in before for tx in b.txs} - {tx.txid for b in after for tx in b.txs}
    assert len(gone) > 20
    for txid in gone:
        with pytest.raises(NotFound):
            chain.tx(txid)
    for block in before[fork:]:
        with pytest.raises(NotFound):
            chain.block(block.hash)


def test_reorganisation_there_and_back(tmp_path: Path) -> None:
    """The first branch wins in the end; the store is that of a fresh build each time."""
    left, right = build_economy(31, n_blocks=8), build_economy(31, n_blocks=8)
    fork = len(left.blocks)
    right.random.seed(32)
    go_on(left, 9)
    go_on(right, 6)
    node, store = tmp_path / "node", tmp_path / "store"
    steps = [left.blocks[1 : fork + 5], right.blocks[fork:], left.blocks[fork + 5 :]]
    removed = []
    for number, blocks in enumerate(steps):
        with Core(node) as core:
            feed(core, [], blocks)
            tip = core.tip
        removed.append(index([node / "regtest"], store).blocks_removed)
        assert (open_chain(store).as_of.height, open_chain(store).as_of.hash) == tip
        index([node / "regtest"], tmp_path / f"fresh-{number}")
        assert digests(store) == digests(tmp_path / f"fresh-{number}")
    assert removed == [0, 5, 6]
