"""The index of a directory that Bitcoin Core wrote equals Core's own answers, field by field."""

from __future__ import annotations

import pytest

from coalface.chain import Chain, TxInput, TxOutput, check
from coalface.range import Kind, regtest_address
from coalface.range.block import subsidy_sat
from oracle import scripts
from oracle.core import CoreBlock, CoreInput, CoreOutput, CoreTx, hash_of
from oracle.directories import CoreDirectory, TwoSteps, files_of

_KIND = {"p2sh": Kind.P2SH_MULTISIG, "p2wsh": Kind.P2WSH_MULTISIG}


@pytest.fixture(scope="module")
def chain(indexed: TwoSteps) -> Chain:
    return indexed.chain


def test_the_directory_is_what_a_node_leaves(directory: CoreDirectory) -> None:
    """Guards the fixture: XORed, out of order, preallocated, with stale and flawed blocks."""
    files = files_of(directory.source)
    recipe, plain = directory.recipe, b"".join(file.plain for file in files)
    assert any(file.key != bytes(8) for file in files)
    assert files[-1].raw.endswith(bytes(1 << 20))
    places = [plain.index(block) for block in recipe.blocks]
    assert places != sorted(places)
    assert len(recipe.stale) == 3 or len(recipe.stale) == 4
    assert len(recipe.flawed) >= 3
    for block in [*recipe.stale, *recipe.flawed]:
        assert block in plain
    for block in recipe.flawed:
        assert directory.verdicts[hash_of(block)] is False


def test_tip(directory: CoreDirectory, chain: Chain) -> None:
    assert (chain.as_of.height, chain.as_of.hash) == directory.tip
    assert directory.tip == (len(directory.recipe.blocks) - 1, hash_of(directory.recipe.blocks[-1]))
    assert chain.coverage.complete_from_genesis
    assert [segment.n_blocks for segment in chain.coverage.segments] == [len(directory.blocks)]


def test_blocks(directory: CoreDirectory, chain: Chain) -> None:
    for expected in directory.blocks:
        for reference in (expected.height, expected.hash):
            block = chain.block(reference)
            assert (block.height, block.hash, block.prev_hash) == (
                expected.height,
                expected.hash,
                expected.prev_hash,
            )
            assert (block.time_unix, block.bits, block.nonce) == (
                expected.time_unix,
                expected.bits,
                expected.nonce,
            )
            assert block.version == expected.version
            assert (block.size_bytes, block.weight_wu) == (expected.size_bytes, expected.weight_wu)
            assert block.n_txs == len(expected.txs)
            assert block.coinbase_txid == expected.txs[0].txid


def test_txs(directory: CoreDirectory, chain: Chain) -> None:
    for block in directory.blocks:
        for expected in block.txs:
            tx = chain.tx(expected.txid)
            assert (tx.height, tx.block_hash, tx.time_unix) == (block.height, block.hash, block.time_unix)
            assert (tx.txid, tx.version, tx.locktime) == (expected.txid, expected.version, expected.locktime)
            assert (tx.size_bytes, tx.weight_wu) == (expected.size_bytes, expected.weight_wu)
            assert tx.coinbase == (expected is block.txs[0])
            assert tx.fee_sat == expected.fee_sat
            assert len(tx.inputs) == len(expected.inputs)
            assert len(tx.outputs) == len(expected.outputs)
            for n, (mine, its) in enumerate(zip(tx.inputs, expected.inputs, strict=True)):
                same_input(n, mine, its)
            for n, (made, core_made) in enumerate(zip(tx.outputs, expected.outputs, strict=True)):
                same_output(n, made, core_made)


def same_input(n: int, mine: TxInput, its: CoreInput) -> None:
    assert (mine.n, mine.sequence, mine.external) == (n, its.sequence, False)
    if its.spent is None:
        assert (mine.txid, mine.vout, mine.value_sat, mine.address, mine.script_type) == (None,) * 5
        return
    assert (mine.txid, mine.vout) == (its.txid, its.vout)
    assert mine.value_sat == its.spent.value_sat
    assert mine.script_type == scripts.script_type(its.spent.script)
    assert mine.address == scripts.address("regtest", its.spent.script)


def same_output(n: int, mine: TxOutput, its: CoreOutput) -> None:
    kind = scripts.script_type(its.script)
    assert (mine.n, mine.value_sat, mine.script_type) == (n, its.value_sat, kind)
    assert mine.address == scripts.address("regtest", its.script)
    assert mine.address == regtest_address(_KIND[kind] if kind in _KIND else Kind(kind), its.script)


def test_every_kind_of_script_is_there_and_spent(directory: CoreDirectory) -> None:
    made = {
        scripts.script_type(out.script)
        for block in directory.blocks
        for tx in block.txs
        for out in tx.outputs
    }
    spent = {
        scripts.script_type(each.spent.script)
        for block in directory.blocks
        for tx in block.txs
        for each in tx.inputs
        if each.spent is not None
    }
    kinds = {kind.script_type for kind in Kind}
    assert made == kinds
    assert spent == kinds - {"op_return"}


def test_spends_lead_back(directory: CoreDirectory, chain: Chain) -> None:
    spender = {
        (each.txid, each.vout): (tx.txid, n)
        for block in directory.blocks
        for tx in block.txs[1:]
        for n, each in enumerate(tx.inputs)
    }
    seen = 0
    for block in directory.blocks:
        for expected in block.txs:
            for output in chain.tx(expected.txid).outputs:
                by = output.spent_by
                found = None if by is None else (by.txid, by.n)
                assert found == spender.get((expected.txid, output.n))
                seen += found is not None
    assert seen == len(spender)


def test_rewards(directory: CoreDirectory, chain: Chain) -> None:
    """The chain builder's miners take all they may: subsidy and fees."""
    for expected in directory.blocks[1:]:
        block = chain.block(expected.height)
        fees = sum(fee_of(tx) for tx in expected.txs[1:])
        assert block.fees_sat == fees
        assert block.coinbase_out_sat == subsidy_sat(expected.height) + fees
        assert block.coinbase_out_sat == sum(output.value_sat for output in expected.txs[0].outputs)


def fee_of(tx: CoreTx) -> int:
    assert tx.fee_sat is not None
    return tx.fee_sat


def test_the_columns_say_the_same(directory: CoreDirectory, chain: Chain) -> None:
    txs = [tx for block in directory.blocks for tx in block.txs]
    assert chain.column("output.value_sat").tolist() == [out.value_sat for tx in txs for out in tx.outputs]
    assert chain.column("input.sequence").tolist() == [each.sequence for tx in txs for each in tx.inputs]
    assert chain.column("tx.weight").tolist() == [tx.weight_wu for tx in txs]
    assert chain.column("block.height").tolist() == [block.height for block in directory.blocks]


def test_facts_beside_the_chain(directory: CoreDirectory, indexed: TwoSteps) -> None:
    """Half-way the flawed blocks are the best by work and are refused; later they lie beside the chain."""
    first, second = indexed.reports
    flawed = {hash_of(block) for block in directory.recipe.flawed}
    assert {refused.hash for refused in first.refused} == flawed
    assert {block_hash for block_hash, is_valid in directory.verdicts.items() if not is_valid} == flawed
    assert first.blocks_added == directory.half_tip[0] + 1
    assert second.blocks_added == directory.tip[0] - directory.half_tip[0]
    assert (first.blocks_removed, second.blocks_removed) == (0, 0)
    assert second.stale_blocks == len(directory.recipe.stale)


def total_sat(blocks: list[CoreBlock]) -> int:
    """Value of all outputs that are not spent."""
    outputs = {
        (tx.txid, n): out.value_sat for b in blocks for tx in b.txs for n, out in enumerate(tx.outputs)
    }
    for block in blocks:
        for tx in block.txs[1:]:
            for each in tx.inputs:
                del outputs[each.txid, each.vout]
    return sum(outputs.values())


def test_the_store_is_sound(indexed: TwoSteps) -> None:
    assert check(indexed.folder).ok


def test_value_is_conserved(directory: CoreDirectory, chain: Chain) -> None:
    values, spent_by = chain.column("output.value_sat"), chain.column("output.spent_by")
    unspent = int(values[spent_by == 2**64 - 1].sum())
    assert unspent == total_sat(directory.blocks)
    assert unspent == sum(subsidy_sat(block.height) for block in directory.blocks)
