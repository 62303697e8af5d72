"""`coalface change` and `coalface.clusters.change`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from change.slow_change import LAG
from coalface import _core
from coalface.chain import Chain, open_chain
from coalface.cli import main
from coalface.clusters import change, change_model
from coalface.errors import NotFound


@pytest.fixture(scope="module")
def tied(chain: Chain) -> list[tuple[str, int, int]]:
    """Txid, output and log-odds of every tie of `standard`."""
    found = _core.change_votes(chain.core, chain.bound)
    least = change_model().thresholds_millinats["standard"]
    first = chain.column("tx.first_output")
    rows = [
        n
        for n in np.flatnonzero(found["is_best"] & (found["log_odds_millinats"] >= least)).tolist()
        if found["refusal"][n] is None
    ]
    txids, _, _ = chain.core.txs(found["tx"][rows])
    return [
        (txid, int(found["output"][n]) - int(first[found["tx"][n]]), int(found["log_odds_millinats"][n]))
        for txid, n in zip(txids, rows, strict=True)
    ]


def test_one_answer_agrees_with_all_of_them(chain: Chain, tied: list[tuple[str, int, int]]) -> None:
    assert len(tied) > 100
    for txid, output, log_odds in tied[::25]:
        found = change(chain, txid)
        assert (found.best_output, found.log_odds_millinats, found.refusal) == (output, log_odds, None)
        assert found.rule_sets == ("standard", "wide")
        assert found.is_final
        assert found.change_address == chain.tx(txid).outputs[output].address
        assert found.payer_address == chain.tx(txid).inputs[0].address
        best = found.outputs[output]
        model = change_model()
        base = model.two_outputs_millinats if len(found.outputs) == 2 else model.more_outputs_millinats
        assert best.score_millinats == base + sum(vote.weight_millinats for vote in best.votes)
        assert [vote.rule for vote in best.votes] == [each.rule for each in model.rules]
        spoken = [vote for each in found.outputs for vote in each.votes if vote.stance != "abstains"]
        assert spoken
        assert all(vote.evidence for vote in spoken), "every vote says what it looked at"


def test_evidence_can_be_looked_up(chain: Chain, tied: list[tuple[str, int, int]]) -> None:
    found = change(chain, tied[0][0])
    n_spends = 0
    for each in found.outputs:
        for vote in each.votes:
            if "spent_in" in vote.evidence:
                spent_by = chain.tx(found.txid).outputs[each.n].spent_by
                assert spent_by is not None
                assert vote.evidence["spent_in"] == spent_by.txid
                n_spends += 1
    assert n_spends


def test_too_few_blocks_tie_nothing(chain: Chain, store: Path, tied: list[tuple[str, int, int]]) -> None:
    txid, _, _ = tied[0]
    height = chain.tx(txid).height
    assert height is not None
    before = change(open_chain(store, as_of=str(height + LAG - 1)), txid)
    assert (before.is_final, before.rule_sets) == (False, ())
    assert before.refusal is not None
    after = change(open_chain(store, as_of=str(height + LAG)), txid)
    assert (after.is_final, after.judged_at_height) == (True, height + LAG)
    assert dataclass_without_bound(after) == dataclass_without_bound(change(chain, txid))


def dataclass_without_bound(found: object) -> dict[str, object]:
    return {name: value for name, value in vars(found).items() if name not in {"coverage", "provenance"}}


def test_what_is_left_alone(chain: Chain) -> None:
    coinbase = chain.block("5").coinbase_txid
    found = change(chain, coinbase)
    assert (found.refusal, found.best_output, found.rule_sets) == ("coinbase", None, ())
    assert found.payer_address is None
    assert all(each.votes == () and each.score_millinats is None for each in found.outputs)
    with pytest.raises(NotFound):
        change(chain, "ab" * 32)


def test_the_verb(
    store: Path, chain: Chain, tied: list[tuple[str, int, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    txid, output, _ = tied[0]
    coinbase = chain.block("5").coinbase_txid
    assert main(["change", str(store), txid, coinbase]) == 0
    shown = capsys.readouterr().out
    assert f"output {output} is held to be change in standard and wide: inference by change/1" in shown
    assert "a coinbase has no payer" in shown
    assert main(["change", str(store), txid, "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["best_output"], record["status"]) == (output, "inference")
    assert main(["change", str(store), txid, "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith(txid)
    assert main(["change", str(store), "no txid"]) == 2
    capsys.readouterr()
