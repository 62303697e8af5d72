"""Text from outside, made safe to draw and to print.

Titles, events and sources come from files of the user. A control character or a change of writing direction
in them would show one thing and mean another; here it becomes visible as an escape.
"""

from __future__ import annotations

import unicodedata

__all__ = ["clean", "cut"]

_MOST_MARKS = 2
"""Accents kept on one letter: more than any language needs are used to draw over other lines."""
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of Unicode that have no picture of their own, or none that is the same everywhere."""


def clean(text: str, most: int = 2_000) -> str:
    """`text` on one line, at most `most` characters of it, with everything invisible escaped."""
    shown = cut(" ".join(text[: 8 * most].split()), most)
    found = []
    marks = 0
    for character in shown:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MOST_MARKS:
            continue
        if category in _ESCAPED:
            found.append(_escape(character))
        else:
            found.append(" " if category == "Zs" else character)
    return "".join(found)


def cut(text: str, most: int) -> str:
    """`text`, or its beginning and an ellipsis if it is longer than `most` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _escape(character: str) -> str:
    """The character's number, as Python writes it."""
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
