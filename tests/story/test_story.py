"""The story's truth: complete, consistent with the bytes, and telling what it should tell."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from itertools import pairwise

import pytest

from coalface.range import Kind, Outpoint, regtest_address
from coalface.range.block import block_hash, read_block, subsidy_sat
from coalface.range.hashes import hash160
from coalface.range.tx import Tx, TxInput
from story import Purpose, Story, build_story
from story.thief import DUST_SAT
from story.truth import FEES

Txs = dict[str, Tx]


@pytest.fixture(scope="module")
def txs(story: Story) -> Txs:
    return {tx.txid: tx for raw_block in story.blocks for tx in read_block(raw_block)[1]}


def test_size_and_time(story: Story) -> None:
    assert 250 <= len(story.blocks) <= 350
    assert 600 <= len(story.truth.ledger.txs) <= 1500
    times = [read_block(raw_block)[0].time_unix for raw_block in story.blocks]
    assert all(time > sorted(times[max(0, n - 11) : n])[min(n, 11) // 2] for n, time in enumerate(times) if n)
    assert any(later < earlier for earlier, later in pairwise(times))


def test_same_seed_same_bytes_and_other_seed_other_bytes(story: Story) -> None:
    again, other = build_story(7), build_story(8)
    assert again.blocks == story.blocks
    assert again.stale == story.stale
    assert again.truth == story.truth
    assert again.labels == story.labels
    assert other.blocks[0] == story.blocks[0]
    assert not set(other.blocks[1:]) & set(story.blocks[1:])
    assert not set(other.truth.ledger.owners) & set(story.truth.ledger.owners) - SHARED


SHARED = {
    "bcrt1pfeesnyr2tx",
    f"script:empty:{sha256(b'').hexdigest()}",
    "script:p2pk:"
    + sha256(
        bytes.fromhex(
            "41" + "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6"
            "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f" + "ac"
        )
    ).hexdigest(),
}


def test_bytes_of_the_default_story_stay_as_they_are(story: Story) -> None:
    assert block_hash(story.blocks[-1])[::-1].hex() == TIP


TIP = "5106c341e555a1dfc45e7e38ec3df3c73fbad7fc070b259bf018f3a294a00633"


def test_ledger_lists_what_the_blocks_hold(story: Story, txs: Txs) -> None:
    ledger = story.truth.ledger
    assert [tx.txid for tx in ledger.txs] == list(txs)
    for truth in ledger.txs:
        tx = txs[truth.txid]
        assert truth.made == tuple(Outpoint(tx.txid, vout) for vout in range(len(tx.outputs)))
        assert truth.spent == (() if tx.is_coinbase else tuple(each.outpoint for each in tx.inputs))
        for outpoint, output in zip(truth.made, tx.outputs, strict=True):
            known = ledger.outputs[outpoint]
            assert (known.value_sat, known.height) == (output.value_sat, truth.height)
            assert known.address is None or ledger.owners[known.address] == known.owner
        assert all(ledger.spent_by[outpoint] == truth.txid for outpoint in truth.spent)
    assert len(ledger.spent_by) == sum(len(truth.spent) for truth in ledger.txs)


def test_values_are_conserved(story: Story) -> None:
    ledger = story.truth.ledger
    for truth in ledger.txs:
        made_sat = sum(ledger.outputs[each].value_sat for each in truth.made)
        spent_sat = sum(ledger.outputs[each].value_sat for each in truth.spent)
        if truth.spent:
            assert spent_sat - made_sat == truth.fee_sat >= 0
        else:
            fees_sat = sum(other.fee_sat for other in ledger.txs if other.height == truth.height)
            assert made_sat == subsidy_sat(truth.height) + fees_sat
    unspent_sat = sum(
        each.value_sat for each in ledger.outputs.values() if each.outpoint not in ledger.spent_by
    )
    assert unspent_sat == sum(subsidy_sat(height) for height in range(len(story.blocks)))


def revealed_address(script_type: str, spend: TxInput) -> str | None:
    """The address that a spend itself proves, for the kinds that reveal a key or script."""
    if script_type == "p2wpkh":
        return regtest_address(Kind.P2WPKH, b"\x00\x14" + hash160(spend.witness[1]))
    if script_type == "p2wsh":
        return regtest_address(Kind.P2WSH_MULTISIG, b"\x00\x20" + sha256(spend.witness[-1]).digest())
    if script_type == "p2sh":
        script_sig = spend.script_sig
        redeem = script_sig[1:] if spend.witness else script_sig[script_sig.rindex(b"\x69\x52\x21") + 1 :]
        return regtest_address(Kind.P2SH_MULTISIG, b"\xa9\x14" + hash160(redeem) + b"\x87")
    if script_type == "p2pkh":
        size = 33 if spend.script_sig[-34] == 33 else 65
        digest = hash160(spend.script_sig[-size:])
        return regtest_address(Kind.P2PKH, b"\x76\xa9\x14" + digest + b"\x88\xac")
    return None


def test_the_owner_of_each_spent_output_signs(story: Story, txs: Txs) -> None:
    ledger, checked = story.truth.ledger, Counter[str]()
    for tx in txs.values():
        for spend in () if tx.is_coinbase else tx.inputs:
            output = ledger.outputs[spend.outpoint]
            shown = revealed_address(output.script_type, spend)
            if shown is not None:
                checked[output.script_type] += 1
                assert shown == output.address
                assert ledger.owners[shown] == output.owner
    assert set(checked) == {"p2wpkh", "p2wsh", "p2sh", "p2pkh"}


def test_only_the_coinjoin_is_signed_by_several_owners(story: Story) -> None:
    ledger = story.truth.ledger
    mixed = [
        truth.txid for truth in ledger.txs if len({ledger.outputs[each].owner for each in truth.spent}) > 1
    ]
    assert mixed == [story.truth.deeds.coinjoin_txid]


def test_every_script_type_is_made_and_spent(story: Story) -> None:
    ledger = story.truth.ledger
    made = {output.script_type for output in ledger.outputs.values()}
    spent = {ledger.outputs[outpoint].script_type for outpoint in ledger.spent_by}
    assert made == {kind.script_type for kind in Kind}
    assert spent == made - {"op_return"}


def test_some_outputs_are_spent_in_their_own_block(story: Story) -> None:
    ledger = story.truth.ledger
    height_of = {truth.txid: truth.height for truth in ledger.txs}
    same = [each for each, txid in ledger.spent_by.items() if height_of[each.txid] == height_of[txid]]
    assert len(same) >= 5


def test_stale_blocks_have_their_parents_in_the_chain(story: Story) -> None:
    hashes = [block_hash(raw_block) for raw_block in story.blocks]
    assert len(story.stale) >= 1
    for raw_block in story.stale:
        assert raw_block[4:36] in hashes[:-2]
        assert block_hash(raw_block) not in hashes


def test_theft(story: Story) -> None:
    ledger, deeds = story.truth.ledger, story.truth.deeds
    [theft] = [truth for truth in ledger.txs if truth.txid == deeds.theft_txid]
    assert len(theft.spent) >= 3
    assert {ledger.outputs[each].owner for each in theft.spent} == {story.truth.victim}
    assert theft.made == deeds.theft_outputs
    assert [ledger.outputs[each].owner for each in theft.made] == [story.truth.thief] * 2
    assert deeds.stolen_sat == sum(ledger.outputs[each].value_sat for each in theft.made)


def test_stolen_value_at_the_tip_adds_up(story: Story) -> None:
    ledger, truth = story.truth.ledger, story.truth
    at_tip = truth.stolen_at_tip_sat
    assert sum(at_tip.values()) == truth.deeds.stolen_sat
    assert {truth.thief, truth.associate, truth.cash_out, truth.dusted, FEES} <= set(at_tip)
    assert truth.victim not in at_tip
    peeled_sat = sum(ledger.outputs[each].value_sat for each in truth.deeds.peel_deposits)
    assert at_tip[truth.cash_out] == peeled_sat


def test_consolidation_spends_loot_and_listed_coin_together(story: Story) -> None:
    ledger, truth = story.truth.ledger, story.truth
    [tx] = [each for each in ledger.txs if each.txid == truth.deeds.consolidation_txid]
    assert truth.deeds.theft_outputs[1] in tx.spent
    assert truth.listed_address in [ledger.outputs[each].address for each in tx.spent]
    assert ledger.owners[truth.listed_address] == truth.thief


def test_peel_chain(story: Story) -> None:
    ledger, truth = story.truth.ledger, story.truth
    deeds = truth.deeds
    assert len(deeds.peel_txids) >= 10
    carry = deeds.theft_outputs[0]
    for txid, deposit in zip(deeds.peel_txids, deeds.peel_deposits, strict=True):
        assert ledger.spent_by[carry] == txid
        [carry] = [Outpoint(txid, vout) for vout in (0, 1) if Outpoint(txid, vout) != deposit]
        output = ledger.outputs[deposit]
        assert (output.owner, output.purpose) == (truth.cash_out, Purpose.PEEL)
        assert output.value_sat * 10 < ledger.outputs[carry].value_sat
    assert carry not in ledger.spent_by
    swept = [each for each in deeds.peel_deposits if each in ledger.spent_by]
    assert 0 < len(swept) < len(deeds.peel_deposits)
    sweeps = {ledger.spent_by[each] for each in swept}
    beside = [each for tx in ledger.txs if tx.txid in sweeps for each in tx.spent]
    assert any(ledger.outputs[each].purpose is Purpose.DEPOSIT for each in beside)


def test_coinjoin(story: Story) -> None:
    ledger, deeds = story.truth.ledger, story.truth.deeds
    [tx] = [each for each in ledger.txs if each.txid == deeds.coinjoin_txid]
    owners = [ledger.outputs[each].owner for each in tx.spent]
    assert len(set(owners)) == 5
    assert story.truth.thief in owners
    equal = [each for each in tx.made if ledger.outputs[each].purpose is Purpose.COINJOIN]
    assert len(equal) == 5
    assert len({ledger.outputs[each].value_sat for each in equal}) == 1
    assert sorted(ledger.outputs[each].owner for each in equal) == sorted(owners)


def test_dusted_innocent(story: Story) -> None:
    ledger, truth = story.truth.ledger, story.truth
    dust = ledger.outputs[truth.dust_outpoint]
    assert (dust.value_sat, dust.address, dust.owner) == (DUST_SAT, truth.dusted_address, truth.dusted)
    assert truth.dust_outpoint not in ledger.spent_by
    [tx] = [each for each in ledger.txs if each.txid == truth.deeds.dust_txid]
    assert {ledger.outputs[each].address for each in tx.spent} == {truth.listed_address}
    own = [each for each in ledger.outputs.values() if each.address == truth.dusted_address]
    spends = [each for each in own if each.outpoint in ledger.spent_by]
    assert {each.purpose for each in own} >= {Purpose.PAYMENT, Purpose.PAYOUT, Purpose.CHANGE, Purpose.DUST}
    assert any(each.height < dust.height for each in spends)
    assert any(each.height >= dust.height for each in own if each is not dust)


def clusters(story: Story, *, without: set[str]) -> dict[str, str]:
    """Address to root under the plain multi-input rule, by the obvious means."""
    ledger, parent = story.truth.ledger, dict[str, str]()

    def root(address: str) -> str:
        while parent.setdefault(address, address) != address:
            address = parent[address]
        return address

    for truth in ledger.txs:
        addresses = [ledger.outputs[each].address for each in truth.spent]
        known = [address for address in addresses if address is not None]
        for address in [] if truth.txid in without else known:
            parent[root(address)] = root(known[0])
    return {address: root(address) for address in list(parent)}


def mixed_clusters(story: Story, found: dict[str, str]) -> int:
    owners: dict[str, set[str]] = {}
    for address, root in found.items():
        owners.setdefault(root, set()).add(story.truth.ledger.owners[address])
    return sum(len(names) > 1 for names in owners.values())


def test_multi_input_rule_finds_each_exchange_and_never_joins_two_owners(story: Story) -> None:
    ledger, truth = story.truth.ledger, story.truth
    found = clusters(story, without={truth.deeds.coinjoin_txid})
    assert mixed_clusters(story, found) == 0
    assert mixed_clusters(story, clusters(story, without=set())) == 1
    for exchange in (truth.victim, truth.cash_out):
        swept = [
            address for address in ledger.customers if address in found and ledger.owners[address] == exchange
        ]
        hot = ledger.addresses_of(exchange, Purpose.SWEEP)
        sizes = Counter(found[address] for address in (*swept, *hot) if address in found)
        assert sizes.most_common(1)[0][1] >= 0.9 * sizes.total()


def test_labels_are_what_the_public_may_know(story: Story) -> None:
    ledger, truth = story.truth.ledger, story.truth
    assert story.labels.listed == (truth.listed_address,)
    assert story.labels.listed_on == "2024-03-11"
    assert set(story.labels.exchanges) == {truth.victim, truth.cash_out}
    for name, addresses in story.labels.exchanges.items():
        assert {ledger.owners[address] for address in addresses if address in ledger.owners} == {name}
        deposits = [address for address in ledger.customers if ledger.owners[address] == name]
        assert 0 < len(set(addresses) & set(deposits)) < len(deposits)
        assert set(ledger.addresses_of(name, Purpose.SWEEP)) <= set(addresses)


def test_customers_are_many(story: Story) -> None:
    ledger = story.truth.ledger
    at_victim = {
        who for address, who in ledger.customers.items() if ledger.owners[address] == story.truth.victim
    }
    assert len(at_victim) >= 25
