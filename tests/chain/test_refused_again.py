"""A block refused on top of a partial chain is looked at again when the chain below it arrives."""

from pathlib import Path

from coalface.chain import check, index, open_chain
from coalface.range.datadir import write_block_files
from coalface.range.story import Story, build_story


def _hash_of(block: bytes) -> str:
    from coalface.range.hashes import sha256d

    return sha256d(block[:80])[::-1].hex()


def test_a_wrong_height_is_no_verdict_for_ever(tmp_path: Path) -> None:
    story: Story = build_story()
    blocks, store = tmp_path / "blocks", tmp_path / "store"
    # At the height given, no subsidy is left: the first block that only has a coinbase takes too much.
    part = story.blocks[2:100]
    write_block_files(part, blocks, xor_key=None)
    report = index([blocks], store, network="regtest", heights={_hash_of(part[0]): 1_000_000})
    assert [block.code for block in report.refused] == ["coinbase_too_large"]
    again = index([blocks], store)
    assert (again.blocks_added, again.blocks_removed, again.refused) == (0, 0, report.refused)
    write_block_files(story.blocks, blocks, xor_key=None)
    full = index([blocks], store)
    assert full.refused == ()
    assert open_chain(store).as_of.height == len(story.blocks) - 1
    assert check(store).ok
