"""One transaction with its inputs and outputs."""

from dataclasses import dataclass

from coalface import _core
from coalface.chain.coverage import Coverage
from coalface.chain.provenance import Provenance

__all__ = ["SpentBy", "Tx", "TxInput", "TxOutput", "tx_from"]


@dataclass(frozen=True)
class SpentBy:
    """The input that spends an output."""

    txid: str
    n: int
    """Number of the input in its transaction."""


@dataclass(frozen=True)
class TxInput:
    """One input and the output it spends."""

    n: int
    txid: str | None
    """Transaction of the spent output; `None` for a coinbase."""
    vout: int | None
    value_sat: int | None
    """Value of the spent output; `None` for a coinbase, or where it lies outside a partial chain."""
    address: str | None
    script_type: str | None
    sequence: int
    external: bool
    """Whether the spent output lies outside a partial chain; its address, if any, is proven by this spend."""


@dataclass(frozen=True)
class TxOutput:
    """One output."""

    n: int
    value_sat: int
    address: str | None
    """Standard encoding, ``script:<kind>:<sha256>`` for bare scripts, `None` for OP_RETURN."""
    script_type: str
    spent_by: SpentBy | None
    """`None` if unspent as of the answer's block."""


@dataclass(frozen=True)
class Tx:
    """One transaction, as of a block."""

    txid: str
    height: int | None
    block_hash: str
    time_unix: int
    """Header time of the block."""
    coinbase: bool
    version: int
    locktime: int
    size_bytes: int
    weight_wu: int
    fee_sat: int | None
    """Inputs minus outputs in satoshi; `None` for a coinbase or where an input's value is unknown."""
    inputs: tuple[TxInput, ...]
    outputs: tuple[TxOutput, ...]
    coverage: Coverage
    provenance: Provenance


def tx_from(record: "_core.TxRecord", coverage: Coverage, provenance: Provenance) -> Tx:
    """The engine's record of a transaction as an object."""
    unknown = []
    from_spend = []
    for row in record["inputs"]:
        if row["external"]:
            unknown += [
                f"inputs[{row['n']}].{name}" for name in ("value_sat", "address") if row[name] is None
            ]
            # Undo data tell both; without them an address comes from the spend.
            if row["address"] is not None and row["value_sat"] is None:
                from_spend.append(f"inputs[{row['n']}].address")
    if unknown:
        unknown.insert(0, "fee_sat")
    if record["height"] is None:
        unknown.insert(0, "height")
    inputs = tuple(TxInput(**row) for row in record["inputs"])
    outputs = tuple(
        TxOutput(
            n=row["n"],
            value_sat=row["value_sat"],
            address=row["address"],
            script_type=row["script_type"],
            spent_by=None if row["spent_by"] is None else SpentBy(*row["spent_by"]),
        )
        for row in record["outputs"]
    )
    return Tx(
        txid=record["txid"],
        height=record["height"],
        block_hash=record["block_hash"],
        time_unix=record["time_unix"],
        coinbase=record["coinbase"],
        version=record["version"],
        locktime=record["locktime"],
        size_bytes=record["size_bytes"],
        weight_wu=record["weight_wu"],
        fee_sat=record["fee_sat"],
        inputs=inputs,
        outputs=outputs,
        coverage=coverage.with_unknown(unknown, from_spend),
        provenance=provenance,
    )
