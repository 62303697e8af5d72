"""The demo's folder: block files as a node that goes on has them, and lists as an office imports them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from coalface.chain import IndexReport, index
from coalface.errors import UsageError
from coalface.labels import import_source
from coalface.range.datadir import write_block_files
from coalface.range.rival import rival_block
from coalface.range.score.truth import PublicLabel

__all__ = ["CHAIN", "LISTS", "PICTURE", "STORE", "clear", "import_lists", "index_part"]

CHAIN = "chain"
LISTS = "lists"
STORE = "store"
PICTURE = "story.svg"
_MARKER = "coalface-demo.json"
_XOR_KEY = bytes.fromhex("c0a1face01234567")
_TAIL_BYTES = 1 << 20
_STALE_EVERY = 90
"""Blocks between two heights at which a second block loses the race."""


def clear(folder: Path) -> None:
    """Removes what an earlier demo made in `folder`, and nothing else.

    Raises
    ------
    UsageError
        If the folder exists and is no earlier demo's.
    """
    if folder.is_symlink() or (folder.exists() and any(folder.iterdir())):
        if folder.is_symlink() or not (folder / _MARKER).exists():
            raise UsageError(
                f"`{folder}` exists and is not the folder of an earlier demo",
                code="usage_demo_folder",
                hint="name another folder",
                context={"path": str(folder)},
            )
        for made in (CHAIN, LISTS, STORE):
            shutil.rmtree(folder / made, ignore_errors=True)
        (folder / PICTURE).unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARKER).write_text(json.dumps({"made_by": "coalface demo"}) + "\n", encoding="utf-8")


def index_part(blocks: Sequence[bytes], folder: Path, n_blocks: int) -> IndexReport:
    """One run of the index, when the node has seen the first `n_blocks` blocks; at the end stale ones too."""
    on_disk = list(blocks[:n_blocks])
    if n_blocks == len(blocks):
        on_disk += [
            rival_block(blocks, height, n_txs=2) for height in range(_STALE_EVERY, n_blocks, _STALE_EVERY)
        ]
    # Blocks arrive in another order than that of the chain: every third one late.
    order = sorted(range(len(on_disk)), key=lambda n: (n + 5 if n % 3 == 0 and n > 0 else n, n))
    data_directory = folder / CHAIN
    write_block_files(
        on_disk, data_directory / "blocks", xor_key=_XOR_KEY, order=order, tail_bytes=_TAIL_BYTES
    )
    return index([data_directory], folder / STORE)


def import_lists(folder: Path, listed: str, labels: Sequence[PublicLabel], listed_unix: int) -> None:
    """Imports what the public knows, as files like any other list.

    Parameters
    ----------
    folder
        The demo's.
    listed
        The one address on a made-up sanctions list.
    labels
        Published addresses of services; those of exchanges and desks become a list each.
    listed_unix
        When all of that is published.
    """
    day = datetime.fromtimestamp(listed_unix, UTC).date().isoformat()
    lists: dict[tuple[str, str], list[str]] = {("sanctions", "sanctions"): [listed]}
    for label in labels:
        if label.category == "exchange":
            lists.setdefault((label.actor, label.category), []).append(label.address)
    (folder / LISTS).mkdir()
    for (name, category), addresses in lists.items():
        path = folder / LISTS / f"{name}-{day}.txt"
        path.write_text("".join(f"{address}\n" for address in addresses), encoding="ascii")
        import_source(folder / STORE, path, category=category)
