"""Charts of a result, written to a file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from coalface.energy.result import Result
from coalface.errors import IoFailure, UsageError

__all__ = ["CHARTS", "check_suffix", "write_chart"]

CHARTS = ("worth", "outcome", "ceilings", "tornado")
"""Names of the charts."""
_SUFFIXES = (".svg", ".png", ".html")


def write_chart(result: Result, path: str | os.PathLike[str], what: str = "worth") -> None:
    """Write a chart of `result`; the same result gives the same bytes.

    The file appears complete or not at all: an old one is replaced only when the new one is written.

    Parameters
    ----------
    result
        What a scenario answered.
    path
        File to write. Its suffix says what it becomes: ``.svg`` or ``.png`` (one chart), or ``.html`` (one
        page with every chart and the tables behind them).
    what
        Chart of an SVG or PNG file: ``worth``, ``outcome``, ``ceilings`` or ``tornado``. A page has all.

    Raises
    ------
    UsageError
        If suffix or chart is unknown, or matplotlib is not installed.
    IoFailure
        If the file cannot be written.
    """
    suffix, target = check_suffix(path), Path(path)
    if what not in CHARTS:
        raise UsageError(
            f"no chart is named `{what[:80]}`; there are {', '.join(CHARTS)}",
            code="usage_chart_name",
            context={"chart": what[:80]},
        )
    _replace(target, _content(result, suffix, what))


def check_suffix(path: str | os.PathLike[str]) -> str:
    """Suffix of a chart's file, in lower case.

    Raises
    ------
    UsageError
        If it is none of ``.svg``, ``.png`` and ``.html``.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(
            f"chart file `{target.name[:80]}`: its suffix must be one of {', '.join(_SUFFIXES)}",
            code="usage_chart_suffix",
            hint="name the file as in `worth.svg`, `worth.png` or `scenario.html`",
            context={"path": str(target), "suffix": suffix},
        )
    return suffix


def _content(result: Result, suffix: str, what: str) -> bytes:
    """Bytes of the file."""
    try:
        from coalface.energy.chart.drawings import DRAWINGS
        from coalface.energy.chart.page import page_html
        from coalface.energy.chart.render import png_bytes, svg_text
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        raise UsageError(
            "charts are drawn with `matplotlib`, which is not installed",
            code="usage_charts",
            hint="pip install 'coalface[charts]'",
        ) from error
    if suffix == ".html":
        return page_html(result).encode()
    if suffix == ".png":
        return png_bytes(lambda: DRAWINGS[what](result))
    text, _ = svg_text(lambda: DRAWINGS[what](result), what)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + text.encode()


def _replace(target: Path, content: bytes) -> None:
    """Put `content` in the place of the file, whole or not at all."""
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise IoFailure(
            f"cannot write the chart `{target}`: {error.strerror or error}",
            code="io_chart",
            hint="the folder must exist and be writable",
            context={"path": str(target)},
        ) from error


def _umask() -> int:
    """Permissions that new files of this process do without."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
