"""SVG elements as text: everything escaped, integers only, the same bytes for the same calls."""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape, quoteattr

__all__ = ["clean", "document", "element", "text"]


def clean(value: str) -> str:
    """`value` in one line, without characters that XML forbids or that turn text around."""
    kept = (sign if unicodedata.category(sign)[0] != "C" else " " for sign in value)
    return " ".join("".join(kept).split())


def element(name: str, content: str = "", /, **attributes: int | str) -> str:
    """One element; underscores in names of attributes stand for hyphens.

    Parameters
    ----------
    name
        Name of the element.
    content
        What is inside, as it is: elements, or text that was escaped.
    attributes
        Values are escaped here.
    """
    pairs = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(str(value))}" for key, value in attributes.items()
    )
    return f"<{name}{pairs}>{content}</{name}>" if content else f"<{name}{pairs}/>"


def text(x: int, y: int, value: str, **attributes: int | str) -> str:
    """A line of text at a place."""
    return element("text", escape(clean(value)) or " ", x=x, y=y, **attributes)


def document(width: int, height: int, title: str, style: str, content: list[str]) -> str:
    """The whole file.

    Parameters
    ----------
    width, height
        In pixels.
    title
        For people who do not see the picture.
    style
        CSS.
    content
        Elements, the first at the back.
    """
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        element("title", escape(clean(title))),
        element("style", style),
        *content,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
