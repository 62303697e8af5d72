"""Named rule sets through the package: built, grown by `index`, asked, and damaged."""

import itertools
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from coalface.chain import check, digests, index, open_chain
from coalface.clusters import (
    apart,
    build_rule_set,
    cluster,
    difference,
    explain,
    explain_shortest,
    explanation_svg,
    merges,
    rule_sets,
)
from coalface.errors import CorruptStore, NotFound, UsageError
from coalface.range import write_block_files
from story import Story, build_story

NAMES = ("keyed", "standard", "wide")
EARLY = 150


@pytest.fixture(scope="module")
def story() -> Story:
    return build_story()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, story: Story) -> Path:
    """`early` with its sets built at block 149 and then grown by `index`; `fresh` built at once."""
    folder = tmp_path_factory.mktemp("rule_sets")
    write_block_files(story.blocks[:EARLY], folder / "early-blocks", xor_key=None)
    write_block_files(story.blocks, folder / "blocks", xor_key=None)
    index([folder / "early-blocks"], folder / "early")
    index([folder / "blocks"], folder / "fresh")
    for name in NAMES:
        build_rule_set(folder / "early", name)
        build_rule_set(folder / "fresh", name)
    report = index([folder / "blocks"], folder / "early")
    added = len(story.blocks) - EARLY
    assert [(each.name, each.blocks_added, each.trouble) for each in report.rule_sets] == [
        (name, added, None) for name in NAMES
    ]
    return folder


def test_grown_and_fresh_sets_are_equal(folder: Path) -> None:
    early, fresh = digests(folder / "early"), digests(folder / "fresh")
    assert {f"clusters_{name}" for name in NAMES} <= early.keys()
    assert early == fresh
    report = check(folder / "early")
    assert report.ok
    assert [step.name for step in report.steps][-3:] == [f"clusters_{name}" for name in NAMES]


def test_sets_are_listed(folder: Path, tmp_path: Path) -> None:
    states = rule_sets(folder / "fresh")
    assert [state.name for state in states] == ["strict", *NAMES]
    assert all(state.is_built and state.trouble is None and state.blocks_behind == 0 for state in states)
    assert {state.tip for state in states} == {open_chain(folder / "fresh").as_of}
    index([folder / "early-blocks"], tmp_path / "none")
    assert [state.is_built for state in rule_sets(tmp_path / "none")] == [True, False, False, False]


def test_clusters_steps_and_differences(folder: Path, story: Story) -> None:
    chain = open_chain(folder / "fresh")
    n_steps = 0
    for owner in sorted(set(story.truth.ledger.owners.values())):
        for address in story.truth.ledger.addresses_of(owner)[:5]:
            found = [cluster(chain, address, rule_set=name) for name in ("strict", *NAMES)]
            for narrow, wide in itertools.pairwise(found):
                assert set(narrow.members) <= set(wide.members)
            assert [each.anchor_rule for each in found] == ["root", *["earliest"] * 3]
            assert found[-1].anchor == found[-1].members[0]
            for other in found[-1].members[1:4]:
                earliest = explain(chain, address, other, rule_set="wide")
                shortest = explain_shortest(chain, address, other, rule_set="wide")
                assert earliest.same_cluster
                assert shortest.same_cluster
                assert shortest.steps_complete
                assert len(shortest.steps) <= len(earliest.steps)
                for way in (earliest, shortest):
                    assert way.a == address
                    assert not way.steps or way.steps[-1].to_address == other
                    n_steps += len(way.steps)
                    assert all(step.txid in explanation_svg(way) for step in way.steps)
                    ET.fromstring(explanation_svg(way))
    assert n_steps > 20
    both = difference(chain, "strict", "wide")
    assert both.n_split == 0
    assert both.n_merged == difference(chain, "wide", "strict").n_split


def test_as_of_and_merges(folder: Path, story: Story) -> None:
    now, then = open_chain(folder / "fresh"), open_chain(folder / "fresh", as_of=EARLY - 1)
    found = merges(then, now, rule_set="wide", least=1, limit=10**6)
    assert found.n_merges == len(found.merges) > 0
    for merge in found.merges[:30]:
        assert merge.known_height is not None
        assert merge.known_height >= EARLY
        before = now.at(merge.known_height - 1)
        after = cluster(now.at(merge.known_height), merge.lost_anchor, rule_set="wide")
        lost = cluster(before, merge.lost_anchor, rule_set="wide")
        assert lost.n_addresses in (0, None) or after.anchor != merge.lost_anchor
    with pytest.raises(UsageError):
        merges(then, now, rule_set="strict")
    assert story.blocks


def test_why_not(folder: Path, story: Story) -> None:
    chain = open_chain(folder / "fresh")
    truth = story.truth
    thief = truth.ledger.outputs[truth.deeds.theft_outputs[1]].address or ""
    victim = truth.ledger.addresses_of(truth.victim)[-1]
    found = apart(chain, victim, thief)
    assert found.same_cluster is False
    assert found.search_complete
    assert truth.deeds.theft_txid in {each.txid for each in found.a_pays_b}
    assert [each.rule_set for each in found.in_sets] == ["keyed/1", "standard/1", "wide/1"]
    assert apart(chain, victim, victim).same_cluster is True
    assert not apart(chain, victim, thief, max_txs=1).search_complete


def test_errors_say_what_to_do(folder: Path, tmp_path: Path, story: Story) -> None:
    index([folder / "early-blocks"], tmp_path / "store")
    chain = open_chain(tmp_path / "store")
    address = next(iter(story.truth.ledger.owners))
    with pytest.raises(NotFound, match="not built") as missing:
        cluster(chain, address, rule_set="wide")
    assert missing.value.code == "not_found_rule_set"
    assert "clusters build" in (missing.value.hint or "")
    with pytest.raises(UsageError, match="keyed, standard, wide"):
        build_rule_set(tmp_path / "store", "../escape")
    build_rule_set(tmp_path / "store", "wide")
    links = next((tmp_path / "store" / "clusters" / "wide").glob("links-*"))
    content = bytearray(links.read_bytes())
    content[7] = 255  # a child far past the last address
    links.write_bytes(bytes(content))
    assert not check(tmp_path / "store").ok
    with pytest.raises(CorruptStore, match="clusters/wide/"):
        cluster(open_chain(tmp_path / "store"), address, rule_set="wide")
    # The store itself is untouched, and growing says what is wrong instead of failing.
    report = index([folder / "blocks"], tmp_path / "store")
    assert report.rule_sets[0].trouble is not None
    assert report.blocks_added > 0
    build_rule_set(tmp_path / "store", "wide", anew=True)
    assert digests(tmp_path / "store") == {
        name: digest
        for name, digest in digests(folder / "fresh").items()
        if name not in {"clusters_keyed", "clusters_standard"}
    }
    shutil.rmtree(tmp_path / "store" / "clusters")
    assert index([folder / "blocks"], tmp_path / "store").rule_sets == ()
