from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.units import COIN_SAT, format_btc, format_time

INT64 = st.integers(-(2**63), 2**63 - 1)


@pytest.mark.parametrize(
    ("value_sat", "text"),
    [
        (0, "0.00000000"),
        (1, "0.00000001"),
        (-1, "-0.00000001"),
        (150_000_000, "1.50000000"),
        (21_000_000 * COIN_SAT, "21000000.00000000"),
        (2**63 - 1, "92233720368.54775807"),
        (-(2**63), "-92233720368.54775808"),
    ],
)
def test_format_btc(value_sat: int, text: str) -> None:
    assert format_btc(value_sat) == text
    assert format_btc(np.int64(value_sat)) == text


@given(INT64)
def test_format_btc_is_exact(value_sat: int) -> None:
    assert int(Decimal(format_btc(value_sat)) * COIN_SAT) == value_sat


@pytest.mark.parametrize("value_sat", [2**63, -(2**63) - 1])
def test_format_btc_refuses_what_no_column_holds(value_sat: int) -> None:
    with pytest.raises(ValueError, match="does not fit a 64-bit integer"):
        format_btc(value_sat)


def test_format_btc_refuses_floats() -> None:
    with pytest.raises(AttributeError):
        format_btc(1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("time_unix", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1437998400, "2015-07-27T12:00:00Z"),
        (2**32 - 1, "2106-02-07T06:28:15Z"),
        (-62135596800, "0001-01-01T00:00:00Z"),
        (253402300799, "9999-12-31T23:59:59Z"),
    ],
)
def test_format_time(time_unix: int, text: str) -> None:
    assert format_time(time_unix) == text


@given(st.integers(0, 2**32 - 1))
def test_format_time_reads_back(time_unix: int) -> None:
    assert datetime.strptime(format_time(time_unix), "%Y-%m-%dT%H:%M:%SZ").replace(
        tzinfo=UTC
    ) == datetime.fromtimestamp(time_unix, UTC)


@pytest.mark.parametrize("time_unix", [-62135596801, 253402300800, 2**63 - 1, -(2**63)])
def test_format_time_refuses_other_years(time_unix: int) -> None:
    with pytest.raises(ValueError, match="outside the years 1 to 9999"):
        format_time(time_unix)
