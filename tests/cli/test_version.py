import json

import pytest

import coalface
from coalface.cli import main

FIELDS = ["engine_profile", "engine_rustc", "engine_version", "python", "version"]


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version", "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert sorted(record) == FIELDS
    assert record["version"] == record["engine_version"] == coalface.__version__


def test_the_environment_sets_the_format_and_the_option_wins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COALFACE_FORMAT", "jsonl")
    assert main(["version"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == coalface.__version__
    assert main(["version", "--format", "csv"]) == 0
    assert capsys.readouterr().out.startswith("version,engine_version,")
