"""A chain on which some transactions are built by wallet code of others, and what is asked of it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from coalface.range.block import read_block
from coalface.range.core import write_with_core
from coalface.range.economy.book import Book
from coalface.range.scenarios import Played, build_scenario
from coalface.range.thirdparty import version

N_BLOCKS = 150


def chain_by(code: str, folder: Path) -> Played:
    """A short everyday chain, built twice into the folder, the second time beside own code."""
    build_scenario(
        "everyday", folder / "mixed", seed=2, n_blocks=130, wallet_codes=["own", code], version="x"
    )
    said = json.loads((folder / "mixed" / "scenario.json").read_text())
    assert said["wallet_codes"] == {"own": "x", code: version(code)}
    played = build_scenario("everyday", folder / "a", seed=1, n_blocks=N_BLOCKS, wallet_codes=[code])
    build_scenario("everyday", folder / "b", seed=1, n_blocks=N_BLOCKS, wallet_codes=[code])
    for name in ("scenario.json", "truth/txs.parquet", "truth/outputs.parquet"):
        assert (folder / "a" / name).read_bytes() == (folder / "b" / name).read_bytes()
    assert "own" not in json.loads((folder / "a" / "scenario.json").read_text())["wallet_codes"]
    write_with_core(played.economy.blocks, folder / "core")
    return played


def built_by(book: Book, code: str) -> set[str]:
    """Txids of the transactions that this code built."""
    return {row.txid for row in book.txs if row.built_by == code}


def kinds_of_builders(book: Book, code: str) -> Counter[str]:
    """Who had transactions built by this code, by kind of actor."""
    return Counter(book.actors[row.initiator].kind.value for row in book.txs if row.built_by == code)


def change_is_right(played: Played, code: str) -> None:
    """Each such transaction pays at least one other than its maker, and change comes back to its maker."""
    book = played.economy.book
    txids = built_by(book, code)
    makers = {row.txid: row.initiator for row in book.txs}
    for row in book.outputs:
        if row.txid in txids and row.is_change:
            assert row.owner == makers[row.txid]
            assert row.purpose == "change"
    paid = {row.txid for row in book.outputs if not row.is_change}
    assert txids <= paid


def looks(played: Played, code: str) -> set[tuple[int, int]]:
    """Version and sequence of its transactions."""
    txids = built_by(played.economy.book, code)
    return {
        (tx.version, each.sequence)
        for raw_block in played.economy.blocks
        for tx in read_block(raw_block)[1]
        if tx.txid in txids
        for each in tx.inputs
    }
