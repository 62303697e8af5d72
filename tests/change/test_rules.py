"""Votes and decisions of the engine, beside a slow version and a decision added up by hand."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from change.slow_change import LAG, SlowChange
from coalface import _core
from coalface.chain import Chain, index, open_chain
from coalface.clusters import change_model
from coalface.range import write_block_files


@pytest.fixture(scope="module")
def slow(chain: Chain) -> SlowChange:
    return SlowChange(chain)


def bits(masks: int, names: list[str]) -> set[str]:
    return {name for bit, name in enumerate(names) if masks >> bit & 1}


def test_every_vote_is_the_slow_one(chain: Chain, slow: SlowChange) -> None:
    names = [each.rule.partition("/")[0] for each in change_model().rules]
    found = _core.change_votes(chain.core, chain.bound)
    rows: dict[int, dict[int, tuple[set[str], set[str]]]] = {}
    for tx, output, kept, ruled_out in zip(
        *(found[name].tolist() for name in ("tx", "output", "kept_by", "ruled_out_by")), strict=True
    ):
        rows.setdefault(tx, {})[output] = (bits(kept, names), bits(ruled_out, names))
    spoke: Counter[tuple[str, str]] = Counter()
    n_judged = 0
    for tx in slow.txs:
        if tx.block + LAG >= slow.n_blocks or slow.is_left_alone(tx):
            assert tx.row not in rows
            continue
        n_judged += 1
        said = slow.votes(tx)
        assert said.keys() == set(names)
        for place, output in enumerate(tx.outputs):
            keeps = {rule for rule, (kept, _) in said.items() if place in kept}
            rules_out = {rule for rule, (_, ruled_out) in said.items() if place in ruled_out}
            assert rows[tx.row].get(output, (set(), set())) == (keeps, rules_out), (tx, place)
            spoke.update((rule, "keeps") for rule in keeps)
            spoke.update((rule, "rules_out") for rule in rules_out)
    assert n_judged == len(rows) > 500
    # Nothing above would be tested of a rule that never speaks.
    silent = {(rule, stance) for rule in names for stance in ("keeps", "rules_out")} - spoke.keys()
    assert silent == {("received_again", "keeps")}


def test_decisions_add_weights_up(chain: Chain) -> None:
    model = change_model()
    found = _core.change_votes(chain.core, chain.bound)
    txs = found["tx"].tolist()
    starts = [n for n, tx in enumerate(txs) if n == 0 or txs[n - 1] != tx]
    for start, end in zip(starts, [*starts[1:], len(txs)], strict=True):
        scores = []
        for n in range(start, end):
            score = model.two_outputs_millinats if end - start == 2 else model.more_outputs_millinats
            for bit, weights in enumerate(model.rules):
                score += weights.keeps_millinats * (int(found["kept_by"][n]) >> bit & 1)
                score += weights.rules_out_millinats * (int(found["ruled_out_by"][n]) >> bit & 1)
            scores.append(score)
        best = scores.index(max(scores))
        rivals = [0, *(score for place, score in enumerate(scores) if place != best)]
        assert found["is_best"][start:end].tolist() == [place == best for place in range(end - start)]
        assert found["log_odds_millinats"][start + best] == scores[best] - max(rivals)


def test_safeguards_hold(chain: Chain, slow: SlowChange) -> None:
    names = [each.rule.partition("/")[0] for each in change_model().rules]
    found = _core.change_votes(chain.core, chain.bound)
    seen: Counter[str | None] = Counter()
    for n in np.flatnonzero(~found["is_best"]).tolist():
        assert found["refusal"][n] is None
    for n in np.flatnonzero(found["is_best"]).tolist():
        tx, output = slow.txs[int(found["tx"][n])], int(found["output"][n])
        wanted: str | None
        if bits(int(found["kept_by"][n]), names) & {"reuse", "co_spent"}:
            wanted = "already_tied"
        elif output not in slow.fresh(tx):
            wanted = "used_before"
        else:
            wanted = "paid_again" if output in slow.paid_again(tx) else None
        assert found["refusal"][n] == wanted
        seen[wanted] += 1
    assert seen.keys() == {None, "already_tied", "used_before", "paid_again"}


def test_later_blocks_change_no_judgement(
    blocks: list[bytes], store: Path, chain: Chain, tmp_path: Path
) -> None:
    whole = _core.change_votes(chain.core, chain.bound)
    for n_blocks in (275, 311):
        write_block_files(blocks[:n_blocks], tmp_path / f"blocks-{n_blocks}", xor_key=None)
        index([tmp_path / f"blocks-{n_blocks}"], tmp_path / f"store-{n_blocks}", threads=2)
        shorter = open_chain(tmp_path / f"store-{n_blocks}")
        for part in (shorter, open_chain(store, as_of=str(n_blocks - 1))):
            votes = _core.change_votes(part.core, part.bound)
            n = len(votes["tx"])
            assert 0 < n < len(whole["tx"])
            for name in ("tx", "output", "kept_by", "ruled_out_by", "is_best", "log_odds_millinats"):
                np.testing.assert_array_equal(votes[name], whole[name][:n], name)
            assert votes["refusal"] == whole["refusal"][:n]


def test_a_partial_chain_knows_no_first_use(blocks: list[bytes], tmp_path: Path) -> None:
    write_block_files(blocks[120:], tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], tmp_path / "store")
    part = open_chain(tmp_path / "store")
    names = [each.rule.partition("/")[0] for each in change_model().rules]
    votes = _core.change_votes(part.core, part.bound)
    assert len(votes["tx"]) > 0
    kept = {name for mask in votes["kept_by"].tolist() for name in bits(mask, names)}
    assert not kept & {"one_time_change", "client_behaviour"}
    ties = [r is None for r, best in zip(votes["refusal"], votes["is_best"].tolist(), strict=True) if best]
    assert not any(ties)


def test_the_model_is_frozen() -> None:
    model = change_model()
    assert model.lag_blocks == LAG
    assert list(model.thresholds_millinats) == ["standard", "wide"]
    assert model.thresholds_millinats["standard"] > model.thresholds_millinats["wide"]
    assert all(each.keeps_millinats >= 0 >= each.rules_out_millinats for each in model.rules)
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.lag_blocks = 1  # type: ignore[misc]
