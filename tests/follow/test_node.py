"""Following a node over RPC and REST: catching up, reorganisations of any depth, restarts."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from coalface.chain import check, digests, index, open_chain
from coalface.cli import main
from coalface.errors import SourceError, StoreLocked
from coalface.follow import READ_ONLY_METHODS, Follower, open_node, read_events, run
from coalface.follow.rpc import Rpc
from coalface.range import write_block_files
from follow.chains import economy, extend
from follow.node_server import NodeServer
from oracle.core import hash_of

Compare = Callable[[Path, Sequence[bytes]], None]
Capture = pytest.CaptureFixture[str]


class Waits:
    """Waits no time; `then` is called at the third wait."""

    def __init__(self) -> None:
        self.n = 0
        self.then: Callable[[], None] = lambda: None

    def wait(self, seconds: float) -> None:
        assert seconds > 0
        self.n += 1
        if self.n == 3:
            self.then()

    def close(self) -> None:
        """Nothing is held."""


def follow(store: Path, node: NodeServer, **options: int) -> int:
    follower = Follower(store, open_node(node.url), **options)  # type: ignore[arg-type]  # numbers only
    try:
        return run(follower, once=True, until_height=options.get("until_height"))
    finally:
        follower.close()


@pytest.mark.parametrize("rest", [True, False])
def test_a_store_is_made_from_genesis(
    tmp_path: Path, node: NodeServer, rest: bool, same_as_fresh: Compare
) -> None:
    node.rest = rest
    chain = economy()
    node.give(*chain[1:])
    assert follow(tmp_path / "store", node) == len(chain) - 1
    same_as_fresh(tmp_path / "store", chain)
    assert ("getblock" in node.calls) is not rest


def test_only_calls_that_read_are_made(tmp_path: Path, node: NodeServer) -> None:
    chain = economy()
    node.give(*chain[1:])
    node.rest = False
    follow(tmp_path / "store", node)
    assert set(node.calls) <= READ_ONLY_METHODS
    assert {"getblock", "getblockchaininfo", "getblockhash", "getblockheader"} == READ_ONLY_METHODS
    source = open_node(node.url)
    for method in ("sendrawtransaction", "submitblock", "invalidateblock", "stop", "generate"):
        with pytest.raises(ValueError, match="none of the calls that only read"):
            source._rpc.call(method)
    assert isinstance(source._rpc, Rpc)


@pytest.mark.parametrize("depth", [1, 2, 7, 20, 50])
def test_a_reorganisation_of_any_depth(
    tmp_path: Path, node: NodeServer, depth: int, same_as_fresh: Compare
) -> None:
    base = economy()
    old, new = extend(base, depth, b"old"), extend(base, depth + 1, b"new")
    store = tmp_path / "store"
    node.give(*base[1:], *old)
    follow(store, node, kept_blocks=3)
    first = list(read_events(store))[-1].number
    node.give(*new)
    assert node.tip == hash_of(new[-1])
    follow(store, node, kept_blocks=3)
    same_as_fresh(store, base + new)
    events = list(read_events(store, since=first))
    assert [event.hash for event in events if event.event == "withdrawn"] == [
        hash_of(b) for b in reversed(old)
    ]
    assert [event.hash for event in events if event.event == "connected"] == [hash_of(b) for b in new]
    # and back again
    back = extend(base + old, 3, b"back")
    node.give(*back)
    follow(store, node, kept_blocks=3)
    same_as_fresh(store, base + old + back)


def test_a_store_made_by_index_is_followed(tmp_path: Path, node: NodeServer, same_as_fresh: Compare) -> None:
    base = economy()
    store = tmp_path / "store"
    write_block_files([*base, *extend(base, 2, b"old")], tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], store)
    node.give(*base[1:], *extend(base, 2, b"old"), *(new := extend(base, 4, b"new")))
    follow(store, node)
    same_as_fresh(store, base + new)
    assert [event.event for event in read_events(store)] == ["began", *["withdrawn"] * 2, *["connected"] * 4]


def test_a_node_behind_the_store_is_no_reorganisation(
    tmp_path: Path, node: NodeServer, liar: NodeServer
) -> None:
    chain = economy()
    store = tmp_path / "store"
    node.give(*chain[1:])
    follow(store, node)
    before = digests(store)
    for behind in (chain[:-5], chain[:1], chain[:-5] + extend(chain[:-5], 5, b"rival")):
        liar.claim(behind)
        follower, warnings = Follower(store, open_node(liar.url)), list[str]()
        run(follower, once=True, warn=warnings.append)
        follower.close()
        assert digests(store) == before
        assert "no chain with more work" in warnings[0]


def test_a_node_that_catches_up_is_said_to(tmp_path: Path, node: NodeServer) -> None:
    chain = economy()
    node.give(*chain[1:50])
    node.info = {"initialblockdownload": True, "headers": 120}
    follower, warnings = Follower(tmp_path / "store", open_node(node.url)), list[str]()
    assert run(follower, once=True, warn=warnings.append) == 49
    follower.close()
    assert "still catching up" in warnings[0]


def test_another_network_is_refused(tmp_path: Path, node: NodeServer) -> None:
    node.give(*economy()[1:10])
    follow(tmp_path / "store", node)
    for chain, code in (("signet", "source_node_wrong_network"), ("dogecoin", "source_node_wrong_network")):
        node.info = {"chain": chain}
        with pytest.raises(SourceError) as caught:
            follow(tmp_path / "store", node)
        assert caught.value.code == code


def test_until_height_is_exact(tmp_path: Path, node: NodeServer, same_as_fresh: Compare) -> None:
    chain = economy()
    node.give(*chain[1:])
    assert follow(tmp_path / "store", node, until_height=41) == 41
    same_as_fresh(tmp_path / "store", chain[:42])
    assert follow(tmp_path / "store", node, until_height=20) == 41


def test_a_pruned_block_is_an_error_with_a_hint(tmp_path: Path, node: NodeServer) -> None:
    chain = economy()
    node.give(*chain[1:])
    node.pruned.add(hash_of(chain[30]))
    with pytest.raises(SourceError) as caught:
        follow(tmp_path / "store", node)
    assert caught.value.code == "source_node_pruned"
    assert "index the block files" in str(caught.value.hint)


def test_old_blocks_are_dropped_and_few_are_kept(tmp_path: Path, node: NodeServer) -> None:
    chain = economy()
    store = tmp_path / "store"
    for height in range(90, 120):
        node.give(*chain[1 : height + 1])
        follow(store, node, kept_blocks=5)
    assert 5 <= len(list((store / "follow" / "blocks").glob("blk*.dat"))) <= 7
    assert check(store).ok


def test_one_follower_a_store(tmp_path: Path, node: NodeServer) -> None:
    node.give(*economy()[1:5])
    first = Follower(tmp_path / "store", open_node(node.url))
    with pytest.raises(StoreLocked) as caught:
        Follower(tmp_path / "store", open_node(node.url))
    assert caught.value.code == "store_locked_follow"
    first.close()
    Follower(tmp_path / "store", open_node(node.url)).close()


def test_the_program_follows(tmp_path: Path, node: NodeServer, capsys: Capture) -> None:
    chain = economy()
    node.give(*chain[1:])
    cookie = tmp_path / ".cookie"
    cookie.write_text("__cookie__:0123abcd")
    store = str(tmp_path / "store")
    assert main(["follow", store, "--rpc", node.bare_url, "--cookie", str(cookie), "--once", "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["height"] for line in lines] == [None, *range(len(chain))]
    assert main(["events", store, "--since", str(len(chain) - 2), "--format", "jsonl"]) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert shown == lines[-2:]
    assert main(["follow", store, "--rpc", node.bare_url, "--once"]) == 1
    assert "error: " + node.bare_url + " does not accept these credentials" in capsys.readouterr().err
    assert main(["follow", store, "--rpc", node.url, "--once"]) == 0
    assert "the password in the URL is visible" in capsys.readouterr().err
    assert main(["follow", store]) == 2
    assert open_chain(store).as_of.height == len(chain) - 1


def test_a_block_taken_back_that_nobody_holds_is_said(
    tmp_path: Path, node: NodeServer, same_as_fresh: Compare
) -> None:
    chain, store = list(economy()[:40]), tmp_path / "store"
    node.give(*chain[1:])
    write_block_files(chain, tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], store)  # so that the follower keeps none of them
    new = extend(chain[:-2], 3, b"other")
    node.give(*new)
    node.pruned.add(hash_of(chain[-1]))
    follower, said = Follower(store, open_node(node.url)), list[str]()
    run(follower, once=True, warn=said.append)
    follower.close()
    assert [hash_of(chain[-1]) in text and "cannot come back" in text for text in said] == [True]
    same_as_fresh(store, chain[:-2] + new)


@pytest.mark.parametrize("once", [True, False])
def test_another_writer_is_waited_for(
    tmp_path: Path, node: NodeServer, once: bool, same_as_fresh: Compare
) -> None:
    chain, store = economy()[:30], tmp_path / "store"
    node.give(*chain[1:])
    follow(store, node, until_height=10)
    with (store / "LOCK").open("r+b") as lock:  # what `index` holds while it writes
        fcntl.flock(lock, fcntl.LOCK_EX)
        waits, said = Waits(), list[str]()
        if not once:
            waits.then = lambda: fcntl.flock(lock, fcntl.LOCK_UN)
        follower = Follower(store, open_node(node.url))
        if once:
            with pytest.raises(StoreLocked):
                run(follower, once=True, waker=waits, warn=said.append)
        else:
            assert run(follower, until_height=29, waker=waits, warn=said.append) == 29
        follower.close()
    assert waits.n == (5 if once else 3)
    assert [text.endswith("; trying again") for text in said] == [True]
    same_as_fresh(store, chain[:11] if once else chain)


def test_lost_branches_never_become_chains_of_their_own(
    tmp_path: Path, node: NodeServer, same_as_fresh: Compare
) -> None:
    chain, store = list(economy()), tmp_path / "store"
    node.give(*chain[1:])
    follow(store, node, kept_blocks=3)
    for number in range(12):
        for length in (1, 2):  # the lost branch comes block by block, so that it lies in several files
            node.give(*extend(chain[:-3] if length == 1 else chain, 1, b"a%d" % number))
            follow(store, node, kept_blocks=3)
        new = extend(chain[:-2], 4, b"b%d" % number)
        node.give(*new)
        chain = chain[:-2] + new
        follow(store, node, kept_blocks=3)
        assert len(open_chain(store).coverage.segments) == 1
    same_as_fresh(store, chain)
