"""Every scenario before Bitcoin Core's own library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coalface.range.core import CoreRefused, write_with_core
from coalface.range.scenarios import SCENARIOS, Played, play


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", SCENARIOS)
def test_core_accepts_a_short_chain(
    name: str, seed: int, tmp_path: Path, short_chain: Callable[[str, int], Played]
) -> None:
    write_with_core(short_chain(name, seed).economy.blocks, tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", SCENARIOS)
def test_core_accepts_five_hundred_blocks(name: str, seed: int, tmp_path: Path) -> None:
    write_with_core(play(SCENARIOS[name], seed, 500).economy.blocks, tmp_path)


def test_a_damaged_block_is_refused(tmp_path: Path, short_chain: Callable[[str, int], Played]) -> None:
    blocks = list(short_chain("everyday", 1).economy.blocks)
    damaged = bytearray(blocks[120])
    damaged[-40] ^= 1
    blocks[120] = bytes(damaged)
    with pytest.raises(CoreRefused, match="height 120"):
        write_with_core(blocks, tmp_path)
