"""Data directories written by Bitcoin Core's own library, and what it says about them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from coalface.chain import Chain, IndexReport
from oracle.core import Core, CoreBlock, displaced, feed
from oracle.economy import build_economy, go_on
from oracle.flaws import Workshop, flawed_blocks, keyless_flaws, sound_blocks
from story import build_story


@dataclass
class Recipe:
    """A chain and when Core is given what."""

    blocks: list[bytes]
    stale: list[bytes]
    half: int
    """Height after which Core meets the flawed blocks and is closed for the first time."""
    flawed: list[bytes]


@dataclass
class CoreDirectory:
    """A finished data directory, and a copy of its block files as they were half-way."""

    recipe: Recipe
    source: Path
    half_source: Path
    blocks: list[CoreBlock] = field(repr=False)
    tip: tuple[int, str]
    half_tip: tuple[int, str]
    verdicts: dict[str, bool] = field(repr=False)


@dataclass
class TwoSteps:
    """A store built in two steps from one directory."""

    folder: Path
    reports: tuple[IndexReport, IndexReport]
    chain: Chain


def story_recipe() -> Recipe:
    story, half = build_story(), 190
    return Recipe(story.blocks, story.stale, half, keyless_flaws(story.blocks[: half + 1]))


def economy_recipe(seed: int) -> Recipe:
    economy = build_economy(seed, n_blocks=40)
    shop = Workshop(economy)
    flawed = [flaw.raw for flaw in flawed_blocks(shop, sound_blocks(shop)) if flaw.on_disk]
    half = economy.builder.height
    go_on(economy, 40)
    return Recipe(economy.blocks, economy.stale, half, flawed)


RECIPES: dict[str, Callable[[], Recipe]] = {
    "story": story_recipe,
    **{f"economy-{seed}": partial(economy_recipe, seed) for seed in (5, 6, 7)},
}


def write_directory(recipe: Recipe, folder: Path) -> CoreDirectory:
    """Headers first, then displaced blocks, with a restart half-way; stale and flawed blocks in between."""
    random = Random(3)
    numbers = iter(lambda: random.randrange(1 << 30), None)
    stale = {block[4:36]: block for block in recipe.stale}
    blocks: list[bytes] = []
    for block in recipe.blocks[1:]:
        blocks += [each for each in (block, stale.get(block[4:36])) if each is not None]
    cut = blocks.index(recipe.blocks[recipe.half]) + 1
    verdicts = {}
    with Core(folder) as core:
        feed(core, recipe.blocks[1:], displaced(blocks[:cut], numbers))
        feed(core, [], recipe.flawed)
        half_tip = core.tip
        verdicts.update(core.verdicts)
    shutil.copytree(folder / "regtest" / "blocks", folder / "half", ignore=shutil.ignore_patterns("index"))
    with Core(folder) as core:
        feed(core, [], displaced(blocks[cut:], numbers))
        verdicts.update(core.verdicts)
        answers, tip = list(core.blocks()), core.tip
    return CoreDirectory(recipe, folder / "regtest", folder / "half", answers, tip, half_tip, verdicts)


@dataclass
class BlockFile:
    """One block file as it is and decoded."""

    raw: bytes = field(repr=False)
    key: bytes
    plain: bytes = field(repr=False)


def files_of(source: Path) -> list[BlockFile]:
    """The block files of a directory."""
    folder = source / "blocks" if (source / "blocks").is_dir() else source
    key = (folder / "xor.dat").read_bytes()
    files = []
    for path in sorted(folder.glob("blk*.dat")):
        data = path.read_bytes()
        stream = (key * (len(data) // len(key) + 1))[: len(data)]
        plain = int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")
        files.append(BlockFile(data, key, plain.to_bytes(len(data), "big")))
    return files
