"""An economy in which Electrum builds what fits: accepted by Core, the same twice, truly told."""

from __future__ import annotations

from pathlib import Path

from range.thirdparty.built import built_by, chain_by, change_is_right, kinds_of_builders, looks


def test_electrum_builds_what_fits(tmp_path: Path) -> None:
    played = chain_by("electrum", tmp_path)
    book = played.economy.book
    assert len(built_by(book, "electrum")) > 20
    assert set(kinds_of_builders(book, "electrum")) == {"private", "merchant"}
    families = {row.family for row in book.txs if row.built_by == "electrum"}
    assert families <= {"electrum", "electrum_2"}
    assert {version for version, _ in looks(played, "electrum")} == {2}
    change_is_right(played, "electrum")
