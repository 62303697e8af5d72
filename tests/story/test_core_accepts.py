"""The story's chain before the judge: Bitcoin Core's own library, all rules of consensus."""

from __future__ import annotations

from pathlib import Path

import pbk
import pytest

from coalface.range import write_block_files
from coalface.range.block import block_hash
from coalface.range.dice import Dice
from story import Story, build_story

KEY = bytes.fromhex("9a3bc1f00d5e7742")


def open_core(folder: Path, *, reindex: bool = False) -> pbk.ChainstateManager:
    options = pbk.ContextOptions()
    options.set_chainparams(pbk.ChainParameters(pbk.ChainType.REGTEST))
    chain = folder / "regtest"
    manager = pbk.ChainstateManagerOptions(pbk.Context(options), str(chain), str(chain / "blocks"))
    if reindex:
        manager.set_wipe_dbs(True, True)
    return pbk.ChainstateManager(manager)


def tip(core: pbk.ChainstateManager) -> tuple[int, bytes]:
    chain = core.get_active_chain()
    return chain.height, bytes(chain.block_tree_entries[chain.height].block_hash)


def display_tip(story: Story) -> tuple[int, bytes]:
    return len(story.blocks) - 1, block_hash(story.blocks[-1])


@pytest.mark.parametrize("seed", [7, 8])
def test_core_takes_every_block_in_turn(tmp_path: Path, seed: int) -> None:
    story = build_story(seed)
    core = open_core(tmp_path)
    assert tip(core) == (0, block_hash(story.blocks[0]))
    for height, raw_block in enumerate(story.blocks[1:], 1):
        core.process_block(pbk.Block(raw_block))
        assert tip(core) == (height, block_hash(raw_block))


def test_stale_blocks_are_valid_but_do_not_move_the_tip(tmp_path: Path, story: Story) -> None:
    by_hash = {block_hash(raw_block): height for height, raw_block in enumerate(story.blocks)}
    parents = {by_hash[raw_block[4:36]]: raw_block for raw_block in story.stale}
    core = open_core(tmp_path)
    for height, raw_block in enumerate(story.blocks):
        if height:
            core.process_block(pbk.Block(raw_block))
        if height in parents:
            # seen first, the stale block is even the tip for a while: so its transactions are valid
            core.process_block(pbk.Block(parents[height]))
            assert tip(core) == (height + 1, block_hash(parents[height]))
    assert tip(core) == display_tip(story)


def test_core_rebuilds_its_index_from_the_files_written(tmp_path: Path, story: Story) -> None:
    blocks = [*story.blocks, *story.stale]
    order = [0, *Dice(1, "order").shuffled(range(1, len(blocks)))]
    folder = tmp_path / "regtest" / "blocks"
    write_block_files(blocks, folder, xor_key=KEY, order=order, tail_bytes=1 << 16, max_file_bytes=300_000)
    core = open_core(tmp_path, reindex=True)
    core.import_blocks([])
    assert tip(core) == display_tip(story)
