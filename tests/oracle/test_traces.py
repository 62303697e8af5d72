"""Every method, forward and backward, equals a slow oracle on ordinary and on nasty chains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from coalface.chain import Chain, index, open_chain
from coalface.range import write_block_files
from coalface.tracing import METHODS, Trace, trace
from oracle.economy import build_economy
from oracle.nasty import nasty_chain
from oracle.slow import Outpoint, SlowChain
from oracle.slow_trace import LINES, Found, trace_backward, trace_forward

CHAINS: dict[str, Callable[[], list[bytes]]] = {
    "economy": lambda: build_economy(102, n_blocks=60).blocks,
    "nasty 1": lambda: nasty_chain(1),
    "nasty 2": lambda: nasty_chain(2, n_blocks=40, most_txs=16),
    "nasty 3": lambda: nasty_chain(3, n_blocks=160, most_txs=5),
}
BACKWARD = [method for method in METHODS if method != "tiho"]


@dataclass
class Pair:
    """One chain, read by the slow oracle and by the engine."""

    name: str
    slow: SlowChain
    fast: Chain
    tip: int


@pytest.fixture(scope="module", params=sorted(CHAINS))
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return read(CHAINS[request.param](), tmp_path_factory.mktemp("traces"), request.param)


def read(blocks: list[bytes], folder: Path, name: str) -> Pair:
    """A chain in both forms."""
    write_block_files(blocks, folder, xor_key=None)
    index([folder], folder / "store")
    chain = open_chain(folder / "store")
    assert chain.as_of.height == len(blocks) - 1
    return Pair(name, SlowChain(blocks), chain, len(blocks) - 1)


def random_parts(pair: Pair, random: Random, height: int) -> dict[Outpoint, list[tuple[int, int]]]:
    """Whole outputs and parts of them."""
    parts: dict[Outpoint, list[tuple[int, int]]] = {}
    txs = [tx for tx in pair.slow.up_to(height) if tx.height]
    for _ in range(random.choice([1, 2, 5, 20])):
        tx = random.choice(txs)
        vout = random.randrange(len(tx.outputs))
        value = tx.outputs[vout].value_sat
        if random.random() < 0.5 or value < 2:
            parts[tx.txid, vout] = [(0, value)]
        else:
            start = random.randrange(value)
            parts.setdefault((tx.txid, vout), []).append((start, random.randrange(1, value - start + 1)))
    return parts


def texts_of(pair: Pair, parts: dict[Outpoint, list[tuple[int, int]]]) -> list[str]:
    """The parts as origins."""
    return [
        f"{txid}:{vout}"
        if (start, sat) == (0, pair.slow.output[txid, vout].value_sat)
        else f"{txid}:{vout}={sat}" + (f"@{start}" if start else "")
        for (txid, vout), pieces in parts.items()
        for start, sat in pieces
    ]


def same(found: Trace, expected: Found, *, method: str, has_runs: bool = True) -> None:
    terminals = {
        (each.txid, each.vout): (each.tainted_sat, each.boundary, each.is_mixed) for each in found.terminals
    }
    assert len(terminals) == len(found.terminals)
    assert terminals == {place: end[:3] for place, end in expected.terminals.items()}
    assert [
        (
            each.txid,
            {(one.txid, one.vout): one.tainted_sat for one in each.inputs},
            {one.vout: one.tainted_sat for one in each.outputs},
            each.fee_tainted_sat,
        )
        for each in found.edges
    ] == expected.edges
    assert (found.lost_to_fees_sat, found.met_again_sat) == (expected.lost_sat, expected.met_again_sat)
    assert found.n_txs == len(expected.edges)
    if method in LINES and has_runs:
        for each in found.terminals:
            runs = [
                (one.start_sat, one.sat, (one.origin_txid, one.origin_vout), one.origin_start_sat)
                for one in each.coins
            ]
            assert tuple(runs) == expected.terminals[each.txid, each.vout][3]
    if method != "poison":
        ends = sum(found.totals_sat.values()) + found.lost_to_fees_sat + found.met_again_sat
        assert found.origin_sat == ends


def options_at(number: int, random: Random, pair: Pair) -> dict[str, Any]:
    """Options for a number of a test."""
    addresses = sorted({output.address for output in pair.slow.output.values() if output.address})
    return {
        "through_coinjoins": number % 2 == 0,
        "follow_fees": number % 3 == 0,
        "stops": set(random.sample(addresses, len(addresses) // 15)) if number % 4 == 1 else set(),
    }


@pytest.mark.parametrize("method", METHODS)
def test_forward(pair: Pair, method: str) -> None:
    random = Random(f"{pair.name} {method}")
    for number in range(14):
        height = random.choice([pair.tip, random.randrange(60, pair.tip + 1)])
        parts = random_parts(pair, random, height)
        options = options_at(number, random, pair)
        expected = trace_forward(pair.slow, parts, height, method, **options)
        options["stops"] = dict.fromkeys(options["stops"], "a service")
        found = trace(
            pair.fast.at(height), texts_of(pair, parts), method=method, stop_at_clusters=False, **options
        )
        same(found, expected, method=method)


@pytest.mark.parametrize("method", BACKWARD)
def test_backward(pair: Pair, method: str) -> None:
    random = Random(f"{pair.name} {method} back")
    for number in range(14):
        height = random.choice([pair.tip, random.randrange(100, pair.tip + 1)])
        parts = random_parts(pair, random, height)
        options = options_at(number, random, pair)
        expected = trace_backward(pair.slow, parts, height, method, **options)
        options["stops"] = dict.fromkeys(options["stops"], "a service")
        found = trace(
            pair.fast.at(height),
            texts_of(pair, parts),
            method=method,
            direction="backward",
            stop_at_clusters=False,
            **options,
        )
        same(found, expected, method=method, has_runs=not options["follow_fees"])
