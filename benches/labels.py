"""Measures importing and looking up labels beside their floor; the answers are asserted.

``make bench`` runs it with a million labels; ``COALFACE_BENCH_LABELS=10000000`` asks for ten. The floor is
what no import into SQLite can avoid: the same rows, made beforehand a batch at a time, inserted into the same
table by ``executemany`` in one transaction, and the same index made once at the end. It reads no file, checks
no address and keeps no bytes.
"""

import hashlib
import json
import os
import platform
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from coalface.labels import LabelBook
from coalface.labels.database import LABELS

N_LABELS = int(os.environ.get("COALFACE_BENCH_LABELS", "1000000"))
N_LOOKUPS = 20_000
_BATCH = 5000
_DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS = [one + other for one in _DIGITS for other in _DIGITS]
_CATEGORIES = ("exchange", "gambling", "market", "mixing_service", "ransomware", "miner")
_CHILD = """
import json, resource, sys, time
from coalface.labels import import_source
start = time.perf_counter()
report = import_source(sys.argv[1], sys.argv[2])
seconds = time.perf_counter() - start
cpu = time.process_time()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, cpu, peak, report.source.n_statements, report.source.n_problems]))
"""


def main() -> None:
    """Measure, assert, print."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        print(f"processor: {processor()}, {os.cpu_count()} cores; Python {platform.python_version()}")
        for name, write in (("plain list", write_plain), ("own CSV", write_csv)):
            file, store = here / "labels.txt", here / f"store {name}"
            write(file)
            child = [sys.executable, "-c", _CHILD, str(store), str(file)]
            done = subprocess.run(child, check=True, capture_output=True, text=True)
            seconds, cpu_seconds, peak_kib, n_statements, n_problems = json.loads(done.stdout)
            assert (n_statements, n_problems) == (N_LABELS, 0)
            size = LABELS.path(store).stat().st_size
            print(
                f"{name}, {N_LABELS:,} labels of {file.stat().st_size / 1e6:,.0f} MB: {seconds:.1f} s, "
                f"{N_LABELS / seconds:,.0f} labels/s ({cpu_seconds:.1f} CPU s), "
                f"peak {peak_kib / 1024:,.0f} MiB, database {size / 1e6:,.0f} MB"
            )
            as_objects, in_sql = look_up_us(store), bare_look_up_us(store)
            print(f"  look-up {as_objects:.1f} us as objects, {in_sql:.1f} us in SQL")
        seconds = floor_s(here / "floor.sqlite")
        print(f"floor: bare inserts and one index {seconds:.1f} s, {N_LABELS / seconds:,.0f} rows/s")


def addresses() -> Iterator[tuple[bytes, str]]:
    """Hashes and addresses, the same ones every time."""
    dice = random.Random(7)
    for _ in range(N_LABELS):
        digest = dice.randbytes(20)
        yield digest, base58check(b"\0" + digest)


def base58check(payload: bytes) -> str:
    """Base58Check of a payload that begins with one zero byte."""
    check = hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    value, parts = int.from_bytes(payload + check), []
    while value:
        value, rest = divmod(value, 58 * 58)
        parts.append(_PAIRS[rest])
    text = "".join(reversed(parts)).lstrip("1")
    zeros = len(payload) - len(payload.lstrip(b"\0"))
    return "1" * zeros + text


def write_plain(file: Path) -> None:
    """A plain list."""
    with file.open("w", encoding="ascii") as out:
        out.writelines(f"{address}\n" for _, address in addresses())


def write_csv(file: Path) -> None:
    """Own labels: ten thousand actors, six categories."""
    with file.open("w", encoding="ascii") as out:
        out.write("address,category,actor_name,label\n")
        for n, (_, address) in enumerate(addresses()):
            actor = n % 10_000
            out.write(f"{address},{_CATEGORIES[actor % 6]},Actor {actor},wallet of actor {actor}\n")


def some_addresses() -> list[str]:
    """Every so-manieth address, and as many that no list has."""
    step = max(1, N_LABELS // (N_LOOKUPS // 2))
    known = [address for _, address in islice(addresses(), 0, None, step)]
    unknown = [base58check(b"\0" + hashlib.sha256(text.encode()).digest()[:20]) for text in known]
    found = known + unknown
    random.Random(1).shuffle(found)
    return found


def look_up_us(store: Path) -> float:
    """Microseconds a look-up, by address, as `Label` objects."""
    asked = some_addresses()
    with LabelBook(store) as book:
        for address in asked[:100]:
            book.labels_of(address)
        start = time.perf_counter()
        n_found = sum(len(book.labels_of(address)) for address in asked)
        seconds = time.perf_counter() - start
    assert n_found == len(asked) // 2
    return seconds / len(asked) * 1e6


def bare_look_up_us(store: Path) -> float:
    """Microseconds a look-up by kind and payload with a prepared statement, without any object."""
    with LabelBook(store) as book:
        asked = [(each.payload, each.kind) for each in map(book.decode, some_addresses())]
        query = "SELECT id, said_id FROM statement WHERE payload = ? AND kind = ? AND payload IS NOT NULL"
        execute = book.connection.execute
        start = time.perf_counter()
        n_found = sum(len(execute(query, values).fetchall()) for values in asked)
        seconds = time.perf_counter() - start
    assert n_found == len(asked) // 2
    return seconds / len(asked) * 1e6


def floor_s(path: Path) -> float:
    """Seconds of the floor; making the rows does not count."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(LABELS.create("statement"))
    rows = (
        (n, 1, n, "p2pkh", digest, address, None, None, None, None, None)
        for n, (digest, address) in enumerate(addresses(), 1)
    )
    insert = f"INSERT INTO statement VALUES ({', '.join('?' * 11)})"
    connection.execute("BEGIN IMMEDIATE")
    seconds = 0.0
    while batch := list(islice(rows, _BATCH)):
        start = time.perf_counter()
        connection.executemany(insert, batch)
        seconds += time.perf_counter() - start
    start = time.perf_counter()
    connection.execute(LABELS.create("statement_by_address"))
    connection.execute("COMMIT")
    seconds += time.perf_counter() - start
    (count,) = connection.execute("SELECT count(*) FROM statement").fetchone()
    connection.close()
    assert count == N_LABELS
    return seconds


def processor() -> str:
    """Name of the processor."""
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


if __name__ == "__main__":
    main()
