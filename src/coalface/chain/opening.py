"""Opening a store: the object that answers for it."""

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coalface import _core
from coalface.chain.address import Address, AddressEvent, address_from, events_of
from coalface.chain.asof import AsOf, resolve
from coalface.chain.block import Block, block_from
from coalface.chain.coverage import Coverage, coverage_of
from coalface.chain.provenance import Provenance
from coalface.chain.reference import is_hash, is_height, parse_txid
from coalface.chain.scanning import Scan, ScanProgress, scan
from coalface.chain.table import Table, run_sql, table_of
from coalface.chain.tx import Tx, tx_from
from coalface.errors import InvalidReference, NotFound, StoreNotFound

if TYPE_CHECKING:
    import duckdb
    import numpy as np

__all__ = ["Chain", "open_chain"]


def open_chain(store: str | Path, *, as_of: int | str | None = None) -> "Chain":
    """The chain in the folder `store`, as of its tip or an earlier block.

    Parameters
    ----------
    store
        Folder made by `index`.
    as_of
        Height (inclusive), block hash or date that answers stop at.

    Raises
    ------
    StoreNotFound
        If the folder holds no store.
    NotFound
        If there is no such block.

    Examples
    --------
    >>> open_chain("no/such/folder")
    Traceback (most recent call last):
        ...
    coalface.errors.StoreNotFound: `no/such/folder` is not a store: it has no manifest.json
    """
    try:
        core = _core.Chain.open(Path(store))
    except StoreNotFound as error:
        if not (Path(store) / "labels.sqlite").exists():
            raise
        raise StoreNotFound(
            f"`{store}` holds labels but no chain",
            code="store_not_found_chain",
            hint="`labels` and `screen` answer from labels alone; `coalface index SOURCE STORE` adds a chain",
            context=error.context,
        ) from error
    return Chain(core, resolve(core, as_of), Path(store))


class Chain:
    """One network's best chain as a store holds it, as of a block. Answers of one object agree.

    Made by `open_chain`; `core`, `bound` and `folder` are for the other rooms.
    """

    def __init__(self, core: _core.Chain, bound: _core.Bound, folder: Path) -> None:
        self.core = core
        self.bound = bound
        self.folder = folder

    def __repr__(self) -> str:
        as_of = self.as_of
        return f"<Chain {self.network} as of {as_of.height} {as_of.hash}>"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        as_of = self.as_of
        return f"<b>{self.network}</b> as of height {as_of.height} <code>{as_of.hash}</code>"

    @property
    def network(self) -> str:
        """Name of the network."""
        return self.core.network

    @cached_property
    def coverage(self) -> Coverage:
        """What the store holds of its chain."""
        return coverage_of(self.core, self.bound)

    @cached_property
    def as_of(self) -> AsOf:
        """The last block that answers use: the highest, or the last one where no height is known."""
        last = self.coverage.last
        return AsOf(None, None) if last is None else AsOf(last.last_height, last.last_hash)

    @property
    def provenance(self) -> Provenance:
        """What plain facts of this chain rest on."""
        return Provenance(network=self.network, as_of=self.as_of)

    def at(self, as_of: int | str) -> "Chain":
        """The same state of the store as of another block."""
        return Chain(self.core, resolve(self.core, as_of), self.folder)

    def block(self, reference: int | str) -> Block:
        """The block of a height or hash.

        Raises
        ------
        NotFound
            If there is no such block as of this chain's block, or several have the height (partial chains).
        InvalidReference
            If the text is neither height nor hash.
        """
        text = str(reference)
        if is_height(text):
            rows = self.core.find_height(int(text), self.bound)
        elif is_hash(text):
            row = self.core.find_block(text.lower(), self.bound)
            rows = [] if row is None else [row]
        else:
            raise InvalidReference(
                f"`{text[:80]}` is neither a height nor a block hash",
                code="invalid_block",
                context={"text": text[:80]},
            )
        if len(rows) != 1:
            what = "is not in the store" if not rows else f"names {len(rows)} blocks: ask by hash"
            raise NotFound(f"block {text} {what}", code="not_found_block", context={"block": text})
        return block_from(self.core, rows[0], self.coverage, self.provenance)

    def tx(self, txid: str) -> Tx:
        """The transaction with that id.

        Raises
        ------
        NotFound
            If it is not in the store as of this chain's block.
        InvalidReference
            If the text is no txid.
        """
        record = self.core.tx(self.tx_row(txid), self.bound)
        return tx_from(record, self.coverage, self.provenance)

    def tx_row(self, txid: str) -> int:
        """Dense id of a transaction, for the other rooms; raises as `tx` does."""
        txid = parse_txid(txid)
        row = self.core.find_tx(txid, self.bound)
        if row is None:
            hint = None
            if self.core.is_external_tx(txid, self.bound):
                hint = "an output of it is spent in this partial chain, but its own block is not indexed"
            elif not self.coverage.complete_from_genesis:
                hint = "the store holds a partial chain: the transaction may lie outside it"
            raise NotFound(
                f"transaction {txid} is not in the store as of {self.as_of}",
                code="not_found_tx",
                hint=hint,
                context={"txid": txid},
            )
        return row

    def address(self, text: str) -> Address:
        """Totals of an address.

        Raises
        ------
        InvalidAddress
            If the text is no address of this network; the code says whether its checksum is wrong.
        """
        return address_from(self.core, text, self.bound, self.coverage, self.provenance)

    def address_txs(self, text: str) -> Iterator[AddressEvent]:
        """Transactions of an address in chain order, streamed."""
        return events_of(self.core, text, self.bound)

    def column(self, name: str) -> "np.ndarray[Any, Any]":
        """A column of the store as a read-only numpy array that lies over the mapped file.

        Parameters
        ----------
        name
            ``group.name`` as in docs/format.md, e.g. ``output.value_sat``. Columns whose cells are stamped
            later (``output.spent_by``) come as masked copies; columns whose files are narrower than
            their values (``tx.first_input``) as copies too.

        Notes
        -----
        All rows of the store, whatever this chain is as of: `bound` has the counts.
        """
        return self.core.column(name)

    def scan(self, query: str, *, threads: int | None = None, progress: ScanProgress | None = None) -> Scan:
        """The answer to a question about the whole chain: see `coalface.chain.QUERIES` for their names.

        Raises
        ------
        UsageError
            If there is no such question.
        """
        return scan(self, query, threads=threads, progress=progress)

    def table(self, name: str, columns: Sequence[str] | None = None) -> Table:
        """A table of the store as of this chain's block, for programs that read Arrow.

        Parameters
        ----------
        name
            One of `coalface.chain.TABLES`: ``block``, ``tx``, ``input``, ``output``, ``address``, …
        columns
            All unless given.

        Raises
        ------
        UsageError
            If there is no such table or column.
        """
        return table_of(self.core, self.bound, name, columns)

    def sql(
        self,
        query: str,
        parameters: Sequence[Any] | None = None,
        *,
        memory: str = "2GB",
        threads: int | None = None,
    ) -> "duckdb.DuckDBPyRelation":
        """The answer of a ``SELECT`` over all tables as of this chain's block, by DuckDB (extra ``sql``).

        Parameters
        ----------
        query
            One statement. `hash_text(txid)` is a hash as displayed, `kind_name(kind)` a script kind's name.
        parameters
            Values for ``?`` in it.
        memory
            Most that DuckDB may use; it neither reads nor writes files, and loads no extension.
        threads
            Threads to use; one a core unless given.

        Raises
        ------
        UsageError
            If DuckDB is not installed, or cannot run the statement.
        StaleSnapshot
            If the chain was reorganised meanwhile.
        """
        return run_sql(self.core, self.bound, query, parameters, memory=memory, threads=threads)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the manifest says: counts, runs, stale and refused blocks."""
        content: dict[str, Any] = json.loads(self.core.manifest)
        return content
