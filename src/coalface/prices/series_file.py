"""Reading a daily series that is to be kept: exact prices, and what is odd about the days."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Final

from coalface.prices.csv_file import MAX_CSV_BYTES, CsvFile, Row, read_bounded, read_csv, refused

__all__ = ["DailyFile", "Gap", "day_text", "parse_offset", "read_daily_file"]

_PRICE_COLUMNS = ("close", "price")
_OTHER_COLUMNS = ("open", "high", "low", "volume", "market_cap", "source")
_PRICE = re.compile(r"\d{1,13}(?:\.\d{0,18})?|\.\d{1,18}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.0{1,9})?)?\s?(Z|UTC|[+-]\d\d:?\d\d)?", re.ASCII
)
_UNIX = re.compile(r"\d{9,10}", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_DAY_SECONDS: Final = 86_400
_MOST_OFFSET_SECONDS: Final = 14 * 3600
"""Of any zone: that of the Line Islands."""
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Gap:
    """Days between the first and the last one that have no price."""

    first_day: str
    last_day: str
    n_days: int


@dataclass(frozen=True)
class DailyFile:
    """What a file of daily prices holds."""

    prices: dict[int, str]
    """Price as it is written, by day: days since 1970 of the series' own zone, ascending."""
    utc_offset_seconds: int
    """Of the midnight that a day begins with, east of Greenwich positive."""
    utc_offset_source: str
    """``file``, ``option``, or ``assumed`` where neither says: then days are those of UTC."""
    n_duplicates: int
    """Rows that repeat day and price of an earlier one."""
    gaps: tuple[Gap, ...]
    source: str
    digest: str
    n_bytes: int
    raw: bytes


def parse_offset(text: str) -> int | None:
    """Seconds that a zone is ahead of UTC, of ``Z``, ``UTC`` or ``+09:00``; `None` for any other text.

    Examples
    --------
    >>> parse_offset("+09:00"), parse_offset("Z"), parse_offset("-0330"), parse_offset("CET")
    (32400, 0, -12600, None)
    """
    if text in {"Z", "UTC"}:
        return 0
    found = _OFFSET.fullmatch(text)
    if found is None or int(found[3]) > 59:
        return None
    seconds = int(found[2]) * 3600 + int(found[3]) * 60
    return None if seconds > _MOST_OFFSET_SECONDS else -seconds if found[1] == "-" else seconds


def read_daily_file(path: Path, currency: str, utc_offset_seconds: int | None) -> DailyFile:
    """What a CSV file of daily prices holds.

    Parameters
    ----------
    path
        As `read_daily` reads it, but rows may be in any order, a row may repeat another one, and ``date`` may
        be midnight with a zone (``2017-09-05T00:00:00+09:00``) or as seconds since 1970.
    currency
        Three capital letters.
    utc_offset_seconds
        Of the midnight that days begin with, where the file does not say.

    Raises
    ------
    FactsError
        If it is no such file, names two zones, or gives one day two prices; the message names the line.
    """
    candidates = (*_PRICE_COLUMNS, currency.lower())
    raw = read_bounded(path, MAX_CSV_BYTES)
    file = read_csv(path, required=("date",), optional=candidates + _OTHER_COLUMNS)
    column = _price_column(file, path, candidates)
    prices: dict[int, str] = {}
    lines: dict[int, int] = {}
    stated, n_duplicates = _day_of(file.rows[0])[1], 0
    for row in file.rows:
        day, offset = _day_of(row)
        if offset != stated:
            raise row.error("date", f"another zone than on line {file.rows[0].line}: a series has one")
        price = _price_of(row, column)
        if day not in prices:
            prices[day], lines[day] = price, row.line
        elif Decimal(prices[day]) == Decimal(price):
            n_duplicates += 1
        else:
            raise row.error(column, f"line {lines[day]} says {prices[day]} of the same day")
    if stated is not None and utc_offset_seconds not in {None, stated}:
        raise refused(
            path,
            f"the file's days begin {stated} s ahead of UTC, asked for were {utc_offset_seconds}",
            code="facts_zone",
            hint="leave out the zone: the file says it",
        )
    offset_of = stated if stated is not None else utc_offset_seconds
    ordered = dict(sorted(prices.items()))
    return DailyFile(
        prices=ordered,
        utc_offset_seconds=offset_of or 0,
        utc_offset_source="file" if stated is not None else "assumed" if offset_of is None else "option",
        n_duplicates=n_duplicates,
        gaps=tuple(_gaps(list(ordered))),
        source=file.source,
        digest=file.digest,
        n_bytes=len(raw),
        raw=raw,
    )


def day_text(day: int) -> str:
    """The date of a day since 1970."""
    return (_EPOCH + dt.timedelta(days=day)).isoformat()


def _gaps(days: list[int]) -> list[Gap]:
    return [
        Gap(day_text(one + 1), day_text(other - 1), other - one - 1)
        for one, other in pairwise(days)
        if other > one + 1
    ]


def _price_column(file: CsvFile, path: Path, candidates: tuple[str, ...]) -> str:
    present = [name for name in candidates if name in file.columns]
    if len(present) != 1:
        raise refused(
            path,
            f"columns with a price: {', '.join(present) or 'none'}; one of {', '.join(candidates)} is needed",
            code="facts_columns",
        )
    return present[0]


def _price_of(row: Row, column: str) -> str:
    """A price as it is written, above 0."""
    cell = row.cells[column]
    if not _PRICE.fullmatch(cell) or Decimal(cell) == 0:
        raise row.error(column, "a decimal number above 0 is allowed, as 4376.53")
    return cell


def _day_of(row: Row) -> tuple[int, int | None]:
    """Day since 1970 that a row is of, and how far its midnight is ahead of UTC where the row says so."""
    cell = row.cells["date"]
    if _UNIX.fullmatch(cell):
        seconds = int(cell)
        if seconds % _DAY_SECONDS:
            raise row.error("date", "midnight of UTC is allowed: a series has a price a day")
        return seconds // _DAY_SECONDS, 0
    found = _TIME.fullmatch(cell)
    if found is not None:
        if any(int(part or 0) for part in found.groups()[1:4]):
            raise row.error("date", "midnight is allowed: a series has a price a day")
        offset = None if found[5] is None else parse_offset(found[5])
        if found[5] is not None and offset is None:
            raise row.error("date", "a zone from -14:00 to +14:00 is allowed")
        return _calendar_day(row, found[1]), offset
    if _DAY.fullmatch(cell):
        return _calendar_day(row, cell), None
    raise row.error("date", "a day such as 2017-09-05 is allowed, or its midnight with a zone")


def _calendar_day(row: Row, text: str) -> int:
    try:
        return (dt.date.fromisoformat(text) - _EPOCH).days
    except ValueError:
        raise row.error("date", "a day such as 2017-09-05 is allowed") from None
