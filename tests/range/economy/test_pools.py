"""Pools in an economy pay as their schemes say; renters mine about what they paid."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import pairwise

import pytest

from coalface.range.economy.book import Book
from coalface.range.protocols import Scheme
from coalface.range.scenarios import SCENARIOS, play
from coalface.range.scenarios.cast import paid_how


@lru_cache(maxsize=2)
def book_of(name: str) -> Book:
    return play(SCENARIOS[name], 3, 300).economy.book


def test_each_scheme_has_a_pool_that_pays() -> None:
    assert {row.scheme for row in book_of("pools").payouts} == {scheme.value for scheme in Scheme}


def test_payouts_are_outputs_that_benefit_their_miner() -> None:
    book = book_of("pools")
    outputs = {(row.txid, row.vout): row for row in book.outputs}
    places = [(row.txid, row.vout) for row in book.payouts]
    assert len(set(places)) == len(places)
    for row in book.payouts:
        output = outputs[row.txid, row.vout]
        assert (output.value_sat, output.beneficiary) == (row.value_sat, row.miner)


def test_whoever_is_credited_off_the_chain_is_never_paid_on_it() -> None:
    book = book_of("pools")
    off_chain = {
        f"albatross-miner-{member + 1:05}" for member in range(10_000) if paid_how(member, 1).is_off_chain
    }
    assert len(off_chain) > 900
    assert off_chain <= {row.actor for row in book.hashrates}
    assert not off_chain & {row.miner for row in book.payouts}


def test_a_pool_that_pays_in_its_coinbase_keeps_its_fee_alone() -> None:
    book = book_of("pools")
    rewards = Counter[str]()
    for row in book.mining:
        if row.pool is not None:
            rewards[row.pool] += row.reward_sat
    paid = Counter[str]()
    for payout in book.payouts:
        paid[payout.pool] += payout.value_sat
    for pool, kept_ppm in (("merlin", 20_000), ("goshawk", 20_000), ("buzzard", 0)):
        kept_sat = rewards[pool] - paid[pool]
        assert kept_sat == pytest.approx(rewards[pool] * kept_ppm / 1e6, rel=0.2, abs=2_000_000)


def test_rented_hash_rate_costs_about_what_it_mines() -> None:
    book = book_of("hash-rental")
    outputs = [row for row in book.outputs if row.beneficiary.startswith("hash-rental")]
    paid_sat = sum(
        row.value_sat
        for row in outputs
        if row.owner.startswith("hash-rental") and row.purpose == "payment" and not row.is_change
    )
    renters = {"hash-laundering-front", "hash-hobby-savings"}
    mined_sat = sum(row.value_sat for row in book.payouts if row.miner in renters)
    assert 0.3 * paid_sat < mined_sat < 2 * paid_sat


def test_hash_rates_change_and_leave_no_gap() -> None:
    book = book_of("hash-rental")
    height = max(row.height for row in book.mining)
    for miner in ("founder", "solo-miner-1", "solo-miner-2"):
        rows = [row for row in book.hashrates if row.actor == miner]
        assert [row.from_height for row in rows] == [1, *(row.to_height + 1 for row in rows[:-1])]
        assert rows[-1].to_height == height
    assert len({row.hashrate_hs for row in book.hashrates if row.actor == "solo-miner-1"}) > 1
    big = [row for row in book_of("pools").hashrates if row.pool == "albatross"]
    assert len(big) > 10_300


def test_nobody_is_in_a_pool_twice_at_once() -> None:
    for name in ("pools", "hash-rental"):
        spans: dict[tuple[str, str | None], list[tuple[int, int]]] = {}
        for row in book_of(name).hashrates:
            spans.setdefault((row.actor, row.pool), []).append((row.from_height, row.to_height))
        for known in spans.values():
            known.sort()
            assert all(before[1] < after[0] for before, after in pairwise(known))
