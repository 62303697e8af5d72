"""The cut overlay on a store: guards, decisions, and that what was taken back was never there."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from coalface.chain import Chain, index, open_chain
from coalface.clusters import (
    Cluster,
    Guards,
    build_rule_set,
    cluster,
    decisions,
    explain,
    held,
    merge,
    split,
    with_overlay,
    withdraw_decision,
)
from coalface.errors import CorruptStore, InvalidAddress, LimitExceeded, NotFound, UsageError
from coalface.labels import import_source
from coalface.range import write_block_files
from story import Story, build_story

SAID = {"reason": "seen at the counter", "source": "case 7", "author": "ann"}
NONE = Guards(large_at_least=None, labels=False)
NAMES = ("strict", "wide")


@pytest.fixture(scope="module")
def story() -> Story:
    return build_story()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, story: Story) -> Path:
    folder = tmp_path_factory.mktemp("overlay")
    write_block_files(story.blocks, folder / "blocks", xor_key=None)
    index([folder / "blocks"], folder / "store")
    build_rule_set(folder / "store", "wide")
    return folder / "store"


@pytest.fixture
def chain(built: Path, tmp_path: Path) -> Chain:
    """A copy of the store, to decide about."""
    shutil.copytree(built, tmp_path / "store")
    return open_chain(tmp_path / "store")


def addresses(story: Story) -> list[str]:
    ledger = story.truth.ledger
    return [each for owner in sorted(set(ledger.owners.values())) for each in ledger.addresses_of(owner)[:4]]


def largest(chain: Chain, story: Story, name: str) -> Cluster:
    found = (cluster(chain, each, rule_set=name, limit=10**6) for each in addresses(story))
    return max(found, key=lambda each: each.n_addresses or 0)


def partition(chain: Chain, story: Story, name: str, guards: Guards = NONE) -> set[frozenset[str]]:
    """Clusters with the overlay."""
    return {
        frozenset(cluster(chain, each, limit=10**6, rule_set=name, overlay=guards).members)
        for each in addresses(story)
    }


@pytest.mark.parametrize("name", NAMES)
def test_without_holds_it_is_the_pure_cluster(built: Path, story: Story, name: str) -> None:
    for chain in (open_chain(built), open_chain(built, as_of=150)):
        for address in addresses(story):
            pure = cluster(chain, address, rule_set=name)
            found = cluster(chain, address, rule_set=name, overlay=NONE)
            if pure.anchor is None:
                continue
            assert found.overlay is not None
            assert (found.overlay.n_held, found.overlay.joins) == (0, ())
            assert found.provenance.rules == (*pure.provenance.rules, "overlay/1")
            assert replace(found, overlay=None, provenance=pure.provenance) == pure


@pytest.mark.parametrize("name", NAMES)
def test_a_split_holds_and_is_told_and_taken_back(chain: Chain, story: Story, name: str) -> None:
    before = partition(chain, story, name)
    pure = largest(chain, story, name)
    a, b = pure.members[0], pure.members[-1]
    said = split(chain, a, b, **SAID)
    found = cluster(chain, a, limit=10**6, rule_set=name, overlay=NONE)
    other = cluster(chain, b, limit=10**6, rule_set=name, overlay=NONE)
    assert b not in found.members
    assert set(found.members).isdisjoint(other.members)
    assert found.overlay is not None
    assert found.overlay.n_pure_addresses == pure.n_addresses
    assert found.overlay.n_held >= 1
    for hold in found.overlay.held:
        assert (hold.guard, hold.decision) == ("split", said.id)
        assert hold.txid is not None
        assert "seen at the counter" in hold.why
    why = with_overlay(chain, explain(chain, a, b, rule_set=name), NONE, rule_set=name)
    assert why.same_cluster
    assert why.overlaid is False
    assert why.overlay is not None
    queue = held(chain, rule_set=name, guards=NONE)
    assert queue.held == why.overlay.held
    assert cluster(chain, a, rule_set=name, limit=10**6) == pure
    taken = withdraw_decision(chain, said.id, **SAID)
    assert partition(chain, story, name) == before
    assert held(chain, rule_set=name, guards=NONE).n_held == 0
    assert [each.withdrawn_by for each in decisions(chain.folder)] == [taken.id, None]
    with pytest.raises(UsageError):
        withdraw_decision(chain, said.id, **SAID)
    with pytest.raises(NotFound):
        withdraw_decision(chain, taken.id, **SAID)


def test_the_order_of_statements_does_not_matter(chain: Chain, story: Story, tmp_path: Path) -> None:
    some = addresses(story)
    pure = largest(chain, story, "wide").members
    statements = [
        (split, pure[0], pure[-1]), (merge, some[0], some[4]), (merge, some[4], some[8]),
        (split, some[8], some[0]), (merge, pure[1], some[8]), (split, pure[2], some[4]),
    ]  # fmt: skip
    shutil.copytree(chain.folder, tmp_path / "other")
    other = open_chain(tmp_path / "other")
    for say, a, b in statements:
        say(chain, a, b, **SAID)
    for say, a, b in reversed(statements):
        say(other, b, a, **SAID)
    found = partition(chain, story, "wide")
    assert found == partition(other, story, "wide")
    for say, a, b in statements:
        if say is split:
            assert not any({a, b} <= each for each in found)
    early = partition(chain.at(200), story, "wide")
    assert all(len({a, b} & each) < 2 for say, a, b in statements if say is split for each in early)


def test_a_merge_joins_and_overrules_guards(chain: Chain, story: Story) -> None:
    pure = largest(chain, story, "strict")
    stranger = next(each for each in addresses(story) if each not in pure.members)
    said = merge(chain, stranger, pure.members[0], **SAID)
    found = cluster(chain, stranger, limit=10**6, overlay=Guards(large_at_least=1))
    assert pure.members[0] in found.members
    assert found.overlay is not None
    assert [each.decision for each in found.overlay.joins] == [said.id]
    assert found.status == "inference"
    second = split(chain, stranger, pure.members[0], **SAID)
    found = cluster(chain, stranger, limit=10**6, overlay=NONE)
    assert pure.members[0] not in found.members
    assert found.overlay is not None
    assert [(each.rule, each.decision, each.txid) for each in found.overlay.held] == [
        ("merge", second.id, None)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_two_large_clusters_are_held_apart(built: Path, story: Story, name: str) -> None:
    chain = open_chain(built)
    guards = Guards(large_at_least=2, labels=False)
    queue = held(chain, rule_set=name, guards=guards, limit=10**6)
    assert queue.n_held == len(queue.held) > 0
    smaller = [min(each.n_from_addresses, each.n_to_addresses) for each in queue.held]
    assert smaller == sorted(smaller, reverse=True)
    assert min(smaller) >= 2
    found = partition(chain, story, name, guards)
    for hold in queue.held:
        assert hold.guard == "large"
        assert not any({hold.from_address, hold.to_address} <= each for each in found)
    then = held(chain.at(200), rule_set=name, guards=guards, limit=10**6)
    assert {each.txid for each in then.held} <= {each.txid for each in queue.held}
    assert held(chain, rule_set=name, guards=Guards(2, labels=False, max_addresses=1)).too_large


def test_labels_of_two_actors_hold_a_union_back(chain: Chain, story: Story, tmp_path: Path) -> None:
    pure = largest(chain, story, "strict")
    a, b = pure.members[0], pure.members[-1]
    labels = tmp_path / "own-2024-01-01.csv"
    labels.write_text(f"subject,kind,actor\n{a},address,Ann\n{b},address,Bob\n")
    import_source(chain.folder, labels)
    found = cluster(chain, a, limit=10**6, overlay=Guards())
    assert found.overlay is not None
    assert found.overlay.uses_labels
    assert b not in found.members
    assert {each.guard for each in found.overlay.held} == {"labels"}
    assert "Ann" in found.overlay.held[0].why
    assert held(chain).held == found.overlay.held
    assert cluster(chain, a, limit=10**6, overlay=NONE).members == pure.members
    merge(chain, a, b, **SAID)
    assert b in cluster(chain, a, limit=10**6, overlay=Guards()).members


def test_limits_and_wrong_words(chain: Chain, story: Story) -> None:
    pure = largest(chain, story, "strict")
    a, b = pure.members[:2]
    with pytest.raises(LimitExceeded):
        cluster(chain, a, overlay=Guards(max_addresses=1))
    with pytest.raises(UsageError):
        Guards(large_at_least=0)
    with pytest.raises(UsageError):
        split(chain, a, a, **SAID)
    with pytest.raises(UsageError):
        split(chain, a, b, reason=" ", source="s", author="a")
    with pytest.raises(InvalidAddress):
        merge(chain, a, "nobody", **SAID)
    assert decisions(chain.folder) == []


def test_a_torn_line_is_no_statement_and_a_damaged_one_is_told(chain: Chain, story: Story) -> None:
    a, b = largest(chain, story, "strict").members[:2]
    first = split(chain, a, b, **SAID)
    path = chain.folder / "decisions.jsonl"
    with path.open("ab") as file:
        file.write(b'{"id": 2, "kind"')
    assert decisions(chain.folder) == [first]
    second = merge(chain, a, b, **SAID)
    assert decisions(chain.folder) == [first, second]
    for line in (b"{", b"[]", b'{"id": 3}', path.read_bytes().splitlines()[0], b"1" * 9, b"null"):
        path.write_bytes(b"\n".join(path.read_bytes().splitlines()[:2]) + b"\n" + line + b"\n")
        with pytest.raises(CorruptStore, match="line 3"):
            decisions(chain.folder)
