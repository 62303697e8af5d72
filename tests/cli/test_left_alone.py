"""What must not happen: other people's files removed, silence taken for an answer, a tie withheld."""

from pathlib import Path

import pytest

from coalface.chain import index, open_chain
from coalface.cli import main
from coalface.range.datadir import write_block_files
from coalface.screening import screen
from story.stage import Story, build_story


@pytest.fixture(scope="module")
def story() -> Story:
    return build_story()


@pytest.mark.parametrize("name", ["runs/mine.ckpt", "columns/mine.csv", "journal", "epoch"])
def test_files_of_somebody_else_stay(
    name: str, tmp_path: Path, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    write_block_files(story.blocks[:3], tmp_path / "blocks", xor_key=None)
    mine = tmp_path / "project" / name
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("months of work", encoding="ascii")
    assert main(["index", str(tmp_path / "blocks"), str(tmp_path / "project")]) == 1
    assert f"holds `{name}`" in capsys.readouterr().err
    assert mine.read_text(encoding="ascii") == "months of work"


def test_a_linked_folder_is_not_followed(tmp_path: Path, story: Story) -> None:
    write_block_files(story.blocks[:3], tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], tmp_path / "store")
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "store" / "runs").rename(elsewhere)
    (elsewhere / "txid-00000009-1.run").write_bytes(b"mine")
    (tmp_path / "store" / "runs").symlink_to(elsewhere)
    assert main(["index", str(tmp_path / "blocks"), str(tmp_path / "store")]) == 1
    assert (elsewhere / "txid-00000009-1.run").exists()


def test_an_empty_pipe_is_no_answer(
    tmp_path: Path, story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io

    write_block_files(story.blocks[:3], tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], tmp_path / "store")
    monkeypatch.setattr("sys.stdin", io.StringIO("\n \n"))
    assert main(["address", str(tmp_path / "store"), "-"]) == 2
    assert "standard input holds no subject" in capsys.readouterr().err


def test_a_partial_chain_tells_the_tie_that_it_shows(tmp_path: Path, story: Story) -> None:
    deeds = story.truth.deeds
    write_block_files(story.blocks[205:], tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], tmp_path / "store", network="regtest")
    (tmp_path / "sanctions-2024-03-11.txt").write_text(story.truth.listed_address + "\n", encoding="ascii")
    assert (
        main(["labels", "import", str(tmp_path / "store"), str(tmp_path / "sanctions-2024-03-11.txt")]) == 0
    )
    chain = open_chain(tmp_path / "store")
    assert not chain.coverage.complete_from_genesis
    inputs = chain.tx(deeds.consolidation_txid).inputs
    [beside] = [row.address for row in inputs if row.address != story.truth.listed_address]
    found = screen(chain, beside or "")
    assert (found.result, found.cospend is not None) == ("nothing_found", True)
    assert found.cospend is not None
    assert found.cospend.nearest_txids == (deeds.consolidation_txid,)
    innocent = screen(chain, story.truth.dusted_address)
    assert innocent.cospend is None
    assert "cospend" in innocent.coverage.unknown


def test_heights_with_a_gap_and_an_overlap(tmp_path: Path, story: Story) -> None:
    """One block too many and one too few must not let a height name another block's row."""
    [rival] = [block for block in story.stale if block[4:36] == _hash(story.blocks[59])]
    kept = [*story.blocks[:61], *story.blocks[62:64], rival]
    write_block_files(kept, tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], tmp_path / "store")
    chain = open_chain(tmp_path / "store")
    for height in (0, 59, 60, 62, 63):
        assert chain.block(height).height == height
    assert chain.core.find_height(61, chain.bound) == []


def _hash(block: bytes) -> bytes:
    from coalface.range.hashes import sha256d

    return sha256d(block[:80])
