"""A node that is followed through the block files that it writes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coalface.errors import CoalfaceError, SourceError, UsageError
from coalface.follow.header import Header
from coalface.follow.held import Held
from coalface.follow.records import Record, read_block, read_key, read_magic, records_from
from coalface.follow.scanned import Scanned
from coalface.follow.source import Goal
from coalface.follow.trouble import trouble

__all__ = ["Directory", "locate_blocks"]

# Folder of each network below a data directory, and the magic bytes of its records (Bitcoin Core
# chainparams.cpp).
_NETWORKS = {
    "mainnet": ("", "f9beb4d9"),
    "testnet3": ("testnet3", "0b110907"),
    "testnet4": ("testnet4", "1c163f28"),
    "signet": ("signet", "0a03cf40"),
    "regtest": ("regtest", "fabfb5da"),
}
_OPEN_FILES = 4
"""Last files that a node may still write to: it has one at a time, two while it loads a snapshot."""

_KEPT_BLOCKS = 4032
"""Blocks below the tip of which branches are remembered."""

_TICK_NS = 2_000_000_000


@dataclass(frozen=True)
class _Look:
    """State of a file when it was last read."""

    size: int
    time_ns: int


def locate_blocks(folder: Path, network: str | None) -> Path:
    """The folder of block files that a data directory, or a folder itself, stands for.

    Raises
    ------
    UsageError
        If there is none, or several networks have one.
    """
    if _block_files(folder):
        return folder
    wanted = _NETWORKS if network is None else {network: _NETWORKS[network]}
    places = [folder / below / "blocks" for below, _ in wanted.values()]
    places.append(folder / "blocks")
    found = sorted({place for place in places if _block_files(place)})
    if len(found) == 1:
        return found[0]
    what = "holds block files of several networks" if found else "holds no block files"
    raise UsageError(
        f"`{folder}` {what}",
        code="usage_datadir",
        hint="name the data directory of a node, or one `blocks` folder with blk*.dat files",
        context={"path": str(folder)},
    )


@dataclass(frozen=True)
class _Place:
    """How a block hangs on the store's chain."""

    fork_row: int
    work: int
    """Of the blocks above the fork, this one included."""
    n_blocks: int


class Directory:
    """The block files of one node, looked at again and again: what is new is read, what was read is not.

    Parameters
    ----------
    folder
        From `locate_blocks`.
    memory
        File of the store that keeps how far the files were looked through.
    index_all
        Indexes the whole folder into the store; called where the follower has no memory of it, lost its
        way, or
        has fallen far behind.
    index_gap_blocks
        New blocks from which on the whole folder is indexed at once, which is faster.
    patience_seconds
        How long blocks may wait for a parent that was not seen before it is looked for in older files.
    """

    def __init__(
        self,
        folder: Path,
        memory: Path,
        index_all: Callable[[Path], None],
        *,
        index_gap_blocks: int = 2000,
        patience_seconds: float = 60.0,
    ) -> None:
        self.folder = folder
        self._memory = memory
        self._index_all = index_all
        self._index_gap_blocks = index_gap_blocks
        self._patience_seconds = patience_seconds
        self._key = read_key(folder)
        self._magic, self._network = self._find_network()
        self._looks: dict[str, _Look] = {}
        self._records: dict[bytes, Record] = {}
        self._refused: set[bytes] = set()
        self._orphans: frozenset[bytes] = frozenset()
        self._orphans_since = 0.0
        self._has_just_begun = False
        kept = Scanned.read(memory, folder, self._key)
        self._is_lost = kept is None
        self._ends = {} if kept is None else kept.ends

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.folder)

    def close(self) -> None:
        """Nothing is kept open between two looks."""

    def network(self) -> str:
        """Name of the network that the records are of."""
        return self._network

    def goal(self, held: Held, *, at_most: int) -> Goal | None:  # noqa: ARG002 - files have no way to a height
        """The block with most work among the new ones; `None` if none has more than the store's tip.

        Raises
        ------
        SourceError
            If the files cannot be read as block files.
        """
        if self._is_lost or held.n_blocks == 0:
            self._begin_anew()
            return None
        self._look()
        places, orphans = self._places(held)
        self._forget(held, places)
        best: tuple[int, bytes] | None = None
        for block_hash, place in places.items():
            if place is None or place.n_blocks == 0:
                continue
            more = place.work - held.work_above(place.fork_row)
            if more > 0 and (best is None or more > best[0]):
                best = (more, block_hash)
        place = None if best is None else places[best[1]]
        if self._is_lost_for(orphans) or (place is not None and place.n_blocks > self._index_gap_blocks):
            self._begin_anew()
            return None
        return None if best is None else Goal(best[1], None)

    def header(self, block_hash: bytes) -> Header | None:
        """Header of a block among the last ones."""
        record = self._records.get(block_hash)
        return None if record is None else record.header

    def block(self, block_hash: bytes) -> bytes | None:
        """The block, as its file holds it at this moment."""
        record = self._records.get(block_hash)
        return None if record is None else read_block(record, self._key)

    def refused(self, hashes: Sequence[str]) -> None:
        """A node writes a block before it has judged it: what broke a rule is left out from now on."""
        self._refused.update(bytes.fromhex(each)[::-1] for each in hashes)

    def lose(self) -> None:
        """Index the folder as a whole the next time: the new blocks alone did not suffice."""
        self._is_lost = True

    def settle(self) -> None:
        """Keep how far the files were looked through, up to the first record that may be needed again."""
        if self._is_lost:
            return
        ends = dict(self._ends)
        for record in self._records.values():
            name = record.path.name
            if name in ends:
                ends[name] = min(ends[name], record.start)
        Scanned(str(self.folder.resolve()), self._key.hex(), ends).write(self._memory)

    def _begin_anew(self) -> None:
        """Index everything there is, and look from now on at the last files only."""
        if read_key(self.folder) != self._key:
            self._key = read_key(self.folder)
            self._magic, self._network = self._find_network()
        names = _block_files(self.folder)[-_OPEN_FILES:]
        self._index_all(self.folder)
        self._looks.clear()
        self._records.clear()
        self._ends = dict.fromkeys(names, 0)
        self._is_lost, self._has_just_begun, self._orphans_since = False, True, 0.0

    def _find_network(self) -> tuple[bytes, str]:
        """Magic bytes and network of the files."""
        known = {bytes.fromhex(magic): network for network, (_, magic) in _NETWORKS.items()}
        for name in _block_files(self.folder):
            magic = read_magic(self.folder / name, self._key)
            if magic in known:
                return magic, known[magic]
        raise SourceError(
            f"no block file in `{self.folder}` begins with the magic bytes of a known network",
            code="source_unknown_magic",
            hint="a file `xor.dat` may be missing beside them, or be that of another node",
            context={"path": str(self.folder)},
        )

    def _look(self) -> None:
        """Read what is new in the files that may have grown."""
        if read_key(self.folder) != self._key:
            self._is_lost = True
            raise trouble("source_node_changing", f"`{self.folder / 'xor.dat'}` is not what it was")
        last = max(map(_order, self._ends), default=_order(""))
        for name in _block_files(self.folder):
            if _order(name) > last:
                self._ends[name] = 0
        names = sorted(self._ends, key=_order)
        for name in names:
            self._look_at(name)
        for name in names[:-_OPEN_FILES]:
            del self._ends[name]
            self._looks.pop(name, None)

    def _look_at(self, name: str) -> None:
        path = self.folder / name
        try:
            status = path.stat()
        except OSError:
            self._is_lost = True  # pruned, or made anew
            raise trouble("source_node_changing", f"`{path}` is gone") from None
        look, end = _Look(status.st_size, status.st_mtime_ns), self._ends[name]
        if look.size < end:
            self._is_lost = True
            raise trouble("source_node_changing", f"`{path}` is shorter than it was")
        if self._looks.get(name) == look:
            return
        for record in records_from(path, self._key, self._magic, end):
            self._records.setdefault(record.header.hash, record)
            end = record.end
        self._ends[name] = end
        # A second write in the same tick of the file system's clock would not show.
        if time.time_ns() - look.time_ns > _TICK_NS:
            self._looks[name] = look

    def _places(self, held: Held) -> tuple[dict[bytes, _Place | None], frozenset[bytes]]:
        """Where each block hangs, `None` if on nothing usable; and blocks whose parent was never seen."""
        places: dict[bytes, _Place | None] = {}
        orphans = set()
        depth = held.n_blocks if self._has_just_begun else 2 * _KEPT_BLOCKS
        refused = self._refused | held.refused.keys()
        for block_hash in self._records:
            path: list[bytes] = []
            at = block_hash
            while at not in places:
                row = held.row_of(at, depth)
                record = self._records.get(at)
                if row is not None:
                    places[at] = _Place(row, 0, 0)
                elif record is None or at in refused or not record.header.has_work:
                    places[at] = None
                    if record is None and at not in refused:
                        orphans.add(path[-1])
                else:
                    path.append(at)
                    at = record.header.prev_hash
            for each in reversed(path):
                header = self._records[each].header
                below = places[header.prev_hash]
                places[each] = below and _Place(below.fork_row, below.work + header.work, below.n_blocks + 1)
        return places, frozenset(orphans)

    def _is_lost_for(self, orphans: frozenset[bytes]) -> bool:
        """Whether blocks have waited too long for their parents, so that these must lie in older files."""
        if self._has_just_begun:
            self._orphans, self._has_just_begun = orphans, False
        if orphans - self._orphans:
            self._orphans, self._orphans_since = orphans, time.monotonic()
            return False
        has_waited = time.monotonic() - self._orphans_since > self._patience_seconds
        if not orphans or not has_waited or self._orphans_since == 0.0:
            return False
        self._orphans_since = 0.0
        return True

    def _forget(self, held: Held, places: dict[bytes, _Place | None]) -> None:
        """Forget blocks that lie, or hang, far below the tip."""
        bound = held.n_blocks - _KEPT_BLOCKS
        for block_hash, place in places.items():
            if place is not None and place.fork_row + place.n_blocks < bound:
                self._records.pop(block_hash, None)


def _block_files(folder: Path) -> list[str]:
    """Names of the block files in a folder, in order of their numbers; none if there is no such folder."""
    try:
        names = [
            path.name
            for path in folder.iterdir()
            if path.name.startswith("blk") and path.name.endswith(".dat")
        ]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _unlistable(folder, error) from error
    return sorted((name for name in names if name[3:-4].isdigit()), key=_order)


def _order(name: str) -> tuple[int, str]:
    """Place of a block file among the others; blk100000.dat comes after blk99999.dat."""
    number = name[3:-4]
    return (int(number) if number.isdigit() else -1), name


def _unlistable(folder: Path, error: OSError) -> CoalfaceError:
    return SourceError(
        f"cannot list `{folder}`: {error.strerror}", code="source_folder", context={"path": str(folder)}
    )
