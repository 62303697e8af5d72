"""Measures clustering alone beside `graphsense-clustering`: same arrays, same partition, one thread each.

Ours keeps the reason of every union (16 bytes: both roots, transaction, input), so that any of them can be
explained and taken back; the rival keeps none. What a rule set's log has besides (40 bytes in all: size,
anchor, the link before it, ...) follows from these and is made when it is written: timed as well, apart.
Both take one thread, so seconds are those of the processor: other work on the machine does not count, but for
caches and memory. ``make bench`` runs it before the peers.

    python benches/clusters.py                        8 million addresses, local and uniform access
    python benches/clusters.py --addresses 100000000  another number; needs about 8 GB of memory
    python benches/clusters.py --json                 one line of JSON a measurement
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import TypeVar

import numpy as np
import pyarrow as pa
from gs_clustering import Clustering
from numpy.typing import NDArray

from coalface import _core

Timed = TypeVar("Timed")
INPUTS_A_TX = 4.1
BATCH_INPUTS = 20_000_000
LINK_BYTES = 40
FOREST_BYTES = 8
CELL_BYTES = 4
UNION_BYTES = 16


@dataclass(frozen=True)
class Result:
    """One comparison."""

    n_addresses: int
    access: str
    n_inputs: int
    n_links: int
    ours_s: float
    links_s: float
    """Ours, to make the links as a log has them out of the unions, on top."""
    rival_s: float
    bytes_an_address: float
    """On disk: links and forest."""
    memory_an_address: float
    """Bytes while the forest grows, its unions included."""
    links_memory_an_address: float
    """Bytes of the forest that makes links, as growing a rule set has it; the links are let go of."""
    load: float
    """Load of the machine beside the measurement, as its last minute's average."""

    def line(self) -> str:
        """The comparison for people."""
        ours, rival = (self.n_inputs / seconds / 1e6 for seconds in (self.ours_s, self.rival_s))
        ratio, ratio_with_links = self.rival_s / self.ours_s, self.rival_s / (self.ours_s + self.links_s)
        return (
            f"{self.n_addresses / 1e6:.0f} M addresses, {self.access}: {self.n_inputs / 1e6:.1f} M inputs; "
            f"coalface {ours:.1f} M/s, graphsense-clustering {rival:.1f} M/s, "
            f"ratio {ratio:.2f}, {ratio_with_links:.2f} with links as the log has them; "
            f"bytes an address: {self.bytes_an_address:.1f} on disk, {self.memory_an_address:.1f} in memory, "
            f"{self.links_memory_an_address:.1f} while links are made; load {self.load:.1f}"
        )


def main() -> None:
    """Measure and print; fails if the partitions differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--addresses", type=int, default=8_000_000)
    parser.add_argument("--access", choices=("local", "uniform"), action="append")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for access in options.access or ("local", "uniform"):
        found = compare(options.addresses, access, options.repeats)
        print(json.dumps(asdict(found), sort_keys=True) if options.json else found.line(), flush=True)


def compare(n_addresses: int, access: str, repeats: int) -> Result:
    """The medians of both, run in turns."""
    offsets, addresses = lists(n_addresses, is_local=access == "local")
    load = os.getloadavg()[0]
    ours, links, rival, n_links, links_memory = [], [], [], 0, 0
    for _ in range(repeats):
        seconds, (clustered, n_links) = timed(lambda: _core.cluster_lists(offsets, addresses, n_addresses))
        ours.append(seconds)
        seconds, links_memory = timed(partial(clustered.make_links, offsets, addresses))
        links.append(seconds)
        anchors = clustered.anchors()
        del clustered
        seconds, labels = run_rival(offsets, addresses, n_addresses)
        rival.append(seconds)
        check_equal(anchors, labels)
        del anchors, labels
    on_disk = (n_links * LINK_BYTES) / n_addresses + FOREST_BYTES
    in_memory = CELL_BYTES + n_links * UNION_BYTES / n_addresses
    ours_s, links_s, rival_s = (statistics.median(seconds) for seconds in (ours, links, rival))
    return Result(
        n_addresses,
        access,
        len(addresses),
        n_links,
        ours_s,
        links_s,
        rival_s,
        on_disk,
        in_memory,
        links_memory / n_addresses,
        load,
    )


def timed(call: Callable[[], Timed]) -> tuple[float, Timed]:
    """Seconds of the processor, and what came of it."""
    start = time.process_time()
    found = call()
    return time.process_time() - start, found


def run_rival(
    offsets: NDArray[np.uint64], addresses: NDArray[np.uint32], n_addresses: int
) -> tuple[float, NDArray[np.uint32]]:
    """Seconds of the rival, and its label of every address. Its ids begin at 1: 0 is a placeholder."""
    batches, first = [], 0
    while first < len(offsets) - 1:
        last = int(np.searchsorted(offsets, offsets[first] + np.uint64(BATCH_INPUTS), "right")) - 1
        last = max(last, first + 1)
        part = (offsets[first : last + 1] - offsets[first]).astype(np.int32)
        values = pa.array(addresses[int(offsets[first]) : int(offsets[last])] + np.uint32(1))
        batches.append(pa.ListArray.from_arrays(pa.array(part), values))
        first = last
    start = time.process_time()
    clustering = Clustering(n_addresses)
    for batch in batches:
        clustering.process_transactions_arrow(batch)
    seconds = time.process_time() - start
    mapping = clustering.get_mapping()
    return seconds, mapping.column(1).to_numpy()[-n_addresses:]


def check_equal(anchors: NDArray[np.uint32], labels: NDArray[np.uint32]) -> None:
    """Fails unless both name the same partition: a cluster has one label, and no two clusters share it."""
    label_of = labels[anchors]
    if not np.array_equal(label_of, labels):
        raise AssertionError("an address lies in another cluster")
    is_anchor = anchors == np.arange(len(anchors), dtype=np.uint32)
    if len(np.unique(labels[is_anchor])) != int(is_anchor.sum()):
        raise AssertionError("two clusters are one")


def lists(n_addresses: int, *, is_local: bool) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """Made-up input addresses of transactions, two inputs an address in all, mean 4.1 a transaction.

    Local: near the newest address, at exponential age with the mean n/200, and one in 20 anywhere in the
    past. Otherwise anywhere at all.
    """
    rng = np.random.default_rng(1)
    n_txs = int(2 * n_addresses / INPUTS_A_TX)
    lengths = 1 + rng.geometric(1 / (INPUTS_A_TX - 1), n_txs)
    offsets = np.zeros(n_txs + 1, np.uint64)
    np.cumsum(lengths, out=offsets[1:])
    n_inputs = int(offsets[-1])
    if not is_local:
        return offsets, rng.integers(0, n_addresses, n_inputs, np.uint32)
    newest = np.repeat(np.linspace(1, n_addresses - 1, n_txs).astype(np.uint32), lengths)
    picked = newest - rng.exponential(n_addresses / 200, n_inputs).astype(np.int64)
    anywhere = rng.random(n_inputs, np.float32) < 0.05
    picked[anywhere] = (rng.random(int(anywhere.sum())) * newest[anywhere]).astype(np.int64)
    return offsets, np.clip(picked, 0, n_addresses - 1).astype(np.uint32)


if __name__ == "__main__":
    main()
