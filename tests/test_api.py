"""The public API equals `tests/api.txt`, so that every change of it is seen in a diff.

After a change that is meant: `COALFACE_UPDATE_SNAPSHOTS=1 .venv/bin/python -m pytest tests/test_api.py`.
"""

import difflib
import importlib
import inspect
import os
import pkgutil
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import coalface

SNAPSHOT = Path(__file__).parent / "api.txt"


def rooms() -> list[str]:
    """Dotted names of the front door and of every public module or package directly below it."""
    below = sorted(module.name for module in pkgutil.iter_modules(coalface.__path__))
    return ["coalface", *(f"coalface.{name}" for name in below if not name.startswith("_"))]


def signature(value: object) -> str:
    """Signature of a callable; nothing where the object does not tell it."""
    try:
        text = str(inspect.signature(value))  # type: ignore[arg-type]  # anything may be asked
    except (TypeError, ValueError):
        return ""
    return re.sub(r"<class '([\w.]+)'>", r"\1", text)


def described(name: str, value: object) -> Iterator[str]:
    """Lines that describe one public name; a class brings its public members."""
    if inspect.isclass(value):
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        yield f"class {name}({bases}){'' if issubclass(value, BaseException) else signature(value)}"
        for member, content in sorted(vars(value).items()):
            if member.startswith("_"):
                continue
            if isinstance(content, property | cached_property):
                yield f"    {member}: property"
            elif callable(content) or isinstance(content, classmethod | staticmethod):
                yield f"    {member}{signature(getattr(value, member))}"
            else:
                yield f"    {member} = {content!r}"
    elif callable(value):
        yield f"{name}{signature(value)}"
    else:
        yield f"{name}: {type(value).__name__}"


def order_of(name: str) -> tuple[int, str]:
    """Where a public name stands: constants, then classes, then all else, as ruff sorts ``__all__``."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2), name


def api() -> str:
    """The whole public API as text."""
    lines = []
    for room in rooms():
        module = importlib.import_module(room)
        lines.append(f"# {room}")
        for name in module.__all__:
            lines += described(name, getattr(module, name))
        lines.append("")
    return "\n".join(lines)


def test_the_api_is_the_recorded_one() -> None:
    now = api()
    if os.environ.get("COALFACE_UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(now, "utf-8")
    assert not re.search(r"\b0x[0-9a-f]{6,}", now), "an address in memory differs with every run"
    recorded = SNAPSHOT.read_text("utf-8")
    changes = "\n".join(
        difflib.unified_diff(recorded.splitlines(), now.splitlines(), "recorded", "now", lineterm="")
    )
    assert not changes, f"the public API changed; if it is meant to, record it (see this file)\n{changes}"


def test_public_names_are_sorted_and_documented() -> None:
    for room in rooms():
        module = importlib.import_module(room)
        assert list(module.__all__) == sorted(module.__all__, key=order_of), room
        for name in module.__all__:
            value = getattr(module, name)
            if callable(value):
                assert inspect.getdoc(value), f"{room}.{name} has no docstring"
