"""Small parts: choices, keys, blocks."""

from __future__ import annotations

import pytest
from coincurve import PublicKeyXOnly
from hypothesis import given
from hypothesis import strategies as st

from coalface.range.block import block_hash, genesis_block, height_push, merkle_root, read_block, subsidy_sat
from coalface.range.dice import Dice
from coalface.range.keys import derive_key
from coalface.range.script import Kind, lock_with, push
from coalface.range.tx import Reader, compact_size

COIN_SAT = 100_000_000


def test_genesis_block_is_that_of_regtest() -> None:
    raw = genesis_block()
    assert len(raw) == 285
    assert block_hash(raw)[::-1].hex() == "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"
    header, [tx] = read_block(raw)
    assert header.merkle_root == tx.txid_bytes
    assert tx.txid == "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"


@pytest.mark.parametrize(
    ("height", "expected"),
    [
        (0, "00"),
        (1, "51"),
        (16, "60"),
        (17, "0111"),
        (127, "017f"),
        (128, "028000"),
        (255, "02ff00"),
        (256, "020001"),
    ],
)
def test_height_push_is_a_script_number(height: int, expected: str) -> None:
    assert height_push(height).hex() == expected


def test_subsidy_halves_every_150_blocks() -> None:
    assert [subsidy_sat(height) for height in (1, 149, 150, 299, 300)] == [
        50 * COIN_SAT,
        50 * COIN_SAT,
        25 * COIN_SAT,
        25 * COIN_SAT,
        1_250_000_000,
    ]


def test_merkle_root_repeats_the_last_leaf_of_an_odd_row() -> None:
    leaves = [bytes([number]) * 32 for number in range(3)]
    assert merkle_root(leaves) == merkle_root([*leaves, leaves[-1]])
    assert merkle_root(leaves[:1]) == leaves[0]


@given(st.integers(min_value=0, max_value=0xFFFFFFFF))
def test_counts_read_back(number: int) -> None:
    assert Reader(compact_size(number)).count() == number


def test_reading_past_the_end_says_where() -> None:
    with pytest.raises(ValueError, match="4 bytes wanted at offset 0, 2 bytes in all"):
        Reader(b"ab").number(4)


@pytest.mark.parametrize(("size", "head"), [(0x4B, "4b"), (0x4C, "4c4c"), (0xFF, "4cff"), (0x100, "4d0001")])
def test_push_takes_the_shortest_operation(size: int, head: str) -> None:
    assert push(bytes(size)).hex() == head + "00" * size


@given(st.integers(), st.lists(st.integers(), max_size=20))
def test_dice_repeat_themselves_and_lose_nothing(seed: int, items: list[int]) -> None:
    assert Dice(seed, "x").shuffled(items) == Dice(seed, "x").shuffled(items)
    assert sorted(Dice(seed, "x").shuffled(items)) == sorted(items)


def test_dice_stay_as_they_are() -> None:
    dice = Dice(7, "pinned")
    assert [dice.below(1000) for _ in range(5)] == [822, 559, 511, 837, 680]


@pytest.mark.parametrize("index", range(8))
def test_taproot_key_equals_the_librarys_tweak(index: int) -> None:
    key = derive_key(3, "somebody", index)
    output = PublicKeyXOnly(key.x_only)
    output.tweak_add(key.tap_tweak())
    assert key.taproot.x_only == output.format()


def test_keys_follow_from_seed_actor_and_index() -> None:
    first = derive_key(1, "a", 0)
    assert first.public == derive_key(1, "a", 0).public
    others = [derive_key(2, "a", 0), derive_key(1, "b", 0), derive_key(1, "a", 1)]
    assert first.secret not in [other.secret for other in others]


def test_multisig_needs_a_threshold_that_its_keys_can_meet() -> None:
    keys = [derive_key(1, "a", index) for index in range(2)]
    with pytest.raises(ValueError, match="3 of 2 keys"):
        lock_with(Kind.MULTISIG, keys, "a", threshold=3)
