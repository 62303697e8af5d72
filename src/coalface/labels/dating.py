"""When a list was true, and which lists are states of the same one."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import PurePath

from coalface.errors import UsageError
from coalface.labels.address import storable
from coalface.units import format_time

__all__ = ["DateSource", "ListName", "date_of", "days_between", "name_list"]

_DATE = re.compile(r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")
_SEPARATORS = " -_."
# Suffixes of known formats. A series keeps any other: `list.v2` and `list.v3` are two lists.
_SUFFIXES = {
    ".txt", ".csv", ".list", ".lst", ".text", ".xml", ".yaml", ".yml", ".json", ".ndjson", ".jsonl", ".ftm",
}  # fmt: skip
_MAX_NAME_CHARACTERS = 255


class DateSource(StrEnum):
    """Who says when a list was true."""

    OPTION = "option"
    FILE = "file"
    """The file itself, such as OFAC's `Publish_Date` or a pack's `lastmod`."""
    FILE_NAME = "file_name"
    IMPORT_TIME = "import_time"


@dataclass(frozen=True)
class ListName:
    """Name, series and date of one list."""

    name: str
    series: str
    """The name without its date: lists of one series are states of one list at several dates."""
    date: str
    """UTC date, ``YYYY-MM-DD``."""
    date_source: DateSource


def date_of(time_unix: int) -> str:
    """UTC date of a time.

    Examples
    --------
    >>> date_of(1438041599)
    '2015-07-27'
    """
    return format_time(time_unix)[:10]


def name_list(
    file: PurePath,
    *,
    date: str | None,
    name: str | None,
    import_unix: int,
    own_date: str | None = None,
    series: str | None = None,
) -> ListName:
    """Name, series and date of the list in `file`.

    Parameters
    ----------
    file
        Where it is; its name may hold the date.
    date
        Date given by the user; wins over the file's name.
    name
        Name given by the user; that of the file if `None`.
    import_unix
        Now; the date, if nothing else gives one.
    own_date
        Date that the file itself gives; its name is asked if it gives none.
    series
        Series that the user or the format names; else the name without its date.

    Raises
    ------
    UsageError
        If the date is no date or lies in the future, the file's name holds several, or the name is empty or
        too long.

    Examples
    --------
    >>> file = PurePath("ofac-xbt-2022-09-03.txt")
    >>> found = name_list(file, date=None, name=None, import_unix=1_700_000_000)
    >>> found.series, found.date, str(found.date_source)
    ('ofac-xbt', '2022-09-03', 'file_name')
    """
    if date is not None:
        if not _DATE.fullmatch(date) or not _is_date(date):
            raise UsageError(
                f"`{date[:80]}` is no date", code="usage_date", hint="give the list's date as YYYY-MM-DD"
            )
        list_date, source = date, DateSource.OPTION
    elif own_date is not None and _DATE.fullmatch(own_date) and _is_date(own_date):
        list_date, source = own_date, DateSource.FILE
    else:
        dates = sorted({text for text in _DATE.findall(file.name) if _is_date(text)})
        if len(dates) > 1:
            raise UsageError(
                f"the name of `{storable(file.name)}` holds several dates: {', '.join(dates)}",
                code="usage_date",
                hint="say by --date which one is the list's",
            )
        list_date, source = (
            (dates[0], DateSource.FILE_NAME) if dates else (date_of(import_unix), DateSource.IMPORT_TIME)
        )
    # One day of grace: somewhere it is already tomorrow.
    if list_date > date_of(import_unix + 86_400):
        raise UsageError(
            f"the list's date {list_date} lies in the future, today is {date_of(import_unix)}",
            code="usage_date",
            hint="give the day of the list's publication by --date",
        )
    own = storable(file.name if name is None else name).strip()
    if not own or len(own) > _MAX_NAME_CHARACTERS:
        raise UsageError(
            f"the list's name has {len(own)} characters, allowed are 1 to {_MAX_NAME_CHARACTERS}",
            code="usage_name",
        )
    of_series = _series_of(own) if series is None else storable(series).strip()
    if not of_series or len(of_series) > _MAX_NAME_CHARACTERS:
        raise UsageError(
            f"the series' name has {len(of_series)} characters, allowed are 1 to {_MAX_NAME_CHARACTERS}",
            code="usage_name",
        )
    return ListName(own, of_series, list_date, source)


def days_between(earlier: str, later: str) -> int:
    """Days from one date to another, negative if they are the other way round.

    Examples
    --------
    >>> days_between("2024-02-28", "2024-03-01")
    2
    """
    return (_parsed(later) - _parsed(earlier)) // timedelta(days=1)


def _series_of(name: str) -> str:
    """`name` without its dates and the suffix of a plain list."""
    stem, dot, suffix = name.rpartition(".")
    if stem and f"{dot}{suffix}".lower() in _SUFFIXES:
        name = stem
    parts = [part.strip(_SEPARATORS) for part in _DATE.split(name)]
    return "-".join(part for part in parts if part) or name


def _is_date(text: str) -> bool:
    """Whether a text of the form of a date is one of the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _parsed(text: str) -> datetime:
    """Midnight that a date begins with."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
