"""The score of the change rules on the story's chain, recounted from its ledger."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from coalface.chain import open_chain
from coalface.clusters import change, change_model
from coalface.range.score import Matched, Rate, Report, RowKind, read_truth
from coalface.range.score.change_cases import change_cases
from coalface.range.score.changes import Changes, joined
from oracle.slow import SlowChain
from story import Story


@pytest.mark.parametrize("rule_set", ["standard", "wide"])
def test_ties_are_counted_by_the_ledgers_owners(
    report: Report, scored_store: Path, story: Story, rule_set: str
) -> None:
    chain, owners = open_chain(scored_store), story.truth.ledger.owners
    n_right = n_wrong = n_true = 0
    for tx in SlowChain(story.blocks).txs:
        if tx.height + change_model().lag_blocks >= len(story.blocks):
            continue
        found = change(chain, tx.txid)
        if found.best_output is None:
            continue
        payer = owners[found.payer_address or ""]
        if rule_set in found.rule_sets:
            is_right = owners[found.change_address or ""] == payer
            n_right, n_wrong = n_right + is_right, n_wrong + (not is_right)
        for each in found.outputs:
            stances = {vote.rule.partition("/")[0]: vote.stance for vote in each.votes}
            if stances and "keeps" not in {stances["reuse"], stances["co_spent"]}:
                n_true += owners[each.address or ""] == payer
    score = report.named(Changes(rule_set).name)
    row = score.total()
    assert row is not None
    assert (row.precision.hits, row.precision.trials) == (n_right, n_right + n_wrong)
    assert (row.recall.hits, row.recall.trials) == (n_right, n_true)
    assert n_right > 100
    assert score.thresholds == {"log_odds_millinats": change_model().thresholds_millinats[rule_set]}


def test_ties_join_clusters_as_sets_would(scored_store: Path, truth_folder: Path, report: Report) -> None:
    matched = Matched(open_chain(scored_store), read_truth(truth_folder))
    cases = change_cases(matched)
    said = cases.may_tie & (cases.log_odds_millinats >= change_model().thresholds_millinats["standard"])
    core, bound = matched.chain.core, matched.chain.bound
    sets = {number: {number} for number in range(matched.n_addresses)}
    roots = [core.cluster(number, bound)[0] for number in sets]
    pairs = [*enumerate(roots), *zip(cases.payers[said], cases.addresses[said], strict=True)]
    for a, b in pairs:
        both = sets[int(a)] | sets[int(b)]
        sets.update(dict.fromkeys(both, both))
    found = joined(np.array(roots), np.column_stack([cases.payers[said], cases.addresses[said]]))
    for number, members in sets.items():
        assert set(np.flatnonzero(found == found[number]).tolist()) == members
    row = report.named("change").total()
    assert row is not None
    before, after = row.figures["strict_pair_recall"], row.figures["pair_recall"]
    assert isinstance(before, Rate)
    assert isinstance(after, Rate)
    sizes = {id(members): len(members) for members in sets.values()}
    precision = row.figures["pair_precision"]
    assert isinstance(precision, Rate)
    assert precision.trials == sum(size * (size - 1) // 2 for size in sizes.values())
    assert after.hits > before.hits


def test_every_rule_is_scored_alone_once(report: Report) -> None:
    rules = [row.group for row in report.named("change").rows if row.kind is RowKind.RULE]
    assert sorted(rules) == sorted(each.rule for each in change_model().rules)
    assert not [row for row in report.named("change wide").rows if row.kind is RowKind.RULE]
