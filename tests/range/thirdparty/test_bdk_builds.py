"""An economy in which BDK builds what fits: accepted by Core, the same twice, truly told."""

from __future__ import annotations

from pathlib import Path

from range.thirdparty.built import built_by, chain_by, change_is_right, kinds_of_builders, looks


def test_bdk_builds_what_fits(tmp_path: Path) -> None:
    played = chain_by("bdk", tmp_path)
    book = played.economy.book
    assert len(built_by(book, "bdk")) > 20
    assert set(kinds_of_builders(book, "bdk")) == {"private", "merchant"}
    assert {row.family for row in book.txs if row.built_by == "bdk"} == {"bdk"}
    assert looks(played, "bdk") == {(2, 0xFFFFFFFD)}
    change_is_right(played, "bdk")
