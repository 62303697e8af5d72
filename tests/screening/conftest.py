"""The story chain as a store with labels, built in two steps, so that every test covers an update too."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from coalface.chain import index
from coalface.labels import import_source
from coalface.range import write_block_files
from story import Story, build_story

KEY = bytes.fromhex("a1b2c3d4e5f60718")


@dataclass(frozen=True)
class Screened:
    """The story, its store with labels, and the lists that went in."""

    story: Story
    store: Path
    bare: Path
    """The same chain without labels."""
    lists: Path

    @property
    def listed(self) -> str:
        return self.story.truth.listed_address


@pytest.fixture(scope="session")
def screened(tmp_path_factory: pytest.TempPathFactory) -> Screened:
    folder = tmp_path_factory.mktemp("screened")
    story = build_story()
    write_block_files(story.blocks[:200], folder / "half", xor_key=KEY)
    write_block_files(story.blocks, folder / "whole", xor_key=KEY)
    bare, store, lists = folder / "bare", folder / "store", folder / "lists"
    index([folder / "half"], bare)
    index([folder / "whole"], bare)
    shutil.copytree(bare, store)
    lists.mkdir()
    (lists / f"sanctions-{story.labels.listed_on}.txt").write_text("\n".join(story.labels.listed))
    for name, addresses in story.labels.exchanges.items():
        (lists / f"{name}-2024-03-01.txt").write_text("\n".join(addresses))
    for file in sorted(lists.iterdir()):
        category = "sanctions" if file.name.startswith("sanctions") else "exchange"
        import_source(store, file, category=category)
    return Screened(story, store, bare, lists)
