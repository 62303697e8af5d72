"""Tables as Arrow: what Polars, DuckDB and pyarrow read is what the columns say, uncopied where possible."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from chain.shelf import Shelf
from coalface import _core
from coalface.chain import TABLES, Chain, index, open_chain
from coalface.errors import LimitExceeded, UsageError
from coalface.range import write_block_files
from story import Story

NONES = {np.uint32: 2**32 - 1, np.uint64: 2**64 - 1, np.int64: -(2**63)}


@pytest.fixture(scope="module")
def pruned(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    folder = tmp_path_factory.mktemp("pruned")
    write_block_files([*story.blocks[200:250], *story.blocks[253:]], folder, xor_key=None)
    index([folder], folder / "store")
    return open_chain(folder / "store")


@pytest.fixture(params=["whole", "pruned"])
def either(request: pytest.FixtureRequest, chain: Chain, pruned: Chain) -> Chain:
    return chain if request.param == "whole" else pruned


def cells_of(chain: Chain, table: str, column: str) -> list[int | None]:
    """A column as numpy has it, NONE as `None`; `None` itself where numpy has no such column."""
    cells = chain.column(f"{table}.{column}")
    none = NONES.get(cells.dtype.type)
    has_none = (table, column) not in {("tx", "locktime"), ("tx", "version"), ("input", "sequence")}
    return [None if has_none and cell == none else cell for cell in cells.tolist()]


@pytest.mark.parametrize("name", TABLES)
def test_tables_equal_columns(either: Chain, name: str) -> None:
    table = either.table(name)
    read = pa.table(table)
    read.validate(full=True)
    polars = pl.DataFrame(table)
    assert tuple(read.column_names) == table.columns == tuple(polars.columns)
    assert len(table) == read.num_rows == polars.height
    compared = 0
    for column in table.columns:
        assert polars[column].to_list() == read[column].to_pylist()
        try:
            wanted = cells_of(either, name, column)
        except UsageError:
            continue
        compared += 1
        if (name, column) == ("input", "spent_output"):
            wanted = [None if cell is not None and cell >> 63 else cell for cell in wanted]
        assert read[column].to_pylist() == wanted, column
    assert compared >= 2


def test_what_numpy_does_not_have(either: Chain) -> None:
    for name, id_name in (("block", "block_num"), ("tx", "tx_num"), ("input", "input_num"),
                          ("output", "output_num"), ("address", "address_id")):  # fmt: skip
        rows = pl.DataFrame(either.table(name, [id_name]))[id_name].to_list()
        assert rows == list(range(len(either.table(name))))
    txs = pl.DataFrame(either.table("tx"))
    for name in ("input", "output"):
        firsts = [*txs[f"first_{name}"].to_list(), len(either.table(name))]
        wanted = [n for n, count in enumerate(np.diff(firsts)) for _ in range(count)]
        assert pl.DataFrame(either.table(name))["tx_num"].to_list() == wanted
    firsts = [*pl.DataFrame(either.table("block"))["first_tx"].to_list(), txs.height]
    assert txs["block_num"].to_list() == [n for n, count in enumerate(np.diff(firsts)) for _ in range(count)]
    raw = either.column("input.spent_output").tolist()
    external = [cell - 2**63 if cell >> 63 and cell != 2**64 - 1 else None for cell in raw]
    assert pl.DataFrame(either.table("input"))["spent_external"].to_list() == external
    [txid], _, _ = either.core.txs(np.array([5], np.uint32))
    assert txs["txid"][5][::-1].hex() == txid


@pytest.mark.parametrize("batch_rows", [0, 1, 7, 64, 65, 4096])
def test_batches_of_any_size_are_the_table(pruned: Chain, batch_rows: int) -> None:
    for name in TABLES:
        small = _core.Table(pruned.core, name, pruned.bound, None, batch_rows)
        assert pa.table(small).equals(pa.table(pruned.table(name)))


@pytest.mark.parametrize("height", [0, 1, 150, 319])
def test_tables_end_at_the_bound(chain: Chain, height: int) -> None:
    past = chain.at(height)
    sizes = {name: len(past.table(name)) for name in TABLES}
    bound = past.bound
    assert (sizes["block"], sizes["tx"]) == (bound.blocks, bound.txs)
    assert (sizes["input"], sizes["output"]) == (bound.inputs, bound.outputs)
    outputs = pl.DataFrame(past.table("output"))
    spends = chain.column("output.spent_by")[: bound.outputs].tolist()
    assert outputs["spent_by"].to_list() == [cell if cell < bound.inputs else None for cell in spends]
    links = chain.column("cluster_strict.link_tx")[: sizes["address"]].tolist()
    linked = [cell if cell < bound.txs else None for cell in links]
    assert pl.DataFrame(past.table("cluster_strict"))["link_tx"].to_list() == linked


def addresses(read: pa.Table, name: str) -> set[int]:
    return {chunk.buffers()[1].address for chunk in read[name].chunks}


def test_mapped_columns_are_not_copied(chain: Chain) -> None:
    for name in TABLES:
        table = chain.table(name)
        read = pa.table(table)
        for column in table.mapped:
            try:
                there = chain.column(f"{name}.{column}")
            except UsageError:
                continue
            if len(there):
                start = there.__array_interface__["data"][0]
                assert min(addresses(read, column)) == start, f"{name}.{column}"


def test_what_was_read_outlives_the_chain(shelf: Shelf) -> None:
    read = pa.table(open_chain(shelf.store).table("output"))
    wanted = open_chain(shelf.store).column("output.value_sat").tolist()
    gc.collect()
    assert read["value_sat"].to_pylist() == wanted
    child = read["address_id"].chunk(0)
    rest = child.to_pylist()
    del read
    gc.collect()
    assert child.to_pylist() == rest


def test_streams_that_nobody_reads_are_freed(chain: Chain) -> None:
    for _ in range(100):
        chain.table("tx").__arrow_c_stream__()
        chain.table("tx").__arrow_c_schema__()
        reader = pa.RecordBatchReader.from_stream(chain.table("tx"))
        del reader
    gc.collect()


@pytest.mark.parametrize(
    ("name", "columns"), [("nothing", None), ("tx", ["nothing"]), ("tx", ["fee_sat", ""])]
)
def test_unknown_names(chain: Chain, name: str, columns: list[str] | None) -> None:
    with pytest.raises(UsageError) as caught:
        chain.table(name, columns)
    assert caught.value.code == "usage_table"
    assert "fee_sat" in (caught.value.hint or "") or "tx" in (caught.value.hint or "")


def test_sql_equals_numpy(either: Chain) -> None:
    rows = either.sql("SELECT sum(value_sat), count(*), count(spent_by) FROM output").fetchall()
    values, spends = either.column("output.value_sat"), either.column("output.spent_by")
    assert rows == [(int(values.sum()), len(values), int((spends != 2**64 - 1).sum()))]
    fees = either.column("tx.fee_sat")
    known = fees[fees != -(2**63)]
    assert either.sql("SELECT sum(fee_sat), count(fee_sat), count(*) FROM tx").fetchall() == [
        (int(known.sum()), len(known), len(fees))
    ]
    found: Any = either.scan("kinds")
    by_kind = either.sql(
        "SELECT coalesce(kind_name(kind), 'op_return'), count(*), sum(value_sat), "
        "count(*) FILTER (spent_by IS NULL) FROM output LEFT JOIN address USING (address_id) GROUP BY ALL"
    ).fetchall()
    assert sorted(by_kind) == sorted(
        (row.script_type, row.n_outputs, row.value_sat, row.n_unspent)
        for row in found.result
        if row.n_outputs
    )


def test_sql_names_and_parameters(chain: Chain) -> None:
    [(txid, fee_sat, height)] = chain.sql(
        "SELECT hash_text(txid), fee_sat, height FROM tx JOIN block USING (block_num) WHERE height = ? "
        "ORDER BY tx_num LIMIT 1",
        [150],
    ).fetchall()
    assert (txid, fee_sat, height) == (chain.block(150).coinbase_txid, None, 150)
    assert pl.DataFrame(chain.at(3).sql("SELECT height FROM block"))["height"].to_list() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT nothing FROM tx",
        "SELEC",
        "",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM chain",
        "COPY tx TO 'tx.csv'",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '1TB'",
    ],
)
def test_sql_stays_inside(chain: Chain, query: str) -> None:
    with pytest.raises(UsageError) as caught:
        chain.sql(query)
    assert caught.value.code == "usage_sql"


def test_sql_has_a_memory_limit(chain: Chain) -> None:
    with pytest.raises(LimitExceeded) as caught:
        chain.sql("SELECT list(random()) FROM tx a, tx b, range(10)", memory="20MB")
    assert caught.value.code == "limit_sql_memory"


def test_sql_without_duckdb(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError) as caught:
        chain.sql("SELECT 1")
    assert caught.value.code == "usage_sql_missing"
    assert "coalface[sql]" in (caught.value.hint or "")


def test_the_document_names_every_column(chain: Chain, project: Path) -> None:
    named: dict[str, dict[str, tuple[bool, bool]]] = {}
    for line in (project / "docs" / "tables.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0] in TABLES and len(cells) == 6:
            for column in cells[1].split(", "):
                named.setdefault(cells[0], {})[column] = (cells[3] == "", cells[4] != "\N{EN DASH}")
    real = {}
    for name in TABLES:
        table = chain.table(name)
        nullable = {field.name: field.nullable for field in pa.schema(table)}
        real[name] = {column: (column in table.mapped, nullable[column]) for column in table.columns}
    assert named == real
