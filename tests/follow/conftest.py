"""A node on loopback, and what stores are compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from coalface.chain import check, digests, index
from coalface.range import write_block_files
from follow.node_server import NodeServer


@pytest.fixture
def node(tmp_path: Path) -> Iterator[NodeServer]:
    server = NodeServer(tmp_path / "node")
    yield server
    server.close()


@pytest.fixture
def liar(tmp_path: Path) -> Iterator[NodeServer]:
    """A node whose blocks nobody judged."""
    server = NodeServer(tmp_path / "liar", validate=False)
    yield server
    server.close()


@pytest.fixture
def same_as_fresh(tmp_path: Path) -> Callable[[Path, Sequence[bytes]], None]:
    """Compares a store with a fresh index of a chain, and checks it."""
    count = iter(range(1000))

    def compare(store: Path, chain: Sequence[bytes]) -> None:
        fresh = tmp_path / f"fresh-{next(count)}"
        write_block_files(list(chain), fresh / "blocks", xor_key=None)
        index([fresh / "blocks"], fresh / "store")
        assert digests(store) == digests(fresh / "store")
        assert check(store).ok

    return compare
