"""The texts by which people name things: txids, outpoints, heights, hashes, dates."""

import re
from datetime import UTC, datetime, timedelta

from coalface.errors import InvalidReference, UsageError

__all__ = ["check_count", "is_hash", "is_height", "parse_outpoint", "parse_time", "parse_txid"]

_HASH = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_HEIGHT = re.compile(r"[0-9]{1,10}", re.ASCII)
_OUTPOINT = re.compile(r"([0-9a-fA-F]{64}):([0-9]{1,10})", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_U32 = 2**32 - 1
_MAX_COUNT = 2**63 - 1


def is_hash(text: str) -> bool:
    """Whether `text` has the form of a txid or block hash."""
    return _HASH.fullmatch(text) is not None


def is_height(text: str) -> bool:
    """Whether `text` has the form of a height."""
    return _HEIGHT.fullmatch(text) is not None and int(text) < _MAX_U32


def parse_txid(text: str) -> str:
    """The txid in lower case.

    Raises
    ------
    InvalidReference
        If the text is not 64 hex digits.
    """
    if not is_hash(text):
        raise InvalidReference(
            f"txid `{_shown(text)}` is not 64 hex digits", code="invalid_txid", context={"text": _shown(text)}
        )
    return text.lower()


def parse_outpoint(text: str) -> tuple[str, int] | None:
    """Txid and output number of ``txid:vout``, or `None` if the text has another form."""
    found = _OUTPOINT.fullmatch(text)
    if found is None or int(found[2]) > _MAX_U32:
        return None
    return found[1].lower(), int(found[2])


def parse_time(text: str) -> int:
    """Seconds since 1970 of a UTC date (its last second) or time.

    Raises
    ------
    InvalidReference
        If the text is neither.

    Examples
    --------
    >>> parse_time("2015-07-27")
    1438041599
    >>> parse_time("2015-07-27T12:00:00Z")
    1437998400
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is not None and _DATE.fullmatch(text):
        moment = moment.replace(hour=23, minute=59, second=59, tzinfo=UTC)
    if moment is None or moment.tzinfo is None:
        raise InvalidReference(
            f"`{_shown(text)}` is no height, block hash or date",
            code="invalid_as_of",
            hint="give a height, a block hash, YYYY-MM-DD, or a time as YYYY-MM-DDTHH:MM:SSZ",
            context={"text": _shown(text)},
        )
    # a difference, not `astimezone`: that fails at the ends of the calendar
    return (moment - _EPOCH) // timedelta(seconds=1)


def check_count(name: str, value: int, *, least: int = 0, most: int = _MAX_COUNT) -> int:
    """`value`, if it is a number of things that the engine can take.

    Raises
    ------
    UsageError
        If it is below `least` or above `most`.
    """
    if not least <= value <= most:
        raise UsageError(
            f"{name} is {value}, {least} to {most} are allowed",
            code="usage_count",
            context={"name": name, "value": value},
        )
    return value


def _shown(text: str) -> str:
    """`text`, cut so that no message grows with what was typed."""
    return text if len(text) <= 80 else f"{text[:77]}..."
