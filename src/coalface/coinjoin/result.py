"""What is said of one transaction, with all that it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from coalface.accuracy import ErrorRates
from coalface.chain import Coverage, Provenance

__all__ = ["CoinJoin", "Finding", "Gate", "JudgedOutput", "Lineage"]


@dataclass(frozen=True)
class Gate:
    """One test that a detector makes."""

    name: str
    """What is looked at; a quantity names its unit."""
    passed: bool | None
    """`None` where what it needs is not known: an input's value outside a partial chain, a height."""
    value: int | None
    """What was found; `None` where that is no number, or not known."""
    allowed: str
    required: bool
    """Whether failing it means no; the others tell yes from undecided."""


@dataclass(frozen=True)
class Finding:
    """What one detector says, and why."""

    detector: str
    rule: str
    """Name and version."""
    role: str
    """``coinjoin``, ``veto``, ``counter_evidence``, ``preparation`` or ``joint_spend``."""
    decision: str
    """``yes``, ``undecided`` or ``no``, of what the detector claims."""
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class JudgedOutput:
    """One output."""

    n: int
    value_sat: int
    script_type: str
    address: str | None
    """`None` for OP_RETURN, and for a transaction that is not from a store."""
    anonymity_set: int
    """Outputs of its value to different addresses if it may be mixed, 1 for another one, 0 for OP_RETURN."""


@dataclass(frozen=True)
class Lineage:
    """Where the coins of a Whirlpool or Ashigaru mix come from."""

    rule: str
    decision: str
    """``yes``: from Tx0s and mixes alone; ``no``: one is not; ``undecided``: some are from elsewhere."""
    n_mixes: int
    """Mixes that were followed back, this one included."""
    n_tx0s: int
    n_external: int
    """Coins from outside the indexed blocks."""
    is_cut: bool
    """Whether earlier mixes were left when the limit was reached."""
    broken: tuple[str, str] | None
    """The transaction that is neither, and the mix that spends its coin."""


@dataclass(frozen=True)
class CoinJoin:
    """Whether a transaction is a CoinJoin, by all detectors."""

    txid: str
    height: int | None
    """`None` if it is not in a block, or the block's height is not known."""
    decision: str
    """``yes``, ``undecided`` (it has the shape, but not all that tells it from innocent ones) or ``no``."""
    protocol: str | None
    """The detector that says yes; ``tx0`` is no CoinJoin but prepares one."""
    candidates: tuple[str, ...]
    """Detectors of CoinJoins and joint spends that do not say no."""
    makes_links: bool
    """Whether clustering takes its input addresses for those of one owner."""
    n_inputs: int
    denominations_sat: tuple[int, ...]
    """Values of several outputs, largest first; none if the decision is no."""
    outputs: tuple[JudgedOutput, ...]
    findings: tuple[Finding, ...]
    lineage: Lineage | None
    """`None` without a store, and for what has not the shape of a mix of Whirlpool or Ashigaru."""
    eras: str
    """``mainnet``: a protocol is looked for only at heights at which it was in use; ``off``: at any."""
    txid_checked: bool
    """Whether the parts of the transaction hash to its id; always so in a store."""
    coverage: Coverage | None
    """`None` for a transaction that is not from a store."""
    provenance: Provenance | None
    """`None` for a transaction that is not from a store."""
    error_rates: ErrorRates
    status: str = "inference"
