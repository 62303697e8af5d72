"""Mainnet 0 to 4521: every input linked, every satoshi accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from coalface.chain import Chain, IndexReport, check, index, open_chain
from coalface.range.block import read_block
from oracle.scripts import address
from real.blocks import FIRST_BLOCKS

_SUBSIDY_SAT = 50 * 100_000_000
_LAST = 4521
_CUT_AT = 1_048_537
_NONE = 2**64 - 1


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, IndexReport]:
    """Built in two steps, of which the first sees half of the file."""
    folder = tmp_path_factory.mktemp("first")
    content = FIRST_BLOCKS.read_bytes()
    (folder / "blk00000.dat").write_bytes(content[: len(content) // 2])
    first = index([folder], folder / "store")
    assert 2000 < first.blocks_added < 2500
    assert len(first.unfinished) == 1
    (folder / "blk00000.dat").write_bytes(content)
    return folder / "store", index([folder], folder / "store")


@pytest.fixture(scope="module")
def chain(store: tuple[Path, IndexReport]) -> Chain:
    return open_chain(store[0])


def raw_blocks() -> list[bytes]:
    """Records of the file, by hand."""
    content, place, found = FIRST_BLOCKS.read_bytes(), 0, []
    while place < _CUT_AT:
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        found.append(content[place + 8 : place + 8 + size])
        place += 8 + size
    assert place == _CUT_AT
    return found


def test_the_unfinished_record_is_noted(store: tuple[Path, IndexReport]) -> None:
    _, report = store
    [place] = report.unfinished
    assert place.endswith(f"blk00000.dat:{_CUT_AT}")
    assert (report.damaged, report.refused, report.missing_files, report.without_work) == ((), (), (), 0)


def test_the_chain_is_complete(chain: Chain) -> None:
    assert (chain.network, chain.as_of.height) == ("mainnet", _LAST)
    assert chain.coverage.complete_from_genesis
    counts = chain.facts["counts"]
    assert (counts["blocks"], counts["txs"], counts["inputs"], counts["outputs"]) == (4522, 4583, 4782, 4609)


def test_every_input_is_linked(chain: Chain) -> None:
    spent = chain.column("input.spent_output")
    linked = spent[spent != _NONE]
    assert len(linked) == 260
    # none is external, none is spent twice, and all lead back
    assert int(linked.max()) < 4609
    assert len(set(linked.tolist())) == 260
    spent_by = chain.column("output.spent_by")
    for n_input, output in enumerate(spent.tolist()):
        if output != _NONE:
            assert spent_by[output] == n_input
    assert int((spent_by != _NONE).sum()) == 260


def test_value_is_conserved_to_the_satoshi(chain: Chain) -> None:
    unspent = chain.column("output.value_sat")[chain.column("output.spent_by") == _NONE]
    assert int(unspent.sum()) == 4522 * _SUBSIDY_SAT
    # of this, the genesis output can be spent by nobody
    genesis = chain.tx("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b")
    assert genesis.height == 0
    assert (genesis.outputs[0].value_sat, genesis.outputs[0].spent_by) == (_SUBSIDY_SAT, None)
    assert int(unspent.sum()) - genesis.outputs[0].value_sat == _LAST * _SUBSIDY_SAT
    assert all(chain.block(height).fees_sat == 0 for height in range(0, _LAST + 1, 100))


def test_everything_equals_the_slow_reader(chain: Chain) -> None:
    outputs: dict[tuple[str, int], tuple[int, str | None]] = {}
    for height, raw_block in enumerate(raw_blocks()):
        header, txs = read_block(raw_block)
        block = chain.block(height)
        assert block.hash == header.hash[::-1].hex()
        assert (block.size_bytes, block.n_txs, block.time_unix) == (
            len(raw_block),
            len(txs),
            header.time_unix,
        )
        for tx in txs:
            found = chain.tx(tx.txid)
            assert (found.height, found.version, found.locktime) == (height, tx.version, tx.locktime)
            assert found.weight_wu == 4 * found.size_bytes == 4 * len(tx.serialize())
            for vout, output in enumerate(tx.outputs):
                made = found.outputs[vout]
                outputs[tx.txid, vout] = (output.value_sat, address("mainnet", output.script_pubkey))
                assert (made.value_sat, made.address) == outputs[tx.txid, vout]
            if not tx.is_coinbase:
                for mine, its in zip(found.inputs, tx.inputs, strict=True):
                    assert (mine.txid, mine.vout) == its.outpoint
                    assert (mine.value_sat, mine.address) == outputs[its.outpoint]


def test_the_store_is_sound(store: tuple[Path, IndexReport]) -> None:
    assert check(store[0]).ok


def test_the_first_payment(chain: Chain) -> None:
    """Block 170: Satoshi Nakamoto pays Hal Finney ten coins out of block 9."""
    tx = chain.tx("f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16")
    assert (tx.height, tx.fee_sat) == (170, 0)
    assert tx.inputs[0].txid == chain.block(9).coinbase_txid
    assert [output.value_sat for output in tx.outputs] == [10 * 10**8, 40 * 10**8]
    assert {output.script_type for output in tx.outputs} == {"p2pk"}
