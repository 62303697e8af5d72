"""Files that are whole after a crash, or as they were before."""

import os
from pathlib import Path

from coalface.errors import IoFailure

__all__ = ["failure", "replace_file", "sync_file", "sync_folder"]


def replace_file(path: Path, content: bytes) -> None:
    """Put a file with this content in the place of what is there."""
    new = path.with_name(path.name + ".new")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise failure("write", path, error) from error
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make the content of a file durable."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Make creations, renames and removals in a folder durable."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def failure(action: str, path: Path, error: OSError) -> IoFailure:
    """The error to raise for one of the system."""
    code = {28: "disk_full", 13: "permission_denied", 2: "file_not_found"}.get(error.errno or 0, "io")
    return IoFailure(
        f"cannot {action} `{path}`: {error.strerror}",
        code=code,
        context={"path": str(path), "action": action},
    )


def _sync(path: Path, flags: int) -> None:
    try:
        number = os.open(path, flags)
        try:
            os.fsync(number)
        finally:
            os.close(number)
    except OSError as error:
        raise failure("sync", path, error) from error
