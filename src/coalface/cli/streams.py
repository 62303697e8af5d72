"""Standard output and input of one run, watched so that a verb can be run again as if for the first time."""

from collections import deque
from collections.abc import Iterable
from typing import Any, TextIO

__all__ = ["Input", "Output"]

_MAX_KEPT = 1 << 20
"""Characters of standard input that are kept to be read again."""


class Output:
    """Standard output that knows whether anything was written to it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.has_begun = False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Number of characters written."""
        if text:
            self.has_begun = True
        return self._stream.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts one after another."""
        for line in lines:
            self.write(line)


class Input:
    """Standard input whose first lines can be read again."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._kept: deque[str] = deque()
        self._n_kept = 0
        self._again: deque[str] = deque()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)

    def readline(self, limit: int) -> str:
        """Next line or its first `limit` characters; empty at the end. The limit is the same in all calls."""
        line = self._again.popleft() if self._again else self._stream.readline(limit)
        self._n_kept += len(line)
        if self._n_kept <= _MAX_KEPT:
            self._kept.append(line)
        else:
            self._kept.clear()
        return line

    def rewind(self) -> bool:
        """Whether the next line read is the first one again: not if too much was read to keep it."""
        if self._n_kept > _MAX_KEPT:
            return False
        self._kept.extend(self._again)
        self._kept, self._again, self._n_kept = deque(), self._kept, 0
        return True
