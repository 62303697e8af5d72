"""SIGINT and SIGTERM: at once while the follower waits or asks, after the commit while it writes."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

__all__ = ["Stopped", "Stopping"]


class Stopped(BaseException):  # not an Exception: nothing that handles errors may swallow it
    """The user, or the system, wants the follower to end.

    Parameters
    ----------
    number
        The signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Stopping:
    """Turns the signals into `Stopped` for as long as it is entered."""

    def __init__(self) -> None:
        self._asked: int | None = None
        self._depth = 0
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what `signal` gave

    def _hear(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as `signal` calls it
        self._asked = number
        if self._depth == 0:
            raise Stopped(number)

    @contextmanager
    def later(self) -> Iterator[None]:
        """A stretch that is finished before the follower ends."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
        if self._depth == 0 and self._asked is not None:
            raise Stopped(self._asked)
