"""Measures speed beside its floor and beside other programs; every figure asserts its answer.

``make bench`` runs all of it. ``COALFACE_BENCH_TXS`` sets the size of the bulk chain (2,200,000 transactions,
more than 1 GB, unless given). Absolute figures name the processor; what counts are the ratios of one run.
"""

import os
import platform
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from coalface import _core
from coalface.chain import Chain, StageTime, check, index, info, open_chain

T = TypeVar("T")

BUILD = Path(__file__).parent.parent / "build" / "bench"
N_TXS = int(os.environ.get("COALFACE_BENCH_TXS", "2200000"))
N_PARSER_TXS = 20_000
N_LOOKUPS = 20_000
THREADS = 2
REPEATS = 3


@dataclass
class Row:
    """One measured figure."""

    what: str
    figure: str
    beside: str = ""


def main() -> None:
    """Measure everything and print a table."""
    rows: list[Row] = []
    print(f"processor: {processor()}, {os.cpu_count()} cores; Python {platform.python_version()}")
    with bulk_chain("bulk", N_TXS, xor_key=b"coalface") as (blocks, made):
        rows += index_rows(blocks, made)
        chain = open_chain(BUILD / "store")
        rows += look_up_rows(chain)
        rows += store_rows()
    with bulk_chain("parser", N_PARSER_TXS, xor_key=None) as (blocks, made):
        rows += parser_rows(blocks, made)
    widths = [max(len(getattr(row, name)) for row in rows) for name in ("what", "figure")]
    for row in rows:
        print(f"{row.what:<{widths[0]}}  {row.figure:>{widths[1]}}  {row.beside}")
    shutil.rmtree(BUILD)


def processor() -> str:
    """Name of the processor."""
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


@contextmanager
def bulk_chain(name: str, n_txs: int, xor_key: bytes | None) -> Iterator[tuple[Path, "_core.BulkRecord"]]:
    """A bulk chain's folder, and what it holds."""
    shutil.rmtree(BUILD / name, ignore_errors=True)
    blocks = BUILD / name / "blocks"
    made = _core.write_bulk(blocks, n_txs=n_txs, seed=1, xor_key=xor_key, threads=THREADS)
    try:
        yield blocks, made
    finally:
        shutil.rmtree(BUILD / name)


def index_rows(blocks: Path, made: "_core.BulkRecord") -> list[Row]:
    """Index of the whole chain into a new store, beside hashing alone; the fastest of some runs of each."""
    seconds, floor_seconds, lanes_seconds = [], [], []
    stages: tuple[StageTime, ...] = ()
    for _ in range(REPEATS):
        txs, n_bytes, floor, lanes = _core.hash_floor([blocks], THREADS)
        assert (txs, n_bytes) == (made["n_txs"], made["n_bytes"] - 8 * made["n_blocks"])  # record heads
        floor_seconds.append(floor)
        lanes_seconds.append(lanes)
        shutil.rmtree(BUILD / "store", ignore_errors=True)
        start = time.perf_counter()
        report = index([blocks], BUILD / "store", threads=THREADS)
        seconds.append(time.perf_counter() - start)
        if seconds[-1] == min(seconds):
            stages = report.stages
        assert report.txs_added == made["n_txs"]
        assert open_chain(BUILD / "store").as_of.hash == made["tip_hash"]
    fastest, floor = min(seconds), min(floor_seconds)
    n_txs = made["n_txs"]
    rows_per_second = (made["n_inputs"] + made["n_outputs"]) / fastest
    return [
        Row(
            "chain", f"{n_txs / 1e6:.2f} M tx", f"{made['n_bytes'] / 1e9:.2f} GB in {made['n_blocks']} blocks"
        ),
        Row(
            "index, runs",
            " ".join(f"{s:.2f}" for s in seconds) + " s",
            f"{THREADS} threads, durable commit included",
        ),
        Row("index", f"{n_txs / fastest / 1e6:.3f} M tx/s", f"{made['n_bytes'] / fastest / 1e6:.0f} MB/s"),
        Row("index", f"{rows_per_second / 1e6:.2f} M rows/s", "inputs + outputs"),
        Row(
            "floor",
            f"{n_txs / floor / 1e6:.3f} M tx/s",
            "double SHA-256 of stripped transactions and merkle trees, same threads, same run",
        ),
        Row("index / floor", f"{floor / fastest:.3f}", ""),
        Row(
            "floor, several messages at a time",
            f"{n_txs / min(lanes_seconds) / 1e6:.3f} M tx/s",
            "as the index hashes; sixteen where the processor has 512-bit registers",
        ),
        *(
            Row(
                f"stage {stage.name}",
                f"{stage.cpu_us / n_txs:.3f} us/tx",
                f"{stage.thread_us / n_txs:.3f} us/tx of threads; bound by {stage.bound}",
            )
            for stage in stages
        ),
    ]


def look_up_rows(chain: Chain) -> list[Row]:
    """Warm look-ups through the Python bindings, random subjects."""
    rng = random.Random(5)
    n_txs = chain.facts["counts"]["txs"]
    picked = np.array([rng.randrange(n_txs) for _ in range(N_LOOKUPS)], np.uint32)
    txids, _, _ = chain.core.txs(picked)
    ids = np.array([rng.randrange(chain.facts["counts"]["addresses"]) for _ in range(N_LOOKUPS)], np.uint32)
    addresses = [text or "" for text in chain.core.address_texts(ids)]

    def find_txs() -> list[int | None]:
        return [chain.core.find_tx(txid, chain.bound) for txid in txids]

    def find_addresses() -> list[int | None]:
        return [chain.core.find_address(address, chain.bound) for address in addresses]

    found, tx_seconds = timed(find_txs)
    assert found == picked.tolist()
    known, address_seconds = timed(find_addresses)
    assert known == ids.tolist()
    _, whole_seconds = timed(lambda: [chain.tx(txid) for txid in txids[:2000]])
    return [
        Row("tx by id", f"{tx_seconds / N_LOOKUPS * 1e6:.1f} us", "row id, warm, from Python"),
        Row(
            "address by string",
            f"{address_seconds / N_LOOKUPS * 1e6:.1f} us",
            "address id, warm, from Python",
        ),
        Row(
            "whole transaction",
            f"{whole_seconds / 2000 * 1e6:.0f} us",
            "as a Python object with all inputs and outputs",
        ),
    ]


def store_rows() -> list[Row]:
    """Size of the store, and how long its check takes."""
    found = info(BUILD / "store")
    report, seconds = timed(lambda: check(BUILD / "store"), repeats=1)
    assert report.ok
    share = found.store_bytes / found.block_bytes
    largest = sorted(found.group_bytes.items(), key=lambda item: -item[1])[:6]
    return [
        Row(
            "store / block files",
            f"{share:.3f}",
            ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in largest),
        ),
        Row("check", f"{seconds:.2f} s", "every checksum and invariant, whole store"),
    ]


def parser_rows(blocks: Path, made: "_core.BulkRecord") -> list[Row]:
    """`blockchain-parser` (PyPI) reading and hashing the same blocks, beside a whole index of them."""
    try:
        from blockchain_parser import blockchain  # noqa: PLC0415 - only `make bench` installs it
    except ModuleNotFoundError:
        return [Row("blockchain-parser", "not installed", "`make bench` installs it")]

    # It knows mainnet's magic only; on other files it would find nothing, and not say so.
    blockchain.BITCOIN_CONSTANT = bytes.fromhex("fabfb5da")

    def parse() -> int:
        count = 0
        for block in blockchain.Blockchain(str(blocks)).get_unordered_blocks():
            for tx in block.transactions:
                assert len(tx.txid) == 64
                assert tx.inputs
                assert tx.outputs
                count += 1
        return count

    count, parser_seconds = timed(parse, repeats=1)
    assert count == made["n_txs"]

    def index_once() -> int:
        shutil.rmtree(BUILD / "parser" / "store", ignore_errors=True)
        return index([blocks], BUILD / "parser" / "store", threads=THREADS).txs_added

    added, seconds = timed(index_once)
    assert added == made["n_txs"]
    megabytes = made["n_bytes"] / 1e6
    return [
        Row(
            "blockchain-parser",
            f"{megabytes / parser_seconds:.1f} MB/s",
            f"{count} tx: reads and hashes, keeps nothing",
        ),
        Row(
            "index of the same",
            f"{megabytes / seconds:.1f} MB/s",
            "small chain: the commit's fixed cost weighs",
        ),
        Row("index / blockchain-parser", f"{parser_seconds / seconds:.1f}", ""),
    ]


def timed(call: Callable[[], T], repeats: int = REPEATS) -> tuple[T, float]:
    """Answer of the call, and the seconds of its fastest run."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        answer = call()
        best = min(best, time.perf_counter() - start)
    return answer, best


if __name__ == "__main__":
    main()
