"""Rows of an answer that are made when they are looked at: until then a million outputs stay arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

__all__ = ["Rows"]

T = TypeVar("T")
_WINDOW = 4096


class Rows(Sequence[T], Generic[T]):
    """A sequence whose rows are built on demand, some thousand at a time.

    Parameters
    ----------
    count
        Number of rows.
    build
        Gives the rows from one number up to another.
    """

    __slots__ = ("_build", "_count")
    __hash__ = None  # type: ignore[assignment]  # as for a list: equal rows need not be the same object

    def __init__(self, count: int, build: Callable[[int, int], list[T]]) -> None:
        self._count = count
        self._build = build

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, key: int) -> T: ...
    @overload
    def __getitem__(self, key: slice) -> list[T]: ...
    def __getitem__(self, key: int | slice) -> T | list[T]:
        if isinstance(key, slice):
            start, stop, step = key.indices(self._count)
            if step == 1:
                return self._build(start, max(start, stop))
            return [self[n] for n in range(start, stop, step)]
        place = key + self._count if key < 0 else key
        if not 0 <= place < self._count:
            raise IndexError(f"row {key} of {self._count}")
        return self._build(place, place + 1)[0]

    def __iter__(self) -> Iterator[T]:
        for start in range(0, self._count, _WINDOW):
            yield from self._build(start, min(start + _WINDOW, self._count))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __repr__(self) -> str:
        return f"<{self._count} rows>"
