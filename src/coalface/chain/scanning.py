"""Questions about the whole chain, each one sweep over a few columns as of a block."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coalface import _core
from coalface.chain.coverage import Coverage
from coalface.chain.provenance import Provenance
from coalface.errors import UsageError

if TYPE_CHECKING:
    from coalface.chain.opening import Chain

__all__ = [
    "QUERIES",
    "AgeSum",
    "KindSum",
    "LargestFee",
    "LargestOutput",
    "Locktimes",
    "MonthSum",
    "Query",
    "Scan",
    "ScanProgress",
    "Versions",
    "scan",
]

ScanProgress = Callable[[int, int], None]
"""Called as ``progress(done, total)`` in rows; what it raises stops the scan."""

_DAY_SECONDS = 86_400
AGE_DAYS = (1, 7, 30, 90, 180, 365, 730, 1825, 3650)
"""Ends of the ages that unspent outputs are sorted into, in days; the last age has no end."""


@dataclass(frozen=True)
class Locktimes:
    """Transactions by lock time."""

    n_txs: int
    n_nonzero: int
    n_heights: int
    """Lock time below 500,000,000: it names a height."""
    n_times: int
    """Lock time from there on: it names a time."""


@dataclass(frozen=True)
class Versions:
    """Transactions by version."""

    n_txs: int
    n_above_1: int
    """Version above 1, read as an unsigned number, as consensus does since BIP-0068."""
    n_negative: int
    """Those of them that are negative when read as signed numbers, as older software shows them."""


@dataclass(frozen=True)
class LargestOutput:
    """The output of the greatest value."""

    n_outputs: int
    value_sat: int | None
    """`None` for a chain without outputs."""
    txid: str | None
    """The first in chain order, where several have that value."""
    vout: int | None
    n_equal: int
    """Outputs of that value, this one included."""


@dataclass(frozen=True)
class LargestFee:
    """The transaction of the greatest fee."""

    n_txs: int
    fee_sat: int | None
    """`None` where no fee is known."""
    txid: str | None
    n_equal: int
    n_coinbases: int
    """Transactions that pay no fee, one a block."""
    n_unknown: int
    """Transactions whose fee cannot be known in a partial chain; one of them may pay more."""


@dataclass(frozen=True)
class KindSum:
    """Outputs of one script kind."""

    script_type: str
    n_outputs: int
    value_sat: int
    n_unspent: int
    unspent_sat: int


@dataclass(frozen=True)
class AgeSum:
    """Unspent outputs of one age."""

    min_days: int
    max_days: int | None
    """The age is below this; `None` without an end."""
    n_blocks: int
    n_unspent: int
    unspent_sat: int
    n_unspendable: int
    """Those of the unspent that nobody can ever spend: OP_RETURN, and the output of the genesis block."""
    unspendable_sat: int


@dataclass(frozen=True)
class MonthSum:
    """Blocks of one calendar month, UTC, by their header times."""

    month: str
    """``YYYY-MM``."""
    n_blocks: int
    n_txs: int
    n_outputs: int
    value_sat: int
    """Of all outputs made: payments, change and new coin alike."""
    unspent_sat: int
    """What of it is unspent as of the chain's block."""
    fees_sat: int
    """Of the transactions whose fee is known."""
    n_fees_unknown: int


Found = Locktimes | Versions | LargestOutput | LargestFee | tuple[KindSum | AgeSum | MonthSum, ...]


@dataclass(frozen=True)
class Scan:
    """Answer to one question about the whole chain."""

    query: str
    result: Found
    coverage: Coverage
    provenance: Provenance


@dataclass(frozen=True)
class Query:
    """A question that can be asked of a whole chain."""

    summary: str
    columns: tuple[str, ...]
    """Columns that it reads, from end to end."""
    ask: Callable[["Chain", int | None, ScanProgress | None], tuple[Found, list[str]]]
    """Gives the result and its unknown fields."""


def scan(
    chain: "Chain", query: str, *, threads: int | None = None, progress: ScanProgress | None = None
) -> Scan:
    """The answer to one of `QUERIES` as of the chain's block.

    Parameters
    ----------
    chain
        An open chain.
    query
        Name of the question.
    threads
        Threads to use; `None` is one a core. The answer does not depend on it.
    progress
        Told how far the sweep is.

    Raises
    ------
    UsageError
        If there is no such question.
    StaleSnapshot
        If a reorganisation took rows back meanwhile: open the store again.

    Notes
    -----
    Time is that of reading the columns named by the query once.
    """
    found = QUERIES.get(query)
    if found is None:
        raise UsageError(
            f"there is no scan `{query[:80]}`",
            code="usage_scan",
            hint=f"one of {', '.join(QUERIES)}",
            context={"received": query[:80]},
        )
    result, unknown = found.ask(chain, threads, progress)
    return Scan(query, result, chain.coverage.with_unknown(unknown), chain.provenance)


def _locktime(chain: "Chain", threads: int | None, progress: ScanProgress | None) -> tuple[Found, list[str]]:
    n_txs, n_nonzero, n_times = _core.scan_locktimes(chain.core, chain.bound, threads, progress)
    return Locktimes(n_txs, n_nonzero, n_nonzero - n_times, n_times), []


def _version(chain: "Chain", threads: int | None, progress: ScanProgress | None) -> tuple[Found, list[str]]:
    return Versions(*_core.scan_versions(chain.core, chain.bound, threads, progress)), []


def _largest_output(
    chain: "Chain", threads: int | None, progress: ScanProgress | None
) -> tuple[Found, list[str]]:
    best, n_outputs, _ = _core.scan_largest_output(chain.core, chain.bound, threads, progress)
    if best is None:
        return LargestOutput(n_outputs, None, None, None, 0), []
    value_sat, row, n_equal = best
    txids, numbers, _, _ = chain.core.outputs(np.array([row], np.uint64))
    return LargestOutput(n_outputs, value_sat, txids[0], numbers[0], n_equal), []


def _largest_fee(
    chain: "Chain", threads: int | None, progress: ScanProgress | None
) -> tuple[Found, list[str]]:
    best, n_txs, n_none = _core.scan_largest_fee(chain.core, chain.bound, threads, progress)
    n_coinbases = chain.bound.blocks
    n_unknown = n_none - n_coinbases
    # One that is unknown may be the greatest.
    unknown = ["result.fee_sat", "result.txid"] if best is None and n_unknown else []
    fee_sat, row, n_equal = best or (None, None, 0)
    txid = None if row is None else chain.core.txs(np.array([row], np.uint32))[0][0]
    return LargestFee(n_txs, fee_sat, txid, n_equal, n_coinbases, n_unknown), unknown


def _kinds(chain: "Chain", threads: int | None, progress: ScanProgress | None) -> tuple[Found, list[str]]:
    rows = _core.scan_kinds(chain.core, chain.bound, threads, progress)
    return tuple(KindSum(*row) for row in rows), []


def _times_unix(chain: "Chain") -> "np.ndarray[Any, np.dtype[np.int64]]":
    """Header time of every block."""
    return chain.column("block.time")[: chain.bound.blocks].astype(np.int64)


def _ages(chain: "Chain", threads: int | None, progress: ScanProgress | None) -> tuple[Found, list[str]]:
    """By the age of the output's block: its header time subtracted from that of the last block."""
    found = _core.scan_block_outputs(chain.core, chain.bound, threads, progress)
    _, _, n_unspent, unspent_sat, n_unspendable, unspendable_sat = found
    times_unix = _times_unix(chain)
    days = np.maximum(times_unix[-1] - times_unix, 0) // _DAY_SECONDS if len(times_unix) else times_unix
    place = np.searchsorted(np.array(AGE_DAYS), days, side="right")
    starts, ends = (0, *AGE_DAYS), (*AGE_DAYS, None)
    counts = (np.ones_like(place), n_unspent, unspent_sat, n_unspendable, unspendable_sat)
    rows = zip(*(_sums(place, len(starts), column) for column in counts), strict=True)
    return tuple(AgeSum(start, end, *row) for start, end, row in zip(starts, ends, rows, strict=True)), []


def _months(chain: "Chain", threads: int | None, progress: ScanProgress | None) -> tuple[Found, list[str]]:
    n_outputs, value_sat, _, unspent_sat, _, _ = _core.scan_block_outputs(
        chain.core, chain.bound, threads, progress
    )
    n_txs, fees_sat, n_unknown = _core.scan_block_fees(chain.core, chain.bound, threads, progress)
    months = _times_unix(chain).astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    months, place = np.unique(months, return_inverse=True)
    counts = (np.ones_like(place), n_txs, n_outputs, value_sat, unspent_sat, fees_sat, n_unknown)
    rows = zip(*(_sums(place, len(months), column) for column in counts), strict=True)
    names = (f"{1970 + month // 12:04}-{month % 12 + 1:02}" for month in months.tolist())
    sums = tuple(MonthSum(name, *row) for name, row in zip(names, rows, strict=True))
    return sums, ["result.fees_sat"] if n_unknown.any() else []


def _sums(place: "np.ndarray[Any, Any]", n_places: int, column: "np.ndarray[Any, Any]") -> list[int]:
    """Sum of a column by place, exact: amounts of many blocks may exceed 64 bits."""
    high, low = np.zeros(n_places, np.int64), np.zeros(n_places, np.int64)
    column = column.astype(np.int64)
    np.add.at(high, place, column >> 32)
    np.add.at(low, place, column & 0xFFFF_FFFF)
    return [(top << 32) + rest for top, rest in zip(high.tolist(), low.tolist(), strict=True)]


QUERIES: dict[str, Query] = {
    "locktime": Query("transactions with a lock time", ("tx.locktime",), _locktime),
    "version": Query("transactions of a version above 1", ("tx.version",), _version),
    "largest-output": Query("the output of the greatest value", ("output.value_sat",), _largest_output),
    "largest-fee": Query("the transaction of the greatest fee", ("tx.fee_sat",), _largest_fee),
    "kinds": Query(
        "count and value of outputs by script kind, and what is unspent",
        ("output.value_sat", "output.address_id", "output.spent_by", "address.kind"),
        _kinds,
    ),
    "unspent-by-age": Query(
        "unspent outputs by age in days",
        ("output.value_sat", "output.spent_by", "heap.op_return_output"),
        _ages,
    ),
    "months": Query(
        "transactions, outputs and fees by month",
        ("output.value_sat", "output.spent_by", "heap.op_return_output", "tx.fee_sat"),
        _months,
    ),
}
"""All questions by name."""
