"""Scores of the story's chain, and what a report says of what was not scored or not seen."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from coalface.chain import index, open_chain
from coalface.errors import RangeFileError, UsageError
from coalface.range import write_block_files
from coalface.range.score import (
    Against,
    HoldOut,
    Matched,
    Rate,
    Registry,
    Report,
    Row,
    RowKind,
    Score,
    Status,
    built_detectors,
    rate,
    read_truth,
    score,
    score_chain,
)
from coalface.range.score.coinjoins import marked_txs
from coalface.range.score.result import Parameters, worst_first
from coalface.range.score.traces import FEES, kept_labels, thefts_of
from coalface.tracing import METHODS
from oracle.mixes import may_be_coinjoin
from oracle.slow import SlowChain
from story import Story, build_story


def rows(score: Score, kind: RowKind) -> list[Row]:
    return [row for row in score.rows if row.kind is kind]


def total(score: Score) -> Row:
    row = score.total()
    assert row is not None
    return row


def test_everything_that_is_expected_is_named(report: Report) -> None:
    status = {each.name: each.status for each in report.scores}
    assert {name for name, each in status.items() if each is Status.SCORED} == {
        "clusters", "coinjoins", "coinjoin equal_outputs", "change", "change wide",
        *(f"trace {method}" for method in METHODS),
    }  # fmt: skip
    for name in (
        "typologies",
        "pool attribution",
        "payout recipients",
    ):
        assert status[name] is Status.NOT_BUILT
        assert report.named(name).rows == ()


def test_clusters_are_the_slow_ones(report: Report, story: Story) -> None:
    ledger = story.truth.ledger
    slow = SlowChain(story.blocks).clusters(len(story.blocks) - 1)
    clusters = {id(members): members for members in slow.of.values()}.values()
    n_joined = sum(len(members) * (len(members) - 1) // 2 for members in clusters)
    n_both = 0
    for members in clusters:
        owners = [ledger.owners[address] for address in members]
        n_both += sum(owners.count(owner) * (owners.count(owner) - 1) // 2 for owner in set(owners))
    owners = list(ledger.owners.values())
    n_owned = sum(owners.count(owner) * (owners.count(owner) - 1) // 2 for owner in set(owners))
    row = total(report.named("clusters"))
    assert (row.precision.hits, row.precision.trials) == (n_both, n_joined)
    assert (row.recall.hits, row.recall.trials) == (n_both, n_owned)
    assert report.named("clusters").counts["n_addresses"] == len(ledger.owners)
    assert report.named("clusters").counts["n_without_truth"] == 0


def test_marked_transactions_are_the_slow_ones(scored_store: Path, truth_folder: Path, story: Story) -> None:
    matched = Matched(open_chain(scored_store), read_truth(truth_folder))
    marked = set(matched.truth.txs["txid"][marked_txs(matched)])
    assert marked == {tx.txid for tx in SlowChain(story.blocks).txs if may_be_coinjoin(tx)}
    assert story.truth.deeds.coinjoin_txid in marked


def test_a_trace_adds_up(report: Report, truth_folder: Path, story: Story) -> None:
    [theft] = thefts_of(read_truth(truth_folder))
    assert theft.stolen_sat == story.truth.deeds.stolen_sat == sum(theft.holders_sat.values())
    assert theft.holders_sat[FEES] > 0
    found = report.named("trace haircut")
    hidden = rows(found, RowKind.HIDDEN)
    assert [row.group.partition(" ")[0] for row in hidden] == ["0", "50", "90", "98"]
    for row in (total(found), *hidden):
        sums = {name: value for name, value in row.figures.items() if isinstance(value, int)}
        assert row.precision.hits + sums["innocent_accused_sat"] == row.precision.trials
        assert sums["found_at_true_holder_sat"] == row.recall.hits
        assert row.precision.trials + sums["not_said_sat"] + sums["fees_sat"] == sums["stolen_sat"]
        assert row.recall.trials == theft.stolen_sat - theft.holders_sat[FEES]
    # Without labels the trace walks through a service and accuses its customers.
    assert hidden[0].figures["innocent_accused_sat"] == 0
    assert isinstance(hidden[3].figures["n_innocent_accused"], int)
    assert hidden[3].figures["n_innocent_accused"] > 10


def test_hiding_more_labels_hides_those_that_were_hidden_before(truth_folder: Path) -> None:
    labels = read_truth(truth_folder).labels
    many = [dataclasses.replace(labels[0], actor=f"service-{n}") for n in range(40)]
    kept = [{each.actor for each in kept_labels(many, percent, 5)} for percent in (0, 50, 90, 98, 100)]
    assert [len(each) for each in kept] == [40, 20, 4, 0, 0]
    assert kept[0] >= kept[1] >= kept[2] >= kept[3]
    assert kept[1] != {each.actor for each in kept_labels(many, 50, 6)}


def test_the_worst_family_comes_first() -> None:
    def row(name: str, precision: Rate, recall: Rate) -> Row:
        return Row(RowKind.FAMILY, name, precision, recall)

    nothing = rate(0, 0, "txs")
    given = [
        row("fine", rate(9, 9, "txs"), rate(9, 9, "txs")),
        row("no case", nothing, nothing),
        row("accuses", rate(5, 9, "txs"), rate(9, 9, "txs")),
        row("misses", rate(9, 9, "txs"), rate(1, 9, "txs")),
        row("says nothing", nothing, rate(0, 9, "txs")),
    ]
    names = [each.group for each in worst_first(given)]
    assert names == ["accuses", "misses", "fine", "says nothing", "no case"]


def test_held_out_groups_are_marked_and_counted_apart(scored_store: Path, truth_folder: Path) -> None:
    found = score(scored_store, truth_folder, hold_out=("miner", "200-210", "playbook:exchange-theft"))
    assert found.held_out == ("family:miner", "playbook:exchange-theft", "era:200-210")
    for each in found.scores:
        if each.status is Status.SCORED:
            assert [row.kind for row in each.rows[:3]] == [RowKind.ALL, RowKind.UNSEEN, RowKind.SEEN]
            families = {row.group: row.is_unseen for row in rows(each, RowKind.FAMILY)}
            assert families["service"] is False
    assert {row.group for row in found.named("clusters").rows if row.is_unseen} == {"miner"}
    [playbook] = rows(found.named("trace haircut"), RowKind.PLAYBOOK)
    assert playbook.is_unseen


@pytest.mark.parametrize(
    "text", ["nobody", "family:nobody", "playbook:miner", "era:miner", "9-3", "era:9-3", ""]
)
def test_what_is_not_there_cannot_be_held_out(scored_store: Path, truth_folder: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        score(scored_store, truth_folder, hold_out=(text,))
    assert caught.value.code == "usage_hold_out"
    assert "families: desktop, miner, phone, service" in (caught.value.hint or "")


class Rich:
    """A rule with one threshold, chosen on what it may see: marks transactions with a fee above it."""

    name = "rich"
    version = "rich/1"
    what = "said: a rich payer"
    against = Against.HEURISTIC

    def __init__(self) -> None:
        self.seen: list[Matched] = []

    def calibrate(self, rest: Matched) -> Parameters:
        self.seen.append(rest)
        return {"fee_sat": int(rest.truth.txs["fee_sat"].max())}

    def run(self, matched: Matched, thresholds: Parameters, hold_out: HoldOut) -> Score:
        held = hold_out.txs(matched.truth)
        n_above = int((matched.truth.txs["fee_sat"] > thresholds["fee_sat"]).sum())
        all_ = Row(RowKind.ALL, "all", rate(n_above, len(held), "txs"), rate(0, 0, "txs"))
        return Score(
            self.name, self.version, self.what, Status.SCORED, self.against, (all_,), {}, {}, {**thresholds}
        )


def test_calibration_does_not_see_what_is_held_out(scored_store: Path, truth_folder: Path) -> None:
    rich, registry = Rich(), Registry([])
    registry.add(rich)
    chain = open_chain(scored_store)
    found = score_chain(
        chain, truth_folder, hold_out=("service", "exchange-theft", "0-150"), registry=registry
    )
    [rest] = rich.seen
    whole, part = read_truth(truth_folder), rest.truth
    assert 0 < len(part.txs["txid"]) < len(whole.txs["txid"])
    assert "service" not in {*part.txs["family"], *part.addresses["family"], *part.actors["family"]}
    assert {*part.txs["playbook"], *part.actors["playbook"]} == {None}
    assert len(part.stolen["theft_txid"]) == 0
    assert len(part.stolen_outputs["txid"]) == len(part.coinjoins["txid"]) == 0
    assert part.txs["height"].min() > 150
    assert set(part.outputs["txid"]) <= set(part.txs["txid"])
    owners = dict(zip(whole.actors["actor"], whole.actors["family"], strict=True))
    assert "service" not in {owners[actor] for actor in part.outputs["owner"]}
    fees = whole.txs["fee_sat"]
    assert found.named("rich").thresholds["fee_sat"] == part.txs["fee_sat"].max() <= fees.max()


def test_labels_of_another_rule_give_agreement_and_never_precision(
    scored_store: Path, truth_folder: Path
) -> None:
    found = score_chain(open_chain(scored_store), truth_folder, registry=Registry([Rich()]))
    assert found.named("rich").measure_names[0] == "agreement"
    assert "precision" not in "".join(found.named("rich").measure_names)
    assert found.named("clusters").status is Status.NOT_BUILT


def test_a_name_is_taken_once() -> None:
    registry = built_detectors()
    with pytest.raises(ValueError, match="two detectors named `clusters`"):
        registry.add(next(each for each in [*built_detectors()._built.values()] if each.name == "clusters"))


def test_the_truth_of_another_chain_is_refused(truth_folder: Path, tmp_path: Path) -> None:
    write_block_files(build_story(8).blocks, tmp_path / "blocks", xor_key=None)
    index([tmp_path], tmp_path / "store")
    with pytest.raises(RangeFileError) as caught:
        score(tmp_path / "store", truth_folder)
    assert caught.value.code == "range_other_chain"


def test_an_earlier_block_is_scored_as_if_the_chain_ended_there(
    scored_store: Path, truth_folder: Path, tmp_path: Path, story: Story
) -> None:
    write_block_files(story.blocks[:251], tmp_path / "blocks", xor_key=None)
    index([tmp_path], tmp_path / "store")
    short = score_chain(open_chain(tmp_path / "store"), truth_folder)
    early = score_chain(open_chain(scored_store, as_of=250), truth_folder)
    for one, other in zip(short.scores, early.scores, strict=True):
        assert one.rows == other.rows
    assert total(early.named("clusters")) != total(score(scored_store, truth_folder).named("clusters"))


def test_the_same_question_has_the_same_answer(
    report: Report, scored_store: Path, truth_folder: Path
) -> None:
    assert score(scored_store, truth_folder) == report
