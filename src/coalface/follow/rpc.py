"""Bitcoin Core's JSON-RPC, as far as a follower needs it: four calls that only read."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from coalface.follow.credentials import Credentials
from coalface.follow.http import Connection
from coalface.follow.trouble import shown, trouble

__all__ = ["READ_ONLY_METHODS", "NodeError", "Rpc"]

READ_ONLY_METHODS = frozenset({"getblock", "getblockchaininfo", "getblockhash", "getblockheader"})
"""All that is ever asked of a node. None of them changes it, and none makes it tell anybody else."""

_MAX_SMALL_BYTES = 1 << 20
_MAX_ENTRY_BYTES = 1 << 10
# 4,000,000 bytes is the longest block that consensus allows; in hex, and a frame of JSON around it.
_MAX_BLOCK_BYTES = 2 * 4_000_000 + (1 << 16)
# Bitcoin Core `rpc/protocol.h`
_WARMING_UP = -28
_METHOD_NOT_FOUND = -32601

Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


class NodeError(Exception):
    """What the node said instead of a result.

    Parameters
    ----------
    method
        What was called.
    code
        Number of the error in Bitcoin Core's ``rpc/protocol.h``.
    message
        The node's own words.
    """

    def __init__(self, method: str, code: int, message: str) -> None:
        super().__init__(f"{method}: {message} ({code})")
        self.method = method
        self.code = code
        self.message = message


class Rpc:
    """Calls to one node."""

    def __init__(self, connection: Connection, credentials: Credentials) -> None:
        self._connection = connection
        self._credentials = credentials

    def call(self, method: str, *arguments: Json) -> Json:
        """The result of one call.

        Raises
        ------
        NodeError
            If the node answers with an error.
        SourceError
            If there is no usable answer.
        """
        limit = _MAX_BLOCK_BYTES if method == "getblock" else _MAX_SMALL_BYTES
        answer = self._post(_request(method, arguments, 0), limit)
        return self._result(method, answer, 0)

    def batch(self, method: str, arguments: Sequence[Sequence[Json]]) -> list[Json]:
        """The results of many calls of one method, in their order; raises as `call` does."""
        if not arguments:
            return []
        requests = [_request(method, each, number) for number, each in enumerate(arguments)]
        answer = self._post(requests, _MAX_SMALL_BYTES + _MAX_ENTRY_BYTES * len(requests))
        if not isinstance(answer, list) or len(answer) != len(requests):
            if isinstance(answer, dict):
                self._result(method, answer, 0)
            raise self._garbled(f"a batch of {len(requests)} calls has no list of as many answers")
        by_number = {
            entry["id"]: entry
            for entry in answer
            if isinstance(entry, dict) and isinstance(entry.get("id"), int)
        }
        return [self._result(method, by_number.get(number), number) for number in range(len(requests))]

    def _post(self, content: object, max_bytes: int) -> Json:
        """The JSON that a request is answered with."""
        headers = {"Content-Type": "application/json"}
        authorization = self._credentials.header()
        if authorization is not None:
            headers["Authorization"] = authorization
        answer = self._connection.ask(
            "POST",
            self._connection.location.path,
            json.dumps(content, separators=(",", ":")).encode(),
            headers,
            max_bytes=max_bytes,
        )
        self._refuse_status(answer.status)
        try:
            found: Json = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            if answer.status != HTTPStatus.OK:
                raise self._garbled(f"HTTP status {answer.status}") from error
            raise self._garbled("the answer is no JSON") from error
        return found

    def _refuse_status(self, status: int) -> None:
        """Raise where the status alone says what is wrong. Errors of calls come with 404 or 500 and JSON."""
        where = str(self._connection.location)
        context: dict[str, str | int | None] = {"url": where, "status": status}
        if status == HTTPStatus.UNAUTHORIZED:
            what = f"{where} does not accept these credentials (HTTP status 401)"
            raise trouble("source_node_unauthorized", what, context=context)
        if status == HTTPStatus.FORBIDDEN:
            raise trouble(
                "source_node_forbidden", f"{where} refuses this client (HTTP status 403)", context=context
            )
        if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
            raise trouble("source_node_busy", f"{where} is busy (HTTP status {status})", context=context)

    def _result(self, method: str, entry: Json, number: int) -> Json:
        """The result in one response object."""
        if not isinstance(entry, dict) or entry.get("id") != number:
            raise self._garbled(f"{method} has no response of its own")
        error = entry.get("error")
        if error is None:
            return entry.get("result")
        if not isinstance(error, dict) or not isinstance(error.get("code"), int):
            raise self._garbled(f"{method} fails without a code")
        code, message = error["code"], shown(error.get("message", ""))
        assert isinstance(code, int)  # noqa: S101 - said above
        if code == _WARMING_UP:
            raise trouble("source_node_warming_up", f"{self._connection.location} is starting: {message}")
        if code == _METHOD_NOT_FOUND:
            raise trouble("source_node_no_method", f"{self._connection.location} does not know {method}")
        raise NodeError(method, code, message)

    def _garbled(self, what: str) -> Exception:
        where = str(self._connection.location)
        return trouble("source_node_garbled", f"{where}: {what}", context={"url": where})


def _request(method: str, arguments: Sequence[Json], number: int) -> Mapping[str, object]:
    """One request object. Version 1.0 is what all nodes speak."""
    if method not in READ_ONLY_METHODS:
        raise ValueError(f"`{method}` is none of the calls that only read")
    return {"jsonrpc": "1.0", "id": number, "method": method, "params": list(arguments)}
