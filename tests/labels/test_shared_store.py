"""The shared lists and packs, imported whole; kept where they are, nothing of them is in the project."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import pytest

from coalface.labels import diff_series, export_source, import_source, labels_of, listed_addresses
from coalface.labels.draft import Party, StatementDraft
from coalface.screening import screen
from labels.formats.reading import of, records
from labels.formats.shared_lists import SHARED

LISTS = SHARED or Path("absent")
PACKS = sorted((LISTS / "tagpacks").glob("*.yaml"))
PLAIN = sorted(LISTS.glob("ofac-xbt-*.txt"))
OTHERS = [
    LISTS / "ofac-legacy-2021-07-07",
    *sorted((LISTS / "pools").iterdir()),
    *sorted((LISTS / "ofac-xml-samples").iterdir()),
    LISTS / "dprk_public_addresses.csv",
]


@pytest.mark.parametrize("path", [*PACKS, *PLAIN, *OTHERS], ids=lambda path: path.name)
def test_everything_is_imported(tmp_path: Path, path: Path) -> None:
    source = import_source(tmp_path / "s", path).source
    found = records(path)
    assert source.n_statements == len(of(StatementDraft, found))
    assert source.n_parties == len(of(Party, found))


def test_three_states_give_additions_and_removals(tmp_path: Path) -> None:
    for path in PLAIN:
        import_source(tmp_path / "s", path)
    changes = list(diff_series(tmp_path / "s", "ofac-xbt"))
    states = [(path.stem[-10:], set(path.read_text().split())) for path in PLAIN]
    for (_, old), (day, new) in pairwise(states):
        assert {each.subject for each in changes if (each.date, each.change) == (day, "added")} == new - old
        assert {each.subject for each in changes if (each.date, each.change) == (day, "removed")} == old - new


def test_every_ticker_is_screened_from_the_lists_alone(tmp_path: Path) -> None:
    store = tmp_path / "s"
    import_source(store, LISTS / "ofac-legacy-2021-07-07")
    drafts = of(StatementDraft, records(LISTS / "ofac-legacy-2021-07-07"))
    assert {each.asset for each in drafts} > {"BTC", "ETH", "XMR"}
    for draft in drafts:
        found = screen(store, draft.subject_written)
        assert (found.result, found.hits[0].legal_status) == ("listed", "designated"), draft
        assert found.parties
    assert screen(store, "0x" + "ab" * 20).result == "nothing_found"
    assert len(listed_addresses(store)) == len(
        {each.subject for each in drafts if each.network == "bitcoin" and each.problem is None}
    )


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.name)
def test_packs_come_out_as_they_went_in(tmp_path: Path, path: Path) -> None:
    import_source(tmp_path / "s", path)
    out = io.StringIO()
    export_source(tmp_path / "s", path.name, "tagpack", out)
    again = tmp_path / path.name
    again.write_text(out.getvalue(), "utf-8")
    one, other = of(StatementDraft, records(path)), of(StatementDraft, records(again))
    assert [each.original for each in one] == [each.original for each in other]
    assert [each.subject for each in one] == [each.subject for each in other]


def test_one_address_on_two_packs_shows_both(tmp_path: Path) -> None:
    for name in ("ofac.yaml", "lazarus.yaml"):
        import_source(tmp_path / "s", LISTS / "tagpacks" / name)
    address = "134r8iHv69xdT6p5qVKTsHrcUEuBVZAYak"
    assert {label.source for label in labels_of(tmp_path / "s", address).labels} == {
        "ofac.yaml",
        "lazarus.yaml",
    }
