"""What a trace answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coalface.accuracy import ErrorRates
from coalface.chain import Coverage, Provenance
from coalface.tracing.legs import UsedLeg
from coalface.tracing.origins import Origin
from coalface.tracing.stops import Override

__all__ = [
    "ActorTotal",
    "Coin",
    "Day",
    "Edge",
    "OtherMethod",
    "TaintedInput",
    "TaintedOutput",
    "Terminal",
    "Trace",
]


@dataclass(frozen=True)
class Coin:
    """A stretch of an output that is coin of an origin: only first-in and last-in methods tell it."""

    start_sat: int
    """Satoshi of the output before it."""
    sat: int
    origin_txid: str
    origin_vout: int
    origin_start_sat: int
    """Satoshi of the origin output before it."""


@dataclass(frozen=True)
class Terminal:
    """An output where tainted value ended; backward, where it came from."""

    txid: str
    vout: int
    address: str | None
    value_sat: int
    tainted_sat: int
    boundary: str
    reason: str
    is_mixed: bool
    """Whether some of it went through a transaction that may be a CoinJoin: nothing behind one is certain."""
    coins: tuple[Coin, ...]

    @property
    def parts(self) -> list[str]:
        """Origins from which a trace goes on with these very coins, or with so much of the output."""
        if not self.coins:
            return [f"{self.txid}:{self.vout}={self.tainted_sat}"]
        return [f"{self.txid}:{self.vout}={each.sat}@{each.start_sat}" for each in self.coins]


@dataclass(frozen=True)
class TaintedInput:
    """An output that a transaction spends, and how much of it is tainted."""

    txid: str
    vout: int
    tainted_sat: int


@dataclass(frozen=True)
class TaintedOutput:
    """An output that a transaction makes, and how much of it is tainted."""

    vout: int
    tainted_sat: int


@dataclass(frozen=True)
class Edge:
    """One transaction that tainted value went through: what it spends and makes, as far as tainted."""

    txid: str
    height: int | None
    time_unix: int
    inputs: tuple[TaintedInput, ...]
    outputs: tuple[TaintedOutput, ...]
    fee_tainted_sat: int


@dataclass(frozen=True)
class ActorTotal:
    """What ended at the addresses that one stop stands for."""

    actor: str | None
    """As a label says; `None` if none does."""
    address: str | None
    """The address that was named; `None` for suspects, who have no name."""
    category: str | None
    boundary: str
    tainted_sat: int
    inferred_sat: int
    """Part of it at other addresses of the same cluster: an inference."""
    n_outputs: int


@dataclass(frozen=True)
class Day:
    """What ended at outputs that were made on one day; those outside a partial chain are of no known day."""

    date: str
    """UTC date of the block's header time."""
    boundary: str
    tainted_sat: int
    n_outputs: int


@dataclass(frozen=True)
class OtherMethod:
    """What another method says of the same question; the declared one stays the answer."""

    method: str
    totals_sat: dict[str, int]
    lost_to_fees_sat: int
    met_again_sat: int
    n_txs: int
    n_terminals: int


@dataclass(frozen=True)
class Trace:
    """Where value went, or came from.

    ``origin_sat`` + ``continued_sat`` = sum of ``totals_sat`` + ``lost_to_fees_sat`` + ``met_again_sat``,
    by every method but poison.
    """

    method: str
    direction: str
    origins: tuple[Origin, ...]
    origin_sat: int
    """Value of all origin parts, each counted once."""
    continued_sat: int
    """Value that came back to the chain by external legs."""
    totals_sat: dict[str, int]
    """Tainted satoshi by boundary, every boundary named."""
    mixed_sat: int
    """Part of it in outputs to which value came through transactions that may be CoinJoins."""
    lost_to_fees_sat: int
    met_again_sat: int
    """Taint that came back to an origin output, where it is counted already."""
    n_txs: int
    actors: tuple[ActorTotal, ...]
    """Largest first."""
    timeline: tuple[Day, ...]
    terminals: Sequence[Terminal]
    edges: Sequence[Edge]
    edges_file: str | None
    """Where the edges were written to instead."""
    legs: tuple[UsedLeg, ...]
    """External legs that tainted value reached."""
    overrides: tuple[Override, ...]
    robustness: tuple[OtherMethod, ...] | None
    """Other methods beside the declared one; `None` if not asked for."""
    coverage: Coverage
    provenance: Provenance
    parameters: dict[str, int | bool | str | None]
    error_rates: ErrorRates
    """Of the method and of the rules that decided where the trace stopped."""

    def by_address(self) -> list[tuple[str | None, str, int]]:
        """(address, boundary, tainted satoshi) summed over terminals, largest first."""
        sums: dict[tuple[str | None, str], int] = {}
        for terminal in self.terminals:
            key = (terminal.address, terminal.boundary)
            sums[key] = sums.get(key, 0) + terminal.tainted_sat
        rows = [(address, boundary, sat) for (address, boundary), sat in sums.items()]
        return sorted(rows, key=lambda row: (-row[2], row[0] or "", row[1]))
