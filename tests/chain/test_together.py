"""Several processes and one store: reorganisations under a reader, readers under a writer, two writers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from coalface.chain import Chain, index, open_chain
from coalface.clusters import cluster, explain
from coalface.errors import StaleSnapshot, StoreLocked
from coalface.range import write_block_files
from coalface.tracing import trace
from oracle.core import hash_of
from oracle.economy import Economy, build_economy, go_on

_BEFORE = 95
"""Blocks that are indexed before it matters: a commit after every block costs time."""

INDEX = (
    "import sys; from coalface.chain import index; print(index([sys.argv[1]], sys.argv[2]).blocks_removed)"
)


def in_another_process(source: Path, store: Path) -> int:
    """Blocks that another process's index run took back."""
    done = subprocess.run(
        [sys.executable, "-c", INDEX, str(source), str(store)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return int(done.stdout)


@pytest.fixture(scope="module")
def branches() -> tuple[Economy, Economy, int]:
    """Two chains that part at a height; the second is longer."""
    old, new = build_economy(51, n_blocks=15), build_economy(51, n_blocks=15)
    fork = len(old.blocks)
    new.random.seed(52)
    go_on(old, 5)
    go_on(new, 7)
    return old, new, fork


@dataclass(frozen=True)
class Subject:
    """What is asked about."""

    chain: Chain
    txid: str
    address: str


QUESTIONS: dict[str, Callable[[Subject], object]] = {
    "block": lambda on: on.chain.block(on.chain.as_of.height or 0),
    "tx": lambda on: on.chain.tx(on.txid),
    "address": lambda on: on.chain.address(on.address),
    "address_txs": lambda on: list(on.chain.address_txs(on.address)),
    "cluster": lambda on: cluster(on.chain, on.address),
    "explain": lambda on: explain(on.chain, on.address, on.address),
    "trace": lambda on: trace(on.chain, [on.txid]),
    "at": lambda on: on.chain.at(3),
    "column": lambda on: on.chain.column("output.value_sat"),
    "stamped": lambda on: on.chain.column("output.spent_by"),
    "digests": lambda on: on.chain.core.digests(),
}


def test_a_reorganisation_makes_snapshots_stale(
    tmp_path: Path, branches: tuple[Economy, Economy, int]
) -> None:
    old, new, fork = branches
    source, store = tmp_path / "blocks", tmp_path / "store"
    write_block_files(old.blocks, source, xor_key=None)
    index([source], store)
    chain = open_chain(store)
    txid = chain.block(10).coinbase_txid
    address = chain.tx(txid).outputs[0].address
    assert address is not None
    for ask in QUESTIONS.values():
        ask(Subject(chain, txid, address))
    write_block_files([*old.blocks, *new.blocks[fork:]], source, xor_key=None)
    assert in_another_process(source, store) == 5
    for name, ask in QUESTIONS.items():
        with pytest.raises(StaleSnapshot) as caught:
            ask(Subject(chain, txid, address))
        assert caught.value.code == "stale_snapshot", name
        assert caught.value.hint == "ask again: the answer will be of the new chain"
        assert isinstance(caught.value, RuntimeError)
    again = open_chain(store)
    assert again.as_of.hash == hash_of(new.blocks[-1])
    for ask in QUESTIONS.values():
        ask(Subject(again, txid, address))


def test_new_blocks_do_not_disturb_a_reader(tmp_path: Path, branches: tuple[Economy, Economy, int]) -> None:
    old, _, fork = branches
    source, store = tmp_path / "blocks", tmp_path / "store"
    write_block_files(old.blocks[:fork], source, xor_key=None)
    index([source], store)
    chain = open_chain(store)
    before = [chain.tx(chain.block(height).coinbase_txid) for height in range(fork)]
    columns = {name: chain.column(name).tolist() for name in ("output.value_sat", "output.spent_by")}
    digests = chain.core.digests()
    write_block_files(old.blocks, source, xor_key=None)
    assert in_another_process(source, store) == 0
    assert chain.as_of.height == fork - 1
    assert [chain.tx(chain.block(height).coinbase_txid) for height in range(fork)] == before
    assert {name: chain.column(name).tolist() for name in columns} == columns
    assert chain.core.digests() == digests
    assert open_chain(store).as_of.height == len(old.blocks) - 1
    assert open_chain(store, as_of=fork - 1).tx(before[10].txid) == before[10]


HOLD = """
import sys
from coalface.chain import index
said = False
def hold(phase, done, total, txs):
    global said
    if phase == "append" and not said:
        said = True
        print("held", flush=True)
        sys.stdin.readline()
index([sys.argv[1]], sys.argv[2], batch_bytes=1, commit_bytes=1, progress=hold)
"""


@contextmanager
def writer(source: Path, store: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that indexes, and waits in the middle of it until it is sent a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(source), str(store)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_one_writer_at_a_time(tmp_path: Path, branches: tuple[Economy, Economy, int]) -> None:
    old, _, _ = branches
    source, store = tmp_path / "blocks", tmp_path / "store"
    write_block_files(old.blocks[:_BEFORE], source, xor_key=None)
    index([source], store)
    write_block_files(old.blocks, source, xor_key=None)
    with writer(source, store) as process:
        with pytest.raises(StoreLocked) as caught:
            index([source], store)
        assert caught.value.code == "store_locked"
        assert caught.value.hint == "wait for the other `coalface index` to end"
        assert isinstance(caught.value, OSError)
        # another store is another matter
        assert index([source], tmp_path / "other").blocks_added == len(old.blocks)
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.wait(60) == 0
    assert open_chain(store).core.digests() == open_chain(tmp_path / "other").core.digests()


def test_the_lock_of_a_killed_writer_is_gone(tmp_path: Path, branches: tuple[Economy, Economy, int]) -> None:
    old, _, _ = branches
    source, store = tmp_path / "blocks", tmp_path / "store"
    write_block_files(old.blocks[:_BEFORE], source, xor_key=None)
    index([source], store)
    write_block_files(old.blocks, source, xor_key=None)
    with writer(source, store) as process:
        process.kill()
        process.wait(60)
    index([source], store)
    index([source], tmp_path / "other")
    assert open_chain(store).core.digests() == open_chain(tmp_path / "other").core.digests()


READ = """
import sys
from coalface.chain import open_chain
from coalface.errors import StoreNotFound
def answers(chain):
    height, total = chain.as_of.height, 0
    blocks = [chain.block(n) for n in range(max(0, height - 3), height + 1)]
    values, spent = chain.column("output.value_sat"), chain.column("output.spent_by")
    assert len(values) == len(spent) == chain.bound.outputs
    unspent = int(values[spent == 2**64 - 1].sum())
    for parent, child in zip(blocks, blocks[1:]):
        assert child.prev_hash == parent.hash
    tx = chain.tx(blocks[-1].coinbase_txid)
    assert (tx.height, tx.outputs[0].spent_by) == (height, None)
    address = chain.address(tx.outputs[0].address)
    events = list(chain.address_txs(tx.outputs[0].address))
    assert address.n_txs == len(events)
    assert address.balance_sat == sum(e.received_sat - e.sent_sat for e in events)
    assert events[-1].height == address.last_seen.height == height
    return height, blocks[-1].hash, unspent
print("reading", flush=True)
seen, stop = {}, False
while not stop:
    stop = sys.argv[2] in seen.values()
    try:
        height, tip, unspent = answers(open_chain(sys.argv[1]))
    except StoreNotFound:
        continue
    seen[height] = tip
    print(height, tip, unspent)
"""


def test_readers_see_only_whole_commits(tmp_path: Path, branches: tuple[Economy, Economy, int]) -> None:
    """A reader asks in a loop while another process commits block by block; every answer fits its block."""
    old, _, _ = branches
    source, store = tmp_path / "blocks", tmp_path / "store"
    write_block_files(old.blocks[:_BEFORE], source, xor_key=None)
    index([source], store)
    write_block_files(old.blocks, source, xor_key=None)
    reader = subprocess.Popen(
        [sys.executable, "-c", READ, str(store), hash_of(old.blocks[-1])],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
        report = index([source], store, batch_bytes=1, commit_bytes=1)
        assert report.blocks_added == len(old.blocks) - _BEFORE
        out, error = reader.communicate(timeout=60)
    finally:
        reader.kill()
    assert reader.returncode == 0, error
    seen = {int(height): (tip, int(sat)) for height, tip, sat in (line.split() for line in out.splitlines())}
    assert len(seen) > 3
    for height, (tip, unspent) in seen.items():
        assert tip == hash_of(old.blocks[height])
        # every coinbase of this chain takes all it may, so what is unspent is the sum of the subsidies
        assert unspent == sum(50 * 10**8 >> each // 150 for each in range(height + 1))
