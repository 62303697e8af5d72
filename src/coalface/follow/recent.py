"""The last blocks of a followed node, kept beside the columns, so that a reorganisation can be taken back.

The engine reads blocks from block files. What comes over the wire is written into such files, one a
portion, and
dropped once all of it lies so deep that nobody expects it back.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from coalface import _core
from coalface.errors import SourceError
from coalface.follow.durable import failure, sync_file, sync_folder
from coalface.follow.header import Header
from coalface.follow.records import KEY_BYTES, read_magic, records_from

__all__ = ["KEPT_BLOCKS", "RecentBlocks"]

KEPT_BLOCKS = 144
"""Blocks below the tip that are kept: a day of them."""

_NO_KEY = bytes(KEY_BYTES)
_ZERO = bytes(32)


class RecentBlocks:
    """Block files in a folder of the store.

    Parameters
    ----------
    folder
        Made when the first block is written.
    kept_blocks
        Depth below the tip from which on blocks are dropped.
    """

    def __init__(self, folder: Path, *, kept_blocks: int = KEPT_BLOCKS) -> None:
        self.folder = folder
        self._kept_blocks = kept_blocks
        self._files: dict[int, dict[bytes, int]] = {}
        """By number of the file: height of each block in it, as far as it is known."""
        self._parents: dict[bytes, bytes] = {}
        self._read()

    def __contains__(self, block_hash: bytes) -> bool:
        return any(block_hash in blocks for blocks in self._files.values())

    def __len__(self) -> int:
        return sum(map(len, self._files.values()))

    def add(self, network: str, blocks: Sequence[tuple[Header, int, bytes]]) -> None:
        """Keep blocks (header, height, bytes), durably: all of them or, after a crash, none."""
        if not blocks:
            return
        number = max(self._files, default=-1) + 1
        new = self.folder / "new"
        self._remove_unfinished()
        _core.write_block_files(new, network, [raw for _, _, raw in blocks], max_file_bytes=1 << 62)
        written = new / _name(0)
        sync_file(written)
        try:
            written.rename(self.folder / _name(number))
            new.rmdir()
        except OSError as error:
            raise failure("rename", written, error) from error
        sync_folder(self.folder)
        self._files[number] = {header.hash: height for header, height, _ in blocks}
        self._parents.update({header.hash: header.prev_hash for header, _, _ in blocks})

    def drop_buried(self, tip_height: int) -> None:
        """Remove files all of whose blocks lie deeper below the tip than is kept."""
        for number, blocks in list(self._files.items()):
            if all(height < tip_height - self._kept_blocks for height in blocks.values()):
                self._remove(number)

    def drop_unconnected(self, is_held: Callable[[bytes], bool]) -> None:
        """Remove files with a block that hangs on nothing: the engine would take it for a chain of its own.

        Parameters
        ----------
        is_held
            Whether the store holds the block with a hash.
        """
        is_settled = False
        while not is_settled:
            is_settled = True
            for number, blocks in list(self._files.items()):
                parents = [self._parents[each] for each in blocks]
                if not all(each == _ZERO or each in self or is_held(each) for each in parents):
                    self._remove(number)
                    is_settled = False

    def tell_heights(self, heights: dict[bytes, int], tip_height: int) -> None:
        """Say how high blocks lie that were found on opening; unknown ones count as at the tip."""
        for blocks in self._files.values():
            for block_hash, height in blocks.items():
                if height < 0:
                    blocks[block_hash] = heights.get(block_hash, tip_height)

    @property
    def unplaced(self) -> list[bytes]:
        """Blocks whose height is not known yet."""
        return [each for blocks in self._files.values() for each, height in blocks.items() if height < 0]

    def _remove(self, number: int) -> None:
        path = self.folder / _name(number)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise failure("remove", path, error) from error
        for block_hash in self._files.pop(number):
            if block_hash not in self:
                self._parents.pop(block_hash, None)

    def _read(self) -> None:
        """Find out what is there."""
        self._remove_unfinished()
        for path in sorted(self.folder.glob("blk*.dat")):
            number = path.name[3:-4]
            if not number.isdigit() or path.name != _name(int(number)):
                continue
            magic = read_magic(path, _NO_KEY)
            try:
                headers = [record.header for record in records_from(path, _NO_KEY, magic, 0)]
            except SourceError:
                headers = []
            if headers:
                self._files[int(number)] = {header.hash: -1 for header in headers}
                self._parents.update({header.hash: header.prev_hash for header in headers})
            else:  # damaged: what it held can be fetched again
                path.unlink(missing_ok=True)

    def _remove_unfinished(self) -> None:
        new = self.folder / "new"
        try:
            if new.is_dir():
                for path in new.iterdir():
                    path.unlink()
                new.rmdir()
        except OSError as error:
            raise failure("remove", new, error) from error


def _name(number: int) -> str:
    return f"blk{number:05}.dat"
