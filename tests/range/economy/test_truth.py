"""The truth is whole: it covers every output once, conserves value, and agrees with the blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from coalface.range.address import regtest_address
from coalface.range.block import read_block, subsidy_sat
from coalface.range.economy import words
from coalface.range.economy.stolen import FEES, TheftKey
from coalface.range.scenarios import SCENARIOS, Played
from coalface.range.tx import Outpoint

Short = Callable[[str, int], Played]
ALL = pytest.mark.parametrize("name", SCENARIOS)


@ALL
def test_every_output_has_one_row_and_every_row_an_output(name: str, short_chain: Short) -> None:
    economy = short_chain(name, 1).economy
    rows = {(row.txid, row.vout): row for row in economy.book.outputs}
    assert len(rows) == len(economy.book.outputs)
    heights = {row.txid: row.height for row in economy.book.txs}
    seen = 0
    for height, raw_block in enumerate(economy.blocks):
        for tx in read_block(raw_block)[1]:
            assert heights[tx.txid] == height
            for vout, output in enumerate(tx.outputs):
                row = rows[tx.txid, vout]
                assert (row.value_sat, row.height) == (output.value_sat, height)
                seen += 1
    assert seen == len(rows)
    assert len(heights) == len(economy.book.txs)


@ALL
def test_spends_and_fees_agree_with_the_blocks(name: str, short_chain: Short) -> None:
    economy = short_chain(name, 1).economy
    values = {Outpoint(row.txid, row.vout): row.value_sat for row in economy.book.outputs}
    fees = {row.txid: row.fee_sat for row in economy.book.txs}
    mining = {row.height: row for row in economy.book.mining}
    spent: dict[Outpoint, tuple[str, int]] = {}
    for height, raw_block in enumerate(economy.blocks):
        txs = read_block(raw_block)[1]
        for tx in txs[1:]:
            paid_sat = sum(values[each.outpoint] for each in tx.inputs)
            assert paid_sat - sum(output.value_sat for output in tx.outputs) == fees[tx.txid] >= 0
            spent |= {each.outpoint: (tx.txid, vin) for vin, each in enumerate(tx.inputs)}
        fees_sat = sum(fees[tx.txid] for tx in txs[1:])
        reward_sat = sum(output.value_sat for output in txs[0].outputs)
        assert reward_sat == mining[height].reward_sat == subsidy_sat(height) + fees_sat
        assert mining[height].fees_sat == fees_sat
    assert spent == economy.book.spent_by


@ALL
def test_every_address_has_one_owner(name: str, short_chain: Short) -> None:
    book = short_chain(name, 1).economy.book
    for row in book.outputs:
        assert row.owner in book.actors
        assert row.beneficiary in book.actors, row.beneficiary
        if row.address is None:
            assert row.kind == "op_return"
        else:
            known = book.addresses[row.address]
            assert (known.actor, known.wallet, known.kind) == (row.owner, row.wallet, row.kind)
            assert known.first_height <= row.height
    assert {row.address for row in book.outputs} - {None} == set(book.addresses)


@ALL
def test_the_words_are_those_agreed(name: str, short_chain: Short) -> None:
    book = short_chain(name, 1).economy.book
    assert {row.purpose for row in book.outputs} <= {each.value for each in words.OutputPurpose}
    assert {row.tx_kind for row in book.txs} <= {each.value for each in words.TxKind}
    playbooks = {row.playbook for row in book.txs} - {None}
    assert playbooks <= {playbook for playbook, _ in SCENARIOS[name].playbooks}
    for actor in book.actors.values():
        assert actor.playbook is None or actor.playbook in dict(SCENARIOS[name].playbooks)


@ALL
@pytest.mark.parametrize("seed", [1, 2])
def test_a_fifth_of_the_actors_is_near_a_threshold(name: str, seed: int, short_chain: Short) -> None:
    actors = short_chain(name, seed).economy.book.actors.values()
    assert sum(actor.near_threshold for actor in actors) * 5 >= len(actors)


@ALL
@pytest.mark.parametrize("seed", [1, 2])
def test_stolen_satoshi_are_conserved(name: str, seed: int, short_chain: Short) -> None:
    economy = short_chain(name, seed).economy
    on_chain = {row.txid for row in economy.book.outputs}
    values = {(row.txid, row.vout): row.value_sat for row in economy.book.outputs}
    sums: Counter[tuple[str, str, int]] = Counter()
    for row in economy.stolen.rows:
        assert row.value_sat > 0
        assert row.theft_txid in on_chain
        sums[row.playbook, row.theft_txid, row.height] += row.value_sat
    by_theft: dict[tuple[str, str], set[int]] = {}
    for (playbook, theft_txid, _), sum_sat in sums.items():
        by_theft.setdefault((playbook, theft_txid), set()).add(sum_sat)
    assert all(len(found) == 1 for found in by_theft.values())
    at_tip = Counter[str]()
    for playbook, txid, vout, stolen_sat in economy.stolen.outputs():
        at_tip[playbook] += stolen_sat
        assert 0 < stolen_sat <= values[txid, vout]
    for playbook in {playbook for playbook, _ in by_theft}:
        keys = [TheftKey(*key) for key in by_theft if key[0] == playbook]
        stolen_sat = sum(min(by_theft[key]) for key in keys)
        lost_sat = sum(economy.stolen.holders(key).get((FEES, "lost_to_fees"), 0) for key in keys)
        assert at_tip[playbook] + lost_sat == stolen_sat


@ALL
def test_payouts_are_outputs_and_miners_have_hash_rate(name: str, short_chain: Short) -> None:
    book = short_chain(name, 1).economy.book
    outputs = {(row.txid, row.vout): row for row in book.outputs}
    working = {(row.actor, row.pool) for row in book.hashrates}
    for row in book.payouts:
        if (row.txid, row.vout) in outputs:
            output = outputs[row.txid, row.vout]
            assert (output.value_sat, output.beneficiary) == (row.value_sat, row.miner)
            assert (row.miner, row.pool) in working
    for mined in book.mining[1:]:
        assert (mined.finder, mined.pool) in working


def test_addresses_are_those_of_the_scripts(short_chain: Short) -> None:
    economy = short_chain("everyday", 1).economy
    for lock_script, address in list(economy._addresses.items())[:500]:
        purse = economy._purse_of.get(lock_script)
        if purse is not None and address is not None:
            coins = [coin for coin in purse.coins.values() if coin.lock.script_pubkey == lock_script]
            assert all(regtest_address(coin.lock.kind, lock_script) == address for coin in coins)
