"""A node of the tests' own: Bitcoin Core's JSON-RPC and REST shapes over a chain that Core's library judges.

It can also misbehave: `spoil` holds functions that change an answer, by path of the request or name of the
call.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from coalface.range.block import genesis_block
from oracle.core import Core, hash_of

USER, PASSWORD = "__cookie__", "0123abcd"
Spoil = Callable[["Handler", bytes], bytes | None]


class NodeServer:
    """A regtest node on loopback."""

    def __init__(self, folder: Path, *, rest: bool = True, validate: bool = True) -> None:
        self.core = Core(folder) if validate else None
        self.rest = rest
        self.raw: dict[str, bytes] = {}
        self.active: list[str] = []
        self.info: dict[str, Any] = {}
        self.pruned: set[str] = set()
        self.spoil: dict[str, Spoil] = {}
        self.calls: list[str] = []
        self._keep(genesis_block())
        self.active = [hash_of(genesis_block())]
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"node": self}))
        self.server.daemon_threads = True
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://{USER}:{PASSWORD}@127.0.0.1:{self.server.server_port}"

    @property
    def bare_url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def tip(self) -> str:
        return self.active[-1]

    def _keep(self, block: bytes) -> None:
        self.raw[hash_of(block)] = block

    def give(self, *blocks: bytes) -> None:
        """Blocks that arrive; Core's library chooses the chain."""
        assert self.core is not None
        for block in blocks:
            self._keep(block)
            self.core.give(block)
        self.active = self.core.hashes()

    def claim(self, chain: list[bytes]) -> None:
        """A chain that nobody judged, genesis first."""
        for block in chain:
            self._keep(block)
        self.active = [hash_of(block) for block in chain]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()
        if self.core is not None:
            self.core.close()

    def chain_info(self) -> dict[str, Any]:
        height = len(self.active) - 1
        return {
            "chain": "regtest", "blocks": height, "headers": height, "bestblockhash": self.tip,
            "initialblockdownload": False, "pruned": False, "chainwork": f"{2 * (height + 1):064x}",
            **self.info,
        }  # fmt: skip

    def call(self, method: str, params: list[Any]) -> object:
        """Result of a call; raises (code, message)."""
        self.calls.append(method)
        if method == "getblockchaininfo":
            return self.chain_info()
        if method == "getblockhash":
            if not 0 <= params[0] < len(self.active):
                raise RpcError(-8, "Block height out of range")
            return self.active[params[0]]
        if method in {"getblockheader", "getblock"}:
            block = self.raw.get(params[0])
            if block is None:
                raise RpcError(-5, "Block not found")
            if method == "getblock" and params[0] in self.pruned:
                raise RpcError(-1, "Block not available (pruned data)")
            assert params[1] in (False, 0)
            return (block[:80] if method == "getblockheader" else block).hex()
        raise RpcError(-32601, "Method not found")


class RpcError(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    node: NodeServer

    def log_message(self, *arguments: object) -> None:
        """Nothing is logged."""

    def do_GET(self) -> None:
        node = self.node
        if not node.rest:
            self.answer(404, b"")
        elif self.path == "/rest/chaininfo.json":
            self.answer(200, json.dumps(node.chain_info()).encode(), "chaininfo")
        elif self.path.startswith("/rest/block/"):
            text = self.path.removeprefix("/rest/block/").removesuffix(".bin")
            if text in node.raw and text not in node.pruned:
                self.answer(200, node.raw[text], "block")
            else:
                self.answer(404, b"not found or pruned")

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != wanted:
            self.answer(401, b"")
            return
        if isinstance(content, list):
            self.answer(200, json.dumps([self.one(each) for each in content]).encode(), content[0]["method"])
            return
        found = self.one(content)
        self.answer(200 if found["error"] is None else 500, json.dumps(found).encode(), content["method"])

    def one(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            result = self.node.call(request["method"], request["params"])
        except RpcError as error:
            return {
                "result": None,
                "error": {"code": error.code, "message": error.message},
                "id": request["id"],
            }
        return {"result": result, "error": None, "id": request["id"]}

    def answer(self, status: int, body: bytes, name: str = "") -> None:
        spoil = self.node.spoil.get(name) or self.node.spoil.get("*")
        if spoil is not None:
            changed = spoil(self, body)
            if changed is None:
                self.close_connection = True
                return
            body = changed
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say(self, raw: bytes) -> None:
        """Write bytes as they are."""
        self.wfile.write(raw)
        self.wfile.flush()


def drip(handler: Handler, _body: bytes) -> None:
    """An answer that takes for ever, byte by byte."""
    handler.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(200):
        try:
            handler.say(b"x")
        except OSError:
            return
        time.sleep(0.02)
