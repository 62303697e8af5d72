"""The generator knows nothing of what reads, clusters, traces or scores: neither code nor constants."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

GENERATOR = ("economy", "wallets", "actors", "playbooks", "scenarios", "protocols", "thirdparty")
ALLOWED = ("coalface.range", "coalface._core", "coalface.errors")
FILES = [
    path
    for folder in GENERATOR
    for path in sorted((Path(__file__).parents[3] / "src" / "coalface" / "range" / folder).rglob("*.py"))
]


def imported(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module if node.module != "coalface" else f"coalface.{node.names[0].name}")
    return [name for name in found if name.split(".")[0] == "coalface"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_generator_imports_only_the_range(path: Path) -> None:
    assert [name for name in imported(path) if not name.startswith(ALLOWED)] == []


def test_there_is_a_generator() -> None:
    assert len(FILES) > 30
