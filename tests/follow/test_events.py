"""The event log: exact across crashes, readable while it is written, and honest about damage."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coalface.chain import digests, index, open_chain
from coalface.cli import main
from coalface.errors import CorruptStore, StoreNotFound, UnsupportedStore
from coalface.follow import Follower, open_directory, open_node, read_events, run
from coalface.follow.event_log import EventLog
from coalface.follow.held import Held
from coalface.range import write_block_files
from follow.chains import economy, extend
from follow.node_server import NodeServer
from oracle.core import hash_of

Capture = pytest.CaptureFixture[str]


def replayed(store: Path) -> list[str]:
    """The chain that the log tells, from where it began; fails if an event does not fit the one before."""
    chain: list[str] = []
    for number, event in enumerate(read_events(store)):
        assert event.number == number
        if event.event == "began":
            chain = [] if event.hash is None else [event.hash]
        elif event.event == "connected":
            assert not chain or event.prev_hash == chain[-1]
            chain.append(event.hash or "")
        else:
            assert chain.pop() == event.hash
    return chain


def put(folder: Path, store: Path, blocks: list[bytes]) -> None:
    write_block_files(blocks, folder, xor_key=None)
    index([folder], store)


def test_a_crash_between_commit_and_log_is_healed(tmp_path: Path) -> None:
    """Indexing behind the log's back is what such a crash looks like."""
    base, store = economy(), tmp_path / "store"
    old, new = extend(base[:-6], 2, b"old"), extend(base[:-6], 9, b"new")
    put(tmp_path / "a", store, base[:-10])
    EventLog(store, time.time).follow(Held.open(store))
    put(tmp_path / "b", store, base[:-4])
    EventLog(store, time.time).follow(Held.open(store))
    put(tmp_path / "c", store, [*base[:-4], *old, *new])
    made = EventLog(store, time.time).follow(Held.open(store))
    assert [event.event for event in made] == ["withdrawn"] * 2 + ["connected"] * 9
    assert EventLog(store, time.time).follow(Held.open(store)) == []
    assert replayed(store)[-1] == hash_of(new[-1])
    tx = open_chain(store).block(len(base) - 6)
    assert (made[2].first_txid, made[2].n_txs) == (tx.coinbase_txid, tx.n_txs)


def test_more_than_the_log_knows_is_said(tmp_path: Path) -> None:
    base, store = economy(), tmp_path / "store"
    put(tmp_path / "a", store, base)
    EventLog(store, time.time).follow(Held.open(store))
    put(tmp_path / "b", store, [*base, *extend(base[:-5], 9, b"new")])
    made = EventLog(store, time.time).follow(Held.open(store))
    assert [event.event for event in made] == ["withdrawn", "began"]


@pytest.mark.parametrize("cut", [1, 7, 100])
def test_a_torn_line_is_cut_and_written_anew(cut: int, tmp_path: Path) -> None:
    base, store = economy(), tmp_path / "store"
    put(tmp_path / "a", store, base[:50])
    EventLog(store, time.time).follow(Held.open(store))
    put(tmp_path / "b", store, base[:60])
    EventLog(store, time.time).follow(Held.open(store))
    log = store / "events.jsonl"
    log.write_bytes(log.read_bytes()[:-cut])
    assert len(list(read_events(store))) == 10
    assert len(EventLog(store, time.time).follow(Held.open(store))) == 1
    assert replayed(store) == [hash_of(block) for block in base[49:60]]


@pytest.mark.parametrize(
    ("line", "kind", "code"),
    [
        (b"{}\n", CorruptStore, "store_corrupt_events"),
        (b"no json\n", CorruptStore, "store_corrupt_events"),
        (b"\0" * 50 + b"\n", CorruptStore, "store_corrupt_events"),
        (b"[" * 3000 + b"\n", CorruptStore, "store_corrupt_events"),
        (b"x" * 10_000 + b"\n", CorruptStore, "store_corrupt_events"),
        (b'{"format":2}\n', UnsupportedStore, "store_unsupported_events"),
    ],
)
def test_damage_is_a_named_error(line: bytes, kind: type[Exception], code: str, tmp_path: Path) -> None:
    base, store = economy(), tmp_path / "store"
    put(tmp_path / "a", store, base[:20])
    EventLog(store, time.time).follow(Held.open(store))
    with (store / "events.jsonl").open("ab") as file:
        file.write(line)
    with pytest.raises(kind) as caught:
        list(read_events(store))
    assert getattr(caught.value, "code", "") == code
    with pytest.raises(kind) as caught:
        EventLog(store, time.time).follow(Held.open(store))
    assert getattr(caught.value, "code", "") == code


def test_no_log_is_an_error_with_a_hint(tmp_path: Path, capsys: Capture) -> None:
    with pytest.raises(StoreNotFound):
        list(read_events(tmp_path))
    assert main(["events", str(tmp_path)]) == 1
    assert "hint: `coalface follow` keeps one" in capsys.readouterr().err


@pytest.fixture
def program(tmp_path: Path, node: NodeServer) -> Iterator[subprocess.Popen[str]]:
    """The follower as a process of its own."""
    node.give(*economy()[1:])
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; from coalface.cli import main; sys.exit(main())", "follow",
         str(tmp_path / "store"), "--rpc", node.url, "--poll", "0.05", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_signal_ends_it_cleanly(
    number: int, status: int, program: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert program.stdout is not None
    while json.loads(program.stdout.readline())["height"] != len(economy()) - 1:
        pass
    program.send_signal(number)
    began = time.monotonic()
    assert program.wait(20) == status
    assert time.monotonic() - began < 5
    assert replayed(tmp_path / "store") == [hash_of(block) for block in economy()]


KILLED = """
import sys
from pathlib import Path
from coalface.follow import Follower, open_directory, run
store, folder = sys.argv[1:]
follower = Follower(store, open_directory(folder, store))
run(follower, poll_seconds=0.01)
"""


def test_kills_at_any_moment_lose_and_repeat_nothing(tmp_path: Path) -> None:
    """Kills while blocks come and reorganisations happen; then log, store and a fresh one agree."""
    chain, store, folder = list(economy()), tmp_path / "store", tmp_path / "blocks"
    chance = random.Random(8)
    blocks = list(chain)
    write_block_files(blocks, folder, xor_key=None)
    run(first := Follower(store, open_directory(folder, store)), once=True)
    first.close()
    rounds = 20 if os.environ.get("COALFACE_SOAK") else 8
    for number in range(rounds):
        depth = chance.randrange(4)
        new = extend(chain[: len(chain) - depth], depth + chance.randrange(1, 4), b"round %d" % number)
        chain = chain[: len(chain) - depth] + new
        blocks += new
        write_block_files(blocks, tmp_path / "next", xor_key=None)
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(store), str(folder)])
        (tmp_path / "next" / "blk00000.dat").replace(folder / "blk00000.dat")
        time.sleep(0.3 + 0.4 * chance.random())
        process.kill()
        process.wait()
    run(last := Follower(store, open_directory(folder, store)), once=True)
    last.close()
    assert replayed(store)[-1] == hash_of(chain[-1])
    put(tmp_path / "fresh-blocks", tmp_path / "fresh", chain)
    assert digests(store) == digests(tmp_path / "fresh")
    heights = [event.height for event in read_events(store) if event.event == "connected"]
    assert heights[-1] == len(chain) - 1


def test_another_store_is_followed_while_it_is_indexed(tmp_path: Path, node: NodeServer) -> None:
    """What `index` adds between two looks is logged like what the follower adds."""
    base, store = economy(), tmp_path / "store"
    node.give(*base[1:60])
    follower = Follower(store, open_node(node.url))
    run(follower, once=True)
    put(tmp_path / "a", store, base[:70])
    node.give(*base[60:80])
    run(follower, once=True)
    follower.close()
    assert replayed(store) == [hash_of(block) for block in base[:80]]
