"""The truth as tables: columns in a fixed order, rows in the order of the chain, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from coalface.range.economy.book import Book
from coalface.range.economy.stolen import StolenLedger
from coalface.range.economy.words import SERVICE_KINDS
from coalface.range.tx import Outpoint

if TYPE_CHECKING:
    from pathlib import Path

_TEXT, _INT, _BOOL, _FLOAT = "string", "int64", "bool", "float64"

SCHEMAS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "actors": (
        ("actor", _TEXT, False),
        ("kind", _TEXT, False),
        ("family", _TEXT, False),
        ("playbook", _TEXT, True),
        ("is_lawful", _BOOL, False),
        ("is_twin", _BOOL, False),
        ("near_threshold", _BOOL, False),
        ("has_public_label", _BOOL, False),
        ("category", _TEXT, True),
    ),
    "addresses": (
        ("address", _TEXT, False),
        ("wallet", _TEXT, False),
        ("actor", _TEXT, False),
        ("family", _TEXT, False),
        ("kind", _TEXT, False),
        ("first_height", _INT, False),
        ("custodian_of", _TEXT, True),
    ),
    "txs": (
        ("txid", _TEXT, False),
        ("height", _INT, False),
        ("initiator", _TEXT, False),
        ("family", _TEXT, False),
        ("tx_kind", _TEXT, False),
        ("playbook", _TEXT, True),
        ("built_by", _TEXT, False),
        ("fee_sat", _INT, False),
    ),
    "outputs": (
        ("txid", _TEXT, False),
        ("vout", _INT, False),
        ("height", _INT, False),
        ("value_sat", _INT, False),
        ("address", _TEXT, True),
        ("kind", _TEXT, False),
        ("owner", _TEXT, False),
        ("wallet", _TEXT, False),
        ("purpose", _TEXT, False),
        ("beneficiary", _TEXT, False),
        ("is_change", _BOOL, False),
        ("spent_txid", _TEXT, True),
        ("spent_vin", _INT, True),
    ),
    "coinjoins": (
        ("txid", _TEXT, False),
        ("protocol", _TEXT, False),
        ("round", _INT, False),
        ("coordinator", _TEXT, True),
        ("side", _TEXT, False),
        ("index", _INT, False),
        ("participant", _TEXT, False),
        ("is_mix", _BOOL, False),
        ("denomination_sat", _INT, True),
    ),
    "mining": (
        ("height", _INT, False),
        ("pool", _TEXT, True),
        ("finder", _TEXT, False),
        ("reward_sat", _INT, False),
        ("fees_sat", _INT, False),
    ),
    "hashrates": (
        ("actor", _TEXT, False),
        ("pool", _TEXT, True),
        ("from_height", _INT, False),
        ("to_height", _INT, False),
        ("hashrate_hs", _FLOAT, False),
    ),
    "payouts": (
        ("txid", _TEXT, False),
        ("vout", _INT, False),
        ("pool", _TEXT, False),
        ("miner", _TEXT, False),
        ("value_sat", _INT, False),
        ("scheme", _TEXT, False),
    ),
    "stolen": (
        ("playbook", _TEXT, False),
        ("theft_txid", _TEXT, False),
        ("height", _INT, False),
        ("holder", _TEXT, False),
        ("purpose_state", _TEXT, False),
        ("value_sat", _INT, False),
    ),
    "stolen_outputs": (
        ("playbook", _TEXT, False),
        ("txid", _TEXT, False),
        ("vout", _INT, False),
        ("stolen_sat", _INT, False),
    ),
    "services": (
        ("actor", _TEXT, False),
        ("category", _TEXT, True),
        ("is_labelled_publicly", _BOOL, False),
        ("is_hidden", _BOOL, False),
    ),
}
"""Table to its columns: name, type, whether a value may be missing."""

Rows = Iterator[Sequence[Any]]


def table_rows(
    book: Book, stolen: StolenLedger, labelled: frozenset[str], hidden: frozenset[str]
) -> dict[str, Rows]:
    """Table to its rows, in the columns of `SCHEMAS`.

    Parameters
    ----------
    book, stolen
        What is true.
    labelled, hidden
        Services of which the public knows addresses, and those of which an option keeps it from knowing them.
    """
    on_chain = {row.txid for row in book.txs}
    paid = (row for row in book.payouts if row.txid in on_chain)
    rested = (row for row in stolen.outputs() if row[1] in on_chain)
    return {
        "actors": (
            (
                row.actor,
                row.kind.value,
                row.family,
                row.playbook,
                row.is_lawful,
                row.is_twin,
                row.near_threshold,
                row.actor in labelled,
                row.category,
            )
            for row in book.actors.values()
        ),
        "addresses": iter(book.addresses.values()),
        "txs": iter(book.txs),
        "outputs": (
            (*row, *book.spent_by.get(Outpoint(row.txid, row.vout), (None, None))) for row in book.outputs
        ),
        "coinjoins": (row for row in book.coinjoins if row.txid in on_chain),
        "mining": iter(book.mining),
        "hashrates": iter(book.hashrates),
        "payouts": paid,
        "stolen": iter(stolen.rows),
        "stolen_outputs": rested,
        "services": (
            (row.actor, row.category, row.actor in labelled, row.actor in hidden)
            for row in book.actors.values()
            if row.kind in SERVICE_KINDS
        ),
    }


def write_tables(folder: Path, rows: dict[str, Rows]) -> list[Path]:
    """Paths of the Parquet files written, one for each table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, columns in SCHEMAS.items():
        schema = pa.schema([pa.field(column, kind, nullable=null) for column, kind, null in columns])
        values = list(zip(*rows[name], strict=True)) or [()] * len(columns)
        arrays = [pa.array(column, field.type) for column, field in zip(values, schema, strict=True)]
        path = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd")
        paths.append(path)
    return paths
