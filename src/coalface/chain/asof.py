"""As of: the last block that an answer may use."""

from dataclasses import dataclass

from coalface import _core
from coalface.chain.reference import is_hash, is_height, parse_time
from coalface.errors import NotFound

__all__ = ["AsOf", "resolve"]


@dataclass(frozen=True)
class AsOf:
    """The last block that an answer uses."""

    height: int | None
    """Its height, `None` where that is unknown (or where there is no block)."""
    hash: str | None
    """Its hash; `None` before the first block."""

    def __str__(self) -> str:
        if self.hash is None:
            return "a time before the first block"
        return f"block {self.hash if self.height is None else self.height}"


def resolve(chain: _core.Chain, as_of: int | str | None) -> _core.Bound:
    """Rows that an answer as of a height, block hash or date may use.

    Parameters
    ----------
    chain
        The engine's chain.
    as_of
        Height (inclusive), block hash, date ``YYYY-MM-DD`` or time: of a date, the highest block whose median
        time is not after the end of that day in UTC. `None` is the tip.

    Raises
    ------
    NotFound
        If the height is above the tip or the hash is not in the store.
    InvalidReference
        If the text is none of these.

    Notes
    -----
    In a partial chain, blocks count in the order of the store: a height stands for all blocks before the
    first that is higher or of unknown height.
    """
    if as_of is None:
        return chain.bound_tip()
    text = str(as_of)
    if is_height(text):
        bound = chain.bound_height(int(text))
        what = f"height {text} is above the highest block of the store"
    elif is_hash(text):
        bound = chain.bound_hash(text.lower())
        what = f"block {text} is not in the store"
    else:
        return chain.bound_time(parse_time(text))
    if bound is None:
        raise NotFound(what, code="not_found_block", context={"as_of": text})
    return bound
