"""One page with the answer, all charts, and the tables behind them. It loads nothing and runs nothing."""

from __future__ import annotations

from html import escape

from coalface.energy.chart.ceilings import ceilings_title
from coalface.energy.chart.clean import clean
from coalface.energy.chart.drawings import DRAWINGS
from coalface.energy.chart.outcome import outcome_title
from coalface.energy.chart.render import settled, svg_text
from coalface.energy.chart.tables import shown, tables_html
from coalface.energy.chart.words import kind_of_power, origin_line, stretch_text
from coalface.energy.chart.worth_words import price_note, worth_title
from coalface.energy.result import Result

__all__ = ["page_html"]

_STYLE = """
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #1a1a1a; font: 16px/1.5 "DejaVu Sans", Verdana, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .3rem; border-top: 1px solid #b8b8b8; padding-top: .9rem; }
p, li { max-width: 50rem; }
h1, p, li, td, figcaption { overflow-wrap: anywhere; unicode-bidi: isolate; }
.quiet { color: #555; font-size: .9rem; }
.answer { border-left: 5px solid #0072b2; padding: .2rem 0 .2rem 1rem; margin: 1.2rem 0; list-style: none; }
.answer li { margin: .35rem 0; font-size: 1.08rem; font-weight: bold; }
figure { margin: 1.2rem 0; border: 1px solid #e6e6e6; }
figure svg { display: block; width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .84rem; line-height: 1.35; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .28rem 1rem .28rem 0; }
td { border-bottom: 1px solid #e6e6e6; }
th { border-bottom: 2px solid #888; vertical-align: bottom; }
td { min-width: 3.2rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.word { white-space: nowrap; }
tr.assumed td { background: #fdf3e1; }
tr.assumed .word { font-weight: bold; text-transform: uppercase; }
@media print { main { max-width: none; padding: 0; } figure, tr { break-inside: avoid; } }
"""


def page_html(result: Result) -> str:
    """The whole page."""
    with settled():
        charts = [svg_text(lambda draw=draw: draw(result), name)[0] for name, draw in DRAWINGS.items()]  # type: ignore[misc]  # a default binds the loop's value
    figures = "\n".join(f"<figure>\n{each}</figure>" for each in charts)
    answers = "\n".join(
        f"<li>{escape(each)}.</li>"
        for each in (outcome_title(result), worth_title(result), ceilings_title(result))
    )
    title = escape(clean(result.title, 300)) or "Coalface: energy model"
    question = shown(result.question)
    about = " · ".join((f"Scenario {clean(result.name, 80)}", stretch_text(result), kind_of_power(result)))
    verdict = result.verdict.word.replace("_", " ")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{question}</p>
<p class="quiet">{escape(about)}</p>
<ul class="answer">
{answers}
</ul>
<p><strong>Verdict: {verdict}</strong>, because {shown(result.verdict.because)}.</p>
{figures}
{tables_html(result)}
<section>
<h2>How these figures were made</h2>
<p>{escape(origin_line(result))} {escape(price_note(result))} The same scenario with the same seed
gives the same page, byte for byte. Every draw is one possible world: all inputs are drawn together,
and worst cases are never added up.</p>
</section>
</main>
</body>
</html>
"""
