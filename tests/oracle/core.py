"""Bitcoin Core's own library: writes a regtest data directory, judges blocks, answers from its files."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pbk

from coalface.range.block import block_hash
from coalface.range.tx import Reader, compact_size


@dataclass(frozen=True)
class CoreOutput:
    """One output."""

    value_sat: int
    script: bytes


@dataclass(frozen=True)
class CoreInput:
    """One input; ``spent`` is the output it spends, from Core's undo file (None for a coinbase)."""

    txid: str
    vout: int
    sequence: int
    spent: CoreOutput | None


@dataclass(frozen=True)
class CoreTx:
    """One transaction. Version and sizes are read off the bytes that Core gives back."""

    txid: str
    version: int
    locktime: int
    size_bytes: int
    weight_wu: int
    inputs: tuple[CoreInput, ...]
    outputs: tuple[CoreOutput, ...]

    @property
    def fee_sat(self) -> int | None:
        """Inputs minus outputs, None for a coinbase."""
        total = 0
        for each in self.inputs:
            if each.spent is None:
                return None
            total += each.spent.value_sat
        return total - sum(each.value_sat for each in self.outputs)


@dataclass(frozen=True)
class CoreBlock:
    """One block of the active chain."""

    height: int
    hash: str
    prev_hash: str
    time_unix: int
    bits: int
    nonce: int
    version: int
    size_bytes: int
    weight_wu: int
    txs: tuple[CoreTx, ...]


class Core:
    """One node's state in ``folder``; close it (or leave the ``with``) before others read its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.verdicts: dict[str, bool] = {}
        """Block hash to whether Core found it valid when it tried to connect it."""
        options = pbk.ContextOptions()
        options.set_chainparams(pbk.ChainParameters(pbk.ChainType.REGTEST))
        self._callbacks = pbk.ValidationInterfaceCallbacks(block_checked=self._block_checked)
        options.set_validation_interface(self._callbacks)
        self._context = pbk.Context(options)
        chain = folder / "regtest"
        manager = pbk.ChainstateManagerOptions(self._context, str(chain), str(chain / "blocks"))
        manager.set_worker_threads_num(0)
        self._manager = pbk.ChainstateManager(manager)

    def __enter__(self) -> Core:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Flush everything to the files and let go of them."""
        del self._manager
        del self._context

    def _block_checked(self, _user_data: object, block: pbk.Block, state: pbk.BlockValidationState) -> None:
        self.verdicts[str(block.block_hash)] = state.validation_mode == pbk.ValidationMode.VALID

    def give_header(self, raw_block: bytes) -> None:
        """The block's header, as in a headers-first download."""
        self._manager.process_block_header(pbk.BlockHeader(raw_block[:80]))

    def give(self, raw_block: bytes) -> bool:
        """The block; whether Core stored it (False also for a block that it refused before writing it)."""
        try:
            return bool(self._manager.process_block(_block(raw_block)))
        except pbk.ProcessBlockException:
            return False

    @property
    def tip(self) -> tuple[int, str]:
        """Height and hash of the active chain's last block."""
        chain = self._manager.get_active_chain()
        return chain.height, str(chain.block_tree_entries[chain.height].block_hash)

    def hashes(self) -> list[str]:
        """Hashes of the active chain, genesis first."""
        return [str(entry.block_hash) for entry in self._manager.get_active_chain().block_tree_entries]

    def blocks(self) -> Iterator[CoreBlock]:
        """Every block of the active chain as Core reads it back from its block and undo files."""
        for entry in self._manager.get_active_chain().block_tree_entries:
            block = self._manager.blocks[entry]
            undo = self._manager.block_spent_outputs[entry].transactions if entry.height else []
            header, size = block.block_header, len(bytes(block))
            txs = [_tx(block.transactions[0], None)]
            for n in range(1, len(block.transactions)):
                txs.append(_tx(block.transactions[n], undo[n - 1].coins))
            # header and count weigh four units a byte, everything else as its transaction says
            frame = 80 + len(compact_size(len(txs)))
            yield CoreBlock(
                height=entry.height,
                hash=str(entry.block_hash),
                prev_hash=str(header.prev_hash),
                time_unix=int(header.timestamp.timestamp()),
                bits=header.bits,
                nonce=header.nonce,
                version=header.version,
                size_bytes=size,
                weight_wu=4 * frame + sum(tx.weight_wu for tx in txs),
                txs=tuple(txs),
            )


def _block(raw_block: bytes) -> pbk.Block:
    """The library's own constructor unpacks byte by byte; the same call with a buffer is 80 times faster."""
    buffer = (ctypes.c_ubyte * len(raw_block)).from_buffer_copy(raw_block)
    block = pbk.Block.__new__(pbk.Block)
    super(pbk.Block, block).__init__(buffer, len(raw_block))
    return block


def _tx(tx: pbk.Transaction, coins: Sequence[pbk.Coin] | None) -> CoreTx:
    raw = bytes(tx)
    read = Reader(raw).tx()
    stripped = read.serialize(witness=False)
    # Core's id proves that these are the transaction's bytes without witness
    assert str(tx.txid) == read.txid
    inputs = [
        CoreInput(
            txid=str(each.out_point.txid),
            vout=each.out_point.index,
            sequence=each.sequence,
            spent=None if coins is None else _output(coins[n].output),
        )
        for n, each in enumerate(tx.inputs)
    ]
    return CoreTx(
        txid=str(tx.txid),
        version=int.from_bytes(raw[:4], "little"),
        locktime=tx.locktime,
        size_bytes=len(raw),
        weight_wu=3 * len(stripped) + len(raw),
        inputs=tuple(inputs),
        outputs=tuple(_output(each) for each in tx.outputs),
    )


def _output(output: pbk.TransactionOutput) -> CoreOutput:
    return CoreOutput(output.amount, bytes(output.script_pubkey))


def hash_of(raw_block: bytes) -> str:
    """Block hash as displayed."""
    return block_hash(raw_block)[::-1].hex()


def displaced(blocks: Sequence[bytes], random_number: Iterator[int], *, reach: int = 8) -> list[bytes]:
    """The blocks in an order like that of a real download: each at most about ``reach`` places off."""
    keyed = [(place + next(random_number) % reach, place) for place in range(len(blocks))]
    return [blocks[place] for _, place in sorted(keyed)]


def feed(core: Core, headers: Iterable[bytes], blocks: Iterable[bytes]) -> None:
    """Headers first, then blocks."""
    for raw_block in headers:
        core.give_header(raw_block)
    for raw_block in blocks:
        core.give(raw_block)
