"""All transactions of a chain of which a detector says more than no."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coalface import _core
from coalface.accuracy import ErrorRates, error_rates
from coalface.chain import Chain, Coverage, Provenance
from coalface.coinjoin.judge import has_mainnet_eras
from coalface.coinjoin.rules import COINJOIN_RULE, DETECTORS

__all__ = ["CoinJoinScan", "ScannedTx", "scan_coinjoins"]

_DECISIONS = ("no", "undecided", "yes")
_NAMES = tuple(DETECTORS)
_WINDOW = 1 << 16
"""Txids that are asked for at a time."""


@dataclass(frozen=True)
class ScannedTx:
    """One transaction that may be a CoinJoin, prepares one, or may be a joint spend."""

    txid: str
    decision: str
    """``yes``, ``undecided`` or ``no`` (a Tx0, or a possible channel of two funders)."""
    protocol: str | None
    makes_links: bool
    candidates: tuple[str, ...]
    """Detectors that do not say no."""


@dataclass(frozen=True)
class CoinJoinScan:
    """What a sweep over a whole chain found, as counts; `transactions` gives them one by one."""

    n_txs: int
    """Transactions that were looked at: all."""
    n_yes: int
    n_undecided: int
    n_without_links: int
    """Transactions with several input addresses that clustering leaves alone."""
    by_protocol: dict[str, int]
    """How many of each protocol; Tx0s among them, which are no CoinJoins."""
    eras: str
    coverage: Coverage
    provenance: Provenance
    status: str = "inference"
    error_rates: ErrorRates = field(default_factory=lambda: error_rates((COINJOIN_RULE,)))


def scan_coinjoins(
    chain: Chain,
    *,
    eras: bool | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[CoinJoinScan, Iterator[ScannedTx]]:
    """Counts, and the transactions in chain order.

    Parameters
    ----------
    chain
        As of which block.
    eras
        As in `judge`.
    threads
        Threads to use; one a core unless given.
    progress
        Called as ``progress(done, total)`` in transactions.

    Notes
    -----
    Lineage is not followed: `judge` does so. One pass over the columns; transactions that their outputs rule
    out cost no random read.
    """
    is_mainnet = has_mainnet_eras(chain, eras)
    found = _core.coinjoin_scan(chain.core, chain.bound, is_mainnet, threads, progress)
    decisions, protocols = found["decision"], found["protocol"]
    by_protocol = {name: int((protocols == n).sum()) for n, name in enumerate(_NAMES)}
    counts = CoinJoinScan(
        n_txs=chain.bound.txs,
        n_yes=int((decisions == 2).sum()),
        n_undecided=int((decisions == 1).sum()),
        n_without_links=int(found["excluded"].sum()),
        by_protocol={name: count for name, count in by_protocol.items() if count},
        eras="mainnet" if is_mainnet else "off",
        coverage=chain.coverage,
        provenance=replace(chain.provenance, rules=(COINJOIN_RULE, *DETECTORS.values())),
    )
    return counts, _transactions(chain, found)


def _transactions(chain: Chain, found: dict[str, NDArray[Any]]) -> Iterator[ScannedTx]:
    rows = found["tx"]
    for first in range(0, len(rows), _WINDOW):
        window = slice(first, first + _WINDOW)
        txids = chain.core.txs(np.asarray(rows[window], np.uint32))[0]
        for at, txid in enumerate(txids, start=first):
            protocol = int(found["protocol"][at])
            yield ScannedTx(
                txid=txid,
                decision=_DECISIONS[int(found["decision"][at])],
                protocol=None if protocol < 0 else _NAMES[protocol],
                makes_links=not bool(found["excluded"][at]),
                candidates=tuple(name for name in _NAMES if found[name][at]),
            )
