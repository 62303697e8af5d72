"""The stage table of an index run: complete, nothing counted twice, and apart from what does not change."""

import json
import time
from pathlib import Path

import pytest

from coalface import _core
from coalface.chain import digests, index
from coalface.cli import main

THREADS = 2


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bulk chain's folder."""
    folder = tmp_path_factory.mktemp("stages") / "blocks"
    _core.write_bulk(folder, n_txs=3000)
    return folder


def test_stages_count_once(blocks: Path, tmp_path: Path) -> None:
    start = time.perf_counter()
    report = index([blocks], tmp_path / "store", threads=THREADS)
    wall_us = (time.perf_counter() - start) * 1e6
    names = [stage.name for stage in report.stages]
    work = ["scan", "read", "parse", "hash", "link", "addresses", "check", "clusters", "sort", "write"]
    assert names[: len(work)] == work
    assert names[-1] == "idle"
    assert len(set(names)) == len(names)
    assert all(stage.bound for stage in report.stages)
    whole_us = sum(stage.thread_us for stage in report.stages)
    assert whole_us <= wall_us * THREADS
    assert 0 < sum(stage.cpu_us for stage in report.stages) <= whole_us * 1.1


def test_a_run_without_news_has_little_to_tell(blocks: Path, tmp_path: Path) -> None:
    index([blocks], tmp_path / "store", threads=THREADS)
    before = digests(tmp_path / "store")
    again = index([blocks], tmp_path / "store", threads=THREADS)
    assert {stage.name for stage in again.stages} <= {"scan", "sync", "idle"}
    assert digests(tmp_path / "store") == before


def test_the_table_goes_to_stderr_and_json_holds_it(
    blocks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "store")
    assert main(["index", str(blocks), store, "--stages", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    stages = json.loads(out)["stages"]
    head, *rows = err.splitlines()
    assert head.split() == ["name", "thread_us", "cpu_us", "bound"]
    assert [row.split()[0] for row in rows] == [stage["name"] for stage in stages]
    assert main(["index", str(blocks), store]) == 0
    out, err = capsys.readouterr()
    assert "stages" not in out
    assert err == ""
