"""As of: heights, hashes, dates and times, at their edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

import pytest

from chain.shelf import Shelf
from coalface.chain import AsOf, Chain, open_chain
from coalface.errors import CoalfaceError, InvalidReference, NotFound
from coalface.range.block import block_hash, read_block
from coalface.tracing import trace
from story import Story

TIP = 320


def hash_at(story: Story, height: int) -> str:
    return block_hash(story.blocks[height])[::-1].hex()


def median_times(story: Story) -> list[int]:
    """Median of eleven header times, or of all there are; of an even number the later middle one."""
    times = [read_block(raw)[0].time_unix for raw in story.blocks]
    windows = [sorted(times[max(0, n - 10) : n + 1]) for n in range(len(times))]
    assert all(window[len(window) // 2] == median(window) for window in windows if len(window) % 2)
    return [window[len(window) // 2] for window in windows]


@pytest.mark.parametrize("height", [0, 1, 149, 150, 319, 320])
def test_heights_and_hashes(chain: Chain, story: Story, height: int) -> None:
    expected = AsOf(height, hash_at(story, height))
    for reference in (
        height,
        str(height),
        f"{height:06}",
        hash_at(story, height),
        hash_at(story, height).upper(),
    ):
        found = chain.at(reference)
        assert found.as_of == expected
        assert found.coverage.tip_height == height
        assert found.coverage.complete_from_genesis
        assert found.coverage.segments[0].n_blocks == height + 1
        assert found.provenance.as_of == expected
        assert found.block(height).hash == expected.hash


def test_the_tip_is_the_default(chain: Chain, shelf: Shelf, story: Story) -> None:
    assert chain.as_of == AsOf(TIP, hash_at(story, TIP))
    assert open_chain(shelf.store, as_of=7).as_of == AsOf(7, hash_at(story, 7))
    # a chain as of an earlier block can go anywhere again
    assert chain.at(7).at(TIP).as_of == chain.as_of


@pytest.mark.parametrize("reference", [321, "321", 2**32 - 2, "ab" * 32])
def test_what_is_not_there(chain: Chain, reference: int | str) -> None:
    with pytest.raises(NotFound) as caught:
        chain.at(reference)
    assert caught.value.code == "not_found_block"
    assert caught.value.context == {"as_of": str(reference)}


def test_stale_blocks_are_not_there(chain: Chain, story: Story) -> None:
    for raw in story.stale:
        stale = block_hash(raw)[::-1].hex()
        with pytest.raises(NotFound):
            chain.at(stale)
        with pytest.raises(NotFound):
            chain.block(stale)


@pytest.mark.parametrize(
    "reference",
    [
        "",
        " ",
        "-1",
        -1,
        2**32 - 1,
        2**40,
        "1e3",
        "٣",
        "0x10",
        "2024-13-01",
        "2024-02-30",
        "2024-03-01T00:00:00",
        "2024-03-01 noon",
        "ab" * 31,
        "zz" * 32,
        "12\n",
        "x" * 100_000,
    ],
)
def test_what_is_no_block(chain: Chain, reference: int | str) -> None:
    with pytest.raises(InvalidReference) as caught:
        chain.at(reference)
    assert caught.value.code == "invalid_as_of"
    assert caught.value.hint == "give a height, a block hash, YYYY-MM-DD, or a time as YYYY-MM-DDTHH:MM:SSZ"
    assert len(caught.value.message) < 200


def test_times_go_by_the_median(chain: Chain, story: Story) -> None:
    """A block is there from its median time on, also where header times run backwards."""
    times = [read_block(raw)[0].time_unix for raw in story.blocks]
    assert any(later < earlier for earlier, later in pairwise(times))
    medians = median_times(story)
    for height in (1, 2, 5, 10, 11, 60, 181, 319, 320):
        for moment in (medians[height] - 1, medians[height], medians[height] + 1):
            expected = max(n for n, each in enumerate(medians) if each <= moment)
            text = datetime.fromtimestamp(moment, UTC).isoformat()
            assert chain.at(text).as_of.height == expected
            assert chain.at(text.replace("+00:00", "Z")).as_of.height == expected


def test_time_zones_name_the_same_moment(chain: Chain) -> None:
    noon = chain.at("2024-03-09T12:00:00Z").as_of
    assert chain.at("2024-03-09T13:00:00+01:00").as_of == noon
    assert chain.at("2024-03-09T01:00:00-11:00").as_of == noon


def test_a_date_ends_with_its_last_second(chain: Chain, story: Story) -> None:
    medians = median_times(story)
    day = datetime(2024, 3, 1, tzinfo=UTC)
    for _ in range(16):
        end = int((day + timedelta(days=1)).timestamp())
        expected = max(n for n, each in enumerate(medians) if each < end)
        assert chain.at(day.date().isoformat()).as_of.height == expected
        day += timedelta(days=1)


@pytest.mark.parametrize(
    "text", ["2011-02-01", "1970-01-01", "0001-01-01", "0001-01-01T00:00:00+14:00", "2011-02-02T23:16:41Z"]
)
def test_before_genesis_there_is_nothing(chain: Chain, story: Story, text: str) -> None:
    """Regtest's genesis block is of 2011-02-02T23:16:42Z."""
    early = chain.at(text)
    assert early.as_of == AsOf(None, None)
    assert early.coverage.segments == ()
    assert early.coverage.tip_height is None
    with pytest.raises(NotFound):
        early.block(0)
    with pytest.raises(NotFound):
        early.tx(story.truth.deeds.theft_txid)
    address = early.address(story.truth.listed_address)
    assert (address.n_txs, address.first_seen, address.cluster) == (0, None, None)
    assert list(early.address_txs(story.truth.listed_address)) == []
    with pytest.raises(NotFound):
        trace(early, [story.truth.listed_address])
    assert chain.at("2011-02-02T23:16:42Z").as_of.height == 0


@pytest.mark.parametrize(
    "text", ["9999-12-31", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "2100-01-01"]
)
def test_far_in_the_future_is_the_tip(chain: Chain, text: str) -> None:
    assert chain.at(text).as_of.height == TIP


def test_later_blocks_are_not_answered(chain: Chain, story: Story) -> None:
    theft = story.truth.deeds.theft_txid
    height = chain.tx(theft).height
    assert height is not None
    before = chain.at(height - 1)
    for ask in (
        lambda: before.tx(theft),
        lambda: before.block(height),
        lambda: trace(before, [f"{theft}:0"]),
    ):
        with pytest.raises(NotFound) as caught:
            ask()
        assert isinstance(caught.value, CoalfaceError)
    # what the theft spends is unspent until then
    for spent in chain.tx(theft).inputs:
        assert spent.txid is not None
        assert spent.vout is not None
        assert before.tx(spent.txid).outputs[spent.vout].spent_by is None
        by = chain.at(height).tx(spent.txid).outputs[spent.vout].spent_by
        assert by is not None
        assert (by.txid, by.n) == (theft, spent.n)
