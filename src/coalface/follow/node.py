"""A node that is followed through its RPC server, and its REST interface where that is on."""

from collections.abc import Sequence

from coalface.follow.header import HEADER_BYTES, Header, display, internal
from coalface.follow.held import Held
from coalface.follow.http import Connection
from coalface.follow.rest import Rest
from coalface.follow.rpc import Json, NodeError, Rpc
from coalface.follow.source import Goal
from coalface.follow.trouble import shown, trouble

__all__ = ["Node"]

NETWORK_BY_CHAIN = {
    "main": "mainnet",
    "test": "testnet3",
    "testnet4": "testnet4",
    "signet": "signet",
    "regtest": "regtest",
    # btcd's names
    "mainnet": "mainnet",
    "testnet3": "testnet3",
}
"""Names that nodes give their networks, and ours."""

_AT_ONCE = 250
_MAX_HEIGHT = 2**31
_HEX_DIGITS = 64
# Bitcoin Core `rpc/protocol.h`: RPC_INVALID_ADDRESS_OR_KEY, RPC_MISC_ERROR (here: pruned),
# RPC_INVALID_PARAMETER
_NOT_FOUND = -5
_MISC = -1
_OUT_OF_RANGE = -8


class Node:
    """A node's chain, block by block. Nothing that it says is believed that its hashes do not prove."""

    def __init__(self, connection: Connection, rpc: Rpc) -> None:
        self._connection = connection
        self._rpc = rpc
        self._rest = Rest(connection)
        self._has_rest: bool | None = None
        self._network: str | None = None
        self._headers: dict[bytes, Header] = {}

    @property
    def name(self) -> str:
        """The node's URL."""
        return str(self._connection.location)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def network(self) -> str:
        """Name of the node's network."""
        if self._network is None:
            self._info()
        assert self._network is not None  # noqa: S101 - `_info` sets it or raises
        return self._network

    def goal(self, held: Held, *, at_most: int) -> Goal | None:
        """The node's tip; a block below it if that is more than `at_most` blocks above the store's.

        Raises
        ------
        SourceError
            If the node gives no usable answer.
        """
        info = self._info()
        tip = _hash(info.get("bestblockhash"))
        height, n_headers = info.get("blocks"), info.get("headers")
        if tip is None or not _is_height(height):
            raise self._garbled("getblockchaininfo names no best block")
        assert isinstance(height, int)  # noqa: S101 - said above
        is_syncing = info.get("initialblockdownload") is True or (
            isinstance(n_headers, int) and n_headers > height
        )
        self._headers.clear()
        if tip == held.tip_hash:
            return None
        step = held.tip_height + at_most
        is_tip = step >= height
        if not is_tip:
            found = self._hash_at(step)
            if found is None:
                raise trouble("source_node_changing", f"{self.name} has no block of height {step} any more")
            tip = found
        self._look_ahead(held.tip_height + 1, min(step, height))
        return Goal(tip, height, is_tip, is_syncing)

    def header(self, block_hash: bytes) -> Header | None:
        """The header with a hash: proved by that hash."""
        if block_hash not in self._headers:
            text = self._ask("getblockheader", display(block_hash), False)
            if text is None:
                return None
            self._note_header(text)
        return self._headers.get(block_hash)

    def block(self, block_hash: bytes) -> bytes | None:
        """The block with a hash, from REST if the node has it, else as hex.

        Raises
        ------
        SourceError
            `source_node_pruned`, if the node had the block and has it no longer.
        """
        text = display(block_hash)
        if self._has_rest is None:
            self._has_rest = self._rest.is_on()
        raw = self._rest.block(text) if self._has_rest else None
        if raw is not None:
            return raw
        # where REST fails, RPC says why
        found = self._ask("getblock", text, 0)
        if found is None:
            return None
        try:
            return bytes.fromhex(found) if isinstance(found, str) else b""
        except ValueError:
            raise self._garbled(f"block {text} is no hex") from None

    def refused(self, hashes: Sequence[str]) -> None:
        """A node that has validated its chain never has an invalid block in it: raises.

        Raises
        ------
        SourceError
            `source_node_invalid_block`.
        """
        for block_hash in hashes:
            raise trouble(
                "source_node_invalid_block",
                f"block {block_hash} of {self.name} breaks a rule",
                context={"url": self.name, "block_hash": block_hash},
            )

    def _info(self) -> dict[str, Json]:
        """What the node says of itself; sets the network."""
        info = self._rpc_call("getblockchaininfo")
        chain = info.get("chain") if isinstance(info, dict) else None
        if not isinstance(info, dict) or not isinstance(chain, str):
            raise self._garbled("getblockchaininfo names no chain")
        if chain not in NETWORK_BY_CHAIN:
            raise trouble(
                "source_node_wrong_network",
                f"{self.name} is on the network `{shown(chain)}`, which is not known",
                context={"url": self.name, "received": shown(chain)},
            )
        self._network = NETWORK_BY_CHAIN[chain]
        return info

    def _look_ahead(self, first: int, last: int) -> None:
        """Fetch the headers of these heights in few requests; the walk itself goes by previous hashes."""
        heights = range(max(first, 0), last + 1)
        for start in range(0, len(heights), _AT_ONCE):
            try:
                texts = self._rpc.batch(
                    "getblockhash", [[height] for height in heights[start : start + _AT_ONCE]]
                )
                hashes = [text for text in texts if _hash(text) is not None]
                for header in self._rpc.batch("getblockheader", [[text, False] for text in hashes]):
                    self._note_header(header)
            except NodeError:
                return  # a reorganisation in between; the walk asks for what is missing

    def _note_header(self, text: Json) -> None:
        """Remember a header under its own hash."""
        try:
            raw = bytes.fromhex(text) if isinstance(text, str) else b""
        except ValueError:
            raw = b""
        if len(raw) != HEADER_BYTES:
            raise self._garbled(f"a header is {HEADER_BYTES} bytes of hex, not `{shown(text)}`")
        header = Header.parse(raw)
        self._headers[header.hash] = header

    def _hash_at(self, height: int) -> bytes | None:
        """Hash of the node's block at a height."""
        return _hash(self._ask("getblockhash", height))

    def _ask(self, method: str, *arguments: Json) -> Json:
        """The result of a call; `None` if the node does not have what is asked for."""
        return self._rpc_call(method, *arguments)

    def _rpc_call(self, method: str, *arguments: Json) -> Json:
        try:
            return self._rpc.call(method, *arguments)
        except NodeError as error:
            if error.code in {_NOT_FOUND, _OUT_OF_RANGE}:
                return None
            if error.code == _MISC and "pruned" in error.message:
                raise trouble(
                    "source_node_pruned",
                    f"{self.name} has thrown away a block that the store needs: {error.message}",
                    context={"url": self.name, "block_hash": shown(arguments[0])},
                ) from error
            raise self._garbled(f"{method}: {error.message} ({error.code})") from error

    def _garbled(self, what: str) -> Exception:
        return trouble("source_node_garbled", f"{self.name}: {what}", context={"url": self.name})


def _hash(text: Json) -> bytes | None:
    """A displayed hash in internal order; `None` if it is none."""
    if not isinstance(text, str) or len(text) != _HEX_DIGITS:
        return None
    try:
        return internal(text)
    except ValueError:
        return None


def _is_height(value: Json) -> bool:
    """Whether a node may say so of its height."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_HEIGHT
