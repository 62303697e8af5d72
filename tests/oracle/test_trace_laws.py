"""What holds of every trace: margins, order of methods, reversal, unions, as-of, small memory."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from coalface import _core
from coalface.chain import Chain, open_chain
from coalface.errors import LimitExceeded, UsageError
from coalface.range.tx import Outpoint
from coalface.tracing import METHODS, Trace, trace
from coalface.tracing.origins import Parts, origin_parts
from coalface.tracing.stops import Stops
from coalface.tracing.trace import Question
from oracle.nasty import NastyChain, nasty_chain, pay_to, peel_chain
from oracle.slow import Outpoint as Place
from oracle.slow import SlowChain
from oracle.slow_trace import trace_backward, trace_forward
from oracle.test_traces import Pair, random_parts, read, same, texts_of

N_TRIALS = 25


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return read(nasty_chain(11, n_blocks=70), tmp_path_factory.mktemp("laws"), "laws")


def amounts(found: Trace) -> dict[Place, int]:
    return {(each.txid, each.vout): each.tainted_sat for each in found.terminals}


@pytest.mark.parametrize("method", METHODS)
def test_margins(pair: Pair, method: str) -> None:
    """Every transaction hands on what it took, and the whole trace does."""
    random = Random(method)
    for number in range(N_TRIALS):
        texts = texts_of(pair, random_parts(pair, random, pair.tip))
        found = trace(pair.fast, texts, method=method, through_coinjoins=True, follow_fees=number % 2 == 0)
        for each in found.terminals:
            assert 0 < each.tainted_sat <= pair.slow.output[each.txid, each.vout].value_sat
        if method == "poison":
            continue
        for edge in found.edges:
            taken = sum(each.tainted_sat for each in edge.inputs)
            made = sum(each.tainted_sat for each in edge.outputs) + edge.fee_tainted_sat
            assert taken == made or not edge.inputs  # a coinbase takes fees, which are no outputs
        ends = sum(found.totals_sat.values()) + found.lost_to_fees_sat + found.met_again_sat
        assert found.origin_sat == ends
        assert found.origin_sat == sum(sat for _, _, sat in trace_parts(pair.fast, texts))


def test_no_method_goes_where_poison_does_not(pair: Pair) -> None:
    random = Random(5)
    for _ in range(N_TRIALS):
        texts = texts_of(pair, random_parts(pair, random, pair.tip))
        poison = amounts(trace(pair.fast, texts, method="poison", through_coinjoins=True))
        for method in METHODS:
            found = amounts(trace(pair.fast, texts, method=method, through_coinjoins=True))
            assert found.keys() <= poison.keys()
            # an origin of which only a part is traced keeps that part, unless more arrives
            origins = {text.split("=")[0] for text in texts}
            for place, sat in found.items():
                assert sat <= poison[place] or f"{place[0]}:{place[1]}" in origins


@pytest.mark.parametrize("method", ["fifo", "lifo"])
def test_there_and_back_gives_the_same_coins(pair: Pair, method: str) -> None:
    """Backward from where the coins ended, as far as fees and origins met again do not hold some back."""
    random = Random(f"back {method}")
    n_moved = 0
    for _ in range(N_TRIALS):
        parts = random_parts(pair, random, pair.tip * 3 // 4)
        texts = texts_of(pair, parts)
        there = trace(pair.fast, texts, method=method, through_coinjoins=True)
        n_moved += there.n_txs
        ends = [part for each in there.terminals for part in each.parts]
        if not ends:
            continue
        # Stop where the trace began: at the origins' own outputs.
        record = _backward_to(pair.fast, ends, texts, method)
        found = {
            (output, start, sat)
            for output, first, last in zip(
                record["terminal_outputs"].tolist(),
                record["first_run"][:-1].tolist(),
                record["first_run"][1:].tolist(),
                strict=True,
            )
            for start, sat in zip(
                record["run_start_sat"][first:last].tolist(),
                record["run_sat"][first:last].tolist(),
                strict=True,
            )
        }
        given = trace_parts(pair.fast, texts)
        held = there.lost_to_fees_sat + there.met_again_sat
        assert sum(sat for _, _, sat in found) == sum(sat for _, _, sat in given) - held
        if held == 0:
            assert joined(found) == joined(given)
    assert n_moved > 100


def joined(parts: set[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Stretches that touch as one."""
    done: list[tuple[int, int, int]] = []
    for output, start, sat in sorted(parts):
        if done and done[-1][0] == output and done[-1][1] + done[-1][2] == start:
            done[-1] = (output, done[-1][1], done[-1][2] + sat)
        else:
            done.append((output, start, sat))
    return done


def trace_parts(chain: Chain, texts: list[str]) -> set[tuple[int, int, int]]:
    _, parts = origin_parts(chain, texts)
    record, _ = Question(chain, parts, "forward", Stops(), max_txs=0).ask("fifo")
    rows = (record["origin_outputs"], record["origin_start_sat"], record["origin_sat"])
    return set(zip(*(each.tolist() for each in rows), strict=True))


def _backward_to(chain: Chain, ends: list[str], texts: list[str], method: str) -> _core.TraceRecord:
    _, parts = origin_parts(chain, ends)
    _, goals = origin_parts(chain, texts)
    question = Question(chain, parts, "backward", Stops(), through_coinjoins=True)
    options = question.options(method, keep_edges=True)
    outputs = np.unique(goals.outputs)
    options["stop_outputs"] = (outputs, np.zeros(len(outputs), np.uint8))
    return _core.trace(chain.core, (parts.outputs, parts.start_sat, parts.sat), chain.bound, options, None)


def test_a_union_of_origins_is_their_sum(pair: Pair) -> None:
    """Exactly by FIFO and LIFO; by haircut each transaction rounds by less than a satoshi an output."""
    random = Random(9)
    n_tried = 0
    for _ in range(3 * N_TRIALS):
        texts = texts_of(pair, random_parts(pair, random, pair.tip))
        if len({text.split("=")[0] for text in texts}) != len(texts):
            continue
        for method in ("fifo", "lifo", "haircut"):
            whole = trace(pair.fast, texts, method=method, through_coinjoins=True)
            if whole.met_again_sat:
                continue
            n_tried += 1
            sums: dict[Place, int] = {}
            for text in texts:
                for place, sat in amounts(
                    trace(pair.fast, [text], method=method, through_coinjoins=True)
                ).items():
                    sums[place] = sums.get(place, 0) + sat
            found = amounts(whole)
            if method == "haircut":
                slack = len(texts) * (1 + sum(len(edge.outputs) + 1 for edge in whole.edges))
                assert all(
                    abs(found.get(place, 0) - sums.get(place, 0)) <= slack for place in {*found, *sums}
                )
            else:
                assert found == sums
    assert n_tried > 20


@pytest.mark.parametrize("method", METHODS)
def test_what_comes_later_changes_nothing(pair: Pair, method: str) -> None:
    """As of a height: the edges up to there are those of the whole trace."""
    random = Random(f"later {method}")
    for _ in range(N_TRIALS):
        height = random.randrange(pair.tip * 2 // 3, pair.tip)
        texts = texts_of(pair, random_parts(pair, random, height))
        early = trace(pair.fast.at(height), texts, method=method, through_coinjoins=True)
        late = trace(pair.fast, texts, method=method, through_coinjoins=True)
        assert list(early.edges) == [edge for edge in late.edges if (edge.height or 0) <= height]


@pytest.mark.parametrize("method", METHODS)
def test_going_on_from_the_ends_is_one_trace(pair: Pair, method: str) -> None:
    """Cut at a height and gone on with from where it ended: the end is the same."""
    random = Random(f"cut {method}")
    for _ in range(N_TRIALS):
        height = random.randrange(pair.tip // 2, pair.tip)
        texts = texts_of(pair, random_parts(pair, random, height))
        whole = trace(pair.fast, texts, method=method, through_coinjoins=True)
        first = trace(pair.fast.at(height), texts, method=method, through_coinjoins=True)
        if whole.met_again_sat or not len(first.terminals):
            continue
        ends = [part for each in first.terminals for part in each.parts]
        second = trace(pair.fast, ends, method=method, through_coinjoins=True)
        assert amounts(second) == amounts(whole)
        assert first.lost_to_fees_sat + second.lost_to_fees_sat == whole.lost_to_fees_sat


def test_edges_in_a_file_are_those_of_the_answer(pair: Pair, tmp_path: Path) -> None:
    random = Random(21)
    for method in METHODS:
        for direction in ("forward", "backward"):
            if (method, direction) == ("tiho", "backward"):
                continue
            texts = texts_of(pair, random_parts(pair, random, pair.tip))
            file = tmp_path / f"{method}-{direction}.jsonl"
            kept = trace(pair.fast, texts, method=method, direction=direction, through_coinjoins=True)
            written = trace(
                pair.fast, texts, method=method, direction=direction, through_coinjoins=True, edges_file=file
            )
            assert len(written.edges) == 0
            assert amounts(written) == amounts(kept)
            lines = file.read_text("utf-8").splitlines()
            from coalface.cli.output import canonical_json

            assert lines == [canonical_json(edge) for edge in kept.edges]


def test_refusals(pair: Pair) -> None:
    tx = pair.slow.txs[5]
    place = f"{tx.txid}:0"
    value = tx.outputs[0].value_sat
    for text, code in [
        (f"{place}=0", "usage_origin_part"),
        (f"{place}={value + 1}", "usage_origin_part"),
        (f"{place}=1@{value}", "usage_origin_part"),
    ]:
        with pytest.raises(UsageError) as caught:
            trace(pair.fast, [text])
        assert caught.value.code == code
    with pytest.raises(UsageError) as caught:
        trace(pair.fast, [place], method="tiho", direction="backward")
    assert caught.value.code == "usage_method_direction"
    with pytest.raises(UsageError) as caught:
        trace(pair.fast, [place], memory_bytes=1 << 16)
    assert caught.value.code == "usage_memory"


@pytest.fixture(scope="module")
def bulk(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    folder = tmp_path_factory.mktemp("bulk")
    _core.write_bulk(folder / "blocks", n_txs=100_000)
    from coalface.chain import index

    index([folder / "blocks"], folder / "store")
    return open_chain(folder / "store")


@pytest.mark.parametrize("method", METHODS)
def test_little_memory_gives_the_same_answer(bulk: Chain, method: str) -> None:
    """What waits goes to disk and comes back; a budget that the answer does not fit is refused by name."""
    values = bulk.column("output.value_sat")
    rows = np.flatnonzero(values > 0)[:200_000].astype(np.uint64)
    parts = Parts.whole(rows, values[rows])
    question = Question(bulk, parts, "forward", Stops(), through_coinjoins=True)
    wide, _ = question.ask(method, keep_edges=False)
    little = 3 << 20
    small = Question(bulk, parts, "forward", Stops(), through_coinjoins=True, memory_bytes=little)
    narrow, _ = small.ask(method, keep_edges=False)
    assert (wide["spilled_bytes"], narrow["spilled_bytes"] > 0) == (0, True)
    assert wide["n_txs"] > 5_000
    for name in ("terminal_outputs", "terminal_sat", "terminal_boundary"):
        assert (wide[name] == narrow[name]).all()
    with pytest.raises(LimitExceeded) as caught:
        Question(bulk, parts, "forward", Stops(), through_coinjoins=True, memory_bytes=2 << 20).ask(method)
    assert caught.value.code == "limit_trace_memory"


@pytest.mark.parametrize("method", METHODS)
def test_thousands_of_inputs_and_outputs(tmp_path: Path, method: str) -> None:
    """A fan of 3,000 outputs, some of one satoshi or none, merged again; every third of them is tainted."""
    chain = NastyChain()
    for _ in range(102):
        chain.mine()
    coin = next(iter(chain.coins))
    value = chain.coins[coin][0]
    amounts = [(0, 1, 546, value // 4000)[n % 4] for n in range(2999)]
    amounts.append(value - sum(amounts))
    fan = chain.send([coin], [(sat, pay_to(n % 50)) for n, sat in enumerate(amounts)])
    chain.mine()
    outputs = [(sat, pay_to(n)) for n, sat in enumerate(amounts[:2500])]
    merged = chain.send([Outpoint(fan.txid, n) for n in reversed(range(3000))], outputs)
    chain.mine()
    pair = read(chain.blocks, tmp_path, "fan")
    parts = {(fan.txid, n): [(0, amounts[n])] for n in range(0, 3000, 3)}
    found = trace(pair.fast, texts_of(pair, parts), method=method, through_coinjoins=True)
    same(found, trace_forward(pair.slow, parts, pair.tip, method, through_coinjoins=True), method=method)
    if method != "tiho":
        parts = {(merged.txid, n): [(0, amounts[n])] for n in range(0, 2500, 7)}
        texts = texts_of(pair, parts)
        found = trace(pair.fast, texts, method=method, direction="backward", through_coinjoins=True)
        same(found, trace_backward(pair.slow, parts, pair.tip, method, through_coinjoins=True), method=method)


@pytest.mark.parametrize("n_hops", [3_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_a_long_peel(tmp_path: Path, n_hops: int) -> None:
    """A coin of thirty stretches in sixty, by every method, there and back."""
    blocks = peel_chain(n_hops)
    pair = read(blocks, tmp_path, "peel")
    slow = SlowChain(blocks[:62])
    origins = [tx.txid for tx in slow.txs if tx.height and tx.height < 61 and tx.height % 2]
    for method in METHODS:
        found = trace(pair.fast, origins, method=method, max_txs=2 * n_hops)
        assert found.n_txs == n_hops + 1
        if method != "poison":
            assert found.origin_sat == sum(found.totals_sat.values()) + found.lost_to_fees_sat
    fifo = trace(pair.fast, origins, method="fifo")
    last = fifo.terminals[-2] if fifo.terminals[-1].tainted_sat < 10_000 else fifo.terminals[-1]
    back = trace(pair.fast, last.parts, method="fifo", direction="backward")
    assert back.totals_sat["coinbase"] == last.tainted_sat
    assert {each.txid for each in back.terminals} <= set(origins)
