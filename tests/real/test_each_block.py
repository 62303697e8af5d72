"""Each real block alone equals a slow reader and another library's addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from coalface.chain import index, open_chain
from oracle.scripts import address, script_type
from real.blocks import RealBlock


def test_counts_and_hash(tmp_path: Path, name: str, blocks: dict[str, RealBlock]) -> None:
    block = blocks[name]
    report = index([block.path], tmp_path / "store")
    assert (report.blocks_added, report.txs_added, report.refused) == (1, block.n_txs, ())
    chain = open_chain(tmp_path / "store")
    counts = chain.facts["counts"]
    assert (counts["txs"], counts["inputs"], counts["outputs"]) == (
        block.n_txs,
        block.n_inputs,
        block.n_outputs,
    )
    found = chain.block(block.hash)
    assert block.hash == block.header_hash == found.hash == chain.as_of.hash
    assert found.size_bytes == block.size_bytes == len(block.raw)
    assert datetime.fromtimestamp(found.time_unix, UTC).date().isoformat() == block.date
    expected = 1 if block.height == 1 else block.height_in_coinbase
    assert found.height == expected
    assert expected in (None, block.height)


def test_outputs(tmp_path: Path, name: str, blocks: dict[str, RealBlock]) -> None:
    block = blocks[name]
    index([block.path], tmp_path / "store")
    chain = open_chain(tmp_path / "store")
    weight = 4 * (80 + (1 if block.n_txs < 253 else 3))
    for tx in block.parsed[1]:
        found = chain.tx(tx.txid)
        size, stripped = len(tx.serialize()), len(tx.serialize(witness=False))
        assert (found.size_bytes, found.weight_wu) == (size, 3 * stripped + size)
        weight += found.weight_wu
        assert (found.version, found.locktime) == (tx.version, tx.locktime)
        assert [each.sequence for each in found.inputs] == [each.sequence for each in tx.inputs]
        if not tx.is_coinbase:
            assert [(each.txid, each.vout) for each in found.inputs] == [each.outpoint for each in tx.inputs]
        for mine, its in zip(found.outputs, tx.outputs, strict=True):
            assert mine.value_sat == its.value_sat
            assert mine.script_type == script_type(its.script_pubkey)
            assert mine.address == address("mainnet", its.script_pubkey)
    assert chain.block(block.hash).weight_wu == weight
