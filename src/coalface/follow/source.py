"""What a follower asks of whatever it follows: a node's RPC server, or the block files that a node writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from coalface.follow.header import Header
from coalface.follow.held import Held

__all__ = ["BlockSource", "Goal"]


@dataclass(frozen=True)
class Goal:
    """A block to bring the store to, and what the source says of itself."""

    hash: bytes
    """In internal order."""
    tip_height: int | None
    """Height of the source's own tip, where it says so."""
    is_tip: bool = True
    """Whether this is the source's own tip, or only a step on the way there."""
    is_syncing: bool = False
    """Whether the source knows of more headers than it has blocks."""


class BlockSource(Protocol):
    """Something that has the blocks of a chain."""

    @property
    def name(self) -> str:
        """What people call it: a URL without secrets, or a folder."""

    def network(self) -> str:
        """Name of its network."""

    def goal(self, held: Held, *, at_most: int) -> Goal | None:
        """The block to go for next, at most that many above the store's tip; `None` if there is none."""

    def header(self, block_hash: bytes) -> Header | None:
        """The header with a hash; `None` if the source does not have it."""

    def block(self, block_hash: bytes) -> bytes | None:
        """The serialized block with a hash; `None` if the source does not have it."""

    def refused(self, hashes: Sequence[str]) -> None:
        """Hear which blocks of this source broke a rule; raises if the source should not have sent them."""

    def close(self) -> None:
        """Let go of connections and files."""
