"""How amounts and times are written. Amounts are integers of satoshi, times are seconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta
from typing import SupportsIndex

__all__ = ["COIN_SAT", "format_btc", "format_time"]

COIN_SAT = 100_000_000
"""Satoshi in one bitcoin."""

_INT64 = range(-(2**63), 2**63)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The years that a four-digit year can write: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
_WRITABLE_TIMES = range(
    (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1),
    (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1) + 1,
)


def format_btc(value_sat: SupportsIndex) -> str:
    """Amount in bitcoin with all eight decimals, exact.

    Parameters
    ----------
    value_sat
        Satoshi, any integer of 64 bits (numpy's too).

    Raises
    ------
    ValueError
        If the amount does not fit 64 bits: no sum of bitcoins can be that large.

    Examples
    --------
    >>> format_btc(150_000_000)
    '1.50000000'
    >>> format_btc(-1)
    '-0.00000001'
    """
    sat = value_sat.__index__()
    if sat not in _INT64:
        raise ValueError(f"amount of {sat} satoshi does not fit a 64-bit integer")
    whole, rest = divmod(abs(sat), COIN_SAT)
    return f"{'-' if sat < 0 else ''}{whole}.{rest:08d}"


def format_time(time_unix: SupportsIndex) -> str:
    """Time in UTC as ``YYYY-MM-DDTHH:MM:SSZ``.

    Parameters
    ----------
    time_unix
        Seconds since 1970-01-01T00:00:00Z (numpy's integers too).

    Raises
    ------
    ValueError
        If the year is not one of 1 to 9999.

    Examples
    --------
    >>> format_time(1231006505)
    '2009-01-03T18:15:05Z'
    """
    seconds = time_unix.__index__()
    if seconds not in _WRITABLE_TIMES:
        raise ValueError(f"time of {seconds} s since 1970 lies outside the years 1 to 9999")
    return f"{(_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()}Z"
