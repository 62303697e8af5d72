"""Bitcoin Core's REST interface: blocks as bytes, at twice the speed of JSON-RPC. A node may have it off."""

from http import HTTPStatus

from coalface.follow.http import Connection
from coalface.follow.trouble import trouble

__all__ = ["Rest"]

_MAX_BLOCK_BYTES = 4_000_000
_MAX_INFO_BYTES = 1 << 20


class Rest:
    """Questions to the REST interface of one node."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_on(self) -> bool:
        """Whether the node answers here (``rest=1`` in its configuration)."""
        answer = self._connection.ask("GET", "/rest/chaininfo.json", max_bytes=_MAX_INFO_BYTES)
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise trouble(
                "source_node_warming_up", f"{self._connection.location} is starting or busy (HTTP status 503)"
            )
        return answer.status == HTTPStatus.OK and answer.body[:1] == b"{"

    def block(self, block_hash: str) -> bytes | None:
        """Bytes of the block with a hash; `None` if the interface does not give it, for whatever reason."""
        answer = self._connection.ask("GET", f"/rest/block/{block_hash}.bin", max_bytes=_MAX_BLOCK_BYTES)
        return answer.body if answer.status == HTTPStatus.OK else None
