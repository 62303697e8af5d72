"""Loose blocks: a run of three, and blocks whose height only the user knows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from coalface.chain import Chain, check, index, open_chain
from coalface.errors import NotFound
from oracle.scripts import address, script_type
from real.blocks import RealBlock

RUN = ("367238", "367239", "367240")
LINKS = {"367238": None, "367239": 614, "367240": 775}
"""Inputs that spend outputs of earlier blocks of the run."""


@pytest.fixture(scope="module")
def chain(blocks: dict[str, RealBlock], tmp_path_factory: pytest.TempPathFactory) -> Chain:
    folder = tmp_path_factory.mktemp("run") / "store"
    index([blocks["367240"].path, blocks["367238"].path], folder)
    index([blocks[name].path for name in RUN], folder)
    return open_chain(folder)


def test_heights_come_from_the_coinbases(chain: Chain, blocks: dict[str, RealBlock]) -> None:
    assert not chain.coverage.complete_from_genesis
    [segment] = chain.coverage.segments
    assert (segment.n_blocks, segment.first_height, segment.last_height) == (3, 367238, 367240)
    assert segment.last_hash == blocks["367240"].hash
    for name in RUN:
        assert blocks[name].height_in_coinbase == int(name)
        assert chain.block(int(name)).hash == blocks[name].hash


def test_links_inside_the_run(chain: Chain, blocks: dict[str, RealBlock]) -> None:
    home: dict[str, str] = {}
    for name in RUN:
        links: Counter[str] = Counter()
        for tx in blocks[name].parsed[1]:
            home[tx.txid] = name
            if tx.is_coinbase:
                continue
            found = chain.tx(tx.txid)
            for mine, its in zip(found.inputs, tx.inputs, strict=True):
                assert (mine.txid, mine.vout) == its.outpoint
                # outputs of the run are found, and nothing else is
                assert mine.external == (its.outpoint.txid not in home)
                if mine.external:
                    assert mine.value_sat is None
                else:
                    assert mine.value_sat is not None
                    links[home[its.outpoint.txid]] += 1
        earlier = sum(count for origin, count in links.items() if origin != name)
        assert earlier == (LINKS[name] or 0)


def test_what_is_unknown_is_named(chain: Chain, blocks: dict[str, RealBlock]) -> None:
    for name in RUN:
        known_fees = True
        for tx in blocks[name].parsed[1][1:]:
            found = chain.tx(tx.txid)
            external = [each.n for each in found.inputs if each.external]
            assert (found.fee_sat is None) == bool(external)
            assert ("fee_sat" in found.coverage.unknown) == bool(external)
            assert {f"inputs[{n}].value_sat" for n in external} <= set(found.coverage.unknown)
            shown = [each.n for each in found.inputs if each.external and each.address is not None]
            assert list(found.coverage.from_spend) == [f"inputs[{n}].address" for n in shown]
            known_fees &= not external
        block = chain.block(int(name))
        assert (block.fees_sat is None) == (not known_fees)
        assert ("fees_sat" in block.coverage.unknown) == (not known_fees)


def test_addresses_proved_by_spends_are_the_true_ones(tmp_path: Path, blocks: dict[str, RealBlock]) -> None:
    """Each block alone; the truth is in the other blocks' outputs."""
    truth: dict[tuple[str, int], bytes] = {}
    for block in blocks.values():
        for tx in block.parsed[1]:
            for vout, output in enumerate(tx.outputs):
                truth[tx.txid, vout] = output.script_pubkey
    proved, unproved, n_known = Counter[str](), Counter[str](), 0
    for name, block in blocks.items():
        index([block.path], tmp_path / name)
        alone = open_chain(tmp_path / name)
        own = {tx.txid for tx in block.parsed[1]}
        for tx in block.parsed[1][1:]:
            if not any(each.outpoint in truth and each.outpoint.txid not in own for each in tx.inputs):
                continue
            for mine in alone.tx(tx.txid).inputs:
                script = truth.get((str(mine.txid), mine.vout if mine.vout is not None else -1))
                if not mine.external or script is None:
                    continue
                n_known += 1
                if mine.address is None:
                    unproved[script_type(script)] += 1
                else:
                    proved[script_type(script)] += 1
                    assert mine.address == address("mainnet", script)
                    assert mine.script_type == script_type(script)
    assert n_known >= 614 + 775
    # a signature alone proves nothing, everything else shows what it opens
    assert set(unproved) <= {"p2pk", "multisig", "nonstandard"}
    assert {"p2pkh", "p2sh"} <= set(proved)


def test_listed_address_proved_by_its_spend(tmp_path: Path, blocks: dict[str, RealBlock]) -> None:
    index([blocks["625007"].path], tmp_path / "store")
    tx = open_chain(tmp_path / "store").tx("b3f5151794ca869220818cccf9269aa0f4ca02372bf3a76e191ba5194932da22")
    spent = tx.inputs[1]
    assert (spent.address, spent.external, spent.value_sat) == (
        "3HqA7i3ttECLvgqvq69HNxxUP5BL7Z5YgA",
        True,
        None,
    )
    assert spent.script_type == "p2sh"
    assert "inputs[1].address" in tx.coverage.from_spend
    assert {"fee_sat", "inputs[1].value_sat"} <= set(tx.coverage.unknown)
    address_answer = open_chain(tmp_path / "store").address(spent.address or "")
    assert (address_answer.sent_sat, address_answer.balance_sat) == (None, None)
    assert address_answer.n_txs >= 1


def test_all_blocks_together(tmp_path: Path, blocks: dict[str, RealBlock]) -> None:
    """Heights that nothing tells can be given, and then everything stands in order of height."""
    paths = [block.path for block in blocks.values()]
    plain = index(paths, tmp_path / "plain")
    assert plain.blocks_added == 24
    chain = open_chain(tmp_path / "plain")
    by_hash = {block.hash: block for block in blocks.values()}
    unknown = []
    for block_hash, block in by_hash.items():
        found = chain.block(block_hash)
        if found.height is None:
            unknown.append(block.height)
            assert "height" in found.coverage.unknown
        else:
            assert found.height == block.height
    # version 1 blocks without a known parent or child
    assert sorted(unknown) == [170, 100002, 169482]
    given = {blocks[str(height)].hash: height for height in unknown}
    report = index(paths, tmp_path / "told", heights=given)
    assert report.ignored_heights == ()
    told = open_chain(tmp_path / "told")
    for block in blocks.values():
        assert told.block(block.height).hash == block.hash
    assert check(tmp_path / "plain").ok
    assert check(tmp_path / "told").ok
    heights = [segment.first_height for segment in told.coverage.segments]
    assert heights == sorted(heights, key=lambda height: height or 0)
    assert [segment.n_blocks for segment in told.coverage.segments if segment.n_blocks > 1] == [2, 3]
    assert told.coverage.tip_height == 625007
    # told later, the same
    index(paths, tmp_path / "plain", heights=given)
    assert open_chain(tmp_path / "plain").core.digests() == told.core.digests()


def test_as_of_in_a_partial_chain(chain: Chain, blocks: dict[str, RealBlock]) -> None:
    before = chain.at(367239)
    assert before.as_of.hash == blocks["367239"].hash
    last = blocks["367240"].parsed[1][1].txid
    assert chain.tx(last).height == 367240
    with pytest.raises(NotFound) as caught:
        before.tx(last)
    assert caught.value.code == "not_found_tx"
    assert caught.value.hint == "the store holds a partial chain: the transaction may lie outside it"
    outside = next(each.txid for each in chain.tx(last).inputs if each.external)
    with pytest.raises(NotFound, match="is not in the store") as caught:
        chain.tx(str(outside))
    assert "its own block is not indexed" in (caught.value.hint or "")
