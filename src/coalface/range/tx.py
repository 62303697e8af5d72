"""Transactions as bytes: built, written with and without witness, read back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from coalface.range.hashes import sha256d

FINAL_SEQUENCE = 0xFFFFFFFF


class Outpoint(NamedTuple):
    """One output of one transaction; ``txid`` is the display string."""

    txid: str
    vout: int

    def serialize(self) -> bytes:
        """36 bytes as in an input."""
        return bytes.fromhex(self.txid)[::-1] + self.vout.to_bytes(4, "little")


COINBASE_OUTPOINT = Outpoint("00" * 32, 0xFFFFFFFF)


@dataclass(frozen=True)
class TxInput:
    """One input."""

    outpoint: Outpoint
    sequence: int = FINAL_SEQUENCE
    script_sig: bytes = b""
    witness: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class TxOutput:
    """One output."""

    value_sat: int
    script_pubkey: bytes

    def serialize(self) -> bytes:
        """Value and script as in a transaction."""
        return self.value_sat.to_bytes(8, "little") + with_size(self.script_pubkey)


def compact_size(number: int) -> bytes:
    """A count in Bitcoin's variable-length form, 1 to 5 bytes."""
    if number < 0xFD:
        return bytes([number])
    if number <= 0xFFFF:
        return b"\xfd" + number.to_bytes(2, "little")
    return b"\xfe" + number.to_bytes(4, "little")


def with_size(data: bytes) -> bytes:
    """The data after its own size."""
    return compact_size(len(data)) + data


@dataclass(frozen=True)
class Tx:
    """One transaction."""

    version: int
    inputs: tuple[TxInput, ...]
    outputs: tuple[TxOutput, ...]
    locktime: int = 0

    @property
    def has_witness(self) -> bool:
        """True if any input carries a witness."""
        return any(each.witness for each in self.inputs)

    def serialize(self, *, witness: bool = True) -> bytes:
        """Bytes of the transaction; ``witness=False`` gives the stripped form that the txid hashes."""
        extended = witness and self.has_witness
        parts = [self.version.to_bytes(4, "little")]
        if extended:
            parts.append(b"\x00\x01")
        parts.append(compact_size(len(self.inputs)))
        for each in self.inputs:
            parts += [
                each.outpoint.serialize(),
                with_size(each.script_sig),
                each.sequence.to_bytes(4, "little"),
            ]
        parts.append(compact_size(len(self.outputs)))
        parts += [each.serialize() for each in self.outputs]
        if extended:
            for each in self.inputs:
                parts.append(compact_size(len(each.witness)))
                parts += [with_size(item) for item in each.witness]
        parts.append(self.locktime.to_bytes(4, "little"))
        return b"".join(parts)

    @cached_property
    def raw_bytes(self) -> bytes:
        """Bytes of the transaction, kept once made."""
        return self.serialize()

    @cached_property
    def stripped_bytes(self) -> bytes:
        """Bytes without witness, kept once made."""
        return self.serialize(witness=False)

    @cached_property
    def prevouts_bytes(self) -> bytes:
        """Outpoints of all inputs, one after the other; every signature needs them."""
        return b"".join(each.outpoint.serialize() for each in self.inputs)

    @cached_property
    def sequences_bytes(self) -> bytes:
        """Sequences of all inputs, one after the other."""
        return b"".join(each.sequence.to_bytes(4, "little") for each in self.inputs)

    @cached_property
    def outputs_bytes(self) -> bytes:
        """All outputs, one after the other."""
        return b"".join(each.serialize() for each in self.outputs)

    @cached_property
    def txid_bytes(self) -> bytes:
        """Txid in internal order, 32 bytes."""
        return sha256d(self.stripped_bytes)

    @cached_property
    def txid(self) -> str:
        """Txid as displayed, 64 hex digits."""
        return self.txid_bytes[::-1].hex()

    @cached_property
    def wtxid_bytes(self) -> bytes:
        """Witness txid in internal order, 32 bytes (BIP-0141)."""
        return sha256d(self.raw_bytes)

    @property
    def is_coinbase(self) -> bool:
        """True if it creates the block's reward."""
        return len(self.inputs) == 1 and self.inputs[0].outpoint == COINBASE_OUTPOINT


class Reader:
    """Reads fields of transactions and blocks from bytes, in order."""

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self._data = data
        self.offset = offset

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        end = self.offset + size
        if end > len(self._data):
            raise ValueError(f"{size} bytes wanted at offset {self.offset}, {len(self._data)} bytes in all")
        taken = self._data[self.offset : end]
        self.offset = end
        return taken

    def number(self, size: int) -> int:
        """An unsigned little-endian integer of ``size`` bytes."""
        return int.from_bytes(self.take(size), "little")

    def count(self) -> int:
        """A count in Bitcoin's variable-length form."""
        first = self.number(1)
        return first if first < 0xFD else self.number({0xFD: 2, 0xFE: 4, 0xFF: 8}[first])

    def sized(self) -> bytes:
        """Data after its own size."""
        return self.take(self.count())

    def tx(self) -> Tx:
        """The next transaction."""
        version = self.number(4)
        n_inputs = self.count()
        extended = n_inputs == 0
        if extended:
            self.take(1)
            n_inputs = self.count()
        inputs = [self._input() for _ in range(n_inputs)]
        outputs = tuple(TxOutput(self.number(8), self.sized()) for _ in range(self.count()))
        if extended:
            for place, each in enumerate(inputs):
                witness = tuple(self.sized() for _ in range(self.count()))
                inputs[place] = TxInput(each.outpoint, each.sequence, each.script_sig, witness)
        return Tx(version, tuple(inputs), outputs, self.number(4))

    def _input(self) -> TxInput:
        outpoint = Outpoint(self.take(32)[::-1].hex(), self.number(4))
        script_sig = self.sized()
        return TxInput(outpoint, self.number(4), script_sig)
