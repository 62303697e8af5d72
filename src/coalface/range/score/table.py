"""One Parquet file of a truth folder, read as hostile input: size, columns, kinds and gaps are checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from coalface.errors import IoFailure, RangeFileError

__all__ = ["Column", "Kind", "read_table"]

Column: TypeAlias = "np.ndarray[Any, Any]"
Kind: TypeAlias = str
"""``text``, ``int``, ``bool`` or ``float``; with ``?`` behind it where a value may be missing."""

_MAX_BYTES = 4 << 30
"""Bytes of one file that are read at the most: a truth of some ten million outputs."""
_MAX_ROWS = 200_000_000
_MAX_CELL_BYTES = 4096
"""Bytes of a text on average at the most: addresses, txids and names are far shorter."""


@dataclass(frozen=True)
class _Place:
    """Where a value stands, for messages."""

    path: Path

    def error(self, what: str, code: str) -> RangeFileError:
        """An error about this file."""
        return RangeFileError(
            f"`{self.path}`: {what}",
            code=code,
            hint="build the chain anew: coalface range build SCENARIO OUT --seed N",
            context={"path": str(self.path)},
        )


def read_table(path: Path, columns: Mapping[str, Kind]) -> dict[str, Column]:
    """Columns of a Parquet file by name: objects for text, int64, bool or float64 arrays, all of one length.

    Parameters
    ----------
    path
        The file.
    columns
        Kind of every column that is wanted; others of the file are left alone.

    Raises
    ------
    RangeFileError
        If the file is no Parquet, lacks a column, holds it in another kind, has a gap where none is allowed,
        or is larger than any truth.
    IoFailure
        If it cannot be read.
    """
    place = _Place(path)
    try:
        size = path.stat().st_size
        if size > _MAX_BYTES:
            raise place.error(f"has {size} bytes, at most {_MAX_BYTES} are read", "range_size")
        file = pq.ParquetFile(path, memory_map=False)
        rows = file.metadata.num_rows
        if not 0 <= rows <= _MAX_ROWS:
            raise place.error(f"has {rows} rows, at most {_MAX_ROWS} are read", "range_size")
        missing = sorted(set(columns) - set(file.schema_arrow.names))
        if missing:
            raise place.error(f"lacks the column `{missing[0]}`", "range_column")
        _check_declared_bytes(file, place)
        table = file.read(columns=list(columns))
        if table.num_columns != len(columns):
            raise place.error("has two columns of one name", "range_column")
        return {name: _column(table.column(name), name, kind, place) for name, kind in columns.items()}
    except FileNotFoundError as error:
        raise place.error("is missing", "range_missing") from error
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise place.error(f"is no sound Parquet file: {_first_line(error)}", "range_parquet") from error
    except OSError as error:
        # Arrow says OSError too where the bytes are wrong and no system call failed.
        if error.errno is None:
            raise place.error(f"is no sound Parquet file: {_first_line(error)}", "range_parquet") from error
        raise IoFailure(f"`{path}`: {error.strerror}", context={"path": str(path)}) from error


def _check_declared_bytes(file: pq.ParquetFile, place: _Place) -> None:
    """Refuse a file whose own footer says that it unpacks to more than is read."""
    metadata = file.metadata
    declared = sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))
    if not 0 <= declared <= _MAX_BYTES:
        raise place.error(f"unpacks to {declared} bytes, at most {_MAX_BYTES} are read", "range_size")


def _column(values: pa.ChunkedArray, name: str, kind: Kind, place: _Place) -> Column:
    """One column as an array of its kind."""
    base, may_miss = kind.removesuffix("?"), kind.endswith("?")
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if not _fits(values.type, base) and not (may_miss and pa.types.is_null(values.type)):
        raise place.error(f"column `{name}` is {values.type}, not {base}", "range_kind")
    if values.null_count and not may_miss:
        row = next(n for n, value in enumerate(values) if not value.is_valid)
        raise place.error(f"column `{name}` has no value in row {row}", "range_gap")
    if base == "text":
        if values.nbytes > _MAX_CELL_BYTES * max(len(values), 1):
            raise place.error(f"column `{name}` holds texts longer than any name", "range_size")
        return _objects(values)
    if may_miss:
        return _objects(values)
    kinds: dict[str, type[Any]] = {"int": np.int64, "bool": np.bool_, "float": np.float64}
    try:
        found: Column = values.to_numpy().astype(kinds[base], casting="same_kind")
    except (TypeError, OverflowError) as error:
        raise place.error(f"column `{name}` does not fit {base}", "range_kind") from error
    if base == "float" and not np.isfinite(found).all():
        raise place.error(f"column `{name}` holds a value that is no number", "range_kind")
    return found


def _objects(values: pa.ChunkedArray) -> Column:
    """Python objects, `None` where a value is missing."""
    found = np.empty(len(values), dtype=object)
    found[:] = values.to_pylist()
    return found


def _fits(type_: pa.DataType, base: str) -> bool:
    """Whether an Arrow type holds what a kind stands for, without loss."""
    match base:
        case "text":
            return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))
        case "int":
            return bool(pa.types.is_integer(type_) and type_ != pa.uint64())
        case "bool":
            return bool(pa.types.is_boolean(type_))
        case _:
            return bool(pa.types.is_floating(type_) or pa.types.is_integer(type_))


def _first_line(error: BaseException) -> str:
    """The first line of what a library says, cut."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
