"""Progress of long work, on stderr and only for a terminal: a pipe or a log file gets not a byte of it."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

__all__ = ["Progress"]

# Redrawing more often than this is only flicker.
_SECONDS_BETWEEN_LINES = 0.2
_ERASE_LINE = "\r\x1b[K"
_PREFIXES = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


class Progress:
    """One line that says how far the work is, how fast, and how long it will still take.

    Parameters
    ----------
    label
        What is being done, as a noun: ``blocks``.
    unit
        Unit of the counts given to `update`: ``B``, ``tx``.
    stream
        Standard error if `None`.
    clock
        Seconds, monotonic.

    Examples
    --------
    >>> with Progress("reading", "B") as progress:
    ...     progress.update(50, 100)
    """

    def __init__(
        self,
        label: str,
        unit: str,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._label = label
        self._unit = unit
        self._stream = stream or sys.stderr
        self._clock = clock
        self._is_shown = self._stream.isatty()
        self._started = clock()
        self._drawn = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_shown:
            self._stream.write(_ERASE_LINE)
            self._stream.flush()

    def update(
        self, done: int, total: int | None = None, label: str | None = None, unit: str | None = None
    ) -> None:
        """Show that `done` units of `total` (`None`: unknown) are finished; a new `label` is a new phase.

        `unit` is that of the counts from now on.
        """
        self._unit = unit or self._unit
        if label is not None and label != self._label:
            self._label = label
            self._started = self._clock()
            self._drawn = float("-inf")
        if not self._is_shown:
            return
        now = self._clock()
        if now - self._drawn < _SECONDS_BETWEEN_LINES:
            return
        self._drawn = now
        self._stream.write(_ERASE_LINE + self._line(done, total, now - self._started))
        self._stream.flush()

    def _line(self, done: int, total: int | None, seconds: float) -> str:
        """The line of text: label, counts, share, rate and the time that is left."""
        rate = done / seconds if seconds > 0 else 0.0
        parts = [f"{self._label}: {_scaled(done)}{self._unit}"]
        if total is not None and total > 0:
            share = f"({100 * done // total} %)"
            parts = [f"{self._label}: {_scaled(done).rstrip()} of {_scaled(total)}{self._unit} {share}"]
        if rate > 0:
            parts.append(f"{_scaled(int(rate))}{self._unit}/s")
            if total is not None and done < total:
                parts.append(f"{_duration((total - done) / rate)} left")
        return ", ".join(parts)


def _scaled(count: int) -> str:
    """Count ready for its unit, with a decimal prefix where it is large: ``1.5 M``, ``12 ``."""
    for size, prefix in _PREFIXES:
        if count >= size:
            return f"{count / size:.1f} {prefix}"
    return f"{count} "


def _duration(seconds: float) -> str:
    """Time in its two largest units: ``2 h 05 min``, ``3 min 20 s``, ``12 s``."""
    whole = int(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours:
        return f"{hours} h {minutes:02d} min"
    if minutes:
        return f"{minutes} min {whole % 60:02d} s"
    return f"{whole} s"
