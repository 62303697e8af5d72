"""Detectors on made-up protocols, told by what the transactions were made as; and how answers come out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coalface import _core
from coalface.chain import Chain, index, open_chain
from coalface.cli import main
from coalface.coinjoin import COINJOIN_RULE, DETECTORS, judge, judge_json, scan_coinjoins
from coalface.errors import CoalfaceError, InvalidReference, LimitExceeded, NotFound, TxJsonError
from coalface.range import write_block_files
from oracle.mixes import is_left_alone, may_be_coinjoin
from oracle.slow import SlowChain
from story import Story, build_story

FIRST_PAYMENT = Path(__file__).parents[2] / "crates/coalface-core/tests/support/first_payment.json"


@pytest.fixture(scope="module")
def story() -> Story:
    return build_story(7)


@pytest.fixture(scope="module")
def chain(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    folder = tmp_path_factory.mktemp("coinjoin")
    write_block_files(story.blocks, folder / "blocks", xor_key=None)
    index([folder / "blocks"], folder / "store")
    return open_chain(folder / "store")


def test_rules_are_those_of_the_engine() -> None:
    rule, detectors = _core.coinjoin_rules()
    assert rule == COINJOIN_RULE
    assert {name: rule for rule, name, _ in detectors} == DETECTORS
    assert [name for _, name, _ in detectors] == list(DETECTORS)


def test_the_scan_finds_what_a_slow_look_at_every_transaction_finds(chain: Chain, story: Story) -> None:
    counts, found = scan_coinjoins(chain)
    by_txid = {each.txid: each for each in found}
    slow = SlowChain(story.blocks).txs
    assert counts.n_txs == len(slow)
    left_alone = {tx.txid for tx in slow if len(tx.input_addresses) > 1 and is_left_alone(tx)}
    assert {txid for txid, each in by_txid.items() if not each.makes_links} == left_alone
    assert counts.n_without_links == len(left_alone)
    mixes = {tx.txid for tx in slow if len(tx.input_addresses) > 1 and may_be_coinjoin(tx)}
    assert {txid for txid, each in by_txid.items() if each.decision != "no"} == mixes
    assert story.truth.deeds.coinjoin_txid in mixes
    for txid, each in by_txid.items():
        answer = judge(chain, txid)
        assert (answer.decision, answer.protocol) == (each.decision, each.protocol)
        assert answer.makes_links is each.makes_links
        assert answer.coverage is not None
        assert len(answer.outputs) == len(chain.tx(txid).outputs)


def test_json_says_what_the_store_says(chain: Chain, story: Story) -> None:
    """A transaction given as JSON, without what was signed, is judged as in the store."""
    txid = story.truth.deeds.coinjoin_txid
    tx = chain.tx(txid)
    scripts: dict[str | None, str] = {None: "6a"}

    def script(address: str | None) -> str:
        # P2WPKH whatever the address; the made-up mix has one kind.
        return scripts.setdefault(address, f"0014{len(scripts):040x}")

    document = {
        "txid": txid,
        "version": tx.version,
        "locktime": tx.locktime,
        "vin": [
            {
                "txid": row.txid,
                "vout": row.vout,
                "sequence": row.sequence,
                "prevout": {"scriptpubkey": script(row.address), "value": row.value_sat},
            }
            for row in tx.inputs
        ],
        "vout": [{"scriptpubkey": script(row.address), "value": row.value_sat} for row in tx.outputs],
    }
    (found,) = judge_json(json.dumps(document).encode(), eras=False)
    stored = judge(chain, txid)
    assert (found.decision, found.denominations_sat) == (stored.decision, stored.denominations_sat)
    assert [each.anonymity_set for each in found.outputs] == [each.anonymity_set for each in stored.outputs]
    assert not found.txid_checked
    assert (found.coverage, found.provenance, found.lineage) == (None, None, None)


@pytest.mark.parametrize(
    ("json_bytes", "error", "code"),
    [
        (b"", TxJsonError, "tx_json_invalid"),
        (b"[]", TxJsonError, "tx_json_invalid"),
        (b"[" * 10_000, TxJsonError, "tx_json_invalid"),
        (FIRST_PAYMENT.read_bytes().replace(b'"prevout"', b'"before"'), TxJsonError, "tx_json_no_prevout"),
        (FIRST_PAYMENT.read_bytes().replace(b":1000000000", b":999999999"), TxJsonError, "tx_json_txid"),
        (b" " * ((64 << 20) + 1), LimitExceeded, "limit_tx_json"),
    ],
)
def test_json_that_cannot_be_used_is_an_error(
    json_bytes: bytes, error: type[CoalfaceError], code: str
) -> None:
    with pytest.raises(error) as caught:
        judge_json(json_bytes)
    assert caught.value.code == code


def test_a_transaction_must_be_there(chain: Chain) -> None:
    with pytest.raises(NotFound):
        judge(chain, "00" * 32)
    with pytest.raises(InvalidReference):
        judge(chain, "no txid")


@pytest.mark.parametrize(
    "arguments",
    [[], ["STORE"], ["--scan"], ["STORE", "--count"], ["STORE", "--tx", "FILE"], ["STORE", "T", "--scan"]],
)
def test_arguments_that_do_not_fit_together(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    given = {"FILE": str(FIRST_PAYMENT), "STORE": "store", "T": "00" * 32}
    assert main(["coinjoin", *(given.get(each, each) for each in arguments)]) == 2
    assert "error: " in capsys.readouterr().err


def test_a_table_shows_decision_gates_and_outputs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coinjoin", "--tx", str(FIRST_PAYMENT)]) == 0
    shown = capsys.readouterr().out
    for text in ("decision", "no", "wasabi2/1", "exchange_batch/1", "4000000000", "anonymity_set"):
        assert text in shown
