"""One follower a store. The engine's own lock holds during commits only."""

import fcntl
import os
from pathlib import Path

from coalface.errors import StoreLocked
from coalface.follow.durable import failure

__all__ = ["FollowerLock"]


class FollowerLock:
    """An exclusive advisory lock on a file, let go when the process ends.

    Parameters
    ----------
    store
        The store, for the message.
    folder
        Where the file lies; made if missing.

    Raises
    ------
    StoreLocked
        If another follower has it.
    """

    def __init__(self, store: Path, folder: Path) -> None:
        path = folder / "LOCK"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._number: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise failure("open", path, error) from error
        try:
            fcntl.flock(self._number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release()
            raise StoreLocked(
                f"`{store}` is being followed by another process",
                code="store_locked_follow",
                hint="one follower a store: end the other one first",
                context={"path": str(store)},
            ) from error

    def release(self) -> None:
        """Let go."""
        if self._number is not None:
            os.close(self._number)
            self._number = None
