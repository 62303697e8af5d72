"""Where a test finds block files and the store made of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

KEY = bytes.fromhex("9a3bc1f00d5e7742")


@dataclass(frozen=True)
class Shelf:
    """Block files and the store made of them; nobody changes either."""

    source: Path
    store: Path
