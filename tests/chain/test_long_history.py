"""An address with hundreds of thousands of outputs: its history streams, however it is cut."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from coalface.chain import AddressEvent, Chain, index, open_chain
from coalface.cli import main
from coalface.range import write_block_files
from coalface.range.block import block_hash, coinbase_tx, genesis_block, mine_block, subsidy_sat
from coalface.range.tx import Outpoint, Tx, TxInput, TxOutput

BUSY_SCRIPT = b"\x76\xa9\x14" + bytes(range(20)) + b"\x88\xac"
OUTPUTS_EACH = 20_000
N_PAYOUTS = 15
VALUE_SAT = 1_000
INPUTS_EACH = 2_000
FIRST_TIME_UNIX = 1_700_000_000


class Blocks:
    """A chain whose blocks take any transactions; scripts are not executed, so nothing is signed."""

    def __init__(self) -> None:
        self.raw = [genesis_block()]
        self.coinbases: list[Tx] = []

    def mine(self, *txs: Tx) -> None:
        height = len(self.raw)
        reward = TxOutput(subsidy_sat(height), b"\x51")
        coinbase = coinbase_tx(height, [reward], tag=b"long", others=txs, commit=False)
        self.coinbases.append(coinbase)
        time_unix = FIRST_TIME_UNIX + 600 * height
        self.raw.append(mine_block(block_hash(self.raw[-1]), time_unix, [coinbase, *txs]))


@pytest.fixture(scope="module")
def wanted() -> Counter[str]:
    """Received satoshi by txid, less what was sent; the chain fills it."""
    return Counter()


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory, wanted: Counter[str]) -> Chain:
    folder = tmp_path_factory.mktemp("long")
    blocks = Blocks()
    for _ in range(100 + N_PAYOUTS):
        blocks.mine()
    payouts = []
    for number in range(N_PAYOUTS):
        source = TxInput(Outpoint(blocks.coinbases[number].txid, 0))
        payout = Tx(2, (source,), (TxOutput(VALUE_SAT, BUSY_SCRIPT),) * OUTPUTS_EACH)
        wanted[payout.txid] += VALUE_SAT * OUTPUTS_EACH
        payouts.append(payout.txid)
        blocks.mine(payout)
    for first in range(0, OUTPUTS_EACH, INPUTS_EACH):
        txid = payouts[first // INPUTS_EACH]
        spent = tuple(TxInput(Outpoint(txid, first + place)) for place in range(INPUTS_EACH))
        sweep = Tx(2, spent, (TxOutput(VALUE_SAT, BUSY_SCRIPT), TxOutput(5, b"\x51")))
        wanted[sweep.txid] += VALUE_SAT - VALUE_SAT * INPUTS_EACH
        blocks.mine(sweep)
    write_block_files(blocks.raw, folder / "blocks", xor_key=None)
    index([folder / "blocks"], folder / "store")
    return open_chain(folder / "store")


@pytest.fixture(scope="module")
def address(chain: Chain, wanted: Counter[str]) -> str:
    text = chain.tx(next(iter(wanted))).outputs[0].address
    assert text is not None
    return text


def test_totals(chain: Chain, address: str, wanted: Counter[str]) -> None:
    found = chain.address(address)
    assert found.n_outputs == N_PAYOUTS * OUTPUTS_EACH + OUTPUTS_EACH // INPUTS_EACH >= 300_000
    assert found.n_txs == len(wanted)
    assert found.balance_sat == wanted.total()


def test_the_stream_is_the_history(chain: Chain, address: str, wanted: Counter[str]) -> None:
    events = list(chain.address_txs(address))
    assert all(isinstance(event, AddressEvent) for event in events)
    assert [event.txid for event in events] == list(wanted)
    assert [event.received_sat - (event.sent_sat or 0) for event in events] == list(wanted.values())


@pytest.mark.parametrize("window_events", [None, 1, 30_000, 100_000])
def test_windows_put_together_are_the_one_window(
    chain: Chain, address: str, window_events: int | None
) -> None:
    def windows(**options: int) -> list[tuple[np.ndarray, ...]]:
        address_id = chain.core.find_address(address, chain.bound)
        assert address_id is not None
        history = chain.core.address_history(address_id, chain.bound, **options)
        found: list[tuple[np.ndarray, ...]] = []
        while (window := history.next()) is not None:
            found.append(window)
        return found

    [whole] = windows(window_events=1 << 20)
    parts = windows(**({} if window_events is None else {"window_events": window_events}))
    assert len(parts) > 2
    for column, of_parts in zip(whole, zip(*parts, strict=True), strict=True):
        assert column.tolist() == np.concatenate(of_parts).tolist()


def test_the_verb_streams_it(
    chain: Chain, address: str, wanted: Counter[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["address", str(Path(chain.folder)), address, "--txs", "--format", "jsonl"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["txid"] for record in records] == list(wanted)
    assert {record["address"] for record in records} == {address}
