"""What labels say, by address id: the look-up of rooms that walk the chain, such as tracing and clusters.

Built in one pass over the current statements, once for each state of labels and chain, and kept in
``labels.index.npz`` beside them: an import, a withdrawal or a new block makes the next question build it
anew. Only statements about addresses that occur on the chain are in it, so that it stays small beside a list
of millions. Reading it back costs what its bytes cost; who needs the words of a statement asks the book.
"""

import contextlib
import json
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from coalface.chain import Chain
from coalface.labels.book import LabelBook
from coalface.labels.categories import is_service
from coalface.labels.database import LABELS
from coalface.labels.draft import Claim
from coalface.labels.label import concepts_of
from coalface.labels.reason import cited_reason
from coalface.labels.source import SourceRow
from coalface.labels.sqlite_file import checked_row

__all__ = ["NOBODY", "LabelledAddresses", "Service", "labelled_addresses", "service_stops"]

FILE_NAME: Final = "labels.index.npz"
_FORMAT: Final = 1
NOBODY: Final = 0xFFFF_FFFF
"""Code of an actor or category where a statement names none."""
_NULL = type(None)
_TEXT = (str, _NULL)
_SAID = """
SELECT id, claim, category, concepts, actor_name, actor_id, is_cluster_definer, valid_from, valid_until
FROM said WHERE source_id = ? ORDER BY id
"""
_SAID_KINDS = (int, str, _TEXT, _TEXT, _TEXT, _TEXT, (int, _NULL), _TEXT, _TEXT)
_STATEMENTS = "SELECT id, subject, said_id FROM statement WHERE id >= ? AND id < ? AND payload IS NOT NULL"
_ARRAYS = {
    "address_id": np.uint32,
    "category": np.uint32,
    "actor": np.uint32,
    "is_service": np.bool_,
    "is_listed": np.bool_,
    "is_cluster_definer": np.int8,
    "statement": np.int64,
}


@dataclass(frozen=True)
class LabelledAddresses:
    """Current statements about addresses of a chain, a row each, in the order of address ids.

    Arrays have the same length; an address of which several things are said has several rows.
    """

    address_id: NDArray[np.uint32]
    category: NDArray[np.uint32]
    """Place in `categories`; `NOBODY` where a statement has no category."""
    actor: NDArray[np.uint32]
    """Place in `actors`; `NOBODY` where a statement names none. Two codes are two actors as far as labels
    tell: different names may be of one party."""
    is_service: NDArray[np.bool_]
    """Whether a trace stops here: the statement gives the address to a service."""
    is_listed: NDArray[np.bool_]
    """Whether an authority's list names the address."""
    is_cluster_definer: NDArray[np.int8]
    """1: the source means the whole cluster; 0: it does not; -1: it does not say."""
    statement: NDArray[np.int64]
    """For `LabelBook.label_of_row`: the statement itself."""
    categories: tuple[str, ...]
    actors: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.address_id)

    def rows_of(self, address_id: int) -> range:
        """Rows of one address."""
        first, past = np.searchsorted(self.address_id, [address_id, address_id + 1])
        return range(int(first), int(past))

    def service_ids(self) -> NDArray[np.uint32]:
        """Addresses where a trace stops, ascending, each once."""
        return np.unique(self.address_id[self.is_service])

    def actor_ids(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Addresses with an actor, ascending, and the actor's code; one of two actors stands there twice.

        What guards a cluster against joining two parties. Left out is what its source says not to mean the
        cluster.
        """
        named = (self.actor != NOBODY) & (self.is_cluster_definer != 0)
        pairs = np.unique(
            (self.address_id[named].astype(np.uint64) << np.uint64(32)) | self.actor[named].astype(np.uint64)
        )
        return (pairs >> np.uint64(32)).astype(np.uint32), pairs.astype(np.uint32)


def labelled_addresses(chain: Chain, book: LabelBook) -> LabelledAddresses:
    """What the labels of a book say of the addresses of a chain, by address id.

    Parameters
    ----------
    chain
        As of which block: addresses that first occur later are left out.
    book
        The labels, as of the same moment.

    Notes
    -----
    Kept beside the labels where both are the newest; for an earlier moment built for this one question. Takes
    some 3 microseconds a statement to build and 25 bytes a statement about an address of the chain.
    """
    is_newest = book.day is None and chain.bound.blocks == chain.core.bound_tip().blocks
    path = chain.folder / FILE_NAME
    key = f"{_FORMAT} {book.digest} {chain.network} {chain.as_of.hash} {chain.bound.txs}"
    if is_newest and (known := _read(path, key, book.valid_on)) is not None:
        return known
    found, has_validity = _built(chain, book)
    if is_newest:
        # Not being able to keep it costs time, never an answer.
        with contextlib.suppress(OSError):
            _write(path, key, book.valid_on if has_validity else "", found)
    return found


@dataclass(frozen=True)
class Service:
    """A service, as a label says."""

    reason: str
    """Who says so, with the statement's id."""
    category: str | None
    actor: str | None


def service_stops(chain: Chain, book: LabelBook) -> dict[str, Service]:
    """Services by address, of the addresses of a chain that labels give to one: where traces stop.

    Parameters
    ----------
    chain
        As of which block.
    book
        The labels, as of the same moment. Where several say so, the newest source is quoted.
    """
    labelled = labelled_addresses(chain, book)
    rows = np.flatnonzero(labelled.is_service)
    first = rows[np.unique(labelled.address_id[rows], return_index=True)[1]]
    texts = chain.core.address_texts(labelled.address_id[first])
    codes = zip(labelled.category[first].tolist(), labelled.actor[first].tolist(), strict=True)
    return {
        text: Service(
            cited_reason(book.label_of_row(row)),
            None if category == NOBODY else labelled.categories[category],
            None if actor == NOBODY else labelled.actors[actor],
        )
        for text, row, (category, actor) in zip(texts, labelled.statement[first].tolist(), codes, strict=True)
        if text is not None
    }


class _Codes:
    """Numbers of names, in the order of their appearance."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self.names: list[str] = []

    def of(self, name: str | None) -> int:
        """The number of a name, whatever its case."""
        if name is None:
            return NOBODY
        folded = name.casefold()
        code = self._codes.get(folded)
        if code is None:
            code = self._codes[folded] = len(self.names)
            self.names.append(name)
        return code


class _Said:
    """What one source says, an entry for each row of `said`, whose ids are consecutive."""

    def __init__(self) -> None:
        self.first = 0
        self.category, self.actor, self.flags, self.definer = array("I"), array("I"), array("B"), array("b")


_SERVICE, _LISTED, _VALID = 1, 2, 4


def _built(chain: Chain, book: LabelBook) -> tuple[LabelledAddresses, bool]:
    """The look-up, and whether any statement has a validity."""
    categories, actors = _Codes(), _Codes()
    rows = {name: array(code) for name, code in zip(_ARRAYS, "IIIBBbq", strict=True)}
    has_validity = False
    find, bound, path = chain.core.find_address, chain.bound, LABELS.path(chain.folder)
    withdrawn = book.withdrawn_rows()
    with LABELS.translated(path):
        for source in book.rows:
            if not source.source.is_newest or source.source.n_addresses == 0:
                continue
            said, dated = _said_by(book, source, categories, actors, path)
            has_validity |= dated
            for values in book.connection.execute(
                _STATEMENTS, (source.first_statement, source.past_statement)
            ):
                row_id, subject, said_id = values
                address_id = find(subject, bound)
                if address_id is None or row_id in withdrawn:
                    continue
                at = said_id - said.first
                if not 0 <= at < len(said.flags):
                    raise LABELS.corrupt(path, f"statement {row_id} says what nobody said")
                flags = said.flags[at]
                if flags & _VALID:
                    rows["address_id"].append(address_id)
                    rows["category"].append(said.category[at])
                    rows["actor"].append(said.actor[at])
                    rows["is_service"].append(flags & _SERVICE)
                    rows["is_listed"].append((flags & _LISTED) >> 1)
                    rows["is_cluster_definer"].append(said.definer[at])
                    rows["statement"].append(row_id)
    arrays: dict[str, NDArray[Any]] = {
        name: np.array(rows[name]).astype(kind) for name, kind in _ARRAYS.items()
    }
    order = np.argsort(arrays["address_id"], kind="stable")  # of one address, the newest source first
    arrays = {name: values[order] for name, values in arrays.items()}
    found = LabelledAddresses(**arrays, categories=tuple(categories.names), actors=tuple(actors.names))
    return found, has_validity


def _said_by(
    book: LabelBook, source: SourceRow, categories: _Codes, actors: _Codes, path: Path
) -> tuple[_Said, bool]:
    """What a source says, by codes, and whether any of it has a validity."""
    said, has_validity, day = _Said(), False, book.valid_on
    for values in book.connection.execute(_SAID, (source.row_id,)):
        row = checked_row(LABELS, values, _SAID_KINDS, path)
        said_id, claim, category, concepts, actor_name, actor_id, definer, valid_from, valid_until = row
        if not said.flags:
            said.first = said_id
        elif said_id != said.first + len(said.flags):
            raise LABELS.corrupt(path, f"what source {source.source.id} says has a gap")
        is_valid = (valid_from or "") <= day <= (valid_until or "9999-12-31")
        has_validity |= (valid_from or valid_until) is not None
        is_mentioned = claim == Claim.MENTIONED
        said.category.append(categories.of(category))
        said.actor.append(actors.of(None if is_mentioned else actor_name or actor_id))
        said.definer.append(-1 if definer is None else int(bool(definer)))
        said.flags.append(
            (_SERVICE if is_service(claim, (category, *concepts_of(concepts))) else 0)
            | (_LISTED if claim == Claim.LISTED else 0)
            | (_VALID if is_valid else 0)
        )
    return said, has_validity


def _read(path: Path, key: str, day: str) -> LabelledAddresses | None:
    """What was kept for this state of labels and chain; `None` if nothing was, or it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            head = json.loads(bytes(kept["head"]))
            if head["key"] != key or head["valid_on"] not in {"", day}:
                return None
            arrays = {name: kept[name] for name in _ARRAYS}
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, RecursionError):
        return None
    n, names = len(arrays["address_id"]), (head.get("categories"), head.get("actors"))
    is_whole = all(
        arrays[name].dtype == kind and arrays[name].shape == (n,) for name, kind in _ARRAYS.items()
    ) and all(isinstance(each, list) and all(isinstance(name, str) for name in each) for each in names)
    if not is_whole or np.any(arrays["address_id"][1:] < arrays["address_id"][:-1]):
        return None
    for name, known in zip(("category", "actor"), names, strict=True):
        if np.any((arrays[name] >= len(known)) & (arrays[name] != NOBODY)):
            return None
    return LabelledAddresses(**arrays, categories=tuple(names[0]), actors=tuple(names[1]))


def _write(path: Path, key: str, valid_on: str, found: LabelledAddresses) -> None:
    """Keep it, whole or not at all."""
    head = {
        "key": key,
        "valid_on": valid_on,
        "categories": list(found.categories),
        "actors": list(found.actors),
    }
    with _replacing(path) as name, Path(name).open("wb") as file:
        np.savez(
            file,
            head=np.frombuffer(json.dumps(head).encode(), np.uint8),
            **{name: getattr(found, name) for name in _ARRAYS},
        )


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[str]:
    """Name of a new file that takes the place of `path` when it is written."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as made:
        name = made.name
    try:
        yield name
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
