"""Blocks that lose the race are blocks that might have won it."""

from __future__ import annotations

from pathlib import Path

import pytest

from coalface.range.block import block_hash, read_block
from coalface.range.core import write_with_core
from coalface.range.rival import rival_block
from coalface.range.scenarios import SCENARIOS, play


@pytest.fixture(scope="module")
def blocks() -> list[bytes]:
    return play(SCENARIOS["demo"], 7, 150).economy.blocks


@pytest.mark.parametrize("n_txs", [0, 2])
def test_core_takes_it_for_the_other(n_txs: int, blocks: list[bytes], tmp_path: Path) -> None:
    rival = rival_block(blocks, 130, n_txs=n_txs)
    assert block_hash(rival) != block_hash(blocks[130])
    header, txs = read_block(rival)
    assert header.prev_hash == block_hash(blocks[129])
    assert txs[1:] == read_block(blocks[130])[1][1 : 1 + n_txs]
    write_with_core([*blocks[:130], rival], tmp_path)
