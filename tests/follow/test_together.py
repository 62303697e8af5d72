"""Readers while the store is followed: every answer is of one chain, or is asked again."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from coalface.follow import Follower, open_node, read_events, run
from follow.chains import economy, extend
from follow.node_server import NodeServer

READ = """
import sys
from coalface.chain import open_chain
from coalface.errors import StaleSnapshot
store, stop = sys.argv[1:]
from pathlib import Path
n_answers = n_stale = 0
while not Path(stop).exists():
    try:
        chain = open_chain(store)
        height = chain.as_of.height
        blocks = [chain.block(n) for n in range(max(0, height - 5), height + 1)]
        for parent, child in zip(blocks, blocks[1:]):
            assert child.prev_hash == parent.hash
        tx = chain.tx(blocks[-1].coinbase_txid)
        assert (tx.height, tx.block_hash) == (height, blocks[-1].hash)
        address = chain.address(tx.outputs[0].address)
        events = list(chain.address_txs(tx.outputs[0].address))
        assert address.n_txs == len(events)
        assert address.balance_sat == sum(e.received_sat - e.sent_sat for e in events)
        n_answers += 1
    except StaleSnapshot:
        n_stale += 1
print(n_answers, n_stale)
"""


def rss_bytes() -> int:
    """Resident memory of this process, without pages of files."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) * 1024


def follow_many(
    tmp_path: Path,
    node: NodeServer,
    *,
    n_blocks: int,
    n_reorgs: int,
    compare: Callable[[Path, Sequence[bytes]], None],
) -> dict[str, float]:
    """Follow so many blocks and reorganisations while two readers ask; what was measured."""
    chain, store, stop = list(economy()), tmp_path / "store", tmp_path / "stop"
    chance = random.Random(3)
    node.give(*chain[1:])
    follower = Follower(store, open_node(node.url))
    run(follower, once=True)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READ, str(store), str(stop)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    reorg_at = set(chance.sample(range(1, n_blocks), n_reorgs))
    memory, began, depths = [], time.monotonic(), []
    for number in range(n_blocks):
        depth = chance.choice([1, 1, 2, 3, 6, 20, 50]) if number in reorg_at else 0
        new = extend(chain[: len(chain) - depth], depth + 1, b"block %d" % number)
        chain = chain[: len(chain) - depth] + new
        node.give(*new)
        assert run(follower, once=True) == len(chain) - 1
        memory.append(rss_bytes())
        depths.append(depth)
    seconds = time.monotonic() - began
    stop.touch()
    counts = [list(map(int, reader.communicate(timeout=60)[0].split())) for reader in readers]
    follower.close()
    assert all(reader.returncode == 0 for reader in readers)
    compare(store, chain)
    withdrawn = sum(event.event == "withdrawn" for event in read_events(store))
    assert withdrawn == sum(depths)
    return {
        "seconds": seconds,
        "answers": sum(n for n, _ in counts),
        "stale": sum(n for _, n in counts),
        "withdrawn": withdrawn,
        "rss_quarter_mb": memory[len(memory) // 4] / 1e6,
        "rss_end_mb": memory[-1] / 1e6,
    }


Compare = Callable[[Path, Sequence[bytes]], None]


def test_readers_and_a_follower(tmp_path: Path, node: NodeServer, same_as_fresh: Compare) -> None:
    found = follow_many(tmp_path, node, n_blocks=12, n_reorgs=4, compare=same_as_fresh)
    assert found["answers"] > 0


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_two_thousand_blocks_and_fifty_reorganisations(
    tmp_path: Path, node: NodeServer, same_as_fresh: Compare
) -> None:
    n_blocks = int(os.environ.get("COALFACE_FOLLOW_BLOCKS", "2000"))
    found = follow_many(tmp_path, node, n_blocks=n_blocks, n_reorgs=n_blocks // 40, compare=same_as_fresh)
    print(found)  # noqa: T201 - what the soak is for
    # the test's own node keeps all blocks, and grows by that
    assert found["rss_end_mb"] < found["rss_quarter_mb"] + 60
