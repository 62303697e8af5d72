"""Verdicts beside a chain: what the cluster adds, and what it must not change."""

from __future__ import annotations

import itertools
import shutil
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from coalface.accuracy import error_rates
from coalface.chain import index, open_chain
from coalface.clusters import cluster, explain
from coalface.errors import NotFound, UnsupportedStore
from coalface.labels import import_source
from coalface.range import write_block_files
from coalface.screening import Screener, screen, screen_each

if TYPE_CHECKING:
    from screening.conftest import Screened


@pytest.fixture
def neighbour(screened: Screened) -> str:
    """The other address of the listed one's cluster."""
    (other,) = set(cluster(open_chain(screened.store), screened.listed).members) - {screened.listed}
    return other


def test_listed(screened: Screened) -> None:
    found = screen(screened.store, screened.listed)
    assert (found.result, found.script_type) == ("listed", "p2pkh")
    assert found.cospend is not None
    assert (found.cospend.n_listed, found.cospend.listed) == (0, ())  # itself does not count
    assert (found.provenance.as_of.height, found.coverage.unknown) == (320, ())


def test_a_listing_is_not_inherited(screened: Screened, neighbour: str) -> None:
    found = screen(screened.store, neighbour)
    assert (found.result, found.hits) == ("nothing_found", ())
    assert found.cospend is not None
    assert found.cospend.status == "inference"
    assert (found.cospend.n_listed, found.cospend.nearest) == (1, screened.listed)
    assert [each.address for each in found.cospend.listed] == [screened.listed]
    chain = open_chain(screened.store)
    steps = explain(chain, neighbour, screened.listed).steps
    assert found.cospend.nearest_txids == tuple(step.txid for step in steps)
    assert found.provenance.rules == found.cospend.rules == ("strict/2", "coinjoin/1")
    assert found.cospend.error_rates == error_rates(found.cospend.rules)
    assert found.cospend.error_rates.field == "unknown"
    assert screen(chain, neighbour) == found


def test_the_dusted_one_is_not_accused(screened: Screened) -> None:
    found = screen(screened.store, screened.story.truth.dusted_address)
    assert (found.result, found.history) == ("nothing_found", ())
    assert found.cospend is not None
    assert found.cospend.n_listed == 0
    assert found.reason.endswith("as of block 320")


def test_attributed(screened: Screened) -> None:
    found = screen(screened.store, screened.story.labels.exchanges["exchange-b"][0])
    assert (found.result, found.hits[0].category) == ("attributed", "exchange")


def test_a_listed_address_at_a_service_is_said_to_be_hosted_there(screened: Screened, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(screened.store, store)
    members = cluster(open_chain(store), screened.story.labels.exchanges["exchange-a"][0]).members
    labelled = screened.story.labels.exchanges["exchange-a"]
    listed = next(address for address in members if address not in labelled)
    customer = next(address for address in members if address not in {listed, *labelled})
    (tmp_path / "more-2024-03-01.txt").write_text(listed)
    import_source(store, tmp_path / "more-2024-03-01.txt")
    found = screen(store, customer)
    assert found.result == "nothing_found"
    assert found.cospend is not None
    assert found.cospend.n_listed == 1
    assert "labelled exchange by list `exchange-a-2024-03-01.txt`" in (found.cospend.hosted_at or "")


def test_no_more_neighbours_than_asked_for(screened: Screened, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(screened.bare, store)
    members = cluster(open_chain(store), screened.story.labels.exchanges["exchange-a"][0]).members
    (tmp_path / "many-2024-03-01.txt").write_text("\n".join(members[1:]))
    import_source(store, tmp_path / "many-2024-03-01.txt")
    with Screener(store, max_cospend=3) as screener:
        found = screener.screen(members[0]).cospend
    assert found is not None
    assert (found.n_listed, len(found.listed)) == (len(members) - 1, 3)
    assert found.nearest in {each.address for each in found.listed}


def test_as_of_a_block_before_the_listing(screened: Screened, neighbour: str) -> None:
    early = screen(screened.store, screened.listed, as_of=200)
    assert (early.result, early.reason_code) == ("cannot_say", "no_listing_lists")
    assert (early.provenance.as_of.height, early.parameters["as_of"]) == (200, "200")
    assert all((each["date"] or "") <= "2024-03-09" for each in early.provenance.lists)
    at_listing = screen(screened.store, screened.listed, as_of=screened.story.labels.listed_on)
    assert at_listing.result == "listed"
    chain = open_chain(screened.store, as_of=200)
    assert screen(chain, neighbour).cospend == screen(screened.store, neighbour, as_of=200).cospend
    with pytest.raises(NotFound):
        screen(screened.store, neighbour, as_of=999)


def test_an_address_that_does_not_occur(screened: Screened) -> None:
    found = screen(screened.store, "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080")
    assert found.result == "nothing_found"
    assert found.reason.endswith("does not occur on the chain up to there")
    assert found.cospend is not None
    assert found.cospend.anchor is None


def test_a_chain_without_labels(screened: Screened) -> None:
    found = screen(screened.bare, screened.listed)
    assert (found.result, found.reason_code) == ("cannot_say", "labels_unavailable")
    assert (found.cospend, found.coverage.unknown) == (None, ("cospend",))
    assert found.provenance.lists == ()
    wrong = screen(screened.bare, "nonsense")
    assert (wrong.result, wrong.reason_code[:16]) == ("cannot_say", "invalid_address_")


def test_a_partial_chain_keeps_the_lists_answer_and_says_what_is_unknown(
    screened: Screened, tmp_path: Path
) -> None:
    write_block_files(screened.story.blocks[190:260], tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], tmp_path / "store")
    for file in screened.lists.glob("sanctions*"):
        assert import_source(tmp_path / "store", file).network == "regtest"
    found = screen(tmp_path / "store", screened.listed)
    assert (found.result, found.cospend, found.coverage.unknown) == ("listed", None, ("cospend",))


def test_labels_of_another_network_are_refused(screened: Screened, tmp_path: Path) -> None:
    (tmp_path / "m.txt").write_text("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
    import_source(tmp_path / "mainnet", tmp_path / "m.txt")
    store = tmp_path / "store"
    shutil.copytree(screened.bare, store)
    shutil.copy(tmp_path / "mainnet" / "labels.sqlite", store)
    with pytest.raises(UnsupportedStore):
        screen(store, screened.listed)


def test_a_labels_folder_takes_a_chain(screened: Screened, tmp_path: Path) -> None:
    store = tmp_path / "store"
    for file in screened.lists.glob("sanctions*"):
        import_source(store, file, network="regtest")
    write_block_files(screened.story.blocks, tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], store)
    found = screen(store, screened.listed)
    assert (found.result, found.cospend is None) == ("listed", False)


def test_many_subjects_need_no_more_memory_than_few(screened: Screened) -> None:
    owners = list(screened.story.truth.ledger.owners)
    counts = dict.fromkeys(("listed", "attributed", "nothing_found", "cannot_say"), 0)
    subjects = itertools.islice(itertools.cycle(owners), 20_000)
    answers = screen_each(screened.store, subjects)
    for found in itertools.islice(answers, 1000):
        counts[found.result] += 1
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for found in answers:
        counts[found.result] += 1
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(counts.values()) == 20_000
    assert counts["listed"] > 0
    assert counts["attributed"] > 0
    assert max(after, peak) - before < 2_000_000
