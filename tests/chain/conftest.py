"""The story's chain as a store, built once in two steps."""

from __future__ import annotations

import pytest

from chain.shelf import KEY, Shelf
from coalface.chain import Chain, index, open_chain
from coalface.range import write_block_files
from story import Story, build_story


@pytest.fixture(scope="session")
def story() -> Story:
    return build_story()


@pytest.fixture(scope="session")
def shelf(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("shelf")
    source, store = folder / "blocks", folder / "store"
    write_block_files(story.blocks[:150], source, xor_key=KEY)
    index([source], store)
    write_block_files([*story.blocks, *story.stale], source, xor_key=KEY)
    index([source], store)
    return Shelf(source, store)


@pytest.fixture(scope="session")
def chain(shelf: Shelf) -> Chain:
    return open_chain(shelf.store)
