"""Coalface on the same files: the whole index, or the floor of hashing alone.

Usage: python -m peers.ours index FOLDER STORE | floor FOLDER
"""

import sys
import time
from pathlib import Path

from coalface import _core
from coalface.chain import index
from peers.answer import Answer

THREADS = 2


def main() -> None:
    """Do the work and print the answer."""
    folder = Path(sys.argv[2])
    if sys.argv[1] == "floor":
        txs, _, seconds = _core.hash_floor([folder], THREADS)
        print(Answer(seconds, {"txs": txs}).line())
        return
    start = time.perf_counter()
    report = index([folder], Path(sys.argv[3]), threads=THREADS)
    print(
        Answer(time.perf_counter() - start, {"txs": report.txs_added, "blocks": report.blocks_added}).line()
    )


if __name__ == "__main__":
    main()
