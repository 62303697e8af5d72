"""Measures traces by every method beside a floor; every figure asserts its answer.

``make bench`` runs it. ``COALFACE_BENCH_TXS`` sets the size of the bulk chain (2,200,000 transactions unless
given; 14,000,000 are needed for a trace of ten million). The floor is what no trace can avoid: reading, in
chain order, the values of all outputs and what all inputs spend, of a whole chain, in numpy. Seconds are
those of the processor in the tracing thread, so that other work on the machine weighs little; only *cold* is
by the clock, with the columns dropped from the page cache.
"""

import os
import platform
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coalface import _core
from coalface.chain import Chain, index, open_chain
from coalface.tracing import METHODS
from coalface.tracing.origins import Parts
from coalface.tracing.stops import BOUNDARIES, Stops
from coalface.tracing.trace import Question

N_TXS = int(os.environ.get("COALFACE_BENCH_TXS", "2200000"))
N_SMALL = 60_000
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)
REPEATS = 3
ORIGINS_AT = (3_000, 200_000)
"""Transactions between which origins are drawn: late enough for many outputs, early enough to go far."""


@dataclass(frozen=True)
class Run:
    """One measured trace."""

    record: "_core.TraceRecord"
    seconds: float

    @property
    def n_txs(self) -> int:
        """Transactions followed."""
        return self.record["n_txs"]

    def text(self) -> str:
        """Rate and time a transaction."""
        rate = self.n_txs / self.seconds / 1e6
        return f"{self.n_txs:>9} tx  {rate:6.2f} M tx/s  {self.seconds / self.n_txs * 1e6:6.3f} us a tx"


def main() -> None:
    """Measure, assert, print."""
    print(f"processor: {platform.processor() or 'unknown'}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="coalface-bench-") as name:
        folder = Path(name)
        equals_the_oracle(folder / "small")
        chain = bulk(folder / "large", N_TXS)
        print(f"chain: {chain.facts['counts']['txs'] / 1e6:.2f} M tx")
        print(f"floor: {floor(chain)}")
        measure(chain)
        cold(chain)


def bulk(folder: Path, n_txs: int) -> Chain:
    """A bulk chain, indexed."""
    _core.write_bulk(folder / "blocks", n_txs=n_txs, seed=1)
    index([folder / "blocks"], folder / "store")
    shutil.rmtree(folder / "blocks")
    return open_chain(folder / "store")


def origins(chain: Chain, count: int, first: int, end: int) -> Parts:
    """Whole outputs drawn at random from the transactions of a range."""
    firsts = chain.column("tx.first_output")
    end = min(end, len(firsts) // 2)
    rng = np.random.default_rng(3)
    low, high = int(firsts[min(first, end - 1)]), int(firsts[end])
    rows = np.unique(rng.integers(low, high, count)).astype(np.uint64)
    values = chain.column("output.value_sat")[rows]
    return Parts.whole(rows[values > 0], values[values > 0])


def run(chain: Chain, parts: Parts, method: str, max_txs: int, *, repeats: int = REPEATS) -> Run:
    """The fastest of some traces."""
    question = Question(chain, parts, "forward", Stops(), through_coinjoins=True, max_txs=max_txs)
    options = question.options(method, keep_edges=False)
    best = float("inf")
    for _ in range(repeats):
        start = time.thread_time()
        record = _core.trace(
            chain.core, (parts.outputs, parts.start_sat, parts.sat), chain.bound, options, None
        )
        best = min(best, time.thread_time() - start)
    if method != "poison":
        ends = int(record["terminal_sat"].sum()) + record["lost_to_fees_sat"] + record["met_again_sat"]
        assert ends == int(record["origin_sat"].sum())
    return Run(record, best)


def floor(chain: Chain) -> str:
    """Values of all outputs, and which output every input spends, read once in chain order."""
    values, spent = chain.column("output.value_sat"), chain.column("input.spent_output")
    best = float("inf")
    for _ in range(REPEATS):
        start = time.thread_time()
        total = int(values.sum()) + int(np.count_nonzero(spent))
        best = min(best, time.thread_time() - start)
    assert total > 0
    n_txs = chain.facts["counts"]["txs"]
    return f"{n_txs / best / 1e6:.1f} M tx/s, {best / n_txs * 1e6:.4f} us a tx: a plain sum over all rows"


def measure(chain: Chain) -> None:
    """Haircut at every size, the other methods at the largest."""
    times = []
    for size in SIZES:
        found = run(chain, origins(chain, 3 if size < 1_000 else 60, *ORIGINS_AT), "haircut", size)
        print(f"haircut  {found.text()}")
        times.append(found.seconds / found.n_txs)
        if found.n_txs < size:
            break
    print(f"haircut, slowest / fastest time a tx: {max(times) / min(times):.2f}")
    for method in METHODS[1:]:
        parts = origins(chain, 60, *ORIGINS_AT)
        print(f"{method:<8} {run(chain, parts, method, SIZES[-1], repeats=1).text()}")


def cold(chain: Chain) -> None:
    """The same with the store's files out of the page cache, by the clock."""
    for file in sorted((chain.folder / "columns").iterdir()):
        handle = os.open(file, os.O_RDONLY)
        try:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)
    fresh = open_chain(chain.folder)
    parts = origins(chain, 3, *ORIGINS_AT)
    question = Question(fresh, parts, "forward", Stops(), through_coinjoins=True, max_txs=1_000)
    options = question.options("haircut", keep_edges=False)
    start = time.perf_counter()
    record = _core.trace(fresh.core, (parts.outputs, parts.start_sat, parts.sat), fresh.bound, options, None)
    found = Run(record, time.perf_counter() - start)
    print(f"cold     {found.text()}  (pages that other maps hold stay)")


def equals_the_oracle(folder: Path) -> None:
    """Haircut on a small chain, transaction by transaction in plain Python, gives the same terminals."""
    chain = bulk(folder, N_SMALL)
    parts = origins(chain, 20, 300, 3_000)
    found = run(chain, parts, "haircut", N_SMALL).record
    assert found["n_txs"] > 500
    ends = dict(zip(found["terminal_outputs"].tolist(), found["terminal_sat"].tolist(), strict=True))
    assert not (found["terminal_boundary"] == BOUNDARIES.index("limit")).any()
    assert ends == slow_haircut(chain, parts)
    print(f"oracle: equal on {found['n_txs']} transactions")


def slow_haircut(chain: Chain, parts: Parts) -> dict[int, int]:
    """Tainted satoshi by output at the end: every transaction of the chain takes its share."""
    values: NDArray[np.int64] = chain.column("output.value_sat")
    spent, fees = chain.column("input.spent_output"), chain.column("tx.fee_sat")
    first_in = [*chain.column("tx.first_input").tolist(), len(spent)]
    first_out = [*chain.column("tx.first_output").tolist(), len(values)]
    whole = dict(zip(parts.outputs.tolist(), parts.sat.tolist(), strict=True))
    tainted = dict(whole)
    for tx in range(len(fees)):
        places = [row for row in spent[first_in[tx] : first_in[tx + 1]].tolist() if row in tainted]
        if not places:
            continue
        left = sum(tainted.pop(row) for row in places)
        total = int(values[first_out[tx] : first_out[tx + 1]].sum()) + int(fees[tx])
        for row in range(first_out[tx], first_out[tx + 1]):
            value = int(values[row])
            share = left * value // total if total else 0
            left, total = left - share, total - value
            if share:
                tainted[row] = whole.get(row, share)
    return tainted


if __name__ == "__main__":
    main()
