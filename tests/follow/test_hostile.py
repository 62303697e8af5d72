"""A node that lies, cuts its answers, or is slow: an error, never a broken store."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from coalface.chain import digests, index
from coalface.errors import IoFailure, SourceError, UsageError
from coalface.follow import Follower, open_node, run
from coalface.follow.credentials import Credentials
from coalface.follow.location import Location
from coalface.follow.trouble import PASSING
from coalface.follow.waiting import Backoff
from coalface.range import write_block_files
from coalface.range.block import block_hash, coinbase_tx, mine_block, read_block
from coalface.range.tx import TxOutput
from follow.chains import SCRIPT, economy, extend
from follow.node_server import Handler, NodeServer, Spoil, drip

Compare = Callable[[Path, Sequence[bytes]], None]


def look(store: Path, node: NodeServer, *, seconds: float = 2.0) -> None:
    follower = Follower(store, open_node(node.url, timeout_seconds=seconds))
    try:
        follower.look()
    finally:
        follower.close()


def reset(handler: Handler, _body: bytes) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    handler.connection.close()


def raw(text: bytes) -> Spoil:
    return lambda handler, _: handler.say(text)


SPOILED: dict[str, tuple[str, Spoil, str]] = {
    "no JSON": ("getblockchaininfo", lambda _handler, _body: b"<html>", "source_node_garbled"),
    "other JSON": ("getblockchaininfo", lambda _handler, _body: b"[1,2]", "source_node_garbled"),
    "null": ("getblockchaininfo", lambda _handler, _body: b"null", "source_node_garbled"),
    "nested": ("getblockchaininfo", lambda _handler, _body: b"[" * 100_000, "source_node_garbled"),
    "cut": (
        "getblockchaininfo",
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
        "source_node_garbled",
    ),
    "huge claim": (
        "getblockchaininfo",
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{"),
        "source_node_garbled",
    ),
    "huge": ("getblockchaininfo", lambda _handler, _body: b" " * (3 << 20), "source_node_garbled"),
    "endless": (
        "getblockchaininfo",
        lambda handler, _: handler.say(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (3 << 20)),
        "source_node_garbled",
    ),
    "no HTTP": ("getblockchaininfo", raw(b"\x16\x03\x01 hello\r\n"), "source_node_garbled"),
    "slow": ("getblockchaininfo", drip, "source_node_slow"),
    "503": (
        "getblockchaininfo",
        raw(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"),
        "source_node_busy",
    ),
    "403": (
        "getblockchaininfo",
        raw(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
        "source_node_forbidden",
    ),
    "reset": ("getblockchaininfo", reset, "source_node_unreachable"),
    "starting": (
        "getblockchaininfo",
        lambda _handler, _body: (
            b'{"result":null,"id":0,"error":{"code":-28,"message":"Loading block index"}}'
        ),
        "source_node_warming_up",
    ),
    "header of another block": (
        "getblockheader",
        lambda _, body: body.replace(b'"result": "', b'"result": "ff').replace(
            b'", "error', b'"[:-2], "error'
        ),
        "source_node_garbled",
    ),
    "short header": (
        "getblockheader",
        lambda _, body: body.replace(b'": "00000020', b'": "'),
        "source_node_garbled",
    ),
    "another block": ("block", lambda _handler, _body: economy()[3], "source_node_wrong_block"),
    "cut block": ("block", lambda _, body: body[:-1], "source_node_wrong_block"),
    "longer block": ("block", lambda _, body: body + b"\0", "source_node_wrong_block"),
    "flipped block": ("block", lambda _, body: body[:-1] + bytes([body[-1] ^ 1]), "source_node_wrong_block"),
    "empty block": ("block", lambda _handler, _body: b"", "source_node_wrong_block"),
    "huge block": ("block", lambda _handler, _body: bytes(5_000_000), "source_node_garbled"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_answer_is_an_error_and_loses_nothing(
    name: str, tmp_path: Path, liar: NodeServer, same_as_fresh: Compare
) -> None:
    what, spoil, code = SPOILED[name]
    chain = economy()
    liar.claim(chain[:-4])
    look(tmp_path / "store", liar)
    before = digests(tmp_path / "store")
    liar.claim(chain)
    liar.spoil[what] = spoil
    began = time.monotonic()
    with pytest.raises(SourceError) as caught:
        look(tmp_path / "store", liar, seconds=0.5)
    assert caught.value.code == code
    assert time.monotonic() - began < 5
    assert digests(tmp_path / "store") == before
    liar.spoil.clear()
    look(tmp_path / "store", liar)
    same_as_fresh(tmp_path / "store", chain)


def overpaid(chain: Sequence[bytes]) -> bytes:
    """A block whose coinbase takes too much: only the engine's linking can tell."""
    height = len(chain)
    coinbase = coinbase_tx(height, [TxOutput(51 * 10**8, SCRIPT)], tag=b"greed", others=[], commit=True)
    return mine_block(block_hash(chain[-1]), read_block(chain[-1])[0].time_unix + 60, [coinbase])


@pytest.mark.parametrize("position", [0, 2, 4])
def test_a_heavier_chain_with_a_bad_block_changes_nothing(
    position: int, tmp_path: Path, liar: NodeServer, same_as_fresh: Compare
) -> None:
    base = economy()
    good = base + extend(base, 3, b"good")
    bad = base + extend(base, position, b"bad")
    bad = [*bad, overpaid(bad)]
    bad += extend(bad, 3, b"on top")
    store = tmp_path / "store"
    write_block_files(good, tmp_path / "blocks", xor_key=None)
    index([tmp_path / "blocks"], store)
    liar.claim(good)
    look(store, liar)
    liar.claim(bad)
    for _ in range(2):
        with pytest.raises(SourceError) as caught:
            look(store, liar)
        assert caught.value.code == "source_node_invalid_block"
        if position <= 2:
            same_as_fresh(store, good)
    liar.claim(good + extend(good, 6))
    look(store, liar)
    same_as_fresh(store, good + extend(good, 6))


def test_headers_without_work_are_refused(tmp_path: Path, liar: NodeServer) -> None:
    chain = economy()
    liar.claim(chain[:-4])
    look(tmp_path / "store", liar)
    before = digests(tmp_path / "store")
    lazy = next(
        block
        for nonce in range(100)
        if block_hash(block := chain[-4][:76] + nonce.to_bytes(4, "little") + chain[-4][80:])[31] > 0x7F
    )
    liar.claim([*chain[:-4], lazy])
    with pytest.raises(SourceError) as caught:
        look(tmp_path / "store", liar)
    assert caught.value.code == "source_node_wrong_block"
    assert digests(tmp_path / "store") == before


def test_another_genesis_is_another_chain(tmp_path: Path, liar: NodeServer) -> None:
    chain = economy()
    liar.claim(chain[:50])
    look(tmp_path / "store", liar)
    header = mine_block(bytes(32), 1_700_000_000, read_block(chain[1])[1])
    liar.claim([header, *extend([header], 60)])
    with pytest.raises(SourceError) as caught:
        look(tmp_path / "store", liar)
    assert caught.value.code == "source_node_other_chain"


def test_trouble_that_passes_is_waited_for(tmp_path: Path, liar: NodeServer) -> None:
    chain = economy()
    liar.claim(chain)
    left = [3]

    def twice(handler: Handler, body: bytes) -> bytes | None:
        left[0] -= 1
        if left[0] < 0:
            return body
        handler.say(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
        return None

    follower = Follower(tmp_path / "store", open_node(liar.url))
    liar.spoil["getblockchaininfo"] = twice
    warnings = list[str]()
    quick = Backoff(first_seconds=0.001, most_seconds=0.002)
    assert run(follower, once=True, warn=warnings.append, backoff=quick) == len(chain) - 1
    follower.close()
    assert len(warnings) == 1
    assert warnings[0].endswith("is busy (HTTP status 503); trying again")
    assert "source_node_busy" in PASSING


def test_a_node_that_is_not_there_is_an_error_after_a_few_attempts(tmp_path: Path, liar: NodeServer) -> None:
    liar.claim(economy()[:5])
    follower = Follower(tmp_path / "store", open_node(liar.url))
    follower.source.close()
    liar.spoil["*"] = reset
    with pytest.raises(SourceError) as caught:
        run(follower, once=True, backoff=Backoff(first_seconds=0.001, most_seconds=0.002))
    assert caught.value.code == "source_node_unreachable"
    follower.close()


def test_waits_double_and_vary() -> None:
    longest = Backoff(chance=lambda: 1.0)
    assert [longest.next_seconds() for _ in range(9)] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    shortest = Backoff(chance=lambda: 0.0)
    assert [shortest.next_seconds() for _ in range(3)] == [0.25, 0.5, 1]
    shortest.reset()
    assert shortest.next_seconds() == 0.25


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:8332", "https://127.0.0.1:8332", "http://127.0.0.1", "http://[::1", "http://a:0x1/",
    "http://h:1/?q",
     "http://h:99999", "file:///etc/passwd", "http://h:1/a b"],
)  # fmt: skip
def test_what_is_no_url_of_a_node_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Location.parse(url)
    assert caught.value.code == "usage_node_url"


def test_near_and_far() -> None:
    near = ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "192.168.1.9", "[fd00::1]", "169.254.1.1"]
    assert all(Location.parse(f"http://{host}:8332").is_near for host in near)
    assert not any(
        Location.parse(f"http://{host}:8332").is_near for host in ["8.8.8.8", "example.org", "[2001:4860::1]"]
    )


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    location = Location.parse("http://alice:s3cret@127.0.0.1:8332/wallet")
    assert "s3cret" not in f"{location} {location!r} {Credentials.find(location, None, {})!r}"
    cookie = tmp_path / "cookie"
    with pytest.raises(IoFailure):
        Credentials.find(location, cookie, {}).header()
    cookie.write_text("no cookie")
    with pytest.raises(IoFailure):
        Credentials.find(location, cookie, {}).header()
    cookie.write_text("u:p\n")
    assert Credentials.find(location, cookie, {}).header() == "Basic dTpw"
    environment = {"COALFACE_RPC_USER": "u", "COALFACE_RPC_PASSWORD": "p"}
    assert Credentials.find(location, None, environment).header() == "Basic dTpw"
    assert Credentials.find(Location.parse("http://h:1"), None, {}).header() is None
    assert http.client.HTTP_PORT == 80
