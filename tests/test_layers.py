"""Imports follow the data: a room imports only from rooms before it (ARCHITECTURE.md, "The rooms")."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "coalface"

ORDER = [
    "errors", "units", "_core", "chain", "follow", "accuracy", "labels", "prices", "coinjoin", "pools",
    "clusters", "tracing", "exposure", "screening", "mining", "typologies", "energy", "telemetry", "fusion",
    "cases", "range", "lake", "server", "cli",
]  # fmt: skip
# `coalface/__init__.py` itself: it hands out names of any room, so only the outermost rooms may read it.
FRONT_DOOR = "coalface"
MAY_READ_FRONT_DOOR = {"server", "cli"}

MODULES = sorted(SOURCE.rglob("*.py"))


def room_of(module: str) -> str:
    """Room that a dotted module name lies in."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else FRONT_DOOR


def imported_rooms(path: Path) -> Iterator[tuple[str, int]]:
    """Rooms that a file imports from, anywhere in it (inside functions too), with the line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import():
                for alias in node.names:
                    if alias.name.split(".")[0] == "coalface":
                        yield room_of(alias.name), node.lineno
            case ast.ImportFrom(module="coalface"):
                for alias in node.names:
                    yield (alias.name if alias.name in ORDER else FRONT_DOOR), node.lineno
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] == "coalface":
                yield room_of(module), node.lineno


def violations(path: Path) -> list[str]:
    """Imports of a file that point forward."""
    inside = path.relative_to(SOURCE).parts
    room = inside[0].removesuffix(".py")
    if room == "__init__":
        return []
    found = []
    for target, line in imported_rooms(path):
        if target == FRONT_DOOR:
            is_allowed = room in MAY_READ_FRONT_DOOR
        else:
            is_allowed = ORDER.index(target) <= ORDER.index(room)
        if not is_allowed:
            found.append(f"{'/'.join(inside)}:{line}: `{room}` imports from `{target}`")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_imports_point_backwards(path: Path) -> None:
    assert violations(path) == []


def test_every_room_has_its_place_in_the_order() -> None:
    rooms = {path.relative_to(SOURCE).parts[0].removesuffix(".py") for path in MODULES} - {"__init__"}
    assert rooms <= set(ORDER)


def test_a_forward_import_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "chain"
    room.mkdir()
    file = room / "block.py"
    file.write_text("def f():\n    from coalface.tracing import haircut\n    import coalface\n")
    monkeypatch.setitem(globals(), "SOURCE", tmp_path)
    assert violations(file) == [
        "chain/block.py:2: `chain` imports from `tracing`",
        "chain/block.py:3: `chain` imports from `coalface`",
    ]


def test_the_order_is_the_documented_one(project: Path) -> None:
    text = (project / "ARCHITECTURE.md").read_text("utf-8")
    listed = text.split("<!-- order -->")[1]
    assert listed.replace("`", "").replace("→", " ").replace(",", " ").split() == ORDER


def test_every_room_says_what_belongs_in_it() -> None:
    for path in SOURCE.rglob("__init__.py"):
        tree = ast.parse(path.read_text("utf-8"))
        assert ast.get_docstring(tree), path
        assert any(
            isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__" for node in tree.body
        ), f"{path} exports no `__all__`"
