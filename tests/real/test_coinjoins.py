"""Real CoinJoins and real transactions that are none; and real blocks, of which none may be called a mix."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from coalface.chain import index, open_chain
from coalface.coinjoin import CoinJoin, judge, judge_json, scan_coinjoins
from real.blocks import BLOCKS, DATA

FOLDER = DATA / "coinjoin"
EXPECTED = {
    "wabisabi": ("yes", "wasabi2"),
    "whirlpool": ("yes", "whirlpool"),
    "joinmarket": ("undecided", None),
}


def labelled() -> list[tuple[str, str, dict[str, Any]]]:
    """Txid, label and transaction of the whole set."""
    with (FOLDER / "INDEX.tsv").open(newline="", encoding="utf-8") as table:
        labels = {row["txid"]: row["label"] for row in csv.DictReader(table, delimiter="\t")}
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        for entry in content if isinstance(content, list) else [content]:
            tx = entry.get("tx", entry)
            found.append((tx["txid"], labels[tx["txid"]], tx))
    return found


@pytest.fixture(scope="module")
def answers() -> dict[str, tuple[str, CoinJoin]]:
    return {txid: (label, judge_json(json.dumps(tx).encode())[0]) for txid, label, tx in labelled()}


def test_every_labelled_transaction_is_judged_right(answers: dict[str, tuple[str, CoinJoin]]) -> None:
    assert len(answers) > 150
    for txid, (label, found) in answers.items():
        expected = EXPECTED.get(label, ("no", None))
        assert (found.decision, found.protocol) == expected, (txid, label)
        assert found.makes_links is (expected[0] == "no")
        assert found.txid_checked, "and its parts hash to its id"


def test_the_two_party_joinmarket_transaction_has_the_shape_of_a_stonewall(
    answers: dict[str, tuple[str, CoinJoin]],
) -> None:
    (found,) = [found for label, found in answers.values() if label == "joinmarket"]
    assert found.candidates == ("stonewall",)
    assert found.denominations_sat == (100_420,)


def test_no_transaction_of_the_real_blocks_is_called_a_mix(tmp_path: Path) -> None:
    """Some stay undecided, since values of what they spend are not known: a known limit."""
    index([BLOCKS], tmp_path / "store")
    chain = open_chain(tmp_path / "store")
    for eras in (True, False):
        counts, found = scan_coinjoins(chain, eras=eras)
        assert counts.n_txs > 19_000
        assert counts.n_yes == 0
        assert counts.n_undecided < 30
        large = [each for each in found if len(judge(chain, each.txid).outputs) > 60]
        assert large == []
