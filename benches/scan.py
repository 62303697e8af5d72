"""Measures questions about the whole chain beside the plain sum of the same bytes, DuckDB and Polars.

Part of ``make bench``. ``COALFACE_BENCH_TXS`` sets the size of the bulk chain, ``COALFACE_BENCH_STORE``
names a store to measure instead. *Warm*: files in memory and mapped; runs of the scan and of the sum take
turns, the fastest of each counts. *Cold*: the pages of the files were dropped before each run by
``posix_fadvise(DONTNEED)``, while nobody had them mapped; a disk below the operating system may still have
them. The sum is the engine's own: same threads, same stretches, same vector instructions, all bytes that the
query names. DuckDB and Polars are given the columns as Arrow tables, which they hold in their own memory
before the clock starts, of just the columns that they are asked about. Every answer is compared with theirs.
"""

import gc
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from coalface import _core
from coalface.chain import QUERIES, Chain, index, open_chain

BUILD = Path(__file__).parent.parent / "build" / "bench-scan"
N_TXS = int(os.environ.get("COALFACE_BENCH_TXS", "2200000"))
GIVEN = os.environ.get("COALFACE_BENCH_STORE")
THREADS = 2
WARM_RUNS, COLD_RUNS, PEER_RUNS = 25, 5, 5

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Asked:
    """What is asked of the others."""

    statement: str
    columns: dict[str, tuple[str, ...]]
    """By table, the columns that they hold."""
    of_result: Callable[[Any], Rows]
    """The same of the engine's answer."""


def kind_rows(found: Any) -> Rows:  # noqa: ANN401 - of any query
    """Sums by number of the kind, as `GROUP BY` gives them."""
    rows = ((row.n_outputs, row.value_sat, row.n_unspent, row.unspent_sat) for row in found)
    return [(kind, *row) for kind, row in enumerate(rows) if row[0]]


KIND_SUMS = (
    "COUNT(*), CAST(SUM(value_sat) AS BIGINT), SUM(CASE WHEN spent_by IS NULL THEN 1 ELSE 0 END), "
    "CAST(SUM(CASE WHEN spent_by IS NULL THEN value_sat ELSE 0 END) AS BIGINT)"
)
OP_RETURN_KIND = 9  # docs/format.md, 3.3: the one kind without an address
ASKED = {
    "locktime": Asked(
        "SELECT COUNT(*) FROM tx WHERE locktime != 0",
        {"tx": ("locktime",)},
        lambda found: [(found.n_nonzero,)],
    ),
    "version": Asked(
        "SELECT COUNT(*) FROM tx WHERE version > 1",
        {"tx": ("version",)},
        lambda found: [(found.n_above_1,)],
    ),
    "largest-output": Asked(
        "SELECT MAX(value_sat) FROM output",
        {"output": ("value_sat",)},
        lambda found: [(found.value_sat,)],
    ),
    "largest-fee": Asked(
        "SELECT MAX(fee_sat) FROM tx", {"tx": ("fee_sat",)}, lambda found: [(found.fee_sat,)]
    ),
    "kinds": Asked(
        f"SELECT COALESCE(kind, {OP_RETURN_KIND}) AS k, {KIND_SUMS} FROM output "
        "LEFT JOIN address ON output.address_id = address.address_id GROUP BY k ORDER BY k",
        {"output": ("value_sat", "address_id", "spent_by"), "address": ("address_id", "kind")},
        kind_rows,
    ),
    # The same with the kind of every output beside it, which no column of the store has.
    "kinds, joined before": Asked(
        f"SELECT k, {KIND_SUMS} FROM joined GROUP BY k ORDER BY k", {"joined": ()}, kind_rows
    ),
    # Of all ages together: what blocks they are in would be two more joins.
    "unspent-by-age": Asked(
        "SELECT COUNT(*), CAST(SUM(value_sat) AS BIGINT) FROM output WHERE spent_by IS NULL",
        {"output": ("value_sat", "spent_by")},
        lambda found: [(sum(row.n_unspent for row in found), sum(row.unspent_sat for row in found))],
    ),
}


def main() -> None:
    """Measure every question and print a table."""
    if GIVEN:
        measure(Path(GIVEN))
        return
    shutil.rmtree(BUILD, ignore_errors=True)
    try:
        _core.write_bulk(BUILD / "blocks", n_txs=N_TXS, seed=1, threads=THREADS)
        index([BUILD / "blocks"], BUILD / "store", threads=THREADS)
        shutil.rmtree(BUILD / "blocks")
        measure(BUILD / "store")
    finally:
        shutil.rmtree(BUILD, ignore_errors=True)


def measure(store: Path) -> None:
    """Print one line a question; a ratio is the sum's time divided by the scan's: 1 is as fast as the sum."""
    counts = open_chain(store).facts["counts"]
    print(f"{counts['txs']} transactions, {counts['outputs']} outputs, load {os.getloadavg()[0]:.1f}")
    print(
        f"{'scan':<22}{'MB':>7}{'warm ms':>9}{'sum ms':>8}{'ratio':>7}{'cold ms':>9}{'sum ms':>8}{'ratio':>7}"
        f"{'DuckDB ms':>11}{'Polars ms':>11}"
    )
    for name, asked in ASKED.items():
        print(f"{name:<22}{row_of(store, name.split(',')[0], asked)}", flush=True)
    print(gathered(store))


def row_of(store: Path, query: str, asked: Asked) -> str:
    """The figures of one question."""
    files = [path for column in QUERIES[query].columns for path in files_of(store, column)]
    answer, warm, warm_sum = fastest_warm(store, query, files)
    cold, cold_sum = fastest_cold(store, query, files)
    duck, polars = peers(open_chain(store), asked, asked.of_result(answer))
    n_bytes = sum(path.stat().st_size for path in files)
    scan, cold_scan = (f"{seconds * 1e3:>9.2f}" for seconds in (warm, cold))
    sums = (f"{total * 1e3:>8.2f}{total / own:>7.2f}" for total, own in ((warm_sum, warm), (cold_sum, cold)))
    line = f"{n_bytes / 1e6:>7.0f}{scan}{next(sums)}{cold_scan}{next(sums)}"
    return f"{line}{duck * 1e3:>11.2f}{polars * 1e3:>11.2f}"


def gathered(store: Path) -> str:
    """`kinds` beside a sum that looks up the kind of every output, and else reads in order."""
    chain, query = open_chain(store), QUERIES["kinds"]
    kinds = ("output.address_id", "address.kind")
    arrays = mapped(
        [path for column in query.columns if column not in kinds for path in files_of(store, column)]
    )
    scans, sums = [], []
    for _ in range(WARM_RUNS):
        scans.append(timed(lambda: chain.scan("kinds", threads=THREADS))[1])
        in_order = timed(lambda: _core.scan_floor(chain.core, arrays, THREADS))[1]
        total, look_ups = timed(lambda: _core.scan_kinds_floor(chain.core, chain.bound, THREADS))
        sums.append(in_order + look_ups)
    addresses, last = chain.column("output.address_id"), chain.column("address.kind").size - 1
    assert total == int(chain.column("address.kind")[np.minimum(addresses, last)].sum(dtype=np.uint64))
    own, floor = min(scans) * 1e3, min(sums) * 1e3
    return f"kinds beside a sum with look-ups: {own:.2f} ms, {floor:.2f} ms, ratio {floor / own:.2f}"


def files_of(store: Path, column: str) -> list[Path]:
    """Files of a logical column; some are kept in two."""
    names = (column, f"{column}_low", f"{column}_high")
    return [path for name in names if (path := store / "columns" / name).exists()]


def mapped(files: Sequence[Path]) -> list[np.memmap[Any, np.dtype[np.uint8]]]:
    """The files as arrays, nothing read."""
    return [np.memmap(path, np.uint8, mode="r") for path in files]


def fastest_warm(store: Path, query: str, files: Sequence[Path]) -> tuple[Any, float, float]:
    """The answer, and the seconds of the fastest scan and of the fastest sum, in turns."""
    chain, arrays = open_chain(store), mapped(files)
    scans, sums, answers = [], [], []
    for _ in range(WARM_RUNS):
        answer, seconds = timed(lambda: chain.scan(query, threads=THREADS).result)
        answers.append(answer)
        scans.append(seconds)
        total, seconds = timed(lambda: _core.scan_floor(chain.core, arrays, THREADS))
        sums.append(seconds)
    assert all(answer == answers[0] for answer in answers)
    words = (array[: len(array) // 8 * 8].view(np.uint64) for array in arrays)
    assert total == sum(int(each.sum(dtype=np.uint64)) for each in words) % 2**64
    return answers[0], min(scans), min(sums)


def fastest_cold(store: Path, query: str, files: Sequence[Path]) -> tuple[float, float]:
    """Seconds of the fastest scan and of the fastest sum, of files of which no page is in memory."""

    def scan_once() -> float:
        chain = open_chain(store)
        return timed(lambda: chain.scan(query, threads=THREADS))[1]

    def sum_once() -> float:
        chain, arrays = open_chain(store), mapped(files)
        return timed(lambda: _core.scan_floor(chain.core, arrays, THREADS))[1]

    scans, sums = [], []
    for _ in range(COLD_RUNS):
        drop(files)
        scans.append(scan_once())
        drop(files)
        sums.append(sum_once())
    return min(scans), min(sums)


def drop(files: Sequence[Path]) -> None:
    """Takes the pages of files out of memory; a page that is mapped would stay."""
    gc.collect()
    for path in files:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def peers(chain: Chain, asked: Asked, wanted: Rows) -> tuple[float, float]:
    """Seconds of DuckDB's and Polars's fastest answer, each equal to ours."""
    frames = {
        table: pl.DataFrame(chain.table(table, list(columns))).rechunk()
        for table, columns in asked.columns.items()
        if columns
    }
    if not frames:
        output = pl.DataFrame(chain.table("output", ["value_sat", "address_id", "spent_by"]))
        address = pl.DataFrame(chain.table("address", ["address_id", "kind"]))
        joined = output.join(address, on="address_id", how="left").rename({"kind": "k"}).drop("address_id")
        frames = {"joined": joined.with_columns(pl.col("k").fill_null(OP_RETURN_KIND)).rechunk()}
    with duckdb.connect(":memory:", config={"threads": THREADS}) as connection:
        for name, frame in frames.items():
            connection.register(f"{name}_frame", frame)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_frame")
            connection.unregister(f"{name}_frame")
        duck, duck_seconds = fastest(lambda: connection.execute(asked.statement).fetchall())
    context = pl.SQLContext(frames, eager=True)
    polars, polars_seconds = fastest(lambda: context.execute(asked.statement).rows())
    assert wanted == duck == polars, (asked.statement, wanted, duck, polars)
    return duck_seconds, polars_seconds


def fastest(call: Callable[[], Any]) -> tuple[Any, float]:
    """Answer and seconds of the fastest of some runs."""
    runs = [timed(call) for _ in range(PEER_RUNS)]
    return runs[0][0], min(seconds for _, seconds in runs)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """Answer and seconds."""
    start = time.perf_counter()
    answer = call()
    return answer, time.perf_counter() - start


if __name__ == "__main__":
    main()
