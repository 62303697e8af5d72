"""One HTTP connection to the node, with a bound on the time and the size of every answer.

`http.client` bounds neither: its time-out starts anew with every byte, so that a server which drips bytes
holds a
client for ever. The socket here knows when the whole answer is due.
"""

import http.client
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coalface.errors import SourceError
from coalface.follow.location import Location
from coalface.follow.trouble import shown, trouble

__all__ = ["Answer", "Connection"]

_PIECE_BYTES = 1 << 16


@dataclass(frozen=True)
class Answer:
    """Status and body of a response."""

    status: int
    body: bytes


class _DueSocket(socket.socket):
    """A socket whose reads end at a point in time, however many there are."""

    due = float("inf")

    def recv_into(self, *arguments: Any, **keywords: Any) -> int:  # noqa: ANN401 - as `socket` takes them
        """Number of bytes read."""
        self.settimeout(max(self.due - time.monotonic(), 1e-3))
        return super().recv_into(*arguments, **keywords)


class Connection:
    """Requests to one server over a connection that is kept, and opened again where it was lost.

    Parameters
    ----------
    location
        The server.
    timeout_seconds
        Longest time from a request to the last byte of its answer.
    """

    def __init__(self, location: Location, *, timeout_seconds: float = 30.0) -> None:
        self.location = location
        self.timeout_seconds = timeout_seconds
        self._http: http.client.HTTPConnection | None = None
        self._socket: _DueSocket | None = None

    def close(self) -> None:
        """Let go of the connection; the next request opens another."""
        if self._http is not None:
            self._http.close()
        if self._socket is not None:
            self._socket.close()
        self._http = self._socket = None

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        max_bytes: int,
    ) -> Answer:
        """The answer to a request.

        Parameters
        ----------
        method
            ``GET`` or ``POST``.
        path
            Path on the server.
        body
            What is posted.
        headers
            Further headers.
        max_bytes
            Longest body that is read.

        Raises
        ------
        SourceError
            `source_node_unreachable`, `source_node_slow` or `source_node_garbled`: they may pass.
        """
        is_kept = self._http is not None
        try:
            return self._try(method, path, body, headers or {}, max_bytes)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
            self.close()
            if not is_kept:
                raise self._unreachable(error) from error
        # The server had closed a connection that it did not want to keep. Every request only reads: ask
        # again.
        try:
            return self._try(method, path, body, headers or {}, max_bytes)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
            self.close()
            raise self._unreachable(error) from error

    def _try(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], max_bytes: int
    ) -> Answer:
        due = time.monotonic() + self.timeout_seconds
        try:
            connection = self._open(due)
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            with response:
                content = self._read(response, max_bytes)
        except TimeoutError as error:
            self.close()
            raise trouble(
                "source_node_slow",
                f"{self.location} did not answer within {self.timeout_seconds:g} s",
                context={"url": str(self.location)},
            ) from error
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            raise
        except SourceError:  # an OSError, too
            self.close()
            raise
        except (http.client.HTTPException, ValueError) as error:
            self.close()
            raise self._garbled(f"the answer is cut or no HTTP ({shown(type(error).__name__)})") from error
        except OSError as error:
            self.close()
            raise self._unreachable(error) from error
        except (
            BaseException
        ):  # a signal in the middle of an answer: what is left of it must not be read as the next
            self.close()
            raise
        if response.will_close:
            self.close()
        return Answer(response.status, content)

    def _open(self, due: float) -> http.client.HTTPConnection:
        """The connection, opened if need be, whose reads end at `due`."""
        if self._http is None or self._socket is None:
            plain = socket.create_connection(
                (self.location.host, self.location.port), max(due - time.monotonic(), 1e-3)
            )
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = _DueSocket(fileno=plain.detach())
            self._http = http.client.HTTPConnection(self.location.host, self.location.port)
            self._http.sock = self._socket
            self._http.auto_open = 0
        self._socket.due = due
        self._socket.settimeout(max(due - time.monotonic(), 1e-3))
        return self._http

    def _read(self, response: http.client.HTTPResponse, max_bytes: int) -> bytes:
        """The whole body.

        Raises
        ------
        SourceError
            `source_node_garbled`, if it is longer than allowed.
        """
        pieces, n_bytes = [], 0
        if response.length is not None and response.length > max_bytes:
            raise self._too_long(max_bytes)
        while piece := response.read(_PIECE_BYTES):
            n_bytes += len(piece)
            if n_bytes > max_bytes:
                raise self._too_long(max_bytes)
            pieces.append(piece)
        if response.length:
            raise http.client.IncompleteRead(b"")
        return b"".join(pieces)

    def _too_long(self, max_bytes: int) -> Exception:
        self.close()
        return self._garbled(f"the answer is longer than {max_bytes} bytes")

    def _garbled(self, what: str) -> Exception:
        return trouble("source_node_garbled", f"{self.location}: {what}", context={"url": str(self.location)})

    def _unreachable(self, error: Exception) -> Exception:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        return trouble(
            "source_node_unreachable",
            f"cannot talk to {self.location}: {shown(reason)}",
            context={"url": str(self.location)},
        )
