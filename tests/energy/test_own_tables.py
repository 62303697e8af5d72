"""The user's own files in place of the tables, and files that are no such thing."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coalface.energy import facts
from coalface.errors import FactsError, IoFailure

EPOCHS = "first_height,nbits,start_day,day_kind\n"
MONTHS = "month,fees_btc_per_block\n"


def test_own_files_stand_in(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_bytes(
        b"\xef\xbb\xbf# source: my node\r\n"
        b"day_kind,start_day,nbits,first_height\r\n"
        b"exact,2023-01-02,1d00ffff,766080\r\n\r\nexact,2023-01-15,1c00ffff,768096\r\n"
    )
    epochs = facts.difficulty_epochs(file)
    assert epochs.source == "my node"
    assert epochs.at(["2023-01-14", "2023-01-15"]).tolist() == [1.0, 256.0]
    file.write_text('model,release_month,efficiency_j_per_th,source\n"S21, new",2023-12,17.5,maker\n')
    assert facts.machine("S21, new", file).source == "maker"
    file.write_text(MONTHS + "2023-01,0.25\n2023-02,0.5\n")
    assert facts.monthly_fees(str(file)).at("2023-02-28") == 0.5


@pytest.mark.parametrize(
    ("read", "text", "code", "place", "says"),
    [
        (facts.difficulty_epochs, "", "facts_columns", "", "no header"),
        (facts.difficulty_epochs, EPOCHS, "facts_empty", "", "no rows"),
        (facts.difficulty_epochs, "height\n1\n", "facts_columns", ":1", "`first_height` is missing"),
        (facts.difficulty_epochs, EPOCHS[:-1] + ",day_kind\n", "facts_columns", ":1", "given twice"),
        (facts.difficulty_epochs, EPOCHS[:-1] + ",extra\n", "facts_columns", ":1", "`extra` is unknown"),
        (facts.difficulty_epochs, EPOCHS + "0,1d00ffff\n", "facts_csv", ":2", "2 cells"),
        (facts.difficulty_epochs, EPOCHS + '0,"1d00ffff\n', "facts_csv", ":2", "no CSV"),
        (facts.difficulty_epochs, EPOCHS + "1,1d00ffff,2009-01-03,exact\n", "facts_value", ":2", "multiple"),
        (facts.difficulty_epochs, EPOCHS + "0,1d000000,2009-01-03,exact\n", "facts_value", ":2", "7fffff"),
        (facts.difficulty_epochs, EPOCHS + "0,ff00ffff,2009-01-03,exact\n", "facts_value", ":2", "03 to 20"),
        (facts.difficulty_epochs, EPOCHS + "0,0x1d00ff,2009-01-03,exact\n", "facts_value", ":2", "8 hexa"),
        (
            facts.difficulty_epochs,
            EPOCHS + "0,1d00ffff,2009-02-30,exact\n",
            "facts_value",
            ":2",
            "2009-02-30",
        ),
        (facts.difficulty_epochs, EPOCHS + "0,1d00ffff,20090103,exact\n", "facts_value", ":2", "a day such"),
        (facts.difficulty_epochs, EPOCHS + "0,1d00ffff,2009-01-03,sure\n", "facts_value", ":2", "exact or"),
        (
            facts.difficulty_epochs,
            EPOCHS + "2016,1d00ffff,2009-01-03,exact\n# x\n0,1d00ffff,2009-01-04,exact\n",
            "facts_order",
            ":4",
            "first_height `0`",
        ),
        (facts.monthly_fees, MONTHS + "2017-13,1\n", "facts_value", ":2", "a month such"),
        (facts.monthly_fees, MONTHS + "2017-01,1\n2017-03,1\n", "facts_order", ":3", "months are missing"),
        (facts.monthly_fees, MONTHS + "2017-01,1\n2017-01,1\n", "facts_order", ":3", "does not lie behind"),
        (facts.monthly_fees, MONTHS + "2017-01,-1\n", "facts_value", ":2", "from 0 to 1000"),
        (facts.monthly_fees, MONTHS + "2017-01,nan\n", "facts_value", ":2", "`nan`"),
        (facts.monthly_fees, MONTHS + "2017-01,1e9\n", "facts_value", ":2", "from 0 to 1000"),
        (facts.monthly_fees, MONTHS + "2017-01,\u0661\n", "facts_value", ":2", "from 0 to 1000"),
        (facts.monthly_fees, MONTHS + "2017-01,1\x00\n", "facts_encoding", ":2", "control"),
        (facts.monthly_fees, MONTHS + "2017-01," + "1" * 5000, "facts_csv", ":2", "4096 characters"),
        (
            facts.machines,
            "model,release_month,efficiency_j_per_th\nS9,2016-06,0.098\n",
            "facts_value",
            ":2",
            "from 5",
        ),
        (
            facts.machines,
            "model,release_month,efficiency_j_per_th\nS9,2016-06,98\ns 9,2016-06,98\n",
            "facts_value",
            ":3",
            "already",
        ),
        (
            facts.coal_trade,
            "country,partner,period,coal_t,value_usd\nKP,cn,2016,1,\n",
            "facts_value",
            ":2",
            "two letters",
        ),
        (
            facts.coal_trade,
            "country,partner,period,coal_t,value_usd\nkp,cn,2016,1,\nkp,cn,2016,2,\n",
            "facts_value",
            ":3",
            "already",
        ),
        (facts.sanction_events, "country,date,text\nkp,2017-9,x\n", "facts_value", ":2", "2017-9"),
        (facts.sanction_events, "country,date,text\nkp,2017-09,\n", "facts_value", ":2", "empty"),
    ],
)
def test_files_that_are_no_such_table(
    tmp_path: Path, read: Callable[[Path], Any], text: str, code: str, place: str, says: str
) -> None:
    file = tmp_path / "own.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(FactsError) as caught:
        read(file)
    assert caught.value.code == code
    assert caught.value.message.startswith(f"{file}{place}: ")
    assert says in caught.value.message
    assert caught.value.message.isprintable()


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_bytes(MONTHS.encode() + b"2017-01,\xff\n")
    with pytest.raises(FactsError, match=r"own\.csv:2: byte 33 is no UTF-8"):
        facts.monthly_fees(file)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(IoFailure) as caught:
        facts.monthly_fees(tmp_path / "absent.csv")
    assert caught.value.code == "file_not_found"
    with pytest.raises(IoFailure):
        facts.monthly_fees("a\0b")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises((FactsError, IoFailure)):
            facts.monthly_fees(path)


@pytest.mark.parametrize(
    "line", [b"", b"2017-01,1\n", b"#\n", b'"'], ids=["zeros", "rows", "comments", "quotes"]
)
def test_huge_files_fail_quickly(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "own.csv"
    with file.open("wb") as out:
        out.write(MONTHS.encode())
        if line:
            out.write(line * (8_000_000 // len(line)))
        else:
            out.truncate(1 << 40)
    started = time.perf_counter()
    with pytest.raises(FactsError):
        facts.monthly_fees(file)
    assert time.perf_counter() - started < 10
