"""The one font of every chart, the one that matplotlib brings along, and how wide a text is in it.

It is named by its file, so that a font of the same name on the reader's or writer's machine changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.ft2font import LoadFlags

__all__ = ["Style", "balanced", "drawable", "text_options", "width_in", "wrap"]

_POINTS_PER_INCH = 72
_LINE = 1.36
"""Height of a line by the size of its letters."""
_HINTING = 1.035
"""Letters fitted to pixels are up to this much wider than their outlines (measured at 150 dots an inch)."""


@dataclass(frozen=True)
class Style:
    """How a text looks.

    Attributes
    ----------
    size_pt
        Size of the letters, points.
    color
        Colour as ``#rrggbb``.
    is_bold
        Whether it is bold.
    """

    size_pt: float
    color: str
    is_bold: bool = False

    @property
    def line_in(self) -> float:
        """Height of a line, inches."""
        return self.size_pt * _LINE / _POINTS_PER_INCH


def text_options(style: Style) -> dict[str, Any]:
    """Keywords for whatever draws a text with matplotlib; a dollar sign stays a dollar sign."""
    return {"fontproperties": _font(style), "color": style.color, "parse_math": False}


def drawable(text: str) -> str:
    """`text` with a box for every character that the font has no picture of."""
    known = _characters()
    return "".join(character if ord(character) in known else "\u25a1" for character in text)


def width_in(text: str, style: Style) -> float:
    """Width of one line of text, inches."""
    advances = sum(_advance_em(character, style.is_bold) for character in text)
    return _HINTING * style.size_pt * advances / _POINTS_PER_INCH


def wrap(text: str, most_in: float, style: Style, most_lines: int) -> list[str]:
    """`text` in lines that are at most `most_in` inches wide; what does not fit ends in an ellipsis."""
    lines: list[str] = []
    line = ""
    for word in _words(drawable(text), most_in, style):
        longer = f"{line} {word}" if line else word
        if width_in(longer, style) <= most_in:
            line = longer
            continue
        lines.append(line)
        line = word
        if len(lines) == most_lines:
            return [*lines[:-1], _ellipsis(lines[-1], most_in, style)]
    return [*lines, line] if line else lines


def balanced(text: str, most_in: float, style: Style, most_lines: int) -> list[str]:
    """The same as `wrap`, the lines of about one width: no lone word in the last one."""
    lines = wrap(text, most_in, style, most_lines)
    best = lines
    for percent in range(95, 45, -5):
        narrower = wrap(text, most_in * percent / 100, style, most_lines + 1)
        if len(narrower) > len(lines):
            break
        best = narrower
    return best


def _words(text: str, most_in: float, style: Style) -> list[str]:
    """Words of `text`, those that are too wide for a line broken up."""
    found = []
    for word in text.split():
        rest = word
        while width_in(rest, style) > most_in and len(rest) > 1:
            low, high = 1, len(rest) - 1
            while low < high:
                middle = (low + high + 1) // 2
                if width_in(rest[:middle], style) <= most_in:
                    low = middle
                else:
                    high = middle - 1
            found.append(rest[:low])
            rest = rest[low:]
        found.append(rest)
    return found


def _ellipsis(line: str, most_in: float, style: Style) -> str:
    """`line` with an ellipsis, shortened so that both fit."""
    while line and width_in(f"{line} …", style) > most_in:
        line = line[:-1].rstrip()
    return f"{line} …"


@lru_cache(maxsize=4_096)
def _advance_em(character: str, is_bold: bool) -> float:
    """Distance from a character to the next, in sizes of the font; pairs moved together are not counted."""
    font = get_font(str(_file(is_bold)))
    font.set_size(100, _POINTS_PER_INCH)
    glyph = font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65_536 / 100


@lru_cache(maxsize=64)
def _font(style: Style) -> FontProperties:
    """The font at one size."""
    return FontProperties(fname=str(_file(style.is_bold)), size=style.size_pt)


def _file(is_bold: bool) -> Path:
    """File of the font."""
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return folder / ("DejaVuSans-Bold.ttf" if is_bold else "DejaVuSans.ttf")


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    """Characters that both cuts of the font can draw."""
    regular, bold = (set(get_font(str(_file(is_bold))).get_charmap()) for is_bold in (False, True))
    return frozenset(regular & bold)
