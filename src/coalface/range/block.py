"""Blocks of a regtest chain: subsidy, coinbase, witness commitment, merkle root, proof of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coalface.range.hashes import sha256d
from coalface.range.script import OP_RETURN, push
from coalface.range.tx import COINBASE_OUTPOINT, Outpoint, Reader, Tx, TxInput, TxOutput, compact_size

REGTEST_BITS = 0x207FFFFF
BLOCK_VERSION = 0x20000000
HALVING_INTERVAL = 150
COINBASE_MATURITY = 100
_FIRST_SUBSIDY_SAT = 50 * 100_000_000
_REGTEST_TARGET = 0x7FFFFF << 8 * (0x20 - 3)
_RESERVED_VALUE = bytes(32)
_COMMITMENT_HEADER = b"\xaa\x21\xa9\xed"


def subsidy_sat(height: int) -> int:
    """New coin of the block at that height, satoshis."""
    return _FIRST_SUBSIDY_SAT >> height // HALVING_INTERVAL


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Merkle root of hashes in internal order, 32 bytes."""
    row = list(leaves)
    while len(row) > 1:
        if len(row) % 2:
            row.append(row[-1])
        row = [sha256d(row[place] + row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


def height_push(height: int) -> bytes:
    """The script operation that BIP-0034 wants first in a coinbase script."""
    if height <= 16:
        return bytes([0x50 + height]) if height else b"\x00"
    return push(height.to_bytes(height.bit_length() // 8 + 1, "little"))


def coinbase_tx(
    height: int, payouts: Sequence[TxOutput], *, tag: bytes, others: Sequence[Tx], commit: bool
) -> Tx:
    """The coinbase transaction of a block.

    Parameters
    ----------
    height
        Height of the block.
    payouts
        Outputs that claim the reward.
    tag
        What the miner writes after the height.
    others
        The block's other transactions.
    commit
        Adds the witness commitment (BIP-0141); needed as soon as one of ``others`` carries a witness.
    """
    outputs = list(payouts)
    witness: tuple[bytes, ...] = ()
    if commit:
        root = merkle_root([bytes(32), *(tx.wtxid_bytes for tx in others)])
        commitment = sha256d(root + _RESERVED_VALUE)
        outputs.append(TxOutput(0, OP_RETURN + push(_COMMITMENT_HEADER + commitment)))
        witness = (_RESERVED_VALUE,)
    script_sig = height_push(height) + push(tag)
    return Tx(2, (TxInput(COINBASE_OUTPOINT, script_sig=script_sig, witness=witness),), tuple(outputs))


@dataclass(frozen=True)
class Header:
    """The 80 bytes that are hashed for proof of work."""

    prev_hash: bytes
    merkle_root: bytes
    time_unix: int
    nonce: int
    version: int = BLOCK_VERSION
    bits: int = REGTEST_BITS

    def serialize(self) -> bytes:
        """80 bytes."""
        return (
            self.version.to_bytes(4, "little")
            + self.prev_hash
            + self.merkle_root
            + self.time_unix.to_bytes(4, "little")
            + self.bits.to_bytes(4, "little")
            + self.nonce.to_bytes(4, "little")
        )

    @property
    def hash(self) -> bytes:
        """Block hash in internal order, 32 bytes."""
        return sha256d(self.serialize())


def mine_block(prev_hash: bytes, time_unix: int, txs: Sequence[Tx]) -> bytes:
    """A block with enough work for regtest, as bytes; the lowest nonce that does is taken."""
    root = merkle_root([tx.txid_bytes for tx in txs])
    nonce = 0
    while int.from_bytes(Header(prev_hash, root, time_unix, nonce).hash, "little") > _REGTEST_TARGET:
        nonce += 1
    header = Header(prev_hash, root, time_unix, nonce)
    return header.serialize() + compact_size(len(txs)) + b"".join(tx.raw_bytes for tx in txs)


def block_hash(raw_block: bytes) -> bytes:
    """Hash of a block in internal order, 32 bytes."""
    return sha256d(raw_block[:80])


def read_block(raw_block: bytes) -> tuple[Header, list[Tx]]:
    """Header and transactions of a block."""
    reader = Reader(raw_block)
    version, prev_hash, root = reader.number(4), reader.take(32), reader.take(32)
    time_unix, bits, nonce = reader.number(4), reader.number(4), reader.number(4)
    txs = [reader.tx() for _ in range(reader.count())]
    if reader.offset != len(raw_block):
        raise ValueError(f"{len(raw_block) - reader.offset} bytes after the last transaction")
    return Header(prev_hash, root, time_unix, nonce, version, bits), txs


def genesis_tx() -> Tx:
    """The coinbase transaction that all of Bitcoin's networks but testnet4 begin with."""
    headline = b"The Times 03/Jan/2009 Chancellor on brink of second bailout for banks"
    key = bytes.fromhex(
        "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6"
        "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f"
    )
    script_sig = push((0x1D00FFFF).to_bytes(4, "little")) + push(b"\x04") + push(headline)
    coinbase = TxInput(Outpoint(*COINBASE_OUTPOINT), script_sig=script_sig)
    return Tx(1, (coinbase,), (TxOutput(_FIRST_SUBSIDY_SAT, push(key) + b"\xac"),))


def genesis_block() -> bytes:
    """The first block of regtest (Bitcoin Core ``kernel/chainparams.cpp``: time 1296688602, nonce 2)."""
    tx = genesis_tx()
    header = Header(bytes(32), tx.txid_bytes, 1296688602, 2, version=1)
    return header.serialize() + compact_size(1) + tx.serialize()
