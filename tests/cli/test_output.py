import csv
import io
import json
import tracemalloc
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalface.cli.output import Format, canonical_json, write_record, write_records

RECORD = {
    "txid": "ab",
    "fee_sat": None,
    "first_seen": {"height": 3, "time_unix": 7},
    "is_coinbase": False,
    "lists": ["x", "y"],
    "inputs": [{"n": 0}],
    "nothing": [],
}


def record_as(format: Format, record: object = RECORD) -> str:
    out = io.StringIO()
    write_record(record, format, out)
    return out.getvalue()


def records_as(format: Format, records: list[dict[str, object]], *columns: str) -> str:
    out = io.StringIO()
    assert write_records(records, columns, format, out) == len(records)
    return out.getvalue()


def test_one_record_as_table() -> None:
    assert record_as(Format.TABLE) == (
        "txid                  ab\n"
        "fee_sat               -\n"
        "first_seen.height     3\n"
        "first_seen.time_unix  7\n"
        "is_coinbase           no\n"
        "lists                 x, y\n"
        'inputs                [{"n": 0}]\n'
        "nothing               -\n"
    )


def test_one_record_as_csv() -> None:
    header, row = csv.reader(record_as(Format.CSV).splitlines())
    assert header[:4] == ["txid", "fee_sat", "first_seen.height", "first_seen.time_unix"]
    assert header[4:] == ["is_coinbase", "lists", "inputs", "nothing"]
    assert row == ["ab", "", "3", "7", "false", '["x","y"]', '[{"n":0}]', "[]"]


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_csv_text_is_no_formula(label: str) -> None:
    assert list(csv.reader(io.StringIO(record_as(Format.CSV, {"label": label, "value_sat": -1})))) == [
        ["label", "value_sat"],
        ["'" + label, "-1"],
    ]


def test_one_record_as_json_and_jsonl() -> None:
    assert json.loads(record_as(Format.JSON)) == RECORD
    assert record_as(Format.JSON).startswith('{\n  "fee_sat": null,\n  "first_seen": {\n')
    assert record_as(Format.JSONL) == canonical_json(RECORD) + "\n"


def test_canonical_json_is_sorted_compact_and_in_utc() -> None:
    noon = datetime(2015, 7, 27, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    assert canonical_json({"b": noon, "a": (np.int64(5), True), "ü": None}) == (
        '{"a":[5,true],"b":"2015-07-27T12:00:00Z","ü":null}'
    )


@dataclass(frozen=True)
class Row:
    value_sat: int
    note: str | None


def test_dataclasses_are_records() -> None:
    assert canonical_json(Row(5, None)) == '{"note":null,"value_sat":5}'


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"fee": 1.5}, r"cannot write a float \(1\.5\)"),
        ({"a": [np.float64(2)]}, "cannot write a float64"),
        ({"hash": b"\0"}, "cannot write a bytes"),
        ({1: "x"}, "field name 1 is a int; names are strings"),
        ({"t": datetime(2020, 1, 1)}, "has no time zone"),  # noqa: DTZ001 - the naive time is the point
    ],
)
def test_what_no_record_holds(value: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        canonical_json(value)


def test_a_list_is_no_record() -> None:
    with pytest.raises(TypeError, match="a record is a mapping or a dataclass"):
        record_as(Format.JSON, [1])


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_canonical_json_reads_back(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(min_size=1), JSON_VALUES, min_size=1, max_size=5))
def test_no_value_moves_the_cursor_or_starts_a_line(record: dict[str, object]) -> None:
    text = record_as(Format.TABLE, {"fixed": list(record.values()), "more": str(record)})
    assert len(text.splitlines()) == 2
    assert all(
        line.isprintable() or max(line) >= "\u3000" for line in map(_without_spaces, text.splitlines())
    )


def _without_spaces(line: str) -> str:
    """`line` without the wide and narrow spaces that Python calls unprintable but that move nothing."""
    return "".join(character for character in line if not character.isspace())


def test_a_hostile_label_is_shown_not_obeyed() -> None:
    assert record_as(Format.TABLE, {"label": "a\x1b[2Jb\n\u202ec"}) == "label  a\\x1b[2Jb\\n\\u202ec\n"


ROWS: list[dict[str, object]] = [
    {"address": "1A", "value_sat": 5, "seen": {"height": 10}, "label": "日本"},
    {"address": "bc1q", "value_sat": None, "seen": None, "label": "x"},
    {"address": "3", "value_sat": 1000, "seen": {"height": None}, "label": ""},
]


def test_rows_as_table() -> None:
    assert records_as(Format.TABLE, ROWS, "address", "value_sat", "label", "seen.height") == (
        "address  value_sat  label  seen.height\n"
        "1A               5  日本            10\n"
        "bc1q             -  x                -\n"
        "3             1000                   -\n"
    )


def test_rows_as_csv() -> None:
    assert records_as(Format.CSV, ROWS, "address", "seen.height") == "address,seen.height\n1A,10\nbc1q,\n3,\n"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_rows_as_json_and_jsonl(count: int) -> None:
    rows = ROWS[:count]
    assert json.loads(records_as(Format.JSON, rows)) == rows
    assert [json.loads(line) for line in records_as(Format.JSONL, rows).splitlines()] == rows


def test_no_rows() -> None:
    assert records_as(Format.TABLE, [], "a") == ""
    assert records_as(Format.CSV, [], "a", "b") == "a,b\n"


def test_a_column_that_is_no_field_is_a_bug() -> None:
    with pytest.raises(
        KeyError, match=r"no field `seen\.hight` in a record with address, value_sat, seen, label"
    ):
        records_as(Format.CSV, ROWS[:1], "seen.hight")


class Sink(io.StringIO):
    """Counts what is written and keeps none of it."""

    length = 0

    def write(self, text: str) -> int:
        self.length += len(text)
        return len(text)


def stream_peak_bytes(format: Format, count: int) -> int:
    """Most memory that Python held while `count` records went past."""
    records = ({"n": n, "address": f"bc1q{n:058d}"} for n in range(count))
    sink = Sink()
    tracemalloc.start()
    try:
        assert write_records(records, ["n", "address"], format, sink) == count
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sink.length > 60 * count
    return peak


@pytest.mark.parametrize("format", Format)
def test_records_stream_in_bounded_memory(format: Format) -> None:
    assert stream_peak_bytes(format, 20_000) < 2_000_000


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("format", Format)
def test_millions_of_records_stream_in_bounded_memory(format: Format) -> None:
    assert stream_peak_bytes(format, 3_000_000) < 2_000_000


@pytest.mark.parametrize(
    ("value", "json_text", "cell"),
    [
        ("0.405251914", "0.405251914", "0.405251914"),
        ("1E+6", "1000000", "1000000"),
        ("-0.5", "-0.5", "-0.5"),
        ("2.30E-7", "2.3e-07", "0.000000230"),
    ],
)
def test_estimates_keep_their_digits(value: str, json_text: str, cell: str) -> None:
    record = {"figure": Decimal(value)}
    for format in (Format.JSON, Format.JSONL):
        out = io.StringIO()
        write_record(record, format, out)
        assert json_text in out.getvalue()
        assert json.loads(out.getvalue(), parse_float=Decimal)["figure"] == Decimal(value)
    for format in (Format.TABLE, Format.CSV):
        out = io.StringIO()
        write_records([record], ["figure"], format, out)
        assert out.getvalue().split() == ["figure", cell]


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("1.2345678901234567"), 1.5])
def test_numbers_that_nobody_rounded_are_no_records(value: object) -> None:
    with pytest.raises(TypeError, match="cannot write"):
        canonical_json({"figure": value})
