"""The reader of truth folders: files are hostile, and what is wrong is said with its place."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from coalface.errors import RangeFileError
from coalface.range.score import read_truth

Change = Callable[[pa.Table], pa.Table]


@pytest.fixture
def folder(truth_folder: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "demo"
    shutil.copytree(truth_folder, copy, ignore=shutil.ignore_patterns("blocks"))
    return copy


def change(folder: Path, name: str, how: Change) -> None:
    path = folder / "truth" / f"{name}.parquet"
    pq.write_table(how(pq.read_table(path)), path)


def with_column(name: str, values: pa.Array) -> Change:
    return lambda table: table.set_column(table.schema.get_field_index(name), name, values)


def cast(name: str, kind: pa.DataType) -> Change:
    return lambda table: with_column(name, table.column(name).cast(kind))(table)


def nulled(name: str) -> Change:
    def how(table: pa.Table) -> pa.Table:
        mask = pa.array([row == 3 for row in range(table.num_rows)])
        return with_column(name, pc.if_else(mask, None, table.column(name)))(table)

    return how


def plus(name: str, amount: int) -> Change:
    return lambda table: with_column(name, pc.add(table.column(name), amount))(table)


def test_a_sound_folder_is_read(truth_folder: Path) -> None:
    truth = read_truth(truth_folder)
    assert (truth.scenario.name, truth.scenario.seed, truth.scenario.n_blocks) == ("story", 7, 320)
    assert truth.scenario.hidden_label_ppm == 0
    assert len(truth.outputs["txid"]) > 2000
    assert {label.actor for label in truth.labels} == {"exchange-a", "exchange-b"}


def test_other_encodings_of_the_same_columns_are_the_same(folder: Path, truth_folder: Path) -> None:
    change(folder, "txs", cast("height", pa.int32()))
    change(folder, "txs", cast("family", pa.dictionary(pa.int32(), pa.string())))
    change(folder, "outputs", cast("txid", pa.large_string()))
    change(folder, "outputs", lambda table: table.append_column("more", pa.nulls(table.num_rows)))
    change(folder, "actors", lambda t: with_column("playbook", pa.nulls(t.num_rows))(t))
    new, old = read_truth(folder), read_truth(truth_folder)
    assert (new.txs["height"] == old.txs["height"]).all()
    assert (new.txs["family"] == old.txs["family"]).all()
    assert (new.outputs["txid"] == old.outputs["txid"]).all()
    assert set(new.actors["playbook"]) == {None}


@pytest.mark.parametrize(
    ("name", "how", "code", "says"),
    [
        ("txs", lambda t: t.drop_columns(["family"]), "range_column", "lacks the column `family`"),
        ("txs", cast("height", pa.string()), "range_kind", "column `height` is string, not int"),
        ("txs", cast("height", pa.float64()), "range_kind", "column `height` is double, not int"),
        ("outputs", cast("value_sat", pa.uint64()), "range_kind", "column `value_sat` is uint64, not int"),
        ("outputs", nulled("owner"), "range_gap", "column `owner` has no value in row 3"),
        ("outputs", plus("value_sat", -(10**17)), "range_amount", "`value_sat` is outside 0 to"),
        ("outputs", plus("vout", -1), "range_amount", "`vout` is outside 0 to"),
        ("txs", lambda t: pa.concat_tables([t, t]), "range_double", "names a txid twice"),
        ("outputs", lambda t: pa.concat_tables([t, t]), "range_double", "names an output twice"),
        ("txs", lambda t: t.slice(5), "range_txid", "`txid` names a transaction that txs.parquet lacks"),
        ("txs", lambda t: t.slice(0, 0), "range_empty", "has no rows"),
        ("actors", lambda t: t.slice(2), "range_actor", "who is not in actors.parquet"),
    ],
)
def test_a_wrong_table_is_refused(folder: Path, name: str, how: Change, code: str, says: str) -> None:
    change(folder, name, how)
    with pytest.raises(RangeFileError) as caught:
        read_truth(folder)
    assert caught.value.code == code
    assert says in caught.value.message
    assert ".parquet`" in caught.value.message


@pytest.mark.parametrize("name", ["scenario.json", "labels.csv", "truth/txs.parquet", "truth/stolen.parquet"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(RangeFileError) as caught:
        read_truth(folder)
    assert caught.value.code == "range_missing"
    assert name in caught.value.message


@pytest.mark.parametrize(
    "name",
    ["scenario.json", "labels.csv", "truth/txs.parquet", "truth/outputs.parquet", "truth/actors.parquet"],
)
def test_damage_is_an_error_of_ours(folder: Path, name: str) -> None:
    path = folder / name
    sound = path.read_bytes()
    step = max(1, len(sound) // 40)
    for place in range(0, len(sound), step):
        for bytes_ in (sound[:place], sound[:place] + b"\xff" + sound[place + 1 :]):
            path.write_bytes(bytes_)
            with contextlib.suppress(RangeFileError):
                read_truth(folder)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[]", "range_json"),
        ('{"name": "x"}', "range_json"),
        ('{"name": "x", "seed": true}', "range_json"),
        ("[" * 100_000, "range_json"),
        ("\ufeff{", "range_json"),
    ],
)
def test_a_wrong_scenario_is_refused(folder: Path, text: str, code: str) -> None:
    (folder / "scenario.json").write_text(text, "utf-8")
    with pytest.raises(RangeFileError) as caught:
        read_truth(folder)
    assert caught.value.code == code


def test_what_a_scenario_does_not_say_is_unknown(folder: Path) -> None:
    (folder / "scenario.json").write_text(json.dumps({"name": "x", "seed": 1}), "utf-8")
    scenario = read_truth(folder).scenario
    assert (scenario.n_blocks, scenario.hidden_label_ppm, scenario.digest) == (None, None, None)
    assert scenario.version == "unknown"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("address,actor\n", "range_column"),
        ("address,actor,category,source\nx,y\n", "range_gap"),
        ("address,actor,category,source\n,y,z,w\n", "range_gap"),
    ],
)
def test_wrong_labels_are_refused(folder: Path, text: str, code: str) -> None:
    (folder / "labels.csv").write_text(text, "utf-8")
    with pytest.raises(RangeFileError) as caught:
        read_truth(folder)
    assert caught.value.code == code
