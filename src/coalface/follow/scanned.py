"""How far the block files of a directory were looked through: kept, so that no look begins anew."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from coalface.follow.durable import replace_file

__all__ = ["Scanned"]

_FORMAT = 1
_MAX_BYTES = 64 << 20


@dataclass
class Scanned:
    """End of the last whole record seen, by file name, in one folder with one key."""

    folder: str
    key: str
    """Hex."""
    ends: dict[str, int] = field(default_factory=dict)
    """Of the files that may still grow, and of none before them."""

    @classmethod
    def read(cls, path: Path, folder: Path, key: bytes) -> "Scanned | None":
        """What was kept about this folder; `None` if nothing usable was."""
        try:
            if path.stat().st_size > _MAX_BYTES:
                return None
            content = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(content, dict) or content.get("format") != _FORMAT:
            return None
        found = cls(str(folder.resolve()), key.hex())
        ends = content.get("ends")
        if (
            content.get("folder") != found.folder
            or content.get("key") != found.key
            or not isinstance(ends, dict)
        ):
            return None
        for name, end in ends.items():
            if not isinstance(end, int) or isinstance(end, bool) or end < 0:
                return None
            found.ends[name] = end
        return found

    def write(self, path: Path) -> None:
        """Keep it, durably."""
        content = {"format": _FORMAT, "folder": self.folder, "key": self.key, "ends": self.ends}
        replace_file(path, json.dumps(content, sort_keys=True).encode() + b"\n")
