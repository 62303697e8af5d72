"""Blocks that break a rule: Core refuses them and so does the index; sound twins are taken by both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from coalface.chain import index, open_chain
from coalface.range import write_block_files
from oracle.core import Core, feed, hash_of
from oracle.directories import files_of
from oracle.economy import Economy, build_economy
from oracle.flaws import Flaw, Workshop, flawed_blocks, on_top_of, sound_blocks, unchecked_blocks


@dataclass
class Court:
    """A chain, flawed and sound blocks that could follow on its tip, and what Core did with each."""

    economy: Economy
    flaws: list[Flaw]
    sound: list[Flaw]
    verdicts: dict[str, bool | None]
    """By name: found valid, found invalid after it was stored, or (None) refused before."""
    source: Path


@pytest.fixture(scope="module")
def shop() -> Workshop:
    return Workshop(build_economy(42, n_blocks=30))


@pytest.fixture(scope="module")
def court(shop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Court:
    """Flawed blocks first; each of them is the best that Core has, so that it looks at all of it."""
    sound = sound_blocks(shop)
    flaws = flawed_blocks(shop, sound)
    node = tmp_path_factory.mktemp("court")
    chain, verdicts = shop.economy.blocks, {}
    with Core(node) as core:
        feed(core, chain[1:], chain[1:])
        tip = core.tip
        for flaw in flaws:
            stored = core.give(flaw.raw)
            assert core.tip == tip, flaw.name
            assert stored == flaw.on_disk, flaw.name
            verdicts[flaw.name] = core.verdicts.get(hash_of(flaw.raw)) if stored else None
    return Court(shop.economy, flaws, sound, verdicts, node / "regtest")


def test_core_refuses_every_flaw(court: Court) -> None:
    assert len(court.flaws) > 20
    for flaw in court.flaws:
        assert court.verdicts[flaw.name] is (False if flaw.on_disk else None), flaw.name


def test_flaws_that_core_left_on_disk_are_refused_and_named(tmp_path: Path, court: Court) -> None:
    report = index([court.source], tmp_path / "store")
    left = {hash_of(flaw.raw): flaw.code for flaw in court.flaws if flaw.on_disk}
    plain = b"".join(file.plain for file in files_of(court.source))
    assert all((flaw.raw in plain) == flaw.on_disk for flaw in court.flaws)
    assert {refused.hash: refused.code for refused in report.refused} == left
    chain = open_chain(tmp_path / "store")
    assert chain.as_of.hash == hash_of(court.economy.blocks[-1])
    # what was refused stays refused, and is named again
    again = index([court.source], tmp_path / "store")
    assert (again.blocks_added, again.blocks_removed) == (0, 0)
    assert {refused.hash: refused.code for refused in again.refused} == left


def test_all_flaws_at_once(tmp_path: Path, court: Court) -> None:
    """Also those that Core does not write: a foreign tool may."""
    write_block_files([*court.economy.blocks, *(flaw.raw for flaw in court.flaws)], tmp_path, xor_key=None)
    report = index([tmp_path], tmp_path / "store")
    assert {refused.hash: refused.code for refused in report.refused} == {
        hash_of(flaw.raw): flaw.code for flaw in court.flaws
    }
    assert open_chain(tmp_path / "store").as_of.hash == hash_of(court.economy.blocks[-1])


def test_each_flaw_beside_a_sound_block(tmp_path: Path, court: Court) -> None:
    """The flaw lies before the block that becomes the tip; the store is as if the flaw were not there."""
    chain, good = court.economy.blocks, court.sound[0].raw
    write_block_files([*chain, good], tmp_path / "clean", xor_key=None)
    index([tmp_path / "clean"], tmp_path / "clean" / "store")
    expected = open_chain(tmp_path / "clean" / "store").core.digests()
    for number, flaw in enumerate(court.flaws):
        folder = tmp_path / str(number)
        write_block_files([*chain, flaw.raw, good], folder, xor_key=None)
        report = index([folder], folder / "store")
        assert [(each.hash, each.code) for each in report.refused] == [(hash_of(flaw.raw), flaw.code)], (
            flaw.name
        )
        store = open_chain(folder / "store")
        assert store.as_of.hash == hash_of(good)
        assert store.core.digests() == expected, flaw.name


@pytest.mark.parametrize("number", range(6))
def test_sound_twins(tmp_path: Path, court: Court, number: int) -> None:
    twin = court.sound[number]
    with Core(tmp_path / "node") as core:
        feed(core, [], [*court.economy.blocks[1:], twin.raw])
        assert core.verdicts[hash_of(twin.raw)] is True, twin.name
        tip = core.tip
    report = index([tmp_path / "node" / "regtest"], tmp_path / "store")
    assert report.refused == ()
    chain = open_chain(tmp_path / "store")
    assert (chain.as_of.height, chain.as_of.hash) == tip
    assert chain.as_of.hash == hash_of(twin.raw)


def test_no_twin_is_left_out(court: Court) -> None:
    assert len(court.sound) == 6


def test_descendants_of_a_flaw_are_refused(tmp_path: Path, court: Court) -> None:
    """Headers first, the child's block before its parent's: Core has both on disk and refuses both."""
    chain, flaw = court.economy.blocks, court.flaws[0].raw
    child = on_top_of(flaw, len(chain) + 1)
    grandchild = on_top_of(child, len(chain) + 2)
    with Core(tmp_path / "node") as core:
        feed(core, chain[1:], chain[1:])
        feed(core, [flaw, child, grandchild], [grandchild, child, flaw])
        assert core.verdicts[hash_of(flaw)] is False
        assert core.tip == (len(chain) - 1, hash_of(chain[-1]))
    source = tmp_path / "node" / "regtest"
    plain = b"".join(file.plain for file in files_of(source))
    assert all(each in plain for each in (flaw, child, grandchild))
    report = index([source], tmp_path / "store")
    assert [refused.hash for refused in report.refused] == [hash_of(flaw)]
    assert report.refused_descendants == 2
    assert open_chain(tmp_path / "store").as_of.hash == hash_of(chain[-1])


def test_a_mutated_copy_does_not_hide_the_sound_block(tmp_path: Path, court: Court) -> None:
    """CVE-2012-2459: both copies have the same hash, so a refusal must not stick to it."""
    mutated = next(flaw for flaw in court.flaws if flaw.code == "mutated_merkle")
    sound = next(each for each in court.sound if hash_of(each.raw) == hash_of(mutated.raw))
    chain = court.economy.blocks
    write_block_files([*chain, mutated.raw], tmp_path, xor_key=None)
    assert [refused.code for refused in index([tmp_path], tmp_path / "store").refused] == ["mutated_merkle"]
    write_block_files([*chain, mutated.raw, sound.raw], tmp_path, xor_key=None)
    report = index([tmp_path], tmp_path / "store")
    assert (report.refused, report.blocks_added) == ((), 1)
    assert open_chain(tmp_path / "store").as_of.hash == hash_of(sound.raw)


UNCHECKED = 6


@pytest.mark.parametrize("number", range(UNCHECKED))
def test_rules_that_are_not_checked(tmp_path: Path, court: Court, shop: Workshop, number: int) -> None:
    """The documented difference: Core refuses these, the index does not look.

    A node's own files hold such a block only if Core wrote it before it refused it, and Core's chain goes on
    beside it: as soon as that has one more block, the index follows Core again.
    """
    chain, unchecked = court.economy.blocks, unchecked_blocks(shop)
    assert len(unchecked) == UNCHECKED
    flaw = unchecked[number]
    good = court.sound[0].raw
    with Core(tmp_path / "node") as core:
        feed(core, [], chain[1:])
        assert core.give(flaw.raw) == flaw.on_disk
        assert core.verdicts.get(hash_of(flaw.raw), False) is False
        assert core.tip == (len(chain) - 1, hash_of(chain[-1]))
    source = tmp_path / "node" / "regtest"
    report = index([source], tmp_path / "store")
    assert report.refused == ()
    assert open_chain(tmp_path / "store").as_of.hash == hash_of(flaw.raw if flaw.on_disk else chain[-1])
    if not flaw.on_disk:
        write_block_files([*chain, flaw.raw], tmp_path / "foreign", xor_key=None)
        assert index([tmp_path / "foreign"], tmp_path / "foreign-store").refused == ()
        assert open_chain(tmp_path / "foreign-store").as_of.hash == hash_of(flaw.raw)
        return
    with Core(tmp_path / "node") as core:
        feed(core, [], [good, on_top_of(good, len(chain) + 1)])
        tip = core.tip
    report = index([source], tmp_path / "store")
    assert (report.blocks_removed, report.blocks_added) == (1, 2)
    chain_now = open_chain(tmp_path / "store")
    assert (chain_now.as_of.height, chain_now.as_of.hash) == tip


def test_the_difference_is_documented() -> None:
    text = " ".join((index.__doc__ or "").split())
    assert "Scripts are not executed" in text
    for rule in ("lock times", "signature operations", "coinbase's height"):
        assert rule in text
