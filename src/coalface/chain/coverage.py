"""Coverage: what a store holds of its chain, so that every answer can say what it cannot know."""

from dataclasses import dataclass, replace

from coalface import _core

__all__ = ["Coverage", "Segment", "coverage_of"]


@dataclass(frozen=True)
class Segment:
    """A run of blocks, each the child of the one before."""

    n_blocks: int
    first_height: int | None
    """Height of the first block; `None` where nothing tells it."""
    last_height: int | None
    last_hash: str


@dataclass(frozen=True)
class Coverage:
    """What the blocks as of a bound are, and which fields of the answer are unknown for that reason."""

    tip_height: int | None
    """Greatest height of the blocks used; `None` where no height is known."""
    complete_from_genesis: bool
    """Whether the blocks are one chain from the network's genesis block on."""
    segments: tuple[Segment, ...]
    unknown: tuple[str, ...] = ()
    """Fields of the answer that are `null` because the store does not hold what they need."""
    from_spend: tuple[str, ...] = ()
    """Addresses that only the spending input proves, because the spent output is outside the store."""

    @property
    def last(self) -> Segment | None:
        """The segment that ends highest, or the last one where no height is known; `None` without blocks."""
        known = [segment for segment in self.segments if segment.last_height is not None]
        if known:
            return max(known, key=lambda segment: segment.last_height or 0)
        return self.segments[-1] if self.segments else None

    def with_unknown(self, unknown: list[str], from_spend: list[str] | None = None) -> "Coverage":
        """The same blocks with the unknown fields of one answer."""
        return replace(self, unknown=tuple(unknown), from_spend=tuple(from_spend or ()))


def coverage_of(chain: _core.Chain, bound: _core.Bound) -> Coverage:
    """Coverage of the blocks below `bound`. O(blocks)."""
    segments = tuple(Segment(*row) for row in chain.segments(bound))
    known = [segment.last_height for segment in segments if segment.last_height is not None]
    return Coverage(
        tip_height=max(known, default=None),
        complete_from_genesis=chain.complete_from_genesis(bound),
        segments=segments,
    )
