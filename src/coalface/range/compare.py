"""How far two sets of blocks are apart: script kinds, inputs and outputs of a transaction, and more beside.

It reads stores, whoever wrote the blocks: a made-up chain is held against real blocks by an index of both.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coalface.chain import Chain, index, open_chain
from coalface.errors import UsageError
from coalface.range.bulk import bulk_eras

__all__ = ["Bin", "BlocksProfile", "Comparison", "Figure", "compare_blocks"]

LIMIT_PPM = 100_000
"""Total variation, in millionths, up to which two distributions count as alike."""

_KINDS = (
    "p2pk", "p2pkh", "p2sh", "multisig", "p2wpkh", "p2wsh", "p2tr", "anchor", "witness_unknown", "op_return",
    "nonstandard", "empty",
)  # fmt: skip
_OP_RETURN = 9
_NONE_ADDRESS = 2**32 - 1
_STARTS = (1, 2, 3, 4, 5, 6, 7, 10, 16, 31, 61, 121, 251)
"""Counts of one to six stand alone, larger ones together up to the next start."""
_DAY_BLOCKS = 144
_HEIGHTS = {
    "0000000000013b8ab2cd513b0261a14096412195a72a0c4827d229dcc7e0f7af": 100_002,
    "0000000000000756935f1ee9d5987857b604046f846d3df56d024cdb5f368665": 169_482,
}
"""Of blocks that eras were measured on and that do not say their height themselves (before BIP-0034)."""
_MONTH_BLOCKS = 30 * _DAY_BLOCKS


@dataclass(frozen=True)
class Bin:
    """One value, or one range of values, and how often it is there."""

    value: str
    made: int
    real: int
    made_ppm: int
    """Share of all, in millionths."""
    real_ppm: int


@dataclass(frozen=True)
class Figure:
    """One distribution in both sets of blocks."""

    name: str
    total_variation_ppm: int
    """Half of the sum of all differences between shares, in millionths: 0 alike, 1,000,000 apart."""
    is_alike: bool
    """Whether that is at most `LIMIT_PPM`."""
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class BlocksProfile:
    """What else one set of blocks is like; ages and reuse only where it is a complete chain."""

    n_blocks: int
    n_txs: int
    """Without coinbases, as everywhere here."""
    n_bytes: int
    segwit_ppm: int
    """Transactions that are serialized with witnesses."""
    data_ppm: int
    """OP_RETURN outputs for each transaction."""
    median_value_sat: int
    """Of outputs that are not OP_RETURN."""
    reuse_ppm: int | None
    """Outputs to an address that was paid before."""
    spent_in_block_ppm: int | None
    """Inputs that spend an output of their own block."""
    spent_in_day_ppm: int | None
    """Inputs that spend an output younger than 144 blocks."""
    spent_in_month_ppm: int | None
    """Inputs that spend an output younger than 4,320 blocks."""


@dataclass(frozen=True)
class Comparison:
    """Two sets of blocks beside each other."""

    era: str | None
    figures: tuple[Figure, ...]
    made: BlocksProfile
    real: BlocksProfile


def compare_blocks(
    made: str | Path, real: Sequence[str | Path] | str | Path, *, era: str | None = None
) -> Comparison:
    """How far the blocks in ``made`` are from those in ``real``.

    Parameters
    ----------
    made
        A store, or whatever `coalface.chain.index` reads.
    real
        The same; several sources are taken together.
    era
        Take only the real blocks that this era of bulk chains was measured on.

    Raises
    ------
    UsageError
        If there is no such era, none of its blocks is there, or there are no transactions to compare.
    """
    heights = _heights_of(era)
    sources = [real] if isinstance(real, str | Path) else list(real)
    with tempfile.TemporaryDirectory(prefix="coalface-") as scratch:
        made_chain = _chain([made], Path(scratch) / "made")
        real_chain = _chain(sources, Path(scratch) / "real")
        one, other = _Rows(made_chain, None), _Rows(real_chain, heights)
        figures = (
            _figure("script_kinds", _KINDS, one.kinds(), other.kinds()),
            _figure("input_counts", _names(), one.counts("input"), other.counts("input")),
            _figure("output_counts", _names(), one.counts("output"), other.counts("output")),
        )
        return Comparison(era, figures, one.profile(), other.profile())


def _heights_of(era: str | None) -> tuple[int, ...] | None:
    """Heights of the blocks that the era was measured on; `None` for all blocks."""
    if era is None:
        return None
    eras = {each.name: each.measured_on for each in bulk_eras()}
    measured = {name for name, heights in eras.items() if heights}
    if era not in measured:
        raise UsageError(
            f"`era` is `{era}`, measured on real blocks are {', '.join(sorted(measured))}", code="usage_era"
        )
    return eras[era]


def _chain(sources: Sequence[str | Path], scratch: Path) -> Chain:
    """The store that is named, or one made of the blocks."""
    if len(sources) == 1 and (Path(sources[0]) / "manifest.json").exists():
        return open_chain(sources[0])
    index(sources, scratch, heights=_HEIGHTS)
    return open_chain(scratch)


class _Rows:
    """The transactions of a store that count: no coinbase, and only of blocks at the given heights."""

    def __init__(self, chain: Chain, heights: tuple[int, ...] | None) -> None:
        self._chain = chain
        bound = chain.bound
        self._first_tx = chain.column("block.first_tx")[: bound.blocks].astype(np.int64)
        self._height = chain.column("block.height")[: bound.blocks]
        self._is_in = np.ones(bound.blocks, np.bool_) if heights is None else np.isin(self._height, heights)
        n_txs = np.diff(np.append(self._first_tx, bound.txs))
        self._block_of_tx = np.repeat(np.arange(bound.blocks, dtype=np.int32), n_txs)
        self._counts_tx = self._is_in[self._block_of_tx]
        self._counts_tx[self._first_tx] = False
        if not self._counts_tx.any():
            raise UsageError(
                f"`{chain.folder.name}` holds no transactions to compare but coinbases",
                code="usage_nothing_to_compare",
                hint=f"heights of this era: {', '.join(map(str, heights))}" if heights else None,
            )

    def _per_tx(self, rows: str) -> NDArray[np.int64]:
        """Rows (``input``, ``output``) of every transaction."""
        bound = self._chain.bound
        first = self._chain.column(f"tx.first_{rows}")[: bound.txs].astype(np.int64)
        end = bound.inputs if rows == "input" else bound.outputs
        return np.diff(np.append(first, end))

    def counts(self, rows: str) -> NDArray[np.int64]:
        """How many transactions have a number of inputs or outputs in each range."""
        per_tx = self._per_tx(rows)[self._counts_tx]
        places = np.searchsorted(_STARTS, per_tx, side="right") - 1
        return np.bincount(places, minlength=len(_STARTS)).astype(np.int64)

    def _outputs(self) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Address and value of every output that counts."""
        mask = np.repeat(self._counts_tx, self._per_tx("output"))
        n = self._chain.bound.outputs
        address = self._chain.column("output.address_id")[:n][mask]
        return address, self._chain.column("output.value_sat")[:n][mask]

    def kinds(self) -> NDArray[np.int64]:
        """How many outputs have each script kind."""
        address, _ = self._outputs()
        with_address = address[address != _NONE_ADDRESS]
        counts = np.bincount(self._chain.column("address.kind")[with_address], minlength=len(_KINDS))
        counts[_OP_RETURN] += len(address) - len(with_address)
        return counts.astype(np.int64)

    def profile(self) -> BlocksProfile:
        """The other figures."""
        chain, bound = self._chain, self._chain.bound
        address, value = self._outputs()
        n_txs = int(self._counts_tx.sum())
        paid = value[address != _NONE_ADDRESS]
        flags = chain.column("tx.flags")[: bound.txs][self._counts_tx]
        ages = self._ages() if chain.coverage.complete_from_genesis else None
        n_paid = int((chain.column("output.address_id")[: bound.outputs] != _NONE_ADDRESS).sum())
        n_addresses = int(chain.facts["counts"]["addresses"])
        return BlocksProfile(
            n_blocks=int(self._is_in.sum()),
            n_txs=n_txs,
            n_bytes=int(chain.column("block.size")[: bound.blocks][self._is_in].sum(dtype=np.int64)),
            segwit_ppm=_ppm(int(((flags & 2) != 0).sum()), n_txs),
            data_ppm=_ppm(len(address) - len(paid), n_txs),
            median_value_sat=int(np.median(paid)) if len(paid) else 0,
            reuse_ppm=None if ages is None else _ppm(n_paid - n_addresses, n_paid),
            spent_in_block_ppm=None if ages is None else _ppm(int((ages == 0).sum()), len(ages)),
            spent_in_day_ppm=None if ages is None else _ppm(int((ages < _DAY_BLOCKS).sum()), len(ages)),
            spent_in_month_ppm=None if ages is None else _ppm(int((ages < _MONTH_BLOCKS).sum()), len(ages)),
        )

    def _ages(self) -> NDArray[np.int64]:
        """Age in blocks of every output that is spent, when it is spent."""
        bound = self._chain.bound
        mask = np.repeat(self._counts_tx, self._per_tx("input"))
        spent = self._chain.column("input.spent_output")[: bound.inputs][mask]
        made_in = np.repeat(self._block_of_tx, self._per_tx("output"))
        spender = np.repeat(self._block_of_tx, self._per_tx("input"))[mask]
        ages: NDArray[np.int64] = (spender - made_in[spent.astype(np.int64)]).astype(np.int64)
        return ages


def _names() -> tuple[str, ...]:
    """Names of the ranges of counts."""
    ends = [start - 1 for start in _STARTS[1:]]
    names = [
        str(start) if start == end else f"{start}-{end}" for start, end in zip(_STARTS, ends, strict=False)
    ]
    return (*names, f"{_STARTS[-1]}+")


def _figure(name: str, values: Sequence[str], made: NDArray[np.int64], real: NDArray[np.int64]) -> Figure:
    """One distribution; exact, in integers."""
    n_made, n_real = int(made.sum()), int(real.sum())
    apart = sum(abs(int(a) * n_real - int(b) * n_made) for a, b in zip(made, real, strict=True))
    total_variation_ppm = _ppm(apart, 2 * n_made * n_real)
    bins = tuple(
        Bin(value, int(a), int(b), _ppm(int(a), n_made), _ppm(int(b), n_real))
        for value, a, b in zip(values, made, real, strict=True)
        if a or b
    )
    return Figure(name, total_variation_ppm, total_variation_ppm <= LIMIT_PPM, bins)


def _ppm(part: int, whole: int) -> int:
    """Share in millionths, rounded down; 0 of nothing."""
    return part * 1_000_000 // whole if whole else 0
