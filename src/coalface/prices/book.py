"""Daily prices that were brought into a store: kept whole, and asked for the value of an amount at a time.

A price counts for its own day, from midnight to midnight of the series' zone, and for no other: before the
first day, behind the last one and in gaps a value is unavailable, never the nearest price.
"""

import sqlite3
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from coalface.errors import FactsError, NotFound, UsageError
from coalface.labels.sqlite_file import checked_row
from coalface.prices.daily import check_currency
from coalface.prices.database import PRICES
from coalface.prices.series_file import DailyFile, Gap, day_text, read_daily_file

__all__ = ["FiatValue", "KeptSeries", "PriceBook", "PriceImport", "import_prices"]

_WAIT_SECONDS = 600.0
_MAX_TEXT = 200
_DAY_SECONDS = 86_400
_SAT_PER_BTC = 100_000_000
_CENT = Decimal("0.01")
_DIGITS = 80
"""More than amount and price have together, so that no product is rounded before its end."""
_SHOWN_GAPS = 20
_COLUMNS = (
    "name, currency, source, resolution, utc_offset_seconds, utc_offset_source, first_day, last_day, n_days,"
    " n_missing_days, n_duplicates, import_unix, sha256, n_bytes"
)
_KINDS = (str, str, str, str, int, str, int, int, int, int, int, int, str, int)


@dataclass(frozen=True)
class KeptSeries:
    """A daily series in a store."""

    name: str
    currency: str
    source: str
    """Who says so; empty if nobody said."""
    resolution: str
    """``day``."""
    utc_offset_seconds: int
    """Of the midnight that its days begin with, east of Greenwich positive."""
    utc_offset_source: str
    """``file``, ``option``, or ``assumed``: then days are taken for those of UTC."""
    first_day: str
    last_day: str
    n_days: int
    n_missing_days: int
    """Days between the first and the last one without a price."""
    n_duplicates: int
    """Rows that repeated another one."""
    import_unix: int
    sha256: str
    n_bytes: int
    is_current: bool
    """Whether no later import has its name: then answers use it."""


@dataclass(frozen=True)
class PriceImport:
    """What one import did."""

    imported: bool
    """Whether anything changed; not if the store held these bytes under this name."""
    series: KeptSeries
    gaps: tuple[Gap, ...]
    """Days without a price, the first twenty runs of them."""


@dataclass(frozen=True)
class FiatValue:
    """What an amount was worth at a time, or why nobody can say."""

    status: str
    """``value_available`` or ``value_unavailable``."""
    reason: str
    """In words, of which series and day."""
    reason_code: str
    """``exact_day``; ``before_first_day``, ``after_last_day`` or ``missing_day``."""
    time_unix: int
    value_sat: int
    currency: str
    day: str
    """Of the series' zone."""
    price: str | None
    """Units of the currency per BTC, as the series has it."""
    fiat: str | None
    """Exact product, to a hundredth of the currency's unit, halves to the even digit."""
    series: str
    source: str
    resolution: str
    utc_offset_seconds: int
    sha256: str


def import_prices(
    store: str | Path,
    file: str | Path,
    *,
    currency: str = "USD",
    source: str | None = None,
    name: str | None = None,
    utc_offset_seconds: int | None = None,
    import_unix: int | None = None,
) -> PriceImport:
    """What was imported of a CSV file of daily prices.

    Parameters
    ----------
    store
        Folder of the store; made if it does not exist. It needs no chain.
    file
        The file: ``date``, and ``close``, ``price`` or the currency in lower case.
    currency
        Three capital letters.
    source
        Who says so; else whom the file names.
    name
        Of the series; that of the file if `None`. A later import of the name takes the earlier one's place in
        answers.
    utc_offset_seconds
        Of the midnight that days begin with, where the file does not say; if `None`, UTC is assumed and told.
    import_unix
        Time of the import in seconds since 1970; now if `None`.

    Raises
    ------
    FactsError, IoFailure
        If the file cannot be read as one; the message names the line. Nothing is imported then.
    UsageError
        If an argument does not fit.
    """
    folder, path = Path(store), Path(file)
    check_currency(currency)
    own = (path.name if name is None else name).strip()
    if not 0 < len(own) <= _MAX_TEXT or not own.isprintable():
        raise UsageError(
            f"the series' name has {len(own)} characters, allowed are 1 to {_MAX_TEXT}", code="usage_name"
        )
    found = read_daily_file(path, currency, utc_offset_seconds)
    said = (found.source if source is None else source.strip())[: 10 * _MAX_TEXT]
    now = int(time.time()) if import_unix is None else import_unix
    days = list(found.prices)
    with PRICES.writing(folder, _WAIT_SECONDS) as connection:
        known = connection.execute(
            "SELECT sha256, utc_offset_seconds, source FROM series WHERE name = ? AND currency = ?"
            " ORDER BY id DESC LIMIT 1",
            (own, currency),
        ).fetchone()
        imported = known != (found.digest, found.utc_offset_seconds, said)
        if imported:
            _insert(connection, own, currency, said, found, days, now)
    with PriceBook(folder) as book:
        return PriceImport(imported, book.series(currency, own), found.gaps[:_SHOWN_GAPS])


def _insert(
    connection: sqlite3.Connection,
    name: str,
    currency: str,
    source: str,
    found: DailyFile,
    days: list[int],
    now: int,
) -> None:
    n_missing = sum(gap.n_days for gap in found.gaps)
    series_id = connection.execute(
        f"INSERT INTO series ({_COLUMNS}, deflated) VALUES ({', '.join('?' * 15)})",  # noqa: S608 - constants
        (
            name, currency, source, "day", found.utc_offset_seconds, found.utc_offset_source, days[0],
            days[-1], len(days), n_missing, found.n_duplicates, now, found.digest, found.n_bytes,
            zlib.compress(found.raw),
        ),
    ).lastrowid  # fmt: skip
    connection.executemany(
        "INSERT INTO price (series_id, day, price) VALUES (?, ?, ?)",
        ((series_id, day, price) for day, price in found.prices.items()),
    )


class PriceBook:
    """The prices in a store. Answers of one object agree, whatever is imported meanwhile.

    Parameters
    ----------
    store
        The store's folder.

    Raises
    ------
    NotFound
        If no prices were ever imported.
    StoreNotFound, CorruptStore, UnsupportedStore
        If the folder or the prices cannot be read.
    """

    def __init__(self, store: str | Path) -> None:
        self._store = Path(store)
        self._path = PRICES.path(self._store)
        connection = PRICES.open_reader(self._store)
        if connection is None:
            raise NotFound(
                f"`{self._store}` holds no prices: nothing was imported",
                code="not_found_prices",
                hint="`coalface prices import STORE FILE`",
                context={"path": str(self._store)},
            )
        self._connection = connection
        try:
            with PRICES.translated(self._path):
                query = f"SELECT id, {_COLUMNS} FROM series ORDER BY id DESC"  # noqa: S608 - a constant
                self._rows = self._checked(connection.execute(query).fetchall())
        except BaseException:
            connection.close()
            raise
        self.all: tuple[KeptSeries, ...] = tuple(series for _, series in self._rows)
        """Every series, the newest import first."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def series(self, currency: str, name: str | None = None) -> KeptSeries:
        """The series of a currency, and of a name where there are several.

        Raises
        ------
        NotFound
            If there is none.
        UsageError
            If there are several and none is named: they may contradict each other.
        """
        return self._found(currency, name)[1]

    def value(
        self, value_sat: int, time_unix: int, *, currency: str = "USD", name: str | None = None
    ) -> FiatValue:
        """What an amount was worth at a time: exact to the series, or unavailable.

        Parameters
        ----------
        value_sat
            The amount, in satoshi.
        time_unix
            When, in seconds since 1970; of a transaction the time of its block.
        currency, name
            Of the series.

        Raises
        ------
        NotFound, UsageError
            As `series`.
        """
        row_id, series = self._found(currency, name)
        day = (time_unix + series.utc_offset_seconds) // _DAY_SECONDS
        with PRICES.translated(self._path):
            row = self._connection.execute(
                "SELECT price FROM price WHERE series_id = ? AND day = ?", (row_id, day)
            ).fetchone()
        price = None if row is None else str(checked_row(PRICES, row, (str,), self._path)[0])
        date = _date(day)
        code, reason = _why(series, date, price)
        return FiatValue(
            status="value_available" if price is not None else "value_unavailable",
            reason=reason,
            reason_code=code,
            time_unix=time_unix,
            value_sat=value_sat,
            currency=series.currency,
            day=date,
            price=price,
            fiat=None if price is None else self._product(value_sat, price),
            series=series.name,
            source=series.source,
            resolution=series.resolution,
            utc_offset_seconds=series.utc_offset_seconds,
            sha256=series.sha256,
        )

    def _product(self, value_sat: int, price: str) -> str:
        """Amount times price."""
        try:
            with localcontext(prec=_DIGITS):
                exact = Decimal(value_sat) * Decimal(price) / _SAT_PER_BTC
                return f"{exact.quantize(_CENT, ROUND_HALF_EVEN):f}"
        except ArithmeticError as error:
            raise PRICES.corrupt(self._path, f"`{price[:40]}` is no price") from error

    def _found(self, currency: str, name: str | None) -> tuple[int, KeptSeries]:
        fitting = [
            row
            for row in self._rows
            if row[1].is_current and row[1].currency == currency and name in {None, row[1].name}
        ]
        if not fitting:
            known = ", ".join(f"{each.name} ({each.currency})" for each in self.all if each.is_current)
            raise NotFound(
                f"`{self._store}` holds no series {'' if name is None else f'`{name[:80]}` '}"
                f"in {currency[:20]}, but {known}",
                code="not_found_prices",
            )
        if len(fitting) > 1:
            names = ", ".join(f"`{series.name}`" for _, series in fitting)
            raise UsageError(
                f"several series are in {currency}: {names}", code="usage_series", hint="name one of them"
            )
        return fitting[0]

    def _checked(self, rows: Sequence[Sequence[Any]]) -> list[tuple[int, KeptSeries]]:
        found: list[tuple[int, KeptSeries]] = []
        seen: set[tuple[str, str]] = set()
        for row in rows:
            row_id, *values = checked_row(PRICES, row, (int, *_KINDS), self._path)
            key = (values[0], values[1])
            try:
                values[6:8] = [day_text(day) for day in values[6:8]]
            except OverflowError as error:
                raise PRICES.corrupt(self._path, "it has a day that is none") from error
            fields = dict(zip(_COLUMNS.replace(",", " ").split(), values, strict=True))
            found.append((row_id, KeptSeries(**fields, is_current=key not in seen)))
            seen.add(key)
        return found


def _date(day: int) -> str:
    """The date of a day since 1970."""
    try:
        return day_text(day)
    except OverflowError as error:
        raise FactsError("no time of the calendar", code="facts_day") from error


def _why(series: KeptSeries, day: str, price: str | None) -> tuple[str, str]:
    """Code and words of what is known of a day."""
    named = f"series `{series.name}`"
    if price is not None:
        return "exact_day", f"the price that {named} has of {day}"
    if day < series.first_day:
        return "before_first_day", f"{named} begins on {series.first_day}, asked for is {day}"
    if day > series.last_day:
        return "after_last_day", f"{named} ends on {series.last_day}, asked for is {day}"
    return "missing_day", f"{named} has no price of {day}"
