"""The part of a node that some peers ask, over a folder of block files.

Usage: python -m peers.node FOLDER PORT_FILE [SPENT_FOLDER]
It answers on loopback, in the shapes of a node's REST and JSON-RPC interfaces, until it is stopped.
SPENT_FOLDER is what the program `spent` wrote. It is quicker than a node, which would read files each time.
"""

import hashlib
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import numpy as np

HEADER = 80


class Blocks:
    """Where every block is, in order of height: the files hold one chain in order."""

    def __init__(self, folder: Path, spent_folder: Path | None) -> None:
        self.places: list[tuple[memoryview, int, int]] = []
        self.hashes: list[str] = []
        key_file = folder / "xor.dat"
        key = np.frombuffer(key_file.read_bytes() if key_file.exists() else bytes(8), np.uint8)
        for path in sorted(folder.glob("blk*.dat")):
            data = np.fromfile(path, np.uint8)
            data ^= np.resize(key, data.size)
            self._add(memoryview(data))
        self.heights = {name: height for height, name in enumerate(self.hashes)}
        self.spent: dict[str, tuple[int, int]] = {}
        self.spent_bytes = memoryview(b"")
        if spent_folder:
            self.spent_bytes = memoryview((spent_folder / "spent.bin").read_bytes())
            for line in (spent_folder / "spent.idx").read_text("ascii").splitlines():
                name, start, size = line.split()
                self.spent[name] = (int(start), int(size))

    def _add(self, view: memoryview) -> None:
        at, magic = 0, bytes(view[:4])
        while at + 8 <= len(view) and bytes(view[at : at + 4]) == magic:
            size = int.from_bytes(view[at + 4 : at + 8], "little")
            if at + 8 + size > len(view):
                return
            self.places.append((view, at + 8, size))
            header = bytes(view[at + 8 : at + 8 + HEADER])
            self.hashes.append(hashlib.sha256(hashlib.sha256(header).digest()).digest()[::-1].hex())
            at += 8 + size

    def block(self, height: int, start: int = 0, size: int | None = None) -> memoryview:
        """Bytes of a block."""
        view, at, whole = self.places[height]
        return view[at + start : at + (whole if size is None else start + size)]

    def rest(self, path: str) -> memoryview | bytes:
        """Answer to a REST call."""
        asked = urlparse(path)
        parts = asked.path.removesuffix(".bin").split("/")[2:]
        match parts:
            case ["blockhashbyheight", height]:
                return bytes.fromhex(self.hashes[int(height)])[::-1]
            case ["headers", count, name]:
                first = self.heights[name]
                last = min(first + int(count), len(self.hashes))
                return b"".join(self.block(height, 0, HEADER) for height in range(first, last))
            case ["block", name]:
                return self.block(self.heights[name])
            case ["spenttxouts", name]:
                start, size = self.spent[name]
                return self.spent_bytes[start : start + size]
            case ["blockpart", name]:
                query = parse_qs(asked.query)
                return self.block(self.heights[name], int(query["offset"][0]), int(query["size"][0]))
        raise KeyError(path)

    def call(self, method: str, params: list[Any]) -> Any:  # noqa: ANN401 - whatever a node answers
        """Answer to a JSON-RPC call."""
        match method:
            case "getblockcount":
                return len(self.hashes) - 1
            case "getblockhash":
                return self.hashes[params[0]]
            case "getblockchaininfo":
                return {"chain": "main", "blocks": len(self.hashes) - 1, "headers": len(self.hashes) - 1}
            case "getblock":
                return self._summary(params[0])
        raise KeyError(method)

    def _summary(self, name: str) -> dict[str, Any]:
        """What `getblock` says of a block, as far as anybody here reads it."""
        height = self.heights[name]
        numbers = ("strippedsize", "size", "weight", "version", "time", "mediantime", "nonce", "nTx")
        words = ("versionHex", "merkleroot", "bits", "chainwork")
        return {
            "hash": name,
            "height": height,
            "confirmations": len(self.hashes) - height,
            "difficulty": 1.0,
            "tx": [],
            **dict.fromkeys(numbers, 0),
            **dict.fromkeys(words, ""),
        }


def handler(blocks: Blocks) -> type[BaseHTTPRequestHandler]:
    """What answers for these blocks."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or every answer waits for the client's acknowledgement of its head

        def do_GET(self) -> None:
            try:
                self._send(200, blocks.rest(self.path), "application/octet-stream")
            except (KeyError, IndexError, ValueError):
                self._send(404, b"", "text/plain")

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answers = [self._answer(each) for each in (asked if isinstance(asked, list) else [asked])]
            body = answers if isinstance(asked, list) else answers[0]
            self._send(200, json.dumps(body).encode(), "application/json")

        def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
            base = {"jsonrpc": asked.get("jsonrpc", "2.0"), "id": asked["id"]}
            try:
                return {
                    **base,
                    "result": blocks.call(asked["method"], asked.get("params") or []),
                    "error": None,
                }
            except (KeyError, IndexError):
                return {**base, "result": None, "error": {"code": -8, "message": f"no {asked['method']}"}}

        def _send(self, status: int, body: memoryview | bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    return Handler


def main() -> None:
    """Serve until stopped; the port goes to PORT_FILE once blocks can be asked for."""
    blocks = Blocks(Path(sys.argv[1]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(blocks))
    written = Path(sys.argv[2]).with_suffix(".new")
    written.write_text(str(server.server_address[1]), "ascii")
    written.rename(sys.argv[2])
    server.serve_forever()


if __name__ == "__main__":
    main()
