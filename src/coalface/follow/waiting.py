"""How long to wait, and what ends a wait early."""

import random
import time
from collections.abc import Callable
from typing import Any, Protocol

from coalface.errors import UsageError

__all__ = ["Backoff", "Clock", "Waker", "zmq_waker"]

_FIRST_SECONDS = 0.5
_MOST_SECONDS = 60.0
_CHANCE = random.SystemRandom().random
_TOPICS = (b"hashblock", b"sequence")


class Waker(Protocol):
    """Something that waits, and may be woken."""

    def wait(self, seconds: float) -> None:
        """Return after that time, or earlier."""

    def close(self) -> None:
        """Let go of what it holds."""


class Clock:
    """A waker that nothing wakes."""

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    def close(self) -> None:
        """Nothing to let go of."""


class Backoff:
    """Ever longer waits between attempts that fail, each shortened or lengthened by chance.

    Chance keeps several followers of one node from coming back at the same moment.
    """

    def __init__(
        self,
        *,
        first_seconds: float = _FIRST_SECONDS,
        most_seconds: float = _MOST_SECONDS,
        chance: Callable[[], float] = _CHANCE,
    ) -> None:
        self._first_seconds = first_seconds
        self._most_seconds = most_seconds
        self._chance = chance
        self.n_failures = 0

    def next_seconds(self) -> float:
        """How long to wait after one more failure: between half and all of a time that doubles."""
        whole = min(self._first_seconds * 2.0 ** min(self.n_failures, 30), self._most_seconds)
        self.n_failures += 1
        return whole * (0.5 + 0.5 * self._chance())

    def reset(self) -> None:
        """An attempt succeeded."""
        self.n_failures = 0


class _Zmq:
    """Wakes at a message of a node's ZMQ publisher. What it says is not believed."""

    def __init__(self, zmq: Any, url: str) -> None:  # noqa: ANN401 - an optional library
        self._zmq = zmq
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.RCVHWM, 1000)
        self._socket.setsockopt(zmq.MAXMSGSIZE, 1 << 20)
        for topic in _TOPICS:
            self._socket.setsockopt(zmq.SUBSCRIBE, topic)
        try:
            self._socket.connect(url)
        except zmq.ZMQError as error:
            self.close()
            raise UsageError(
                f"`{url}` is no ZMQ address: {error}",
                code="usage_zmq",
                hint="give what the node's `zmqpubsequence` or `zmqpubhashblock` says, as tcp://127.0.0.1:28332",
                context={"url": url},
            ) from error

    def wait(self, seconds: float) -> None:
        """Return at a message about a block, or after that time."""
        due = time.monotonic() + seconds
        while (left := due - time.monotonic()) > 0 and self._socket.poll(int(left * 1000) + 1):
            if self._drain():
                return

    def _drain(self) -> bool:
        """Whether a waiting message may be about a block; `sequence` tells of transactions, too."""
        is_block = False
        while self._socket.poll(0):
            parts = self._socket.recv_multipart()
            is_transaction = parts[0] == b"sequence" and len(parts) > 1 and parts[1][32:33] in {b"A", b"R"}
            is_block = is_block or not is_transaction
        return is_block

    def close(self) -> None:
        """Close socket and context."""
        self._socket.close()
        self._context.term()


def zmq_waker(url: str) -> Waker:
    """A waker that listens to the topics ``hashblock`` and ``sequence`` of a node's ZMQ publisher.

    Raises
    ------
    UsageError
        If the optional library is missing, or the address is none.
    """
    try:
        import zmq
    except ModuleNotFoundError as error:
        raise UsageError(
            "listening to ZMQ needs the package pyzmq",
            code="usage_no_zmq",
            hint="install coalface[follow], or go without `--zmq`: blocks are found by polling, too",
        ) from error
    return _Zmq(zmq, url)
