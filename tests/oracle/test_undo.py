"""Undo files that Bitcoin Core's library wrote: beside them a part of a chain knows all that it spends."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from coalface.chain import Chain, IndexReport, check, index, open_chain
from coalface.cli import main
from coalface.range import Kind, write_block_files
from coalface.tracing import trace
from oracle import scripts
from oracle.core import CoreBlock, hash_of
from oracle.directories import CoreDirectory, TwoSteps, files_of


def kept_files(directory: CoreDirectory, folder: Path, first: int) -> list[CoreBlock]:
    """The blocks that are left when those before height `first` are cut off a directory's block file."""
    blocks = directory.blocks[first:]
    [file] = files_of(directory.source)
    records, at = [], 0
    while file.plain[at : at + 4] == bytes.fromhex("fabfb5da"):
        size = int.from_bytes(file.plain[at + 4 : at + 8], "little")
        records.append(file.plain[at + 8 : at + 8 + size])
        at += 8 + size
    # Blocks as Core met them: flawed and stale ones too, unless they would become segments of their own.
    hashes = {blocks[0].hash}
    while more := {hash_of(r) for r in records if r[4:36][::-1].hex() in hashes} - hashes:
        hashes |= more
    kept = [record for record in records if hash_of(record) in hashes]
    write_block_files(kept, folder, xor_key=file.key)
    shutil.copy(directory.source / "blocks" / "rev00000.dat", folder)
    return blocks


class Pruned:
    """A part of a directory and what was made of it."""

    def __init__(self, directory: CoreDirectory, folder: Path, first: int) -> None:
        self.source = folder / "blocks"
        self.blocks = kept_files(directory, self.source, first)
        self.store = folder / "store"
        self.report: IndexReport = index([self.source], self.store)
        self.chain: Chain = open_chain(self.store)


@pytest.fixture(scope="module")
def pruned(directory: CoreDirectory, tmp_path_factory: pytest.TempPathFactory) -> Pruned:
    return Pruned(directory, tmp_path_factory.mktemp("pruned"), len(directory.blocks) // 2)


def test_report(pruned: Pruned) -> None:
    inside = {tx.txid for block in pruned.blocks for tx in block.txs}
    outside = [
        block
        for block in pruned.blocks
        if any(each.txid not in inside for tx in block.txs[1:] for each in tx.inputs)
    ]
    assert pruned.report.blocks_added == len(pruned.blocks)
    assert (pruned.report.undo_used, pruned.report.undo_missing) == (len(outside), 0)
    assert pruned.report.undo_bad == ()
    assert pruned.report.stale_blocks > 0
    assert check(pruned.store).ok


def test_every_input_and_fee_is_what_core_says(pruned: Pruned) -> None:
    inside = {tx.txid for block in pruned.blocks for tx in block.txs}
    for block in pruned.blocks:
        for expected in block.txs:
            tx = pruned.chain.tx(expected.txid)
            assert tx.fee_sat == expected.fee_sat
            assert set(tx.coverage.unknown) <= {"height"}
            assert tx.coverage.from_spend == ()
            for mine, its in zip(tx.inputs, expected.inputs, strict=True):
                if its.spent is None:
                    continue
                assert (mine.txid, mine.vout, mine.external) == (its.txid, its.vout, its.txid not in inside)
                assert mine.value_sat == its.spent.value_sat
                assert mine.script_type == scripts.script_type(its.spent.script)
                assert mine.address == scripts.address("regtest", its.spent.script)


@pytest.mark.parametrize("directory", ["economy-5"], indirect=True)
def test_every_kind_of_script_comes_from_outside(
    directory: CoreDirectory, indexed: TwoSteps, tmp_path: Path
) -> None:
    """Wherever the chain is cut, all is known; over some cuts every kind that can be spent comes up."""
    kinds: set[str | None] = set()
    for first in range(105, len(directory.blocks), len(directory.blocks) // 12):
        pruned = Pruned(directory, tmp_path / str(first), first)
        test_every_input_and_fee_is_what_core_says(pruned)
        test_keys_of_bare_scripts_tie(pruned, indexed)
        for block in pruned.blocks:
            for tx in block.txs:
                kinds |= {each.script_type for each in pruned.chain.tx(tx.txid).inputs if each.external}
    assert kinds == {kind.script_type for kind in Kind} - {"op_return"}


def test_it_says_what_the_whole_chain_says(pruned: Pruned, indexed: TwoSteps) -> None:
    """Transactions are the same; blocks have their fees; nothing stops a trace."""
    whole, part = indexed.chain, pruned.chain
    for block in pruned.blocks:
        assert part.block(block.hash).fees_sat == whole.block(block.hash).fees_sat
        for tx in block.txs:
            ours, theirs = part.tx(tx.txid), whole.tx(tx.txid)
            assert [(i.value_sat, i.address) for i in ours.inputs] == [
                (i.value_sat, i.address) for i in theirs.inputs
            ]
            assert [(o.value_sat, o.address) for o in ours.outputs] == [
                (o.value_sat, o.address) for o in theirs.outputs
            ]
    origin = pruned.blocks[0].txs[0].txid
    assert trace(part, [origin], through_coinjoins=True).totals_sat["coverage"] == 0
    assert trace(part, [origin]).totals_sat == trace(whole, [origin]).totals_sat


def test_what_was_sent_is_known_what_was_received_is_not(pruned: Pruned) -> None:
    external = [
        (mine.address, mine.value_sat)
        for block in pruned.blocks
        for tx in block.txs
        for mine in pruned.chain.tx(tx.txid).inputs
        if mine.external
    ]
    sent: dict[str, int] = {}
    for block in pruned.blocks:
        for tx in block.txs:
            for each in pruned.chain.tx(tx.txid).inputs:
                if each.address is not None:
                    sent[each.address] = sent.get(each.address, 0) + (each.value_sat or 0)
    for address in {address for address, _ in external if address is not None}:
        found = pruned.chain.address(address)
        assert found.sent_sat == sent[address]
        assert (found.received_sat, found.balance_sat) == (None, None)
        assert set(found.coverage.unknown) == {"balance_sat", "received_sat"}
        assert sum(event.sent_sat or 0 for event in pruned.chain.address_txs(address)) == sent[address]


def test_keys_of_bare_scripts_tie(pruned: Pruned, indexed: TwoSteps) -> None:
    """P2PK and multisig outputs from outside show their keys as those inside do."""

    def links(chain: Chain) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        texts = chain.core.address_texts(chain.column("key_link.address_id"))
        for text, role in zip(texts, chain.column("key_link.role").tolist(), strict=True):
            found.setdefault(text or "", []).append(role)
        return found

    whole, part = links(indexed.chain), links(pruned.chain)
    for address, roles in part.items():
        assert whole[address] == roles
    bare = {
        mine.address
        for block in pruned.blocks
        for tx in block.txs
        for mine in pruned.chain.tx(tx.txid).inputs
        if mine.external and mine.script_type in ("p2pk", "multisig")
    }
    assert bare <= set(part)


def test_without_undo_files_and_later_with(pruned: Pruned, tmp_path: Path) -> None:
    """What is stored stays: a store that was made without is filled only by making it anew."""
    assert main(["index", str(pruned.source), str(tmp_path / "store"), "--no-undo"]) == 0
    without = open_chain(tmp_path / "store").core.digests()
    assert without != pruned.chain.core.digests()
    report = index([pruned.source], tmp_path / "store")
    assert (report.blocks_added, report.undo_used) == (0, 0)
    assert open_chain(tmp_path / "store").core.digests() == without
    index([pruned.source], tmp_path / "anew", batch_bytes=20_000, commit_bytes=1)
    assert open_chain(tmp_path / "anew").core.digests() == pruned.chain.core.digests()


def test_a_cut_undo_file_is_told(pruned: Pruned, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "blocks"
    shutil.copytree(pruned.source, folder)
    undo = folder / "rev00000.dat"
    undo.write_bytes(undo.read_bytes().rstrip(b"\0")[:-40])
    assert main(["index", str(folder), str(tmp_path / "store")]) == 0
    told = capsys.readouterr().err
    assert "undo data are not used" in told
    # The last record may be shorter than what was cut off.
    assert "runs past the end of the file" in told or "no record starts here" in told
    assert check(tmp_path / "store").ok
