"""Daily prices of the user: what is known of a day, and files that are none."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from coalface.errors import FactsError, IoFailure
from coalface.prices import read_daily


def own(folder: Path, text: str) -> Path:
    file = folder / "own.csv"
    file.write_text(text, "utf-8")
    return file


def test_known_and_unknown_days(tmp_path: Path) -> None:
    text = "# source: an exchange\ndate,close,volume\n"
    text += "2017-09-04,4236.31,1\n2017-09-05,4376.53,\n2017-09-08,4228.75,2\n"
    file = own(tmp_path, text)
    prices = read_daily(file)
    assert (prices.currency, prices.source, prices.resolution) == ("USD", "an exchange", "day")
    assert prices.digest == hashlib.sha256(text.encode()).hexdigest()
    found = prices.at(["2017-09-03", "2017-09-05", "2017-09-06", "2017-09-08", "2017-09-09", "NaT"])
    np.testing.assert_array_equal(found.value, [np.nan, 4376.53, np.nan, 4228.75, np.nan, np.nan])
    assert found.is_known.tolist() == [False, True, False, True, False, False]
    assert prices.at([["2017-09-05"]]).value.shape == (1, 1)
    assert float(prices.at("2017-09-05T23:59:59").value) == 4376.53
    assert prices.missing_days.astype(str).tolist() == ["2017-09-06", "2017-09-07"]
    assert read_daily(file, source="mine").source == "mine"
    rows = [f"2017-09-{day:02},1,maker {day}\n" for day in range(1, 13)]
    named = read_daily(own(tmp_path, "date,close,source\n" + "".join(rows))).source
    assert named.startswith("maker 1; maker 2; ")
    assert named.endswith("maker 10; and 2 more")


@pytest.mark.parametrize(
    ("header", "currency"),
    [("date,close", "USD"), ("date,price", "EUR"), ("usd,date", "USD"), ("date,krw", "KRW")],
)
def test_names_of_columns(tmp_path: Path, header: str, currency: str) -> None:
    row = "5,2017-09-05" if header.startswith("usd") else "2017-09-05,5"
    prices = read_daily(own(tmp_path, f"{header}\n{row}\n"), currency=currency)
    assert (prices.currency, prices.close.tolist(), prices.source) == (currency, [5.0], "")


@pytest.mark.parametrize(
    ("text", "code", "place", "says"),
    [
        ("date\n2017-01-01\n", "facts_columns", "", "columns with a price: none"),
        ("date,close,price\n2017-01-01,1,1\n", "facts_columns", "", "close, price; one of"),
        ("date,eur\n2017-01-01,1\n", "facts_columns", ":1", "`eur` is unknown"),
        ("date,close\n2017-01-01,0\n", "facts_value", ":2", "above 0"),
        ("date,close\n2017-01-01,-5\n", "facts_value", ":2", "`-5`"),
        ("date,close\n2017-01-01,1e13\n", "facts_value", ":2", "1e+12"),
        ("date,close\n2017-01-01,\n", "facts_value", ":2", "a number"),
        ("date,close\n01/02/2017,1\n", "facts_value", ":2", "a day such"),
        ('date,close\n2017-01-01,"1,000"\n', "facts_value", ":2", "`1,000`"),
        ("date,close\n2017-01-02,1\n2017-01-01,1\n", "facts_order", ":3", "lies before"),
        ("date,close\n2017-01-01,1\n2017-01-01,1\n", "facts_order", ":3", "stands there already"),
        ("date,close\n", "facts_empty", "", "no rows"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str, code: str, place: str, says: str) -> None:
    file = own(tmp_path, text)
    with pytest.raises(FactsError) as caught:
        read_daily(file)
    assert caught.value.code == code
    assert caught.value.message.startswith(f"{file}{place}: ")
    assert says in caught.value.message


def test_other_refusals(tmp_path: Path) -> None:
    with pytest.raises(IoFailure):
        read_daily(tmp_path / "absent.csv")
    file = own(tmp_path, "date,close\n2017-01-01,1\n")
    for currency in ("usd", "", "US Dollar", "€€€"):
        with pytest.raises(FactsError) as caught:
            read_daily(file, currency=currency)
        assert caught.value.code == "facts_currency"
    with pytest.raises(FactsError) as caught:
        read_daily(file).at(["soon"])
    assert caught.value.code == "facts_day"
