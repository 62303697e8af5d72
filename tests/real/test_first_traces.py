"""Traces from the first coinbases of mainnet, against slow oracles, and payments that everybody knows."""

from __future__ import annotations

from random import Random

import pytest

from coalface.chain import index, open_chain
from coalface.tracing import METHODS, Terminal, trace
from oracle.slow import SlowChain
from oracle.slow_trace import trace_backward, trace_forward
from oracle.test_traces import Pair, same
from real.blocks import FIRST_BLOCKS
from real.test_first_blocks import raw_blocks

# Satoshi to Hal Finney, block 170: the first payment that is no coinbase, out of the coinbase of block 9.
_FIRST_PAYMENT = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"
_BLOCK_9_COINBASE = "0437cd7f8525ceed2324359c2d0ba26006d92d856a9c20fa0241106ee5a597c9"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("first-traces")
    (folder / "blk00000.dat").write_bytes(FIRST_BLOCKS.read_bytes())
    index([folder], folder / "store")
    chain = open_chain(folder / "store")
    raw = {block: n for n, block in enumerate(raw_blocks())}
    assert len(raw) == 4522
    return Pair("mainnet", SlowChain(list(raw)), chain, 4521)


def test_the_first_payment(pair: Pair) -> None:
    """50 BTC of block 9: 10 to Hal Finney, 40 back; ten blocks on, they are split again and again."""
    found = trace(pair.fast.at(170), [f"{_BLOCK_9_COINBASE}:0"])
    assert [(each.txid, each.vout, each.tainted_sat) for each in found.terminals] == [
        (_FIRST_PAYMENT, 0, 10 * 10**8),
        (_FIRST_PAYMENT, 1, 40 * 10**8),
    ]
    back = trace(pair.fast, [f"{_FIRST_PAYMENT}:0"], direction="backward", method="fifo")
    end: Terminal = back.terminals[0]
    assert (end.txid, end.vout, end.boundary, end.tainted_sat) == (
        _BLOCK_9_COINBASE,
        0,
        "coinbase",
        10 * 10**8,
    )


@pytest.mark.parametrize("method", METHODS)
def test_from_the_first_coinbases(pair: Pair, method: str) -> None:
    """Every spent coinbase, alone and together with others, equals the slow oracle."""
    random = Random(method)
    spent = [(tx.txid, 0) for tx in pair.slow.txs if not tx.spends and (tx.txid, 0) in pair.slow.spender]
    assert len(spent) > 50
    for count in (1, 1, 1, 4, len(spent)):
        chosen = random.sample(spent, count)
        parts = {each: [(0, pair.slow.output[each].value_sat)] for each in chosen}
        expected = trace_forward(pair.slow, parts, pair.tip, method)
        found = trace(pair.fast, [txid for txid, _ in chosen], method=method)
        same(found, expected, method=method)
        if method == "tiho":
            continue
        ends = random.sample(sorted(expected.terminals), min(5, len(expected.terminals)))
        parts = {each: [(0, pair.slow.output[each].value_sat)] for each in ends}
        expected = trace_backward(pair.slow, parts, pair.tip, method)
        texts = [f"{txid}:{vout}" for txid, vout in ends]
        same(trace(pair.fast, texts, method=method, direction="backward"), expected, method=method)


def test_shapes_in_the_first_blocks(pair: Pair) -> None:
    """Peels, a fan and merges, found by hand in the blocks: one satoshi of value is where the list says."""
    merges = [tx for tx in pair.slow.txs if len(tx.spends) >= 5 and len(tx.outputs) == 1]
    assert merges
    for tx in merges[:5]:
        found = trace(pair.fast.at(tx.height), [f"{txid}:{vout}" for txid, vout in tx.spends], method="lifo")
        [end] = found.terminals
        assert (end.txid, end.vout, end.tainted_sat) == (tx.txid, 0, tx.outputs[0].value_sat)
