"""A drawing as bytes: the same for the same drawing, whenever and wherever they are made."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG

from coalface.energy.chart.sheet import Drawing

__all__ = ["png_bytes", "settled", "svg_text"]

_DPI = 150
_LOCK = threading.RLock()
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_OWN_TITLE = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_ID = re.compile(r'(\bid="|href="#|url\(#)')


@contextmanager
def settled() -> Iterator[None]:
    """Matplotlib with its own settings, not the caller's; they are global, so one thread at a time."""
    untouchable = {"backend", "backend_fallback", "interactive", "toolbar", "timezone", "datapath"}
    settings = {name: value for name, value in mpl.rcParamsDefault.items() if name not in untouchable} | {
        "svg.hashsalt": "coalface",
        "svg.fonttype": "path",
        "text.usetex": False,
    }
    with _LOCK, mpl.rc_context(settings):
        yield


def png_bytes(draw: Callable[[], Drawing]) -> bytes:
    """PNG of a drawing; it holds no time and no name of a program."""
    with settled():
        buffer = io.BytesIO()
        figure = draw().figure
        FigureCanvasAgg(figure)
        figure.savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None})
    return buffer.getvalue()


def svg_text(draw: Callable[[], Drawing], prefix: str) -> tuple[str, Drawing]:
    """SVG element of a drawing, complete by itself, and the drawing.

    Parameters
    ----------
    draw
        Makes the drawing.
    prefix
        Put before every identifier, so that several fit into one page.
    """
    with settled():
        buffer = io.StringIO()
        drawing = draw()
        FigureCanvasSVG(drawing.figure)
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        drawing.figure.savefig(buffer, format="svg", metadata=nothing)
    text = buffer.getvalue()
    text = _OWN_TITLE.sub("", _COMMENT.sub("", text[text.index("<svg ") :]))
    text = _ID.sub(lambda found: f"{found[1]}{prefix}-", text)
    head, _, rest = text.partition(">")
    named = (
        f'{head} role="img" aria-labelledby="{prefix}-title {prefix}-reading">\n'
        f' <title id="{prefix}-title">{escape(drawing.title)}</title>\n'
        f' <desc id="{prefix}-reading">{escape(drawing.reading)}</desc>'
    )
    return named + rest, drawing
