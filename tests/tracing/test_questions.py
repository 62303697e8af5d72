"""`paths`, `meet` and `pooled` equal slow answers; `compare` finds what an answer hangs on."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from coalface.chain import Chain
from coalface.errors import UsageError
from coalface.range.tx import Outpoint
from coalface.tracing import METHODS, Stop, Way, compare, meet, paths, pooled, trace
from oracle import scripts
from oracle.nasty import NastyChain, nasty_chain, pay_to
from oracle.slow import Outpoint as Place
from oracle.slow import SlowChain
from oracle.slow_trace import trace_forward
from oracle.test_traces import Pair, random_parts, read, texts_of


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return read(nasty_chain(23, n_blocks=50), tmp_path_factory.mktemp("questions"), "questions")


def reachable(chain: SlowChain, starts: set[Place], least_sat: int = 1) -> dict[Place, int]:
    """Fewest transactions to every output that value can reach through outputs of at least so much."""
    found = {each: 0 for each in starts if chain.output[each].value_sat >= least_sat}
    layer = list(found)
    while layer:
        after = []
        for place in layer:
            tx = chain.spender.get(place)
            for vout, output in enumerate(tx.outputs if tx else ()):
                assert tx is not None
                if output.value_sat >= least_sat and (tx.txid, vout) not in found:
                    found[tx.txid, vout] = found[place] + 1
                    after.append((tx.txid, vout))
        layer = after
    return found


def is_linked(chain: SlowChain, way: Way) -> None:
    for before, after in zip(way.steps, way.steps[1:], strict=False):
        spender = chain.spender[before.txid, before.vout]
        assert spender.txid == after.txid
    assert way.width_sat == min(each.value_sat for each in way.steps)
    assert way.n_txs == len(way.steps) - 1


def test_paths(pair: Pair) -> None:
    random = Random(3)
    order = {(tx.txid, vout): (tx.place, vout) for tx in pair.slow.txs for vout in range(len(tx.outputs))}
    busy = [tx for tx in pair.slow.txs if tx.spends]
    n_found = 0
    for _ in range(200):
        starts = {
            (tx.txid, random.randrange(len(tx.outputs))) for tx in random.sample(pair.slow.txs[1:150], 2)
        }
        goals = {(tx.txid, random.randrange(len(tx.outputs))) for tx in random.sample(busy[60:], 6)}
        as_texts = [[f"{txid}:{vout}" for txid, vout in each] for each in (starts, goals)]
        found = paths(pair.fast, *as_texts, through_coinjoins=True)
        reached = reachable(pair.slow, starts)
        hit = [each for each in goals if each in reached]
        assert found.n_targets_reached == len(hit)
        assert (found.shortest is None) == (not hit)
        if not hit:
            continue
        assert found.shortest is not None
        assert found.largest is not None
        assert found.earliest is not None
        n_found += 1
        for way in (found.shortest, found.largest, found.earliest):
            is_linked(pair.slow, way)
            assert (way.steps[0].txid, way.steps[0].vout) in starts
            assert (way.steps[-1].txid, way.steps[-1].vout) in goals
        assert found.shortest.n_txs == min(reached[each] for each in hit)
        first = min(hit, key=lambda each: order[each])
        assert (found.earliest.steps[-1].txid, found.earliest.steps[-1].vout) == first
        assert found.earliest.n_txs == reached[first]
        width = found.largest.width_sat
        assert any(each in reachable(pair.slow, starts, width) for each in goals)
        assert not any(each in reachable(pair.slow, starts, width + 1) for each in goals)
    assert n_found > 5


def test_meetings(pair: Pair) -> None:
    random = Random(4)
    busy = [tx for tx in pair.slow.txs if tx.spends]
    n_met = 0
    for _ in range(15):
        txs = random.sample(busy[:40], 3)
        texts = [f"{tx.txid}:0" for tx in txs if tx.outputs[0].value_sat]
        if len(texts) < 2:
            continue
        found = meet(pair.fast, texts, through_coinjoins=True, method="fifo")
        carried: dict[Place, set[str]] = {}
        spent: dict[str, dict[str, int]] = {}
        for text in texts:
            txid, vout = text.split(":")
            value = pair.slow.output[txid, int(vout)].value_sat
            slow = trace_forward(
                pair.slow, {(txid, int(vout)): [(0, value)]}, pair.tip, "fifo", through_coinjoins=True
            )
            for name, taken, _, _ in slow.edges:
                for place, sat in taken.items():
                    carried.setdefault(place, set()).add(text)
                    sums = spent.setdefault(name, {})
                    sums[text] = sums.get(text, 0) + sat
        expected = [
            (tx.txid, spent[tx.txid])
            for tx in pair.slow.txs
            if len(spent.get(tx.txid, ())) > 1
            and not any(carried.get(each) == set(spent[tx.txid]) for each in tx.spends)
        ]
        assert [(each.txid, each.tainted_sat) for each in found.txs] == expected
        n_met += len(expected)
        assert all(len(each.tainted_sat) > 1 for each in found.places)
    assert n_met > 5


def test_pooled_claims(pair: Pair) -> None:
    random = Random(6)
    n_fell = 0
    accounts = [address(n) for n in range(60)]
    for number in range(120):
        parts = random_parts(pair, random, pair.tip)
        account = random.choice(accounts)
        if account not in pair.slow.totals(pair.tip):
            continue
        method = METHODS[number % 4]
        found = pooled(pair.fast, texts_of(pair, parts), account, method=method, through_coinjoins=True)
        if any(pair.slow.output[each].address == account for each in parts):
            assert found.deposited_sat >= 0
            continue
        slow = trace_forward(pair.slow, parts, pair.tip, method, stops={account}, through_coinjoins=True)
        deposits: dict[str, int] = {}
        for (txid, _), (sat, why, _, _) in slow.terminals.items():
            if why == "service":
                deposits[txid] = deposits.get(txid, 0) + sat
        balance = claim = fell = 0
        for height in range(pair.tip + 1):
            block = [tx for tx in pair.slow.txs if tx.height == height]
            for tx in [*block[1:], block[0]]:
                balance += sum(each.value_sat for each in tx.outputs if each.address == account)
                balance -= sum(each.value_sat for each in tx.inputs if each.address == account)
                claim += deposits.get(tx.txid, 0)
                fell += max(0, claim - balance)
                claim = min(claim, balance)
        assert (found.deposited_sat, found.claim_sat) == (sum(deposits.values()), claim)
        assert found.balance_sat == balance
        assert sum(each.tainted_out_sat for each in found.events) == fell
        assert found.deposited_sat == found.claim_sat + fell
        n_fell += fell > 0
    assert n_fell > 3


class Story:
    """A thief pays a service, through another address too; the service pays a merchant."""

    def __init__(self, folder: Path) -> None:
        chain = NastyChain()
        for _ in range(102):
            chain.mine()
        loot, own = list(chain.coins)[:2]
        value = chain.coins[loot][0]
        self.value = value
        self.theft = chain.send([loot], [(value, pay_to(1))])
        hop = chain.send(
            [Outpoint(self.theft.txid, 0)], [(value // 2, pay_to(2)), (value - value // 2, pay_to(3))]
        )
        inside = chain.send([Outpoint(hop.txid, 0), own], [(value, pay_to(4)), (value // 2, pay_to(5))])
        chain.mine()
        self.back = chain.send([Outpoint(hop.txid, 1)], [(value - value // 2, pay_to(6))])
        self.merchant = chain.send([Outpoint(inside.txid, 0)], [(value, pay_to(7))])
        chain.mine()
        self.pair = read(chain.blocks, folder, "story")
        self.chain: Chain = self.pair.fast
        self.origin = f"{self.theft.txid}:0"


def address(number: int) -> str:
    text = scripts.address("regtest", pay_to(number))
    assert text is not None
    return text


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("story"))


def test_an_answer_that_hangs_on_a_label(story: Story) -> None:
    stops = {address(2): Stop("labelled a service by list x", category="exchange")}
    found = compare(story.chain, [story.origin], [address(7)], 1000, stops=stops)
    assert not found.is_reached
    assert found.smallest_sets == ((address(2),),)
    assert found.is_exhaustive
    assert {each.kind for each in found.assumptions} == {"method", "label"}
    free = compare(story.chain, [story.origin], [address(7)], 1000)
    assert free.is_reached
    assert not free.is_robust
    assert [each.method for each in free.methods] == [f"{name}/1" for name in METHODS]
    # FIFO lays the stolen half first into the merchant's output, LIFO the service's own money
    by_method = {each.method: each.reached_sat for each in free.methods}
    half = story.value // 2
    assert by_method["fifo/1"] == half
    assert by_method["lifo/1"] == 0
    assert by_method["haircut/1"] == half * story.value // (story.value + half)


def test_an_answer_that_hangs_on_the_method(story: Story) -> None:
    question = ([story.origin], [address(7)], story.value // 2)
    found = compare(story.chain, *question, method="fifo")
    assert found.is_reached
    assert not found.is_robust
    assert ("method",) in found.smallest_sets
    overridden = compare(story.chain, *question, method="fifo", stops={address(2): "x"}, through=[address(2)])
    assert overridden.is_reached
    assert (f"through {address(2)}",) in overridden.smallest_sets
    assert [each.kind for each in overridden.overrides] == ["through"]


def test_overrides_and_suspects_are_in_the_answer(story: Story) -> None:
    stops: dict[str, str | Stop] = {address(2): "labelled", address(6): Stop("by hand", is_override=True)}
    found = trace(story.chain, [story.origin], stops=stops, through=[address(2)])
    assert [(each.kind, each.address, each.instead_of) for each in found.overrides] == [
        ("stop", address(6), None),
        ("through", address(2), "labelled"),
    ]
    assert found.totals_sat["service"] == story.value - story.value // 2
    assert [(each.address, each.tainted_sat) for each in found.actors] == [
        (address(6), story.value - story.value // 2)
    ]
    suspect = story.chain.core.find_address(address(3), story.chain.bound)
    assert suspect is not None
    found = trace(story.chain, [story.origin], suspected={suspect: "pays thousands"})
    assert found.totals_sat["suspected_service"] == story.value - story.value // 2
    assert [each.reason for each in found.terminals if each.boundary == "suspected_service"] == [
        "pays thousands"
    ]
    with pytest.raises(UsageError):
        trace(story.chain, [story.origin], stops={address(2): Stop("x", boundary="unspent")})


def test_a_timeline_says_when(story: Story) -> None:
    found = trace(story.chain, [story.origin])
    assert sum(day.tainted_sat for day in found.timeline) == sum(found.totals_sat.values())
    assert sum(day.n_outputs for day in found.timeline) == len(found.terminals)


def test_a_cluster_is_an_origin(story: Story) -> None:
    """The service spent two addresses in one transaction: both are its own."""
    spent = trace(story.chain, [f"cluster:{address(2)}"])
    alone = trace(story.chain, [address(2)])
    assert (spent.origins[0].kind, alone.origins[0].kind) == ("cluster", "address")
    assert spent.origin_sat > alone.origin_sat
