"""Small files of a range folder, and errors that name them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from coalface.errors import IoFailure, RangeFileError

__all__ = ["read_json", "wrong"]

_MAX_JSON_BYTES = 64 << 20


def read_json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds; callers look at every part
    """Content of a JSON file of bounded size.

    Raises
    ------
    RangeFileError
        If it is missing, too large or no JSON.
    IoFailure
        If it cannot be read.
    """
    try:
        if path.stat().st_size > _MAX_JSON_BYTES:
            raise wrong(path, f"is larger than {_MAX_JSON_BYTES} bytes", "range_size")
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise wrong(path, "is missing", "range_missing") from error
    except OSError as error:
        raise IoFailure(f"`{path}`: {error.strerror}", context={"path": str(path)}) from error
    except (ValueError, RecursionError) as error:
        raise wrong(path, "is no JSON text", "range_json") from error


def wrong(path: Path, what: str, code: str) -> RangeFileError:
    """An error about a file of a range folder."""
    return RangeFileError(f"`{path}`: {what}", code=code, context={"path": str(path)})
