"""docs/range.md names every scenario and every column, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from coalface.range.economy.tables import SCHEMAS
from coalface.range.scenarios import SCENARIOS

NEVER = "\N{EN DASH}"
TEXT = (Path(__file__).parents[3] / "docs" / "range.md").read_text("utf-8")


def test_scenarios() -> None:
    section = TEXT.split("## Scenarios")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", section, re.MULTILINE))
    assert rows == {name: scenario.summary for name, scenario in SCENARIOS.items()}


def test_columns() -> None:
    shown = {}
    for section in TEXT.split("### `truth/")[1:]:
        rows = re.findall(r"^\| `([a-z_]+)` \| (.*?) \|", section, re.MULTILINE)
        shown[section.split(".parquet")[0]] = [(name, null != NEVER) for name, null in rows]
    assert shown == {table: [(name, null) for name, _, null in columns] for table, columns in SCHEMAS.items()}
