"""Where the shared lists are: ``shared/data/labels`` in a folder above this one; not everybody has them."""

from __future__ import annotations

from pathlib import Path

SHARED: Path | None = next(
    (found for parent in Path(__file__).parents if (found := parent / "shared" / "data" / "labels").is_dir()),
    None,
)
