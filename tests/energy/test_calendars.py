"""Calendars from tables and from a chain."""

from pathlib import Path

import numpy as np
import pytest

import coalface
from coalface import energy
from coalface.energy.facts_calendar import facts_calendar, priced
from coalface.errors import FactsError, NotFound, UsageError
from coalface.prices import read_daily
from energy.calendars import year


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


def test_a_year_of_tables() -> None:
    """All rewards of the year to 2018-08-31 were 766,959 BTC by Coin Metrics' daily issuance and fees."""
    found = facts_calendar(day("2017-09-01"), day("2018-08-31"))
    assert len(found) == 365
    assert found.total_seconds == 365 * 86_400
    assert found.all_rewards_btc() == pytest.approx(766_959, rel=1e-3)
    assert found.price_resolution == "month"
    assert len(found.by_difficulty()) == 29


def test_the_subsidy_falls_at_the_halving() -> None:
    """Block 420,000 came on 2016-07-09, block 210,000 on 2012-11-28; interpolation may be a day off."""
    for before, after, high, low in (
        ("2016-07-07", "2016-07-11", 25.0, 12.5),
        ("2012-11-26", "2012-11-30", 50.0, 25.0),
    ):
        found = facts_calendar(day(before), day(after)).subsidy_btc
        assert (found[0], found[-1]) == (high, low)


@pytest.mark.parametrize(
    ("first", "last"),
    [("2008-12-31", "2009-01-05"), ("2019-03-01", "2019-04-01"), ("2023-01-01", "2023-01-02")],
)
def test_days_outside_the_tables(first: str, last: str) -> None:
    with pytest.raises(FactsError) as caught:
        facts_calendar(day(first), day(last))
    assert caught.value.code == "facts_outside"
    assert caught.value.hint


def test_fees_that_are_given_reach_beyond_the_table() -> None:
    found = facts_calendar(day("2021-01-01"), day("2021-01-10"), fees=0.9)
    assert found.fees_btc.tolist() == [0.9] * 10
    assert found.subsidy_btc.tolist() == [6.25] * 10


def test_stretches_that_are_none() -> None:
    for first, last in (("2017-01-02", "2017-01-01"), ("2009-01-09", "2099-01-01")):
        with pytest.raises(UsageError, match="days"):
            facts_calendar(day(first), day(last))


def test_daily_prices_of_the_user(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("date,close\n2017-09-01,4900\n2017-09-02,4600.5\n")
    found = facts_calendar(day("2017-09-01"), day("2017-09-03"), prices=read_daily(file))
    assert found.price_resolution == "day"
    assert found.price_usd[:2].tolist() == [4900.0, 4600.5]
    assert np.isnan(found.price_usd[2])
    file.write_text("date,close\n2001-01-01,1\n")
    assert priced(year(), read_daily(file)).price_usd.tolist() == year().price_usd.tolist()


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> coalface.chain.Chain:
    """The demo's chain, whose coinbases are known."""
    from coalface.range import write_block_files
    from story import build_story

    folder = tmp_path_factory.mktemp("calendar")
    story = build_story()
    for n_blocks in (150, len(story.blocks)):
        write_block_files(story.blocks[:n_blocks], folder / "blocks", xor_key=b"coalface")
        coalface.chain.index([folder / "blocks"], folder / "store")
    return coalface.open(folder / "store")


def days_of(chain: coalface.chain.Chain) -> tuple[np.datetime64, np.datetime64]:
    """First and last day of the blocks after genesis, which is years older."""
    first = np.datetime64(chain.block(1).time_unix, "s").astype("datetime64[D]")
    return first, energy.chain_days(chain)[1]


def test_a_chain_tells_its_own_rewards(chain: coalface.chain.Chain) -> None:
    assert energy.chain_days(chain)[0] == day("2011-02-02")
    found = energy.chain_calendar(chain, *days_of(chain))
    blocks = [chain.block(height) for height in range(1, 321)]
    assert found.n_blocks.sum() == len(blocks)
    coinbase_sat = sum(
        output.value_sat for block in blocks for output in chain.tx(block.coinbase_txid).outputs
    )
    assert found.all_rewards_btc() == pytest.approx(coinbase_sat / 1e8, rel=1e-12)
    fees_sat = coinbase_sat - sum(50 * 10**8 >> (height // 150) for height in range(1, 321))
    assert fees_sat > 0
    assert (found.n_blocks * found.fees_btc).sum() == pytest.approx(fees_sat / 1e8, rel=1e-9)
    assert found.difficulty == pytest.approx([float(energy.difficulty_of_bits(0x207FFFFF))] * len(found))
    assert found.price_resolution is None


def test_a_chain_does_not_know_other_days(chain: coalface.chain.Chain) -> None:
    first, last = days_of(chain)
    with pytest.raises(NotFound, match="no block of 1 of the") as caught:
        energy.chain_calendar(chain, first - np.timedelta64(1, "D"), last)
    assert caught.value.code == "not_found_day"


def test_as_of_an_earlier_block_the_chain_ends_there(chain: coalface.chain.Chain) -> None:
    early = chain.at(100)
    found = energy.chain_calendar(early, *days_of(early))
    assert found.n_blocks.sum() == 100
