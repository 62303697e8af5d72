"""`graphsense-clustering`: union-find over the input addresses of each transaction, and nothing else.

Usage: python -m peers.union_find OFFSETS ADDRESSES N_ADDRESSES
OFFSETS and ADDRESSES are files of u64 and u32, as the program `forest` takes them. Ids are counted from 1 for
it, since its 0 is a placeholder.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from gs_clustering import Clustering
from numpy.typing import NDArray

from peers.answer import Answer

BATCH_INPUTS = 50_000_000


def main() -> None:
    """Unite all and print the answer."""
    offsets = np.fromfile(sys.argv[1], np.uint64).astype(np.int64)
    addresses = np.fromfile(sys.argv[2], np.uint32) + np.uint32(1)
    n_addresses = int(sys.argv[3])
    batches = list_arrays(offsets, addresses)
    start = time.perf_counter()
    clustering = Clustering(n_addresses)
    for batch in batches:
        clustering.process_transactions_arrow(batch)
    united = time.perf_counter() - start
    mapping = clustering.get_mapping()
    column = mapping.column(1).to_numpy()[-n_addresses:]
    print(Answer(united, {"clusters": len(np.unique(column)), "inputs": len(addresses)}).line())


def list_arrays(offsets: NDArray[np.int64], addresses: NDArray[np.uint32]) -> list[pa.ListArray]:
    """The transactions as Arrow lists, in batches whose offsets fit 32 bits."""
    found, first = [], 0
    while first < len(offsets) - 1:
        last = int(np.searchsorted(offsets, offsets[first] + BATCH_INPUTS, "right")) - 1
        last = max(last, first + 1)
        part = (offsets[first : last + 1] - offsets[first]).astype(np.int32)
        values = pa.array(addresses[offsets[first] : offsets[last]])
        found.append(pa.ListArray.from_arrays(pa.array(part), values))
        first = last
    return found


def synthetic(n_addresses: int, n_txs: int, local: bool, folder: Path) -> int:
    """Write made-up input addresses, mean 4.1 a transaction; the number of inputs.

    Local: near the newest address, at exponential age with the mean n/200, and one in 20 anywhere in the
    past. Otherwise anywhere at all.
    """
    rng = np.random.default_rng(1)
    lengths = 2 + rng.geometric(1 / 3.1, n_txs) - 1
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.uint64)
    n_inputs = int(offsets[-1])
    if local:
        newest = np.repeat(np.linspace(1, n_addresses - 1, n_txs).astype(np.int64), lengths)
        age = rng.exponential(n_addresses / 200, n_inputs).astype(np.int64)
        anywhere = rng.random(n_inputs) < 0.05
        picked = np.where(anywhere, (rng.random(n_inputs) * newest).astype(np.int64), newest - age)
        addresses = np.clip(picked, 0, n_addresses - 1)
    else:
        addresses = rng.integers(0, n_addresses, n_inputs)
    save(folder, offsets, addresses.astype(np.uint32))
    return n_inputs


def save(folder: Path, offsets: NDArray[np.uint64], addresses: NDArray[np.uint32]) -> None:
    """Write the two files that both union-finds read."""
    offsets.tofile(folder / "offsets")
    addresses.tofile(folder / "addresses")


if __name__ == "__main__":
    main()
