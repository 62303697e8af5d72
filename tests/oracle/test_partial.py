"""Parts of a chain: what they hold is right, the rest is unknown, and together they are the chain."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from coalface.chain import Chain, check, index, open_chain
from coalface.range import write_block_files
from coalface.range.block import read_block
from coalface.tracing import trace
from oracle import scripts
from oracle.core import hash_of
from oracle.economy import Economy, build_economy
from oracle.slow import SlowChain

FIRST = 130
"""First block that a pruned node has kept."""


@pytest.fixture(scope="module")
def economy() -> Economy:
    return build_economy(61, n_blocks=70)


@pytest.fixture(scope="module")
def slow(economy: Economy) -> SlowChain:
    return SlowChain(economy.blocks)


@pytest.fixture(scope="module")
def pruned(economy: Economy, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    folder = tmp_path_factory.mktemp("pruned")
    write_block_files(economy.blocks[FIRST:150], folder, xor_key=None)
    index([folder], folder / "store")
    write_block_files(economy.blocks[FIRST:], folder, xor_key=None)
    index([folder], folder / "store")
    assert check(folder / "store").ok
    return open_chain(folder / "store")


def test_coverage(pruned: Chain, economy: Economy) -> None:
    assert not pruned.coverage.complete_from_genesis
    [segment] = pruned.coverage.segments
    assert (segment.first_height, segment.last_height) == (FIRST, len(economy.blocks) - 1)
    assert segment.last_hash == hash_of(economy.blocks[-1])


def test_inputs(pruned: Chain, slow: SlowChain, economy: Economy) -> None:
    """Values of sources outside are unknown; addresses are right or unknown."""
    kinds = {
        scripts.address("regtest", output.script_pubkey): scripts.script_type(output.script_pubkey)
        for raw_block in economy.blocks
        for tx in read_block(raw_block)[1]
        for output in tx.outputs
    }
    proved: Counter[str] = Counter()
    unproved: Counter[str] = Counter()
    inside = {tx.txid for tx in slow.txs if tx.height >= FIRST}
    for tx in slow.txs:
        if tx.height < FIRST or not tx.spends:
            continue
        found = pruned.tx(tx.txid)
        for mine, outpoint, truth in zip(found.inputs, tx.spends, tx.inputs, strict=True):
            assert (mine.txid, mine.vout) == outpoint
            assert mine.external == (outpoint[0] not in inside)
            if not mine.external:
                assert (mine.value_sat, mine.address) == (truth.value_sat, truth.address)
                continue
            assert mine.value_sat is None
            kind = kinds[truth.address]
            if mine.address is None:
                unproved[kind] += 1
                continue
            assert (mine.address, mine.script_type) == (truth.address, kind)
            proved[kind] += 1
        outside = any(each.external for each in found.inputs)
        assert found.fee_sat == (None if outside else tx.fee_sat)
        assert ("fee_sat" in found.coverage.unknown) == outside
    assert {"p2pkh", "p2sh", "p2wpkh", "p2wsh"} <= set(proved)
    assert not {"p2pkh", "p2sh", "p2wpkh", "p2wsh"} & set(unproved)


def test_addresses(pruned: Chain, slow: SlowChain) -> None:
    """Sums are those of the kept blocks, and what cannot be one is unknown; a balance never can."""
    inside = [tx for tx in slow.txs if tx.height >= FIRST]
    for text in {output.address for tx in inside for output in tx.outputs if output.address is not None}:
        found = pruned.address(text)
        paid = [output for tx in inside for output in tx.outputs if output.address == text]
        assert found.n_outputs == len(paid)
        spent = [
            mine for tx in inside if tx.spends for mine in pruned.tx(tx.txid).inputs if mine.address == text
        ]
        assert found.balance_sat is None
        if any(mine.external for mine in spent):
            assert found.sent_sat is None
            assert found.received_sat is None  # it received what it spends here outside these blocks
            assert set(found.coverage.unknown) == {"balance_sat", "received_sat", "sent_sat"}
        else:
            assert found.received_sat == sum(output.value_sat for output in paid)
            assert found.sent_sat == sum(mine.value_sat or 0 for mine in spent)
            assert found.coverage.unknown == ("balance_sat",)


def test_traces_stop_where_value_is_unknown(pruned: Chain, slow: SlowChain) -> None:
    origins = [tx.txid for tx in slow.txs if tx.height in (FIRST, FIRST + 1)]
    found = trace(pruned, origins, through_coinjoins=True)
    assert found.totals_sat["coverage"] > 0
    assert found.coverage.unknown == ("terminals[].boundary",)
    for terminal in found.terminals:
        spender = slow.spender.get((terminal.txid, terminal.vout))
        is_mixed = spender is not None and any(each.external for each in pruned.tx(spender.txid).inputs)
        assert (terminal.boundary == "coverage") == is_mixed
    assert found.origin_sat == sum(found.totals_sat.values()) + found.lost_to_fees_sat + found.met_again_sat


@pytest.mark.parametrize("seed", range(4))
def test_pieces_in_any_order_become_the_chain(tmp_path: Path, economy: Economy, seed: int) -> None:
    """Runs come in any order; every store is sound and equals a fresh one, the last is the chain."""
    random = Random(seed)
    blocks = economy.blocks
    cuts = [0, *sorted(random.sample(range(1, len(blocks)), 4)), len(blocks)]
    pieces = [blocks[first:end] for first, end in pairwise(cuts)]
    random.shuffle(pieces)
    at_hand: list[bytes] = []
    for number, piece in enumerate(pieces):
        at_hand += piece
        write_block_files(at_hand, tmp_path, xor_key=None)
        index([tmp_path], tmp_path / "store", batch_bytes=20_000)
        index([tmp_path], tmp_path / f"fresh-{number}")
        assert check(tmp_path / "store").ok
        store = open_chain(tmp_path / "store")
        assert store.core.digests() == open_chain(tmp_path / f"fresh-{number}").core.digests()
        assert sum(segment.n_blocks for segment in store.coverage.segments) == len(at_hand)
    store = open_chain(tmp_path / "store")
    assert store.coverage.complete_from_genesis
    assert store.as_of.hash == hash_of(blocks[-1])
