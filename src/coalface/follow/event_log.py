"""The event log of a store: which blocks came and went, in order, each once.

The log follows the store and never leads: after every commit the chain that the log ends with is compared
with the
chain of the store, and the difference is appended. A crash between the two is healed by the same comparison
at the
next start, so that nothing is missed and nothing is written twice.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from coalface.errors import CorruptStore, StoreNotFound, UnsupportedStore
from coalface.follow.durable import failure, sync_folder
from coalface.follow.event import FORMAT, Event, Kind
from coalface.follow.held import Held, HeldBlock

__all__ = ["EVENTS_FILE", "EventLog", "read_events"]

EVENTS_FILE = "events.jsonl"
_MAX_LINE_BYTES = 4096
_PIECE_BYTES = 1 << 16


class EventLog:
    """The log of one store, open for appending; its user holds the follower's lock.

    Parameters
    ----------
    store
        Folder of the store.
    clock
        Seconds since 1970.
    """

    def __init__(self, store: Path, clock: Callable[[], float]) -> None:
        self.path = store / EVENTS_FILE
        self._clock = clock
        self._cut_torn_end()
        last = next(_backwards(self.path), None)
        self.n_events = 0 if last is None else last.number + 1

    def follow(self, held: Held, going: tuple[HeldBlock, ...] = ()) -> list[Event]:
        """The events that bring the log to what the store holds, now appended and durable.

        Parameters
        ----------
        held
            The store after a commit.
        going
            Blocks that the store held before, for those that the log does not name since it began above them;
            the highest last.
        """
        if self.n_events == 0:
            return self._append([self._began(held, 0)])
        now = int(self._clock())
        events: list[Event] = []

        def add(kind: Kind, block: HeldBlock) -> None:
            events.append(
                Event(
                    self.n_events + len(events), kind, block.height, block.hash, block.prev_hash, block.n_txs,
                    block.first_txid, block.last_txid, now,
                )
            )  # fmt: skip

        fork_row: int | None = None
        for block in _chain_of(self.path, {block.hash: block for block in going}):
            row = -1 if block is None else held.row_at(block.height, block.hash)
            if row is not None:
                fork_row = row
                break
            assert block is not None  # noqa: S101 - then the row is -1
            add(Kind.WITHDRAWN, block)
            # where the log, and what the follower knows, end: the parent may be the fork
            below = held.row_at(block.height - 1, block.prev_hash)
            if below is not None:
                fork_row = below
                break
        if fork_row is None:
            # More went than the log, or the follower, knows of: say so by beginning anew.
            events.append(self._began(held, self.n_events + len(events)))
        else:
            for block in held.blocks_above(fork_row):
                add(Kind.CONNECTED, block)
        return self._append(events)

    def _began(self, held: Held, number: int) -> Event:
        """The event with which a log begins."""
        now = int(self._clock())
        if held.n_blocks == 0:
            return Event(number, Kind.BEGAN, None, None, None, None, None, None, now)
        tip = held.block(held.n_blocks - 1)
        return Event(
            number,
            Kind.BEGAN,
            tip.height,
            tip.hash,
            tip.prev_hash,
            tip.n_txs,
            tip.first_txid,
            tip.last_txid,
            now,
        )

    def _append(self, events: list[Event]) -> list[Event]:
        """Write lines behind the others and make them durable."""
        if not events:
            return events
        is_new = not self.path.exists()
        text = "".join(
            json.dumps(event.line(), sort_keys=True, separators=(",", ":")) + "\n" for event in events
        )
        try:
            with self.path.open("ab", buffering=0) as file:
                left = memoryview(text.encode())
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())
        except OSError as error:
            raise failure("write", self.path, error) from error
        if is_new:
            sync_folder(self.path.parent)
        self.n_events += len(events)
        return events

    def _cut_torn_end(self) -> None:
        """Remove a last line that a crash left without its end."""
        try:
            with self.path.open("r+b") as file:
                size = file.seek(0, os.SEEK_END)
                start = max(0, size - 2 * _MAX_LINE_BYTES)
                file.seek(start)
                end = file.read().rfind(b"\n") + 1
                if end == 0 and start > 0:
                    raise _damaged(self.path, start, "there is no end of a line")
                if start + end < size:
                    file.truncate(start + end)
                    os.fsync(file.fileno())
        except FileNotFoundError:
            return
        except OSError as error:
            if isinstance(error, CorruptStore):
                raise
            raise failure("repair", self.path, error) from error


def read_events(store: str | Path, *, since: int | None = None) -> Iterator[Event]:
    """The events of a store's log, oldest first.

    Parameters
    ----------
    store
        Folder of the store.
    since
        Only events after the one with this number.

    Raises
    ------
    StoreNotFound
        If the store has no event log.
    CorruptStore
        If a line is no event, or not the next one.
    UnsupportedStore
        If the log is of another format.

    Notes
    -----
    A line without an end is being written just now, or was when the machine stopped: it does not count.
    """
    path = Path(store) / EVENTS_FILE
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise StoreNotFound(
            f"`{store}` has no event log",
            code="store_not_found_events",
            hint="`coalface follow` keeps one",
            context={"path": str(store)},
        ) from None
    except OSError as error:
        raise failure("read", path, error) from error
    offset = 0
    number = 0
    with file:
        while (line := file.readline(_MAX_LINE_BYTES + 1)).endswith(b"\n"):
            event = _event(path, offset, line)
            if event.number != number:
                raise _damaged(path, offset, f"the event has number {event.number}, {number} comes next")
            number += 1
            offset += len(line)
            if since is None or event.number > since:
                yield event
        if len(line) > _MAX_LINE_BYTES:
            raise _damaged(path, offset, f"the line is longer than {_MAX_LINE_BYTES} bytes")


def _chain_of(path: Path, going: dict[str, HeldBlock]) -> Iterator[HeldBlock | None]:
    """The chain that the log ends with, from its tip down: past where it began as far as `going` knows.

    `None` at the end stands for the empty store that a log began with.
    """
    n_withdrawn = 0
    for event in _backwards(path):
        if event.event == Kind.WITHDRAWN:
            n_withdrawn += 1
            continue
        if n_withdrawn > 0 and event.event == Kind.CONNECTED:
            n_withdrawn -= 1
            continue
        if event.event == Kind.CONNECTED:
            yield _block(event)
            continue
        # The log began here: on an empty store, or on a block below which only the follower may know more.
        if event.hash is None:
            yield None
            return
        block: HeldBlock | None = _block(event)
        while block is not None:
            if n_withdrawn > 0:
                n_withdrawn -= 1
            else:
                yield block
            block = going.get(block.prev_hash)
        return


def _block(event: Event) -> HeldBlock:
    """The block that an event speaks of."""
    return HeldBlock(
        event.height or 0, event.hash or "", event.prev_hash or "", event.n_txs or 0,
        event.first_txid or "", event.last_txid or "",
    )  # fmt: skip


def _backwards(path: Path) -> Iterator[Event]:
    """The events of a log, newest first."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        start = file.seek(0, os.SEEK_END)
        rest = b""
        while start > 0:
            end, start = start, max(0, start - _PIECE_BYTES)
            file.seek(start)
            lines = (file.read(end - start) + rest).split(b"\n")
            rest = lines.pop(0)
            if len(rest) > _MAX_LINE_BYTES:
                raise _damaged(path, start, f"a line is longer than {_MAX_LINE_BYTES} bytes")
            for line in reversed(lines):
                if line:
                    yield _event(path, start, line)
        if rest:
            yield _event(path, 0, rest)


def _event(path: Path, offset: int, line: bytes) -> Event:
    """The event of a line."""
    try:
        fields = json.loads(line)
        if isinstance(fields, dict) and fields.get("format", FORMAT) != FORMAT:
            raise UnsupportedStore(
                f"`{path}` has format {fields['format']!r}, {FORMAT} is known",
                code="store_unsupported_events",
                hint="use the version of coalface that wrote it",
                context={"path": str(path), "allowed": FORMAT},
            )
        return Event.of_line(fields)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, offset, str(error)) from error


def _damaged(path: Path, offset: int, what: str) -> CorruptStore:
    return CorruptStore(
        f"`{path}`, near byte {offset}: {what}",
        code="store_corrupt_events",
        hint="move the file away; `coalface follow` begins a new one",
        context={"path": str(path), "offset": offset},
    )
