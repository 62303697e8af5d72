"""One look at the source, and what follows from it: walk, fetch, keep, index, log."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from coalface import _core
from coalface.chain import IndexReport, index
from coalface.errors import SourceError
from coalface.follow.branch import Branch, walk_back
from coalface.follow.directory import Directory
from coalface.follow.event import Event
from coalface.follow.event_log import EventLog
from coalface.follow.header import Header, display
from coalface.follow.held import Held
from coalface.follow.lock import FollowerLock
from coalface.follow.progress import Round
from coalface.follow.recent import KEPT_BLOCKS, RecentBlocks
from coalface.follow.source import BlockSource, Goal
from coalface.follow.stopping import Stopping
from coalface.follow.trouble import trouble

__all__ = ["FOLLOW_FOLDER", "Follower"]

FOLLOW_FOLDER = "follow"
"""Folder of the store for what only a follower needs."""

_STRIDE_BLOCKS = 2000
_PORTION_BYTES = 32 << 20
_COMMIT_BYTES = 128 << 20
_COMMIT_BLOCKS = 2000

Tell = Callable[[int, int | None], None]


class Follower:
    """Brings a store to the tip of a source, look by look. One at a time for each store.

    Parameters
    ----------
    store
        Folder of the store; made if there is none.
    source
        What is followed.
    until_height
        Height at which to stop; `None` follows to the tip.
    kept_blocks
        Blocks below the tip that stay at hand for a reorganisation.
    threads
        Threads of the engine; one a core if `None`.
    allow_network_fs
        Write on a network file system, too.
    stopping
        Who hears of signals.
    clock
        Seconds since 1970, for the event log.
    tell
        Called as ``tell(height, goal_height)`` while blocks are fetched.

    Raises
    ------
    StoreLocked
        If another follower has the store.
    """

    def __init__(
        self,
        store: str | Path,
        source: BlockSource,
        *,
        until_height: int | None = None,
        kept_blocks: int = KEPT_BLOCKS,
        threads: int | None = None,
        allow_network_fs: bool = False,
        stopping: Stopping | None = None,
        clock: Callable[[], float] = time.time,
        tell: Tell | None = None,
    ) -> None:
        self.store = Path(store)
        self.source = source
        self._until_height = until_height
        self._threads = threads
        self._allow_network_fs = allow_network_fs
        self._stopping = stopping or Stopping()
        self._tell = tell or (lambda _height, _goal: None)
        try:
            self._check_network(Held.open(self.store))
            folder = self.store / FOLLOW_FOLDER
            self._lock = FollowerLock(self.store, folder)
        except BaseException:
            source.close()
            raise
        try:
            self._recent = RecentBlocks(folder / "blocks", kept_blocks=kept_blocks)
            self._log = EventLog(self.store, clock)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the store and the source."""
        self._lock.release()
        self.source.close()

    def look(self) -> Round:
        """What one look at the source led to; the store, its log and the kept blocks are then in step.

        Raises
        ------
        SourceError
            If the source cannot be used; `passes` says whether to try again. Nothing is lost.
        """
        with self._stopping.later():
            held = Held.open(self.store)
            events = self._log.follow(held)  # heals what a crash left between a commit and the log
        self._check_network(held)
        if self._is_there(held):
            return Round(tuple(events), held.tip_height)
        tip_before = held.tip_hash
        goal, branch = self._find(held)
        if goal is None or branch is None:
            return self._nothing_to_fetch(tip_before, held.tip_height if goal else -1, goal, events)
        lost = self._keep_going_blocks(held, branch)
        fetched = self._fetch(held, branch)
        with self._stopping.later():
            round_ = self._commit(held, goal, fetched)
        return replace(round_, events=(*events, *round_.events), notes=(*round_.notes, *lost))

    def _is_there(self, held: Held) -> bool:
        return self._until_height is not None and held.tip_height >= self._until_height

    def _check_network(self, held: Held) -> None:
        """Refuse a source of another network than the store's."""
        network = self.source.network()
        if held.network is not None and held.network != network:
            raise trouble(
                "source_node_wrong_network",
                f"the store holds {held.network}, {self.source.name} is on {network}",
                context={"received": network, "allowed": held.network},
            )

    def _find(self, held: Held) -> tuple[Goal | None, Branch | None]:
        """What to go for, and the way there; no branch if the store's chain has as much work."""
        at_most = _STRIDE_BLOCKS
        while True:
            if self._until_height is not None:
                at_most = min(at_most, max(self._until_height - held.tip_height, 1))
            goal = self.source.goal(held, at_most=at_most)
            if goal is None:
                return None, None
            branch = walk_back(
                self.source, held, goal.hash, most=held.n_blocks + 2 * at_most + _STRIDE_BLOCKS
            )
            if branch.work > held.work_above(branch.fork_row):
                self._refuse_known(held, branch)
                return goal, branch
            is_bounded = self._until_height is not None and at_most <= self._until_height - held.tip_height
            if goal.is_tip or is_bounded:
                return goal, None
            at_most *= 4  # blocks of little work for long, as on test networks

    def _refuse_known(self, held: Held, branch: Branch) -> None:
        """Do not fetch again what is known to break a rule."""
        for header in branch.headers:
            if header.hash in held.refused:
                self.source.refused([display(header.hash)])
                reason = held.refused[header.hash]
                raise trouble("source_node_changing", f"block {display(header.hash)} is refused: {reason}")

    def _nothing_to_fetch(
        self, tip_before: bytes | None, height: int, goal: Goal | None, events: list[Event]
    ) -> Round:
        """The round where the source has nothing better; it may have indexed by itself, or be behind."""
        with self._stopping.later():
            now = Held.open(self.store)
            events = [*events, *self._log.follow(now)]
            if isinstance(self.source, Directory):
                self.source.settle()
                if now.tip_hash != tip_before:
                    return Round(tuple(events), now.tip_height, is_done=False)
        notes: tuple[str, ...] = ()
        source_height = None
        if goal is not None:
            source_height = goal.tip_height
            name = self.source.name
            notes = (f"{name} has no chain with more work than the store's, whose tip is {height}: waiting",)
            if goal.is_syncing:
                notes += (self._syncing(goal),)
        return Round(tuple(events), now.tip_height, source_height, is_done=True, notes=notes)

    def _syncing(self, goal: Goal) -> str:
        return (
            f"{self.source.name} is still catching up with its network: its last block is {goal.tip_height}"
        )

    def _fetch(self, held: Held, branch: Branch) -> list[Header]:
        """Blocks of the branch, now kept beside the store: enough for more work than the store's."""
        base = held.tip_height - (held.n_blocks - 1 - branch.fork_row) if branch.fork_row >= 0 else -1
        needed, work, n_bytes = held.work_above(branch.fork_row), 0, 0
        portion: list[tuple[Header, int, bytes]] = []
        portion_bytes = 0
        fetched: list[Header] = []
        for height, header in enumerate(branch.headers, base + 1):
            if header.hash not in self._recent:
                raw = self._get(header)
                portion.append((header, height, raw))
                portion_bytes += len(raw)
                n_bytes += len(raw)
            fetched.append(header)
            work += header.work
            self._tell(height, base + len(branch.headers))
            if portion_bytes >= _PORTION_BYTES:
                self._keep(portion)
                portion, portion_bytes = [], 0
            is_enough = work > needed and (n_bytes >= _COMMIT_BYTES or len(fetched) >= _COMMIT_BLOCKS)
            if is_enough or (work > needed and height == self._until_height):
                break
        self._keep(portion)
        return fetched

    def _keep(self, portion: list[tuple[Header, int, bytes]]) -> None:
        with self._stopping.later():
            self._recent.add(self.source.network(), portion)

    def _keep_going_blocks(self, held: Held, branch: Branch) -> tuple[str, ...]:
        """Keep the blocks that a reorganisation takes back: if the new branch is unsound, they come back.

        What a person should know of those that nobody holds any more is returned.
        """
        row = branch.fork_row
        if row < 0:
            return ()
        lost: list[str] = []
        portion: list[tuple[Header, int, bytes]] = []
        n_bytes = 0
        for each in range(row + 1, held.n_blocks):
            block_hash = held.hash_at(each)
            if block_hash in self._recent:
                continue
            raw = self._get_going(block_hash)
            if raw is None or _core.block_fault(raw) is not None or Header.parse(raw).hash != block_hash:
                lost.append(display(block_hash))
                continue
            portion.append((Header.parse(raw), held.height_of(each), raw))
            n_bytes += len(raw)
            if n_bytes >= _PORTION_BYTES:
                self._keep(portion)
                portion, n_bytes = [], 0
        self._keep(portion)
        return tuple(
            f"block {each} was taken back and {self.source.name} has it no more: should the new branch "
            "turn out unsound, it cannot come back"
            for each in lost
        )

    def _get_going(self, block_hash: bytes) -> bytes | None:
        """A block that goes; `None` if the source has it no more."""
        try:
            return self.source.block(block_hash)
        except SourceError as error:
            if error.code != "source_node_pruned":
                raise
            return None

    def _get(self, header: Header) -> bytes:
        """The block of a header, sound as far as it can be judged alone."""
        block_hash = display(header.hash)
        raw = self.source.block(header.hash)
        if raw is None:
            raise trouble(
                "source_node_changing",
                f"{self.source.name} has no block {block_hash}",
                context={"block_hash": block_hash},
            )
        is_files = isinstance(self.source, Directory)
        fault = ("source_node_wrong_block", "it has another hash")
        if len(raw) >= 80 and Header.parse(raw).hash == header.hash:
            fault = _core.block_fault(raw) or ("", "")
        if not fault[0]:
            return raw
        raise trouble(
            "source_files_unfinished" if is_files else "source_node_wrong_block",
            f"block {block_hash} of {self.source.name} is not what its header says: {fault[1]}",
            context={"block_hash": block_hash, "reason": fault[0]},
        )

    def _commit(self, held: Held, goal: Goal, fetched: list[Header]) -> Round:
        """Index what was fetched, log it, and drop what is buried."""
        going = tuple(held.blocks_above(self._fork_row(held, fetched)))
        depth = max(held.n_blocks - self._fork_row(held, fetched), 0) + 4096
        self._recent.drop_unconnected(lambda each: held.row_of(each, depth) is not None)
        try:
            report = self._index(self._recent.folder)
        except SourceError as error:
            if error.code == "source_block_gone" and isinstance(self.source, Directory):
                self.source.lose()
            now = Held.open(self.store)
            self._log.follow(now, going)
            raise
        now = Held.open(self.store)
        events = self._log.follow(now, going)
        wanted = fetched[-1].hash
        bad = [
            block.hash
            for block in report.refused
            if bytes.fromhex(block.hash)[::-1] in {h.hash for h in fetched}
        ]
        if now.row_of(wanted) is None:
            self.source.refused(bad)
        self._place_recent(now)
        self._recent.drop_buried(now.tip_height)
        if isinstance(self.source, Directory):
            self.source.settle()
        notes = tuple(f"block {each} breaks a rule and is left out" for each in bad)
        if goal.is_syncing:
            notes += (self._syncing(goal),)
        is_done = (goal.is_tip and now.tip_hash == goal.hash) or self._is_there(now)
        return Round(tuple(events), now.tip_height, goal.tip_height, is_done, notes)

    def _fork_row(self, held: Held, fetched: list[Header]) -> int:
        row = held.row_of(fetched[0].prev_hash, held.n_blocks) if held.n_blocks else None
        return -1 if row is None else row

    def _index(self, folder: Path) -> IndexReport:
        """Bring the store to the best chain of itself and the blocks in a folder."""
        return index(
            [folder],
            self.store,
            network=self.source.network(),
            threads=self._threads,
            allow_network_fs=self._allow_network_fs,
        )

    def _place_recent(self, held: Held) -> None:
        """Find out how high blocks lie that were kept by an earlier run."""
        found = {}
        for each in self._recent.unplaced:
            row = held.row_of(each)
            if row is not None:
                found[each] = held.height_of(row)
        self._recent.tell_heights(found, held.tip_height)
