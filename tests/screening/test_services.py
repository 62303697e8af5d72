"""Labels by address id: the same as the labels one by one, and new when labels or chain are."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from coalface.chain import Chain, open_chain
from coalface.labels import (
    LabelBook,
    import_source,
    labelled_addresses,
    service_addresses,
    service_stops,
    withdraw,
)
from coalface.labels.services import FILE_NAME, NOBODY, LabelledAddresses

if TYPE_CHECKING:
    from screening.conftest import Screened


@pytest.fixture
def store(screened: Screened, tmp_path: Path) -> Path:
    shutil.copytree(screened.store, tmp_path / "copy")
    return tmp_path / "copy"


def of(store: Path, chain: Chain | None = None) -> LabelledAddresses:
    with LabelBook(store) as book:
        return labelled_addresses(chain or open_chain(store), book)


def slow(store: Path, chain: Chain) -> list[tuple[int, str | None, bool, bool]]:
    """The same from the answers for single addresses."""
    with LabelBook(store) as book:
        rows = [
            (
                chain.core.find_address(row.subject, chain.bound),
                row.category,
                row.category == "exchange",
                row.claim == "listed",
            )
            for _, _, row in book.current()
        ]
    return sorted(row for row in rows if row[0] is not None)  # type: ignore[misc]


def test_the_same_as_the_labels_one_by_one(store: Path) -> None:
    chain = open_chain(store)
    found = of(store)
    rows = [
        (int(a), None if c == NOBODY else found.categories[c], bool(s), bool(x))
        for a, c, s, x in zip(
            found.address_id, found.category, found.is_service, found.is_listed, strict=True
        )
    ]
    assert sorted(rows) == slow(store, chain)
    assert len(rows) > 5
    assert np.all(np.diff(found.address_id.astype(np.int64)) >= 0)
    texts = chain.core.address_texts(found.service_ids())
    assert set(texts) == {
        each for each in service_addresses(store) if chain.core.find_address(each, chain.bound)
    }
    for address_id in found.service_ids().tolist():
        assert any(found.is_service[row] for row in found.rows_of(address_id))


def test_stops_are_those_of_the_single_look_ups(store: Path) -> None:
    chain = open_chain(store)
    with LabelBook(store) as book:
        stops = service_stops(chain, book)
        ids = {address: book.labels_of(address)[0].id for address in stops}
    assert {address: stop.reason for address, stop in stops.items()} == {
        address: f"{reason} ({ids[address]})"
        for address, reason in service_addresses(store).items()
        if chain.core.find_address(address, chain.bound) is not None
    }


def test_kept_and_read_back_alike(store: Path) -> None:
    first = of(store)
    kept = (store / FILE_NAME).stat().st_mtime_ns
    again = of(store)
    assert (store / FILE_NAME).stat().st_mtime_ns == kept
    for name in (
        "address_id",
        "category",
        "actor",
        "is_service",
        "is_listed",
        "is_cluster_definer",
        "statement",
    ):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert (first.categories, first.actors) == (again.categories, again.actors)


def test_new_when_labels_are(store: Path, tmp_path: Path) -> None:
    before = of(store)
    address = open_chain(store).core.address_texts(np.arange(5, dtype=np.uint32))[3]
    file = tmp_path / "more.csv"
    file.write_text(f"address,category,actor_name\n{address},exchange,More\n{address},exchange,Others\n")
    report = import_source(store, file)
    after = of(store)
    assert len(after) == len(before) + 2
    ids, actors = after.actor_ids()
    assert [after.actors[code] for code in actors[ids == 3].tolist()] == ["More", "Others"]
    withdraw(store, f"{report.source.id}:1", reason="r", author="a")
    assert len(of(store)) == len(before) + 1


def test_as_of_an_earlier_block_later_addresses_are_left_out(store: Path) -> None:
    whole, early = of(store), of(store, open_chain(store, as_of=200))
    assert 0 < len(early) < len(whole)
    assert len(of(store)) == len(whole)  # what is kept is of the tip


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_file_is_built_anew(store: Path, damage: bytes | None) -> None:
    whole = of(store)
    path = store / FILE_NAME
    content = bytearray(path.read_bytes())
    if damage is None:
        for place in range(0, len(content), 97):
            content[place] ^= 0xFF
    path.write_bytes(content if damage is None else damage)
    np.testing.assert_array_equal(of(store).address_id, whole.address_id)
