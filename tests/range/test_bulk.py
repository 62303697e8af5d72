"""Bulk chains: written, indexed, and compared with their truth."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from coalface.chain import check, index, open_chain
from coalface.cli import main
from coalface.errors import UsageError
from coalface.range import (
    HISTORY,
    NOBODY,
    BulkTruth,
    OutputPurpose,
    OwnerClass,
    bulk_eras,
    compare_blocks,
    write_bulk_chain,
)
from coalface.range.block import read_block

N_TXS = 12_000


def records(path: Path) -> list[bytes]:
    """Blocks of a file that is not obfuscated, one after the other."""
    raw, at, found = path.read_bytes(), 0, []
    while raw[at : at + 4] == bytes.fromhex("fabfb5da"):  # regtest
        size = int.from_bytes(raw[at + 4 : at + 8], "little")
        found.append(raw[at + 8 : at + 8 + size])
        at += 8 + size
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain with some of everything, and its store."""
    folder = tmp_path_factory.mktemp("bulk")
    made = write_bulk_chain(folder / "chain", N_TXS, seed=5, wide_txs=1, megabyte_txs=1, flood_outputs=1_500)
    assert (made.n_wide_txs, made.n_megabyte_txs, made.n_flood_outputs) == (1, 1, 1_500)
    assert index([folder / "chain"], folder / "store").txs_added == N_TXS
    return folder


def test_store_is_sound_and_truth_fits_it(folder: Path) -> None:
    assert check(folder / "store").ok
    chain, truth = open_chain(folder / "store"), BulkTruth(folder / "chain")
    counts = chain.facts["counts"]
    assert len(truth.address_owner) == counts["addresses"]
    assert len(truth.output_purpose) == counts["outputs"]
    assert truth.address_owner.max() < len(truth.owner_class)
    # Co-spends join addresses of one owner only.
    address = chain.column("input.address_id")
    first = chain.column("tx.first_input").astype(np.int64)
    tx = np.searchsorted(first, np.arange(len(address)), side="right") - 1
    known = address != 2**32 - 1
    owner = truth.address_owner[address[known]]
    same_tx = tx[known][1:] == tx[known][:-1]
    assert (owner[1:][same_tx] == owner[:-1][same_tx]).all()
    data = np.flatnonzero(chain.column("output.address_id") == 2**32 - 1)
    kinds = {OutputPurpose.DATA, OutputPurpose.COMMITMENT}
    assert set(truth.output_purpose[data]) <= {int(kind) for kind in kinds}


def test_owner_by_script(folder: Path) -> None:
    truth = BulkTruth(folder / "chain" / "truth")
    scripts: dict[bytes, int] = {}
    for raw in records(folder / "chain" / "blocks" / "blk00000.dat")[:110]:
        for tx in read_block(raw)[1]:
            for output in tx.outputs:
                if output.script_pubkey[:1] != b"\x6a":
                    scripts.setdefault(output.script_pubkey, len(scripts))
    assert len(scripts) > 100
    for script, address_id in scripts.items():
        assert truth.address_ids(script) == [address_id]
        assert truth.owner_of(script) == truth.address_owner[address_id]
    assert truth.owner_of(b"\x51\x51") is None
    assert truth.address_owner[0] == NOBODY
    assert {int(each) for each in truth.owner_class} == {int(each) for each in OwnerClass}


def test_truth_that_is_none(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no truth\.json"):
        BulkTruth(tmp_path)
    about = json.loads((folder / "chain" / "truth" / "truth.json").read_text())
    (tmp_path / "truth.json").write_text(json.dumps(about))
    with pytest.raises(UsageError, match="0 bytes, n_addresses is"):
        _ = BulkTruth(tmp_path).address_owner
    (tmp_path / "truth.json").write_text(json.dumps({**about, "version": 2}))
    with pytest.raises(UsageError, match="version 1"):
        BulkTruth(tmp_path)


def test_same_bytes_whatever_the_threads(tmp_path: Path) -> None:
    def files(name: str, threads: int, seed: int = 4) -> dict[str, bytes]:
        write_bulk_chain(tmp_path / name, 3_000, seed=seed, threads=threads, era=HISTORY, stale_branches=2)
        paths = sorted((tmp_path / name).rglob("*.*"))
        return {path.name: path.read_bytes() for path in paths if path.is_file()}

    first = files("one", 1)
    assert len(first) == 6
    assert first == files("two", 2) == files("eight", 8)
    assert first != files("other", 1, seed=5)


def test_refusals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="`era` is `1999`, allowed are 2011, "):
        write_bulk_chain(tmp_path, 100, era="1999")
    with pytest.raises(UsageError, match="`seed` is -1"):
        write_bulk_chain(tmp_path, 100, seed=-1)
    with pytest.raises(UsageError, match="`n_txs` is 0, allowed are 1 to"):
        write_bulk_chain(tmp_path, 0)
    assert main(["range", "bulk", str(tmp_path / "short"), "--txs", "150", "--flood", "5000"]) == 0
    err = capsys.readouterr().err
    assert "warning: the chain is too short for --flood 5000: it has 2000" in err
    assert "MB/s; peak memory" in err
    assert main(["range", "bulk", str(tmp_path / "short"), "--txs", "150"]) == 2


def test_comparison_with_itself_and_with_another_era(tmp_path: Path, folder: Path) -> None:
    itself = compare_blocks(folder / "store", folder / "chain")
    assert [figure.total_variation_ppm for figure in itself.figures] == [0, 0, 0]
    assert itself.made == itself.real
    assert itself.made.n_txs == N_TXS - itself.made.n_blocks
    write_bulk_chain(tmp_path / "old", 5_000, era="2013")
    other = compare_blocks(folder / "store", tmp_path / "old")
    kinds = other.figures[0]
    assert (kinds.name, kinds.is_alike) == ("script_kinds", False)
    assert sum(each.made_ppm for each in kinds.bins) > 999_900
    # By hand, from the bins.
    apart = sum(abs(each.made_ppm - each.real_ppm) for each in kinds.bins)
    assert abs(apart // 2 - kinds.total_variation_ppm) < 10
    with pytest.raises(UsageError, match="`era` is `2023`, measured on real blocks are 2011, "):
        compare_blocks(folder / "store", folder / "store", era="2023")
    with pytest.raises(UsageError, match="no transactions to compare but coinbases"):
        compare_blocks(folder / "store", folder / "store", era="2020")


def test_eras_are_in_order() -> None:
    names = [era.name for era in bulk_eras()]
    assert names == sorted(names)
    assert all(era.measured_on for era in bulk_eras()[:-1])
    heights = [height for era in bulk_eras() for height in era.measured_on]
    assert heights == sorted(set(heights))
