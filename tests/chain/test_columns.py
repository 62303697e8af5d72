"""Columns: read-only arrays over the mapped files that say what the look-ups say."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from chain.shelf import Shelf
from coalface.chain import Chain, open_chain

NONE_U64 = np.uint64(2**64 - 1)
NONE_SAT = -(2**63)
PLAIN = [
    "block.version", "block.time", "block.bits", "block.nonce", "block.height", "block.first_tx",
    "block.size", "block.weight", "tx.version", "tx.locktime",
    "tx.size", "tx.weight", "tx.fee_sat", "tx.flags", "input.address_id",
    "input.sequence", "input.spend_flags", "output.value_sat", "output.address_id", "external.vout",
    "external.value_sat", "external.address_id", "external.spent_by", "address.kind",
    "key_link.address_id", "key_link.tx_num", "key_link.role",
]  # fmt: skip
COPIED = [
    "tx.first_input", "tx.first_output", "input.spent_output", "address.slot", "address.first_output",
    "output.spent_by", "cluster_strict.parent", "cluster_strict.link_tx",
]  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_columns_cannot_be_written(chain: Chain, name: str) -> None:
    column = chain.column(name)
    assert not column.flags.writeable
    with pytest.raises(ValueError, match="WRITEABLE"):
        column.flags.writeable = True
    with pytest.raises(ValueError, match="read-only"):
        column[:1] = 0


@pytest.mark.parametrize("name", COPIED)
def test_writing_to_a_copy_does_not_reach_the_store(chain: Chain, name: str) -> None:
    before = chain.column(name).tolist()
    copy = chain.column(name)
    copy[:] = 0
    assert chain.column(name).tolist() == before


def test_lengths_are_those_of_the_manifest(chain: Chain) -> None:
    counts = chain.facts["counts"]
    rows = {"block": "blocks", "tx": "txs", "input": "inputs", "output": "outputs", "external": "externals",
            "address": "addresses", "key_link": "key_links", "cluster_strict": "addresses"}  # fmt: skip
    for name in [*PLAIN, *COPIED]:
        assert len(chain.column(name)) == counts[rows[name.split(".")[0]]], name


def test_a_column_outlives_its_chain(shelf: Shelf) -> None:
    column = open_chain(shelf.store).column("output.value_sat")
    gc.collect()
    assert int(column[0]) == 50 * 100_000_000
    assert column.tolist() == open_chain(shelf.store).column("output.value_sat").tolist()


def test_columns_equal_look_ups(chain: Chain) -> None:
    heights, first_tx = chain.column("block.height"), chain.column("block.first_tx")
    ends = [*first_tx[1:].tolist(), len(chain.column("tx.fee_sat"))]
    first_in = [*chain.column("tx.first_input").tolist(), len(chain.column("input.sequence"))]
    first_out = [*chain.column("tx.first_output").tolist(), len(chain.column("output.value_sat"))]
    fees, sizes, weights = (chain.column(f"tx.{name}").tolist() for name in ("fee_sat", "size", "weight"))
    sequences, values = chain.column("input.sequence").tolist(), chain.column("output.value_sat").tolist()
    spent, spent_by = chain.column("input.spent_output"), chain.column("output.spent_by")
    for row, height in enumerate(heights.tolist()):
        block = chain.block(height)
        assert block.n_txs == ends[row] - first_tx[row]
        for n_tx in range(int(first_tx[row]), ends[row]):
            [txid], [at], _ = chain.core.txs(np.array([n_tx], np.uint32))
            tx = chain.tx(txid)
            assert tx.height == at == height
            assert (tx.fee_sat, tx.size_bytes, tx.weight_wu) == (
                None if fees[n_tx] == NONE_SAT else fees[n_tx],
                sizes[n_tx],
                weights[n_tx],
            )
            assert [each.sequence for each in tx.inputs] == sequences[first_in[n_tx] : first_in[n_tx + 1]]
            assert [each.value_sat for each in tx.outputs] == values[first_out[n_tx] : first_out[n_tx + 1]]
            for each in tx.inputs:
                output = spent[first_in[n_tx] + each.n]
                assert (output == NONE_U64) == tx.coinbase
                if not tx.coinbase:
                    assert each.value_sat == values[int(output)]
                    assert spent_by[int(output)] == first_in[n_tx] + each.n


def test_value_is_conserved(chain: Chain) -> None:
    values, spent_by = chain.column("output.value_sat"), chain.column("output.spent_by")
    fees = chain.column("tx.fee_sat")
    made = sum(chain.block(height).coinbase_out_sat for height in range(321))
    unspent = int(values[spent_by == NONE_U64].sum())
    assert unspent == made - int(fees[fees != NONE_SAT].sum())
