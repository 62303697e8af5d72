"""Measures single look-ups beside SQLite and a hash map, and how soon the history of a huge address begins.

Part of ``make bench``. ``COALFACE_BENCH_TXS`` sets the size of the bulk chain, ``COALFACE_BENCH_STORE``
names a store to measure instead. Subjects are random, each asked once a run. *Core*: the engine's own clock
around each look-up; *Python*: around the call, as a user makes it. SQLite is asked through Python's module,
from a table with just the key and the row (``WITHOUT ROWID``), as its least. *Cold*: no page of the files is
in memory when the first of the subjects is asked; later ones find what earlier ones read. Every answer is
compared.
"""

import gc
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from coalface import _core
from coalface.chain import Chain, index, open_chain

BUILD = Path(__file__).parent.parent / "build" / "bench-lookup"
N_TXS = int(os.environ.get("COALFACE_BENCH_TXS", "2200000"))
GIVEN = os.environ.get("COALFACE_BENCH_STORE")
N_FLOOD = int(os.environ.get("COALFACE_BENCH_FLOOD", "5000000"))
N_FLOOD_TXS = 300_000
THREADS = 2
N_SUBJECTS, N_COLD = 20_000, 300
RUNS = 5

Nanos = np.ndarray[Any, np.dtype[np.uint32]]


def main() -> None:
    """Measure everything and print two tables."""
    shutil.rmtree(BUILD, ignore_errors=True)
    try:
        if GIVEN:
            look_ups(Path(GIVEN))
        else:
            with bulk_store("bulk", N_TXS) as store:
                look_ups(store)
        with bulk_store("flood", N_FLOOD_TXS, flood_outputs=N_FLOOD) as store:
            history(open_chain(store))
    finally:
        shutil.rmtree(BUILD, ignore_errors=True)


@contextmanager
def bulk_store(name: str, n_txs: int, **options: int) -> Iterator[Path]:
    """The store of a bulk chain."""
    _core.write_bulk(BUILD / name / "blocks", n_txs=n_txs, seed=1, threads=THREADS, **options)
    index([BUILD / name / "blocks"], BUILD / name / "store", threads=THREADS)
    shutil.rmtree(BUILD / name / "blocks")
    try:
        yield BUILD / name / "store"
    finally:
        shutil.rmtree(BUILD / name)


def look_ups(store: Path) -> None:
    """Print a line a look-up and way: the median and the 99th percentile, in microseconds, warm and cold."""
    txs, txids, ids, texts, outputs, owners, firsts = subjects(store)
    print(f"{'look-up':<18}{'way':<28}{'p50 us':>9}{'p99 us':>9}{'cold p50':>10}{'cold p99':>10}")

    line(store, "tx by id", "core", lambda chain, n: _core.time_txs(chain.core, txids[:n]), txs)
    line(
        store,
        "",
        "core, hash map of all",
        lambda chain, n: _core.time_txs(chain.core, txids[:n], in_map=True),
        txs,
        cold=False,
    )
    line(
        store,
        "",
        "Python",
        lambda chain, n: each(lambda txid: chain.core.find_tx(txid, chain.bound), txids[:n]),
        txs,
    )
    line(
        store,
        "",
        "Python, whole tx",
        lambda chain, n: each(lambda txid: chain.tx(txid).txid, txids[:n]),
        txids,
    )
    with sqlite("tx", store, rows_of_txs) as ask:
        sqlite_line(ask, [bytes.fromhex(txid) for txid in txids], txs)
    line(
        store, "address by string", "core", lambda chain, n: _core.time_addresses(chain.core, texts[:n]), ids
    )
    line(
        store,
        "",
        "Python",
        lambda chain, n: each(lambda text: chain.core.find_address(text, chain.bound), texts[:n]),
        ids,
    )
    with sqlite("address", store, rows_of_addresses) as ask:
        sqlite_line(ask, texts, ids)
    line(
        store, "tx of an output", "core", lambda chain, n: _core.time_outputs(chain.core, outputs[:n]), owners
    )
    bisected: Callable[[int], int] = lambda output: int(np.searchsorted(firsts, output, side="right")) - 1  # noqa: E731
    line(store, "", "numpy, binary search", lambda _, n: each(bisected, outputs[:n]), owners, cold=False)


def subjects(store: Path) -> tuple[Any, ...]:
    """What is asked and what is to be answered; nothing stays mapped."""
    chain = open_chain(store)
    counts = chain.facts["counts"]
    print(f"{counts['txs']} transactions, {counts['addresses']} addresses, load {os.getloadavg()[0]:.1f}")
    rng = random.Random(7)
    txs = rng.sample(range(counts["txs"]), N_SUBJECTS)
    txids = chain.core.txs(np.array(txs, np.uint32))[0]
    ids = rng.sample(range(counts["addresses"]), N_SUBJECTS)
    texts = [text or "" for text in chain.core.address_texts(np.array(ids, np.uint32))]
    outputs = np.array(rng.sample(range(counts["outputs"]), N_SUBJECTS), np.uint64)
    firsts = np.array(chain.column("tx.first_output"))
    owners = (np.searchsorted(firsts, outputs, side="right") - 1).tolist()
    return txs, txids, ids, texts, outputs, owners, firsts


def each(call: Callable[[Any], Any], subjects: Iterable[Any]) -> tuple[list[Any], Nanos]:
    """Answers, and nanoseconds of every call."""
    answers, nanos = [], []
    for subject in subjects:
        start = time.perf_counter_ns()
        answer = call(subject)
        nanos.append(time.perf_counter_ns() - start)
        answers.append(answer)
    return answers, np.array(nanos, np.uint32)


def line(
    store: Path,
    what: str,
    way: str,
    ask: Callable[[Chain, int], tuple[list[Any], Nanos]],
    wanted: Sequence[Any],
    *,
    cold: bool = True,
) -> None:
    """Measure and print one line; the run with the least median counts."""
    chain = open_chain(store)
    runs = []
    for _ in range(RUNS):
        answers, nanos = ask(chain, N_SUBJECTS)
        assert answers == list(wanted)
        runs.append(nanos)
    del chain
    figures = min((percentiles(nanos) for nanos in runs), key=lambda pair: pair[0])
    if cold:
        drop(path for folder in ("columns", "runs") for path in (store / folder).iterdir())
        answers, nanos = ask(open_chain(store), N_COLD)
        assert answers == list(wanted[:N_COLD])
        figures += percentiles(nanos)
    show(what, way, figures)


def show(what: str, way: str, figures: tuple[float, ...]) -> None:
    """Print one line."""
    warm = "".join(f"{figure:>9.2f}" for figure in figures[:2])
    print(f"{what:<18}{way:<28}{warm}{''.join(f'{figure:>10.0f}' for figure in figures[2:])}", flush=True)


def percentiles(nanos: Nanos) -> tuple[float, ...]:
    """Median and 99th percentile in microseconds."""
    return tuple(float(value) / 1e3 for value in np.percentile(nanos, (50, 99)))


def drop(paths: Iterable[Path]) -> None:
    """Takes the pages of files that nobody has mapped out of memory."""
    gc.collect()
    for path in paths:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def rows_of_txs(chain: Chain, first: int, end: int) -> Iterator[tuple[Any, int]]:
    """Ids as bytes, and rows."""
    txids = chain.core.txs(np.arange(first, end, dtype=np.uint32))[0]
    return ((bytes.fromhex(txid), first + n) for n, txid in enumerate(txids))


def rows_of_addresses(chain: Chain, first: int, end: int) -> Iterator[tuple[Any, int]]:
    """Texts, and ids."""
    return zip(
        chain.core.address_texts(np.arange(first, end, dtype=np.uint32)), range(first, end), strict=True
    )


@contextmanager
def sqlite(
    table: str, store: Path, rows_of: Callable[[Chain, int, int], Iterator[tuple[Any, int]]]
) -> Iterator[Path]:
    """A database with one table, written in order of its keys, as is best for it."""
    BUILD.mkdir(parents=True, exist_ok=True)
    path = BUILD / f"{table}.sqlite"
    chain = open_chain(store)
    n_rows = chain.facts["counts"]["txs" if table == "tx" else "addresses"]
    step = 1 << 18
    rows = [
        row for first in range(0, n_rows, step) for row in rows_of(chain, first, min(first + step, n_rows))
    ]
    rows.sort()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("CREATE TABLE rows (key PRIMARY KEY, id INTEGER) WITHOUT ROWID")
        connection.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?)", rows)
        connection.commit()
    del rows, chain
    try:
        yield path
    finally:
        path.unlink()


def sqlite_line(path: Path, keys: Sequence[Any], wanted: Sequence[int]) -> None:
    """As `line`, for a database."""

    def ask(n: int) -> tuple[list[Any], Nanos]:
        with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
            connection.execute("PRAGMA mmap_size = 8000000000")
            statement = "SELECT id FROM rows WHERE key = ?"
            connection.execute(statement, (keys[-1],)).fetchone()
            return each(lambda key: connection.execute(statement, (key,)).fetchone()[0], keys[:n])

    runs = []
    for _ in range(RUNS):
        answers, nanos = ask(N_SUBJECTS)
        assert answers == list(wanted)
        runs.append(percentiles(nanos))
    drop([path])
    answers, nanos = ask(N_COLD)
    assert answers == list(wanted[:N_COLD])
    show("", "Python, SQLite", (*min(runs), *percentiles(nanos)))


def history(chain: Chain) -> None:
    """Print how soon the history of the address with most outputs begins, and how fast it goes on."""
    addresses = chain.column("output.address_id")
    counts = np.bincount(addresses[addresses != 2**32 - 1])
    address_id = int(counts.argmax())
    text = chain.core.address_text(address_id)[0]
    assert text is not None
    assert counts[address_id] >= N_FLOOD
    print(f"\nan address of {counts[address_id]} outputs")

    def first_event() -> str:
        return next(iter(chain.address_txs(text))).txid

    def windows(most: int | None = None) -> tuple[int, int]:
        found = chain.core.address_history(address_id, chain.bound)
        parts = islice(iter(found.next, None), most)
        received = [part[1].sum() for part in parts]
        return len(received), int(sum(received))

    first = chain.core.txs(chain.core.address_history(address_id, chain.bound).next()[0][:1])[0][0]  # type: ignore[index]
    found, seconds = fastest(first_event)
    assert found == first
    print(f"first transaction of `--txs`    {seconds * 1e3:>10.2f} ms")
    _, seconds = fastest(lambda: windows(1))
    print(f"first window in the engine      {seconds * 1e3:>10.2f} ms")
    (n_windows, received), seconds = fastest(windows)
    assert received == int(chain.column("output.value_sat")[addresses == address_id].sum())
    print(f"whole history in the engine     {seconds * 1e3:>10.2f} ms, {n_windows} windows")
    totals, seconds = fastest(lambda: chain.address(text))
    assert totals.n_outputs == counts[address_id]
    print(f"totals                          {seconds * 1e3:>10.2f} ms")


def fastest(call: Callable[[], Any]) -> tuple[Any, float]:
    """Answer and seconds of the fastest run."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.perf_counter()
        answer = call()
        best = min(best, time.perf_counter() - start)
    return answer, best


if __name__ == "__main__":
    main()
