"""Union-find that holds unions back: the engine of the cut overlay. Knows numbers, nothing of a store."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Constrained", "Held"]


@dataclass(frozen=True)
class Held:
    """A union that was not made."""

    guard: str
    """``split``, ``labels`` or ``large``."""
    from_size: int
    """Addresses of the side of the first end at that moment."""
    to_size: int
    split: int | None = None
    """Number of the split that forbids it."""
    actors: tuple[frozenset[int], frozenset[int]] = field(default=(frozenset(), frozenset()))
    """Actors of both sides, of the guard ``labels``."""


class Constrained:
    """Clusters of numbers, made by one union after the other.

    Parameters
    ----------
    splits
        Pairs that never share a cluster, by the number of the split.
    actors
        Actors of a number, as labels say.
    large
        Two sides that both have so many numbers are not united; `None` leaves that guard out.
    """

    def __init__(
        self,
        splits: Mapping[int, tuple[int, int]],
        actors: Mapping[int, frozenset[int]],
        large: int | None,
    ) -> None:
        self._parent: dict[int, int] = {}
        self._size: dict[int, int] = {}
        self._large = large
        self._actors = dict(actors)
        # By root: split and the number on the other side.
        self._foes: dict[int, list[tuple[int, int]]] = {}
        for number, (a, b) in sorted(splits.items()):
            self._foes.setdefault(a, []).append((number, b))
            self._foes.setdefault(b, []).append((number, a))

    def root(self, node: int) -> int:
        """The number that stands for the cluster of `node`."""
        parent = self._parent
        top = node
        while (up := parent.get(top, top)) != top:
            top = up
        while node != top:
            parent[node], node = top, parent.get(node, top)
        return top

    def size(self, node: int) -> int:
        """Numbers in the cluster of `node`."""
        return self._size.get(self.root(node), 1)

    def unite(self, a: int, b: int, *, guarded: bool = True) -> Held | None:
        """Unite two clusters, or say what holds them apart; without `guarded` only splits do."""
        left, right = self.root(a), self.root(b)
        if left == right:
            return None
        sizes = self._size.get(left, 1), self._size.get(right, 1)
        if (split := self._forbids(left, right)) is not None:
            return Held("split", *sizes, split=split)
        sides = self._actors.get(left, frozenset()), self._actors.get(right, frozenset())
        if guarded and not (sides[0] <= sides[1] or sides[1] <= sides[0]):
            return Held("labels", *sizes, actors=sides)
        if guarded and self._large is not None and min(sizes) >= self._large:
            return Held("large", *sizes)
        big, small = (left, right) if sizes[0] >= sizes[1] else (right, left)
        self._parent[small] = big
        self._size[big] = sum(sizes)
        if sides[0] or sides[1]:
            self._actors[big] = sides[0] | sides[1]
        if foes := self._foes.pop(small, None):
            self._foes.setdefault(big, []).extend(foes)
        return None

    def _forbids(self, left: int, right: int) -> int | None:
        """The first split with one end in each."""
        of_left, of_right = self._foes.get(left, []), self._foes.get(right, [])
        foes, other = (of_left, right) if len(of_left) <= len(of_right) else (of_right, left)
        return min((number for number, foe in foes if self.root(foe) == other), default=None)

    def members(self, node: int, among: Iterable[int]) -> list[int]:
        """Numbers of `among` in the cluster of `node`, ascending."""
        top = self.root(node)
        return sorted(each for each in among if self.root(each) == top)
