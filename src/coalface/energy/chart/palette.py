"""Colours and letters of every chart.

The colours are those of Okabe and Ito ("Color Universal Design", 2008), told apart by people with any colour
vision; what matters also differs in dash, shape or hatching, so that a grey print says the same.
"""

from __future__ import annotations

from coalface.energy.chart.font import Style

__all__ = [
    "BODY",
    "FAINT",
    "GREY",
    "HEADING",
    "INK",
    "LABEL",
    "MINED",
    "MINED_BAND",
    "PAID_TINT",
    "PALE",
    "SMALL",
    "SOLD",
    "SOLD_BAND",
    "STRONG",
    "TITLE",
]

INK = "#1a1a1a"
GREY = "#555555"
FAINT = "#b8b8b8"
PALE = "#dcdcdc"
MINED = "#0072b2"
MINED_BAND = "#8fc1e3"
SOLD = "#b34700"
SOLD_BAND = "#f2b68c"
PAID_TINT = "#e6edd2"

TITLE = Style(14.5, INK, is_bold=True)
HEADING = Style(10.5, INK, is_bold=True)
STRONG = Style(9, INK, is_bold=True)
BODY = Style(9, INK)
LABEL = Style(9, INK)
SMALL = Style(8, GREY)
