"""A store, and lists to put into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from labels.formats.shared_lists import SHARED

# Tests against the shared lists are collected only where these are.
collect_ignore_glob = [] if SHARED is not None else ["test_shared_*.py"]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a list of that name, a line an address."""

    def written(name: str, *lines: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(
            b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
        )
        return path

    return written
