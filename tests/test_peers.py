"""The driver of the peers: what it reads of their output, and the table it makes. Nothing is compiled."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

Peers = Callable[[str], ModuleType]


@pytest.fixture
def peers(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peers]:
    """Imports a module of `benches/peers`."""
    monkeypatch.syspath_prepend(str(project / "benches"))

    def load(name: str) -> ModuleType:
        return importlib.import_module(f"peers.{name}")

    yield load
    for name in [name for name in sys.modules if name.partition(".")[0] == "peers"]:
        del sys.modules[name]


def test_an_answer_is_read_as_it_was_written(peers: Peers) -> None:
    answer = peers("answer")
    facts = {"blocks": 3, "txs": 5, "spent_sat": None, "txid_sum": 2**64 - 1}
    line = answer.Answer(1.5, facts).line()
    assert answer.parse_answer(f"reading ...\n{line}\n[1, 2]\n") == answer.Answer(1.5, facts)


@pytest.mark.parametrize(
    "stdout", ["", "done in 3 s", "{}", '{"seconds": "1"}', '{"seconds": 1, "txs": "5"}', "[1]"]
)
def test_what_is_no_answer_is_refused(peers: Peers, stdout: str) -> None:
    answer = peers("answer")
    with pytest.raises(answer.PeerError, match="no answer"):
        answer.parse_answer(stdout)


def test_only_claimed_facts_are_compared(peers: Peers) -> None:
    answer = peers("answer")
    expected = {"blocks": 3, "txs": 5, "spent_sat": 7}
    answer.compare({"blocks": 3, "txs": 5, "spent_sat": None}, expected, ("blocks", "txs"))
    with pytest.raises(answer.PeerError, match="spent_sat is None, expected 7"):
        answer.compare({"blocks": 3, "txs": 5, "spent_sat": None}, expected, ("blocks", "spent_sat"))
    with pytest.raises(answer.PeerError, match="txs is 4, expected 5"):
        answer.compare({"txs": 4}, expected, ("txs",))


def test_a_program_is_run_and_measured(peers: Peers) -> None:
    measure = peers("measure")
    code = (
        'import time; held = bytearray(60_000_000); time.sleep(0.3); print(\'{"seconds": 0.25, "txs": 1}\')'
    )
    found = measure.run([sys.executable, "-c", code], {}, 60)
    assert (found.answer.seconds, found.answer.facts) == (0.25, {"txs": 1})
    assert found.cpu_s > 0
    assert 60 < found.own_mb < found.resident_mb < 200


def test_a_program_that_fails_or_takes_too_long_says_so(peers: Peers) -> None:
    measure, error = peers("measure"), peers("answer").PeerError
    with pytest.raises(error, match="no such thing"):
        measure.run([sys.executable, "-c", "raise SystemExit('error: no such thing')"], {}, 60)
    with pytest.raises(error, match="stopped after 0 s"):
        measure.run([sys.executable, "-c", "import time; time.sleep(60)"], {}, 0.1)
    panic = "thread 'main' panicked at src/main.rs:5:\nan open index: missing\nnote: run with"
    assert measure.last_words(panic) == "an open index: missing"
    assert measure.last_words("") == ""


def test_the_table_has_a_line_for_those_that_did_not_run(peers: Peers) -> None:
    table = peers("table")
    ran = table.Row(
        "a",
        "parse",
        "links",
        "MIT",
        2.0,
        cpu_s=3.5,
        own_mb=10.4,
        resident_mb=1200,
        n_bytes=10**9,
        n_txs=2 * 10**6,
    )
    absent = table.Row("b", "index | all", "", "GPL-3.0", absent="did not run: not in the registry")
    head, rule, first, second = table.markdown([ran, absent], 4.0).splitlines()
    assert head.startswith("| program | does | does not | licence |")
    assert first == "| a | parse | links | MIT | 2.00 | 500 | 1,000,000 | 3.50 | 10 / 1,200 | 2.00 x |"
    assert second.startswith("| b | index / all |  | GPL-3.0 | did not run: not in the registry |")
    assert len({line.count("|") for line in (head, rule, first, second)}) == 1


def test_every_peer_names_its_licence_and_what_it_must_find(peers: Peers) -> None:
    catalogue = peers("catalogue")
    everybody = [catalogue.INDEX, catalogue.FLOOR, *catalogue.PEERS]
    assert len({peer.name for peer in everybody}) == len(everybody)
    for peer in everybody:
        assert peer.licence
        assert peer.claims
        assert bool(peer.feature) == bool(peer.binary)


@pytest.mark.parametrize(
    ("tail", "whole"), [(bytes(50), True), (b"\xfa\xbf\xb5\xda\x64\0\0\0 cut short", False)]
)
def test_a_copy_for_mainnet_readers_has_their_magic_and_no_key(
    peers: Peers, tmp_path: Path, tail: bytes, whole: bool
) -> None:
    chain_files, node = peers("chain_files"), peers("node")
    blocks = [bytes([n]) * 100 for n in (1, 2)]
    record = b"".join(b"\xfa\xbf\xb5\xda" + len(block).to_bytes(4, "little") + block for block in blocks)
    plain = np.frombuffer(record + tail, np.uint8)
    (tmp_path / "keyed").mkdir()
    (tmp_path / "keyed" / "xor.dat").write_bytes(b"coalface")
    key = np.resize(np.frombuffer(b"coalface", np.uint8), plain.size)
    (tmp_path / "keyed" / "blk00000.dat").write_bytes((plain ^ key).tobytes())
    chain_files.as_mainnet(tmp_path / "keyed", tmp_path / "plain")
    copy = (tmp_path / "plain" / "blk00000.dat").read_bytes()
    assert copy == record.replace(b"\xfa\xbf\xb5\xda", b"\xf9\xbe\xb4\xd9") + (tail if whole else b"")
    for folder in ("keyed", "plain"):
        served = node.Blocks(tmp_path / folder, None)
        assert [bytes(served.block(height)) for height in (0, 1)] == blocks
        assert bytes(served.rest(f"/rest/block/{served.hashes[1]}.bin")) == blocks[1]
        assert served.rest(f"/rest/headers/5/{served.hashes[0]}.bin") == blocks[0][:80] + blocks[1][:80]
        assert served.call("getblockcount", []) == 1
