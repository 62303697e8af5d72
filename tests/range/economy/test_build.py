"""What a build leaves in its folder, twice the same."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from coalface.cli import main
from coalface.errors import UsageError
from coalface.range.economy.tables import SCHEMAS
from coalface.range.scenarios import SCENARIOS, build_scenario


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    name = list(SCENARIOS)[-1]
    for run in ("a", "b"):
        command = [
            sys.executable, "-c", "import sys; from coalface.cli import main; sys.exit(main())",
            "range", "build", name, str(tmp_path / run), "--seed", "5", "--blocks", "140",
        ]  # fmt: skip
        environment = {**os.environ, "PYTHONHASHSEED": "1" if run == "a" else "2"}
        subprocess.run(command, check=True, capture_output=True, env=environment)
    first, second = digests(tmp_path / "a"), digests(tmp_path / "b")
    assert first == second
    assert {f"truth/{table}.parquet" for table in SCHEMAS} <= set(first)
    assert {"blocks/blk00000.dat", "blocks/xor.dat", "labels.csv", "scenario.json", "story.json"} <= set(
        first
    )


def test_another_seed_is_another_chain(tmp_path: Path) -> None:
    said = []
    for seed in (1, 2):
        build_scenario("everyday", tmp_path / str(seed), seed=seed, n_blocks=130)
        said.append(json.loads((tmp_path / str(seed) / "scenario.json").read_text())["digest"])
    assert said[0] != said[1]


def test_tables_have_the_agreed_columns(tmp_path: Path) -> None:
    build_scenario("everyday", tmp_path / "out", seed=1, n_blocks=140)
    for table, columns in SCHEMAS.items():
        schema = pq.read_schema(tmp_path / "out" / "truth" / f"{table}.parquet")
        assert schema.names == [name for name, _, _ in columns], table


def test_hidden_services_have_no_label(tmp_path: Path) -> None:
    known: dict[int, set[str]] = {}
    chains = set()
    for share in (0, 50, 90, 98):
        folder = tmp_path / str(share)
        build_scenario("everyday", folder, seed=3, n_blocks=150, hide_labels_percent=share)
        with (folder / "labels.csv").open(encoding="utf-8") as file:
            known[share] = {row["actor"] for row in csv.DictReader(file)}
        services = pq.read_table(folder / "truth" / "services.parquet").to_pylist()
        assert {row["actor"] for row in services if row["is_labelled_publicly"]} == known[share]
        assert not {row["actor"] for row in services if row["is_hidden"]} & known[share]
        chains.add(json.loads((folder / "scenario.json").read_text())["digest"])
    assert len(chains) == 1
    assert known[0] > known[50] >= known[90] >= known[98]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not the folder of an earlier build"):
        build_scenario("everyday", tmp_path, seed=1, n_blocks=130)
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "arguments",
    [["atlantis", "--seed", "1"], ["everyday", "--seed", "1", "--blocks", "100"], ["everyday"]],
)
def test_bad_wishes_are_usage_errors(arguments: list[str], tmp_path: Path) -> None:
    assert main(["range", "build", arguments[0], str(tmp_path / "out"), *arguments[1:]]) == 2
    assert not (tmp_path / "out").exists()


def test_list_names_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["range", "list"]) == 0
    assert capsys.readouterr().out.split() == list(SCENARIOS)


def test_core_writes_a_folder_that_holds_the_same_blocks(tmp_path: Path) -> None:
    for writer in ("own", "core"):
        build_scenario("everyday", tmp_path / writer, seed=4, n_blocks=130, writer=writer)
    said = [json.loads((tmp_path / writer / "scenario.json").read_text()) for writer in ("own", "core")]
    assert said[0]["digest"] == said[1]["digest"]
    assert (tmp_path / "core" / "chainstate").is_dir()
