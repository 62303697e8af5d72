"""Kept prices: exact products, days of a zone, and what is unavailable."""

import hashlib
from decimal import ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.errors import CoalfaceError, FactsError, NotFound, UsageError
from coalface.prices import PriceBook, import_prices

NOON = 1_504_612_800  # 2017-09-05T12:00:00Z
DAY = 86_400
TEXT = "# source: an exchange\ndate,close\n2017-09-05,4376.53\n2017-09-06,4597.12\n2017-09-08,4228.75\n"


def own(folder: Path, text: str, name: str = "own.csv") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


@pytest.fixture
def store(tmp_path: Path) -> Path:
    import_prices(tmp_path / "store", own(tmp_path, TEXT), import_unix=NOON)
    return tmp_path / "store"


def test_what_is_imported_is_told(tmp_path: Path) -> None:
    file = own(tmp_path, TEXT + "2017-09-06,4597.120\n")
    found = import_prices(tmp_path / "s", file)
    series = found.series
    assert found.imported
    assert (series.name, series.source, series.resolution) == ("own.csv", "an exchange", "day")
    assert (series.first_day, series.last_day, series.n_days) == ("2017-09-05", "2017-09-08", 3)
    assert (series.n_missing_days, series.n_duplicates) == (1, 1)
    assert (series.utc_offset_seconds, series.utc_offset_source) == (0, "assumed")
    assert [(gap.first_day, gap.last_day, gap.n_days) for gap in found.gaps] == [
        ("2017-09-07", "2017-09-07", 1)
    ]
    assert series.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert not import_prices(tmp_path / "s", file).imported


@pytest.mark.parametrize(
    ("time_unix", "code", "fiat"),
    [
        (NOON, "exact_day", "4376.53"),
        (NOON - 12 * 3600, "exact_day", "4376.53"),
        (NOON + 12 * 3600 - 1, "exact_day", "4376.53"),
        (NOON + 12 * 3600, "exact_day", "4597.12"),
        (NOON - 12 * 3600 - 1, "before_first_day", None),
        (NOON + 2 * DAY, "missing_day", None),
        (NOON + 3 * DAY, "exact_day", "4228.75"),
        (NOON + 4 * DAY, "after_last_day", None),
    ],
)
def test_a_price_counts_for_its_own_day(store: Path, time_unix: int, code: str, fiat: str | None) -> None:
    with PriceBook(store) as book:
        found = book.value(100_000_000, time_unix)
    assert (found.reason_code, found.fiat) == (code, fiat)
    assert found.status == ("value_unavailable" if fiat is None else "value_available")
    assert (found.source, found.resolution) == ("an exchange", "day")


@given(value_sat=st.integers(0, 2_100_000_000_000_000), price=st.decimals("0.000001", "999999999", places=12))
def test_the_product_is_exact(
    tmp_path_factory: pytest.TempPathFactory, value_sat: int, price: Decimal
) -> None:
    folder = tmp_path_factory.mktemp("exact")
    import_prices(folder / "s", own(folder, f"date,close\n2017-09-05,{price:f}\n"))
    with PriceBook(folder / "s") as book:
        found = book.value(value_sat, NOON)
    cents = value_sat * int(price.scaleb(12, Context(prec=60)))  # in 10^-20 of the unit
    nearest = (
        Decimal(cents)
        .scaleb(-20, Context(prec=60))
        .quantize(Decimal("0.01"), ROUND_HALF_EVEN, Context(prec=60))
    )
    assert found.fiat is not None
    assert Decimal(found.fiat) == nearest


@pytest.mark.parametrize(
    ("date", "option", "offset", "source"),
    [
        ("2017-09-05T00:00:00+09:00", None, 32_400, "file"),
        ("2017-09-05 00:00 -0330", None, -12_600, "file"),
        ("2017-09-05T00:00:00Z", None, 0, "file"),
        ("1504569600", None, 0, "file"),
        ("2017-09-05T00:00:00", None, 0, "assumed"),
        ("2017-09-05", 32_400, 32_400, "option"),
    ],
)
def test_days_of_a_zone(tmp_path: Path, date: str, option: int | None, offset: int, source: str) -> None:
    file = own(tmp_path, f"date,price\n{date},5\n")
    series = import_prices(tmp_path / "s", file, utc_offset_seconds=option).series
    assert (series.first_day, series.utc_offset_seconds) == ("2017-09-05", offset)
    assert series.utc_offset_source == source
    midnight = 1_504_569_600 - offset
    with PriceBook(tmp_path / "s") as book:
        codes = [book.value(1, midnight + shift).reason_code for shift in (-1, 0, DAY - 1, DAY)]
    assert codes == ["before_first_day", "exact_day", "exact_day", "after_last_day"]


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ("2017-09-05,1\n2017-09-05,2\n", 3, "line 2 says 1 of the same day"),
        ("2017-09-05T00:00:00Z,1\n2017-09-06T00:00:00+01:00,2\n", 3, "another zone than on line 2"),
        ("2017-09-05,1\n2017-09-06T00:00:00Z,2\n", 3, "another zone"),
        ("2017-09-05T12:00:00Z,1\n", 2, "midnight"),
        ("1504569601,1\n", 2, "midnight"),
        ("2017-09-05T00:00:00+15:00,1\n", 2, "-14:00 to +14:00"),
        ("2017-02-30,1\n", 2, "a day such as"),
        ("05/09/2017,1\n", 2, "a day such as"),
        ("2017-09-05,0\n", 2, "above 0"),
        ("2017-09-05,-1\n", 2, "above 0"),
        ("2017-09-05,1e5\n", 2, "decimal number"),
        ("2017-09-05,NaN\n", 2, "decimal number"),
    ],
)
def test_files_that_are_refused_leave_nothing(tmp_path: Path, rows: str, line: int, says: str) -> None:
    file = own(tmp_path, f"date,close\n{rows}")
    with pytest.raises(FactsError) as caught:
        import_prices(tmp_path / "s", file)
    assert caught.value.message.startswith(f"{file}:{line}: ")
    assert says in caught.value.message
    assert not (tmp_path / "s").exists()


def test_a_zone_is_not_said_twice(tmp_path: Path) -> None:
    file = own(tmp_path, "date,close\n2017-09-05T00:00:00Z,1\n")
    with pytest.raises(FactsError) as caught:
        import_prices(tmp_path / "s", file, utc_offset_seconds=3600)
    assert caught.value.code == "facts_zone"


def test_a_later_import_of_a_name_takes_the_place(store: Path, tmp_path: Path) -> None:
    assert import_prices(store, own(tmp_path, "date,close\n2017-09-05,1\n")).imported
    with PriceBook(store) as book:
        assert [series.is_current for series in book.all] == [True, False]
        assert book.value(100_000_000, NOON).fiat == "1.00"


def test_several_series_are_not_mixed(store: Path, tmp_path: Path) -> None:
    import_prices(store, own(tmp_path, "date,close\n2017-09-05,1\n", "other.csv"))
    import_prices(store, own(tmp_path, "date,eur\n2017-09-05,2\n", "eur.csv"), currency="EUR")
    with PriceBook(store) as book:
        with pytest.raises(UsageError) as several:
            book.value(1, NOON)
        assert several.value.code == "usage_series"
        assert book.value(100_000_000, NOON, name="own.csv").fiat == "4376.53"
        assert book.value(100_000_000, NOON, currency="EUR").fiat == "2.00"
        with pytest.raises(NotFound):
            book.value(1, NOON, currency="KRW")


def test_no_prices_is_another_answer(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as none:
        PriceBook(tmp_path)
    assert none.value.code == "not_found_prices"
    (tmp_path / "prices.sqlite").write_bytes(b"nonsense" * 100)
    with pytest.raises(CoalfaceError) as damaged:
        PriceBook(tmp_path)
    assert damaged.value.code == "store_corrupt_prices"
