"""Difficulty of every epoch of 2016 blocks, from its compact target."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coalface.energy.facts.table import Days, read, rising, to_days, within
from coalface.energy.network import difficulty_of_bits
from coalface.prices.csv_file import Row

__all__ = ["DifficultyEpochs", "difficulty_epochs"]

_EPOCH_BLOCKS: Final = 2016
_EPOCH_DAYS: Final = 14  # 2016 blocks of 600 seconds
_MAX_HEIGHT: Final = 2**31
_DAY_KINDS = {"exact": True, "approx": False}
_NBITS = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True)
class DifficultyEpochs:
    """Difficulty by epoch, in the order of the chain.

    Attributes
    ----------
    first_height
        Height of the epoch's first block, int64.
    difficulty
        Expected number of hashes a block, in units of 2^32.
    start_day
        Day (UTC) of the epoch's first block.
    is_exact
        Whether that day was read from the block; else it may be a day off.
    source
        Who says so.
    """

    first_height: NDArray[np.int64]
    difficulty: NDArray[np.float64]
    start_day: Days
    is_exact: NDArray[np.bool_]
    source: str

    @property
    def first_day(self) -> np.datetime64:
        """First day that the table reaches."""
        first: np.datetime64 = self.start_day[0]
        return first

    @property
    def last_day(self) -> np.datetime64:
        """Last day that the table reaches; the last epoch is taken to last 14 days."""
        last: np.datetime64 = self.start_day[-1] + np.timedelta64(_EPOCH_DAYS - 1, "D")
        return last

    def index_at(self, days: ArrayLike) -> NDArray[np.int64]:
        """Rows of the epochs in force on `days`; on the day of a change, of the new one.

        Raises
        ------
        FactsError
            If a day is outside of the table.
        """
        asked = to_days(days)
        within(
            asked,
            self.first_day,
            self.last_day,
            "difficulties",
            "`--difficulty FILE`, difficulty_epochs(path)",
        )
        return np.asarray(np.searchsorted(self.start_day, asked, side="right") - 1, np.int64)

    def at(self, days: ArrayLike) -> NDArray[np.float64]:
        """Difficulty in force on `days` (UTC), same shape; on the day of a change, the new one.

        Raises
        ------
        FactsError
            If a day is outside of the table.
        """
        return self.difficulty[self.index_at(days)]


def difficulty_epochs(path: str | Path | None = None) -> DifficultyEpochs:
    """Difficulty of every epoch of the table, or of the user's file with the same columns.

    Parameters
    ----------
    path
        CSV file with ``first_height``, ``nbits`` (8 hexadecimal digits), ``start_day`` and ``day_kind``
        (``exact`` or ``approx``), its rows in the order of the chain.

    Raises
    ------
    IoFailure
        If the file cannot be read.
    FactsError
        If it is no such table.
    """
    file = read(path, "difficulty_epochs.csv", ("first_height", "nbits", "start_day", "day_kind"))
    heights = np.array([_first_height(row) for row in file.rows], np.int64)
    days = np.array([row.day("start_day") for row in file.rows], "datetime64[D]")
    rising(file, "first_height", heights)
    rising(file, "start_day", days)
    return DifficultyEpochs(
        heights,
        difficulty_of_bits([_nbits(row) for row in file.rows]),
        days,
        np.array([_is_exact(row) for row in file.rows], np.bool_),
        file.source,
    )


def _first_height(row: Row) -> int:
    height = row.integer("first_height", 0, _MAX_HEIGHT)
    if height % _EPOCH_BLOCKS:
        raise row.error("first_height", f"an epoch begins at a multiple of {_EPOCH_BLOCKS}")
    return height


def _nbits(row: Row) -> int:
    text = row.cells["nbits"]
    if not _NBITS.fullmatch(text):
        raise row.error("nbits", "8 hexadecimal digits in lower case are allowed, such as 1d00ffff")
    exponent, mantissa = int(text[:2], 16), int(text[2:], 16)
    if not (3 <= exponent <= 0x20 and 0 < mantissa <= 0x7F_FFFF):
        raise row.error(
            "nbits", "03 to 20 is allowed for the first two digits, 000001 to 7fffff for the others"
        )
    return int(text, 16)


def _is_exact(row: Row) -> bool:
    kind = row.cells["day_kind"]
    if kind not in _DAY_KINDS:
        raise row.error("day_kind", "exact or approx is allowed")
    return _DAY_KINDS[kind]
