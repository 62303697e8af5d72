"""Addresses, clusters, explanations and traces equal slow oracles, as of many blocks of several chains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from coalface.chain import Chain, index, open_chain
from coalface.clusters import cluster, explain
from coalface.range import write_block_files
from coalface.tracing import Trace, trace
from oracle.core import hash_of
from oracle.economy import build_economy, go_on
from oracle.mixes import may_be_coinjoin
from oracle.slow import Outpoint, SlowChain, haircut
from story import build_story


def one_branch(blocks: list[bytes]) -> list[list[bytes]]:
    """Two steps."""
    return [blocks[: len(blocks) // 2], blocks]


def two_branches() -> list[list[bytes]]:
    """Two branches overtake each other again and again; every step holds all blocks so far."""
    left, right = build_economy(104, n_blocks=20), build_economy(104, n_blocks=20)
    fork = len(left.blocks)
    right.random.seed(105)
    go_on(left, 40, most_txs=16)
    go_on(right, 36, most_txs=16)
    steps = []
    for n_left, n_right in [(4, 0), (4, 8), (14, 8), (14, 24), (30, 24), (30, 36), (40, 36)]:
        steps.append([*left.blocks[: fork + n_left], *right.blocks[fork : fork + n_right]])
    return steps


CHAINS: dict[str, Callable[[], list[list[bytes]]]] = {
    "story": lambda: one_branch(build_story().blocks),
    "economy": lambda: one_branch(build_economy(102, n_blocks=90).blocks),
    "reorganised": two_branches,
}
"""Block files as a node leaves them, step by step; the chain that wins comes first in the last step."""


@dataclass
class Pair:
    """One chain, read by the slow oracle and by the engine."""

    name: str
    blocks: list[bytes]
    slow: SlowChain
    fast: Chain

    @property
    def tip(self) -> int:
        """Height of the last block."""
        return len(self.blocks) - 1

    @property
    def heights(self) -> range:
        """Every 40th height."""
        return range(0, len(self.blocks), 40)


@pytest.fixture(scope="module", params=sorted(CHAINS))
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("slow")
    removed = 0
    for blocks in CHAINS[request.param]():
        write_block_files(blocks, folder, xor_key=None)
        removed += index([folder], folder / "store", batch_bytes=4000, commit_bytes=20_000).blocks_removed
    chain = open_chain(folder / "store")
    blocks = blocks[: (chain.as_of.height or 0) + 1]
    assert chain.as_of.hash == hash_of(blocks[-1])
    assert (removed > 0) == (request.param == "reorganised")
    return Pair(request.param, blocks, SlowChain(blocks), chain)


def test_address_totals(pair: Pair) -> None:
    everyone = pair.slow.totals(pair.tip)
    for height in [*pair.heights, pair.tip]:
        chain, expected = pair.fast.at(height), pair.slow.totals(height)
        txs = pair.slow.txs
        for text in everyone:
            address = chain.address(text)
            assert address.address == text
            totals = expected.get(text)
            if totals is None:
                assert (address.balance_sat, address.received_sat, address.sent_sat) == (0, 0, 0)
                assert (address.n_outputs, address.n_txs, address.first_seen, address.last_seen) == (
                    0,
                    0,
                    None,
                    None,
                )
                assert address.cluster is None
                continue
            assert address.received_sat == totals.received_sat
            assert address.sent_sat == totals.sent_sat
            assert address.balance_sat == totals.received_sat - totals.sent_sat
            assert (address.n_outputs, address.n_txs) == (totals.n_outputs, len(totals.history))
            first, last = txs[totals.history[0][0]], txs[totals.history[-1][0]]
            assert address.first_seen is not None
            assert address.last_seen is not None
            assert (address.first_seen.height, address.first_seen.time_unix) == (
                first.height,
                first.time_unix,
            )
            assert (address.last_seen.height, address.last_seen.time_unix) == (last.height, last.time_unix)


def test_address_history(pair: Pair) -> None:
    for height in {pair.tip * 2 // 3, pair.tip}:
        chain = pair.fast.at(height)
        for text, totals in pair.slow.totals(height).items():
            expected = [
                (tx.txid, tx.height, tx.time_unix, received, sent)
                for tx, received, sent in ((pair.slow.txs[place], r, s) for place, r, s in totals.history)
            ]
            events = chain.address_txs(text)
            assert [(e.txid, e.height, e.time_unix, e.received_sat, e.sent_sat) for e in events] == expected


def test_spends_as_of(pair: Pair) -> None:
    for height in pair.heights:
        chain = pair.fast.at(height)
        for tx in pair.slow.up_to(height):
            for vout, output in enumerate(chain.tx(tx.txid).outputs):
                spender = pair.slow.spender.get((tx.txid, vout))
                if spender is None or spender.height > height:
                    assert output.spent_by is None
                else:
                    assert output.spent_by is not None
                    n = spender.spends.index((tx.txid, vout))
                    assert (output.spent_by.txid, output.spent_by.n) == (spender.txid, n)


def test_clusters(pair: Pair) -> None:
    sizes = set()
    for height in [*pair.heights, pair.tip]:
        chain, expected = pair.fast.at(height), pair.slow.clusters(height).of
        anchors: dict[str, set[str]] = {}
        for text, members in expected.items():
            name = chain.address(text).cluster
            assert name is not None
            assert name.n_addresses == len(members)
            assert name.anchor in members
            # one name for one cluster, the same from every member
            assert anchors.setdefault(name.anchor, members) is members
            sizes.add(len(members))
        totals = pair.slow.totals(height)
        for anchor, members in anchors.items():
            found = cluster(chain, next(iter(members)))
            assert (found.anchor, found.n_addresses, found.members_complete) == (anchor, len(members), True)
            assert set(found.members) == members
            assert len(found.members) == len(members)
            assert found.members[0] == anchor
            assert found.received_sat == sum(totals[each].received_sat for each in members)
            assert found.balance_sat == found.received_sat - sum(totals[each].sent_sat for each in members)
    assert len(sizes) > 4


def test_coinjoins_tie_nothing(pair: Pair) -> None:
    """The rule fires in every chain, and there it matters: with it switched off the slow clusters differ."""
    mixes = [tx for tx in pair.slow.txs if may_be_coinjoin(tx)]
    assert mixes
    expected = pair.slow.clusters(pair.tip).of
    apart = [tx for tx in mixes if len({id(expected[each]) for each in tx.input_addresses}) > 1]
    assert apart
    for tx in apart:
        anchors = {cluster(pair.fast, each).anchor for each in tx.input_addresses}
        assert len(anchors) == len({id(expected[each]) for each in tx.input_addresses})


def pairs_of_addresses(pair: Pair, count: int) -> list[tuple[str, str]]:
    """Pairs of one cluster, most of them of large ones, and a few of two."""
    random = Random(7)
    of = pair.slow.clusters(pair.tip).of
    groups = {id(members): sorted(members) for members in of.values() if len(members) > 1}
    by_size = sorted(groups.values(), key=lambda members: (-len(members), members))
    found = []
    for number in range(count):
        members = random.choice(by_size[:2] if number % 3 else by_size)
        found.append((random.choice(members), random.choice(members)))
        found.append((random.choice(sorted(of)), random.choice(members)))
    return found


def joining_place(pair: Pair, a: str, b: str) -> int | None:
    """Place of the transaction by which two addresses come into one cluster, adding one after another."""
    from oracle.slow import SlowClusters

    clusters = SlowClusters()
    for tx in pair.slow.txs:
        clusters.add(tx)
        if a in clusters.of and b in clusters.of.get(a, ()):
            return tx.place
    return None


def test_explanations(pair: Pair) -> None:
    places = {tx.txid: tx for tx in pair.slow.txs}
    lengths = []
    for a, b in pairs_of_addresses(pair, 60):
        found = explain(pair.fast, a, b)
        joined = joining_place(pair, a, b)
        assert found.same_cluster is (joined is not None)
        assert found.steps_complete
        if joined is None or a == b:
            assert found.steps == ()
            continue
        # the steps lead from a to b without a gap
        assert found.steps[0].from_address == a
        assert found.steps[-1].to_address == b
        for step, following in zip(found.steps, found.steps[1:], strict=False):
            assert step.to_address == following.from_address
        for step in found.steps:
            tx = places[step.txid]
            assert step.height == tx.height
            assert not may_be_coinjoin(tx)
            spent = [each.address for each in tx.inputs]
            assert step.from_address != step.to_address
            assert list(step.from_inputs) == [n for n, each in enumerate(spent) if each == step.from_address]
            assert list(step.to_inputs) == [n for n, each in enumerate(spent) if each == step.to_address]
            assert step.from_inputs
            assert step.to_inputs
        # no chain of evidence is complete earlier
        assert max(places[step.txid].place for step in found.steps) == joined
        height = pair.slow.txs[joined].height
        assert explain(pair.fast.at(height), a, b).steps == found.steps
        assert explain(pair.fast.at(height - 1), a, b).same_cluster is False
        lengths.append(len(found.steps))
    assert max(lengths) > 3


def test_explanations_can_be_cut(pair: Pair) -> None:
    for a, b in pairs_of_addresses(pair, 20):
        whole = explain(pair.fast, a, b)
        for limit in range(len(whole.steps) + 1):
            part = explain(pair.fast, a, b, limit=limit)
            assert part.steps == whole.steps[:limit]
            assert part.steps_complete == (limit == len(whole.steps))


def same_trace(pair: Pair, found: Trace, origins: set[Outpoint], height: int, **options: object) -> None:
    expected = haircut(pair.slow, origins, height, **options)  # type: ignore[arg-type]  # passed on
    assert found.origin_sat == sum(pair.slow.output[each].value_sat for each in origins)
    terminals = {(t.txid, t.vout): (t.tainted_sat, t.boundary) for t in found.terminals}
    assert len(terminals) == len(found.terminals)
    assert terminals == expected.terminals
    assert [
        (
            e.txid,
            {(each.txid, each.vout): each.tainted_sat for each in e.inputs},
            {each.vout: each.tainted_sat for each in e.outputs},
            e.fee_tainted_sat,
        )
        for e in found.edges
    ] == expected.edges
    assert found.met_again_sat == expected.met_again_sat
    assert found.lost_to_fees_sat == sum(fee for _, _, _, fee in expected.edges)
    assert found.n_txs == len(expected.edges)
    for terminal in found.terminals:
        output = pair.slow.output[terminal.txid, terminal.vout]
        assert (terminal.address, terminal.value_sat) == (output.address, output.value_sat)
        assert 0 < terminal.tainted_sat <= output.value_sat
    for boundary, sat in found.totals_sat.items():
        assert sat == sum(each.tainted_sat for each in found.terminals if each.boundary == boundary)
    margins = sum(found.totals_sat.values()) + found.lost_to_fees_sat + found.met_again_sat
    assert found.origin_sat == margins


def random_origins(pair: Pair, random: Random, height: int) -> tuple[list[str], set[Outpoint]]:
    """Texts of any form and the outputs that they stand for, as of a height."""
    txs = pair.slow.up_to(height)
    texts: list[str] = []
    outpoints: set[Outpoint] = set()
    for _ in range(random.choice([1, 1, 2, 4])):
        tx = random.choice(txs)
        vout = random.randrange(len(tx.outputs))
        form = random.choice(["output", "tx", "address"])
        address = tx.outputs[vout].address
        if form == "address" and address is not None:
            texts.append(address)
            outpoints |= {
                (each.txid, n)
                for each in txs
                for n, output in enumerate(each.outputs)
                if output.address == address
            }
        elif form == "tx":
            texts.append(tx.txid)
            outpoints |= {(tx.txid, n) for n in range(len(tx.outputs))}
        else:
            texts.append(f"{tx.txid}:{vout}")
            outpoints.add((tx.txid, vout))
    return texts, outpoints


def test_traces(pair: Pair) -> None:
    random = Random(pair.name)
    seen: set[str] = set()
    met_again = 0
    for number in range(80):
        height = random.choice([pair.tip, random.randrange(60, pair.tip + 1)])
        texts, origins = random_origins(pair, random, height)
        through = number % 3 == 0
        clusters = pair.slow.clusters(height).of
        stops = random.sample(sorted(clusters), len(clusters) // 20) if number % 4 == 1 else []
        with_clusters = number % 8 == 1
        ends = set(stops)
        if with_clusters:
            ends = ends.union(*(clusters[each] for each in stops))
        max_txs = random.choice([0, 1, 7]) if number % 8 == 5 else 1_000_000
        found = trace(
            pair.fast.at(height),
            texts,
            stops=dict.fromkeys(stops, "a service"),
            stop_at_clusters=with_clusters,
            through_coinjoins=through,
            max_txs=max_txs,
        )
        same_trace(pair, found, origins, height, stops=ends, through_coinjoins=through, max_txs=max_txs)
        seen |= {terminal.boundary for terminal in found.terminals}
        for terminal in found.terminals:
            if terminal.boundary == "service":
                assert ("inference" in terminal.reason) == (terminal.address not in stops)
        met_again += found.met_again_sat
    assert seen >= {"unspent", "service", "coinjoin", "limit"}
    assert met_again > 0


def test_all_coin_at_once(pair: Pair) -> None:
    """Everything is tainted, so nothing is left to round: every terminal is tainted as a whole."""
    origins = [tx.txid for tx in pair.slow.txs if not tx.spends]
    found = trace(pair.fast, origins, through_coinjoins=True)
    made = set(origins)
    for terminal in found.terminals:
        if terminal.txid in made:
            assert terminal.tainted_sat == terminal.value_sat
    kept = found.totals_sat["unspent"] + found.totals_sat["burned"]
    assert kept + found.lost_to_fees_sat == found.origin_sat
    assert found.totals_sat["burned"] >= 50 * 10**8  # what the genesis block made
    assert {e.txid for e in found.edges} <= {tx.txid for tx in pair.slow.txs if tx.spends}


@pytest.mark.parametrize("part", [3, 4])
def test_as_of_equals_a_store_that_ends_there(tmp_path: Path, pair: Pair, part: int) -> None:
    """What is known as of a block does not depend on what came later."""
    height = pair.tip * part // 5
    write_block_files(pair.blocks[: height + 1], tmp_path, xor_key=None)
    index([tmp_path], tmp_path / "store")
    short, long = open_chain(tmp_path / "store"), pair.fast.at(height)
    assert short.as_of == long.as_of
    assert short.coverage == long.coverage
    for tx in pair.slow.up_to(height):
        assert short.tx(tx.txid) == long.tx(tx.txid)
    for text in pair.slow.totals(pair.tip):
        assert short.address(text) == long.address(text)
        assert list(short.address_txs(text)) == list(long.address_txs(text))
        assert cluster(short, text) == cluster(long, text)
    random = Random(part)
    for _ in range(40):
        texts, _ = random_origins(pair, random, height)
        assert trace(short, texts) == trace(long, texts)
    for a, b in pairs_of_addresses(pair, 30):
        assert explain(short, a, b) == explain(long, a, b)
