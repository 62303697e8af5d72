"""What a screening asks: the chain and the lists of a store, both as of one moment."""

from dataclasses import dataclass
from pathlib import Path

from coalface.chain import AsOf, Chain, Coverage, open_chain
from coalface.chain.reference import is_hash, is_height, parse_time
from coalface.errors import NotFound, StoreNotFound, UsageError
from coalface.labels import LabelBook

__all__ = ["Sources", "lists_moment", "open_sources"]


@dataclass(frozen=True)
class Sources:
    """An opened store."""

    folder: Path
    chain: Chain | None
    book: LabelBook | None
    """`None` if no list was ever imported."""
    network: str
    as_of_unix: int | None
    """The moment whose lists are used; `None` uses all."""

    @property
    def as_of(self) -> AsOf:
        """The last block used."""
        return AsOf(None, None) if self.chain is None else self.chain.as_of

    @property
    def coverage(self) -> Coverage:
        """What the chain covers; without one, nothing."""
        return Coverage(None, False, ()) if self.chain is None else self.chain.coverage


def open_sources(store: str | Path | Chain, as_of: int | str | None) -> Sources:
    """Chain and lists of a store as of a block or date.

    Parameters
    ----------
    store
        Its folder, or its opened chain.
    as_of
        Height, block hash or date: of the chain the last block used, of the lists the last day. Without a
        chain, a date. `None`: the tip, or the block that the opened chain is as of.

    Raises
    ------
    StoreNotFound
        If the folder holds neither chain nor labels.
    UsageError
        If `as_of` is a block and there is no chain.
    NotFound, InvalidReference
        If there is no such block, or the text is no reference.
    """
    if isinstance(store, Chain):
        folder = store.folder
        chain: Chain | None = store if as_of is None else store.at(as_of)
    else:
        folder = Path(store)
        chain = _chain_of(folder, as_of)
    moment = lists_moment(chain, as_of)
    try:
        book: LabelBook | None = LabelBook(folder, as_of_unix=moment)
    except NotFound:
        book = None
    if chain is not None:
        network = chain.network
    elif book is not None:
        network = book.network
    else:
        raise StoreNotFound(
            f"`{folder}` is not a store: it has neither a chain nor labels",
            hint="`coalface index` makes the one, `coalface labels import` the other",
            context={"path": str(folder)},
        )
    return Sources(folder, chain, book, network, moment)


def _chain_of(folder: Path, as_of: int | str | None) -> Chain | None:
    """The chain in a folder, `None` if it holds none."""
    try:
        return open_chain(folder, as_of=as_of)
    except StoreNotFound:
        return None


def lists_moment(chain: Chain | None, as_of: int | str | None) -> int | None:
    """The moment whose lists count, in seconds since 1970."""
    if as_of is not None:
        text = str(as_of)
        if not is_height(text) and not is_hash(text):
            return parse_time(text)
        if chain is None:
            raise UsageError(
                f"block {text} cannot be looked up: this store holds labels only",
                code="usage_as_of",
                hint="give a date: --as-of YYYY-MM-DD",
            )
    if chain is None or (as_of is None and chain.bound.blocks == chain.core.bound_tip().blocks):
        return None
    last = chain.as_of.hash
    row = None if last is None else chain.core.find_block(last, chain.bound)
    return 0 if row is None else chain.core.block(row)["time_unix"]
