"""The walk from a block of the source back to the store's chain, by previous hashes."""

from dataclasses import dataclass

from coalface.follow.header import Header, display
from coalface.follow.held import Held
from coalface.follow.source import BlockSource
from coalface.follow.trouble import trouble

__all__ = ["Branch", "walk_back"]

_ZERO = bytes(32)
MORE_STEPS = 2048
"""Blocks of the store that are looked at anyway."""


@dataclass(frozen=True)
class Branch:
    """Blocks on top of one of the store's."""

    fork_row: int
    """Row of the last block in common; -1 if the branch begins with the genesis block."""
    headers: tuple[Header, ...]
    """Upwards, each the child of the one before."""

    @property
    def work(self) -> int:
        """Work of its blocks."""
        return sum(header.work for header in self.headers)

    def up_to(self, n_blocks: int) -> "Branch":
        """Its first blocks."""
        return Branch(self.fork_row, self.headers[:n_blocks])


def walk_back(source: BlockSource, held: Held, goal: bytes, *, most: int) -> Branch:
    """The blocks between the store's chain and `goal`, which is among them unless the store holds it.

    A block that was disconnected shows in this walk, whether or not anybody told of it: the walk ends at a
    block
    of the store that is not its tip.

    Parameters
    ----------
    source
        Where headers come from. Each is proved by the hash that the next one names.
    held
        The store.
    goal
        Hash of a block, in internal order.
    most
        Headers after which the walk gives up.

    Raises
    ------
    SourceError
        If a header is missing, has no proof of work, or the walk meets no block of the store.

    Notes
    -----
    One header a block between the tips and the fork, whatever the depth.
    """
    above: list[Header] = []
    at = goal
    # As deep as the walk is long, and a margin: a fork lies about as far below the store's tip as below the
    # goal.
    while (row := held.row_of(at, MORE_STEPS + 2 * len(above))) is None:
        header = source.header(at)
        if header is None or header.hash != at:
            raise trouble(
                "source_node_changing",
                f"{source.name} has no header of block {display(at)}",
                context={"block_hash": display(at)},
            )
        if not header.has_work:
            raise trouble(
                "source_node_wrong_block",
                f"block {display(at)} of {source.name} has no proof of work",
                context={"block_hash": display(at)},
            )
        above.append(header)
        if header.prev_hash == _ZERO and held.n_blocks == 0:
            return Branch(-1, tuple(reversed(above)))
        if header.prev_hash == _ZERO or len(above) > most:
            raise trouble(
                "source_node_other_chain",
                f"the chain of {source.name} has no block in common with the store",
                context={"block_hash": display(goal), "n_headers": len(above)},
            )
        at = header.prev_hash
    return Branch(row, tuple(reversed(above)))
