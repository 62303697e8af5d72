"""The same on real nodes: btcd, built from its Go module, and the bitcoind that COALFACE_BITCOIND names."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from coalface.follow import Follower, open_node, read_events, run
from follow.chains import economy, extend
from oracle.core import hash_of

BTCD = "github.com/btcsuite/btcd@v0.26.2"
GO = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
USER, PASSWORD = "follow", "0123abcd"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RealNode:
    """A node process on loopback; the tests' own calls give it blocks."""

    def __init__(self, command: list[str], port: int) -> None:
        self.url = f"http://{USER}:{PASSWORD}@127.0.0.1:{port}"
        self._port = port
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                self.call("getblockcount")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the node does not answer")

    def call(self, method: str, *params: object) -> Any:  # noqa: ANN401 - whatever a node says
        body = json.dumps({"jsonrpc": "1.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}", body, method="POST")
        request.add_header(
            "Authorization", "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        )
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())["result"]

    def give(self, blocks: Sequence[bytes]) -> None:
        for block in blocks:
            self.call("submitblock", block.hex())

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture(scope="module", params=["btcd", "bitcoind"])
def real(
    request: pytest.FixtureRequest, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealNode]:
    folder, port = tmp_path_factory.mktemp("real"), free_port()
    if request.param == "bitcoind":
        program = os.environ.get("COALFACE_BITCOIND")
        if not program:
            pytest.skip("COALFACE_BITCOIND names no bitcoind")
        command = [program, "-regtest", f"-datadir={folder}", f"-rpcport={port}", f"-rpcuser={USER}",
                   f"-rpcpassword={PASSWORD}", "-rest=1", "-listen=0", "-connect=0"]  # fmt: skip
    else:
        if GO is None:
            pytest.skip("Go is not installed, so btcd cannot be built")
        built = project / "build" / "btcd"
        if not (built / "btcd").exists():
            subprocess.run([GO, "install", BTCD], env={**os.environ, "GOBIN": str(built)}, check=True)
        command = [str(built / "btcd"), "--regtest", f"--datadir={folder}", f"--logdir={folder}/log",
                   f"--configfile={folder}/none", f"--rpcuser={USER}", f"--rpcpass={PASSWORD}", "--notls",
                   f"--rpclisten=127.0.0.1:{port}", "--nolisten", "--rpcmaxclients=50"]  # fmt: skip
    node = RealNode(command, port)
    yield node
    node.close()


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_real_node_is_followed(
    real: RealNode, tmp_path: Path, same_as_fresh: Callable[[Path, Sequence[bytes]], None]
) -> None:
    chain, store = economy()[:1], tmp_path / "store"
    chain = chain + extend(chain, 120, b"real")
    real.give(chain[1:])
    follower = Follower(store, open_node(real.url))
    assert run(follower, once=True) == 120
    for depth in (1, 2, 7, 50):
        new = extend(chain[:-depth], depth + 1, b"depth %d" % depth)
        real.give(new)
        chain = chain[:-depth] + new
        assert real.call("getbestblockhash") == hash_of(chain[-1])
        assert run(follower, once=True) == len(chain) - 1
        same_as_fresh(store, chain)
    follower.close()
    assert sum(event.event == "withdrawn" for event in read_events(store)) == 60
