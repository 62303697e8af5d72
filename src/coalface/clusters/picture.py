"""The picture of an explanation: addresses from top to bottom, between them what ties them."""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape

from coalface.clusters.explain import Explanation
from coalface.clusters.steps import Step

__all__ = ["explanation_svg"]

_WIDTH = 760
_LEFT = 40
_ROW = 92
_TOP = 96
_MAX_STEPS = 60
"""More steps are named by their number: a picture of hundreds shows nothing."""
_STYLE = (
    "text{font-family:'DejaVu Sans',Verdana,Arial,sans-serif;font-size:12px;fill:#1d2329}"
    ".title{font-size:16px;font-weight:bold}.sub{fill:#5b6770}.mono{font-family:monospace;font-size:13px}"
    ".rule{font-weight:bold}"
)
# Okabe and Ito (2008), colours that differ for colour-blind people too; each rule is also named in words.
_COLOURS = {"multi_input": "#0072b2", "key": "#009e73", "change": "#d55e00"}


def explanation_svg(found: Explanation) -> str:
    """An explanation as an SVG document, the same bytes for the same answer.

    Parameters
    ----------
    found
        What `explain` or `explain_shortest` gave.
    """
    shown = found.steps[:_MAX_STEPS]
    height = _TOP + _ROW * len(shown) + 110
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    title = f"What ties {found.a} to {found.b}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{_escaped(title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(_LEFT - 16, 30, title if len(title) < 80 else "What ties two addresses together", "title"),
        _text(_LEFT - 16, 50, _verdict(found), "sub"),
    ]
    if shown or found.a == found.b:
        lines.append(_address(_TOP, found.a))
    for n, step in enumerate(shown):
        lines.extend(_step(_TOP + _ROW * n, step))
    left = len(found.steps) - len(shown)
    end = _TOP + _ROW * len(shown) + 40
    if left or not found.steps_complete:
        lines.append(_text(_LEFT + 20, end, f"… {left or 'more'} steps that are not shown", "sub"))
    lines.append(_text(_LEFT - 16, height - 34, f"by {', '.join(found.provenance.rules)}", "sub"))
    lines.append(
        _text(
            _LEFT - 16,
            height - 16,
            f"as of {found.provenance.as_of}; inputs and outputs are facts, one owner is {found.status}",
            "sub",
        )
    )
    return "\n".join([*lines, "</svg>"]) + "\n"


def _verdict(found: Explanation) -> str:
    if found.same_cluster is None:
        return "cannot say: no tie in this partial chain"
    if not found.same_cluster:
        return "nothing ties them: not in one cluster"
    order = "earliest evidence" if found.order == "earliest" else "fewest steps"
    return f"in one cluster: {order}, {len(found.steps)} step{'s'[: len(found.steps) != 1]}"


def _step(top: int, step: Step) -> list[str]:
    """The line down to the next address, and beside it what ties."""
    colour = _COLOURS.get(step.rule.partition("/")[0], "#5b6770")
    at = f"block {step.height}" if step.height is not None else "a block of unknown height"
    known = ""
    if step.known_height is not None and step.known_height != step.height:
        known = f", known from block {step.known_height} on"
    odds = "" if step.log_odds is None else f", log-odds {step.log_odds:+.2f}"
    return [
        f'<path d="M{_LEFT} {top + 8}V{top + _ROW - 8}" stroke="{colour}" stroke-width="4" fill="none"/>',
        _text(_LEFT + 20, top + 32, f"{step.rule}: {_words(step)}{odds}", "rule"),
        _text(_LEFT + 20, top + 50, f"{step.txid}", "mono"),
        _text(_LEFT + 20, top + 67, f"{at}{known}", "sub"),
        _address(top + _ROW, step.to_address),
    ]


def _words(step: Step) -> str:
    """Where both addresses are in the transaction."""
    parts = []
    for name, inputs, outputs in (
        ("above", step.from_inputs, step.from_outputs),
        ("below", step.to_inputs, step.to_outputs),
    ):
        places = [*(f"input {n}" for n in inputs[:3]), *(f"output {n}" for n in outputs[:3])]
        if len(inputs) > 3 or len(outputs) > 3:
            places.append("…")
        parts.append(f"{name} {', '.join(places) or 'not in it'}")
    return "; ".join(parts)


def _address(y: int, address: str) -> str:
    circle = f'<circle cx="{_LEFT}" cy="{y}" r="8" fill="#1d2329"/>'
    return circle + _text(_LEFT + 20, y + 4, address, "mono")


def _text(x: int, y: int, value: str, kind: str) -> str:
    return f'<text x="{x}" y="{y}" class="{kind}">{_escaped(value)}</text>'


def _escaped(value: str) -> str:
    """`value` without characters that XML forbids or that turn text around."""
    return escape("".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in value))
