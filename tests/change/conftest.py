"""A made-up chain long enough for judgements, as a store."""

from __future__ import annotations

from pathlib import Path

import pytest

from coalface.chain import Chain, index, open_chain
from coalface.range import write_block_files
from coalface.range.scenarios import SCENARIOS, play

N_BLOCKS = 330


@pytest.fixture(scope="session")
def blocks() -> list[bytes]:
    """Blocks of a village with every lawful service."""
    return play(SCENARIOS["services"], 5, N_BLOCKS).economy.blocks


@pytest.fixture(scope="session")
def store(blocks: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("change")
    write_block_files(blocks, folder / "blocks", xor_key=None)
    index([folder / "blocks"], folder / "store")
    return folder / "store"


@pytest.fixture(scope="session")
def chain(store: Path) -> Chain:
    return open_chain(store)
