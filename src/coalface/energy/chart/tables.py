"""The tables behind the charts, as HTML; every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from coalface.energy.chart.clean import clean
from coalface.energy.chart.event_marks import date_text, in_order
from coalface.energy.chart.number import plain, scale_of
from coalface.energy.chart.words import a_unit, month_text, name_text
from coalface.energy.distribution import Choice, Distribution, Fixed, Gamma, Triangular, Uniform
from coalface.energy.monthly import Paid
from coalface.energy.parameter import Standing
from coalface.energy.result import Result
from coalface.energy.sampling import Spread

__all__ = ["shown", "tables_html"]

_PAID = {Paid.YES: "yes", Paid.NO: "no", Paid.UNCLEAR: "unclear", Paid.UNKNOWN: "not known"}


def shown(text: str) -> str:
    """A text from outside, safe in a page."""
    return escape(clean(text))


def tables_html(result: Result) -> str:
    """All tables of a result."""
    parts = [
        _outcome(result),
        _months(result),
        _ceilings(result),
        _inputs(result),
        _correlations(result),
        _events(result),
        _findings(result),
        _rivals(result),
        _sources(result),
    ]
    return "\n".join(part for part in parts if part)


def _table(
    title: str, about: str, heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()
) -> str:
    """One table; cells are HTML already."""
    lines = [f"<section>\n<h2>{title}</h2>"]
    if about:
        lines.append(f"<p>{about}</p>")
    lines.append('<div class="wide"><table>\n<thead><tr>')
    lines.extend(f'<th scope="col"{_align(place, numbers)}>{head}</th>' for place, head in enumerate(heads))
    lines.append("</tr></thead>\n<tbody>")
    for row in rows:
        is_marked = row and row[-1] == "<!>"
        cells = row[:-1] if is_marked else row
        lines.append('<tr class="assumed">' if is_marked else "<tr>")
        lines.extend(f"<td{_align(place, numbers)}>{cell}</td>" for place, cell in enumerate(cells))
        lines.append("</tr>")
    lines.append("</tbody></table></div>\n</section>")
    return "\n".join(lines)


def _align(place: int, numbers: Sequence[int]) -> str:
    """Class of a cell with a number."""
    return ' class="number"' if place in numbers else ""


def _three(spread: Spread | None, divisor: float = 1.0) -> list[str]:
    """The three points of a spread."""
    if spread is None:
        return ["not known"] * 3
    return [plain(each / divisor) for each in (spread.p5, spread.p50, spread.p95)]


def _outcome(result: Result) -> str:
    """What the amount yields, and what is feasible."""
    unit = shown(result.fuel_unit or "MWh")
    rows = []
    names = [
        (f"fuel ({shown(result.fuel_words)})", shown(result.fuel_unit or ""), "fuel"),
        ("electricity", "MWh", "energy_mwh"),
        ("mean power", "MW", "mean_power_mw"),
        ("power while the machines run", "MW", "running_power_mw"),
        ("mean hash rate", "H/s", "hashrate_hs"),
        ("share of all rewards", "1", "network_share"),
        ("bitcoin, after pool fees", "BTC", "btc"),
        ("worth, before every cost", "USD", "usd"),
        ("bitcoin for each unit, of this amount as a whole", f"BTC / {unit}", "btc_per_unit"),
        ("worth of each unit, of this amount as a whole", f"USD / {unit}", "usd_per_unit"),
        ("carbon dioxide of the fuel", "t", "co2_t"),
    ]
    for label, unit_text, field in names:
        for group, spreads in (("asked", result.outcome), ("feasible", result.at_ceiling)):
            spread = None if spreads is None else getattr(spreads, field)
            if spread is None and (group == "feasible" or field == "fuel"):
                continue
            shown_unit, divisor = unit_text, 1.0
            if field == "hashrate_hs" and spread is not None:
                scale = scale_of([spread.p50], "H/s")
                shown_unit, divisor = scale.unit, scale.divisor
            rows.append([label, group, *_three(spread, divisor), shown_unit])
    about = "Half of all draws lie below the middle figure, nine of ten between the other two. Three digits."
    return _table(
        "What the amount yields", about, ["figure", "which", "5 %", "50 %", "95 %", "unit"], rows, (2, 3, 4)
    )


def _months(result: Result) -> str:
    """Worth of one more unit."""
    if not result.months:
        return ""
    rows = [
        [
            month_text(each.month),
            f"{each.n_days}",
            *_three(each.btc_per_unit),
            *_three(each.usd_per_unit),
            _PAID[each.paid],
        ]
        for each in result.months
    ]
    heads = ["month", "days", "BTC 5 %", "50 %", "95 %", "USD 5 %", "50 %", "95 %", "paid more than selling"]
    one = escape(a_unit(result))
    about = f"What one more unit ({one}) would have earned, after pool fees, before the cost of machines."
    return _table("Month by month", about, heads, rows, tuple(range(1, 8)))


def _ceilings(result: Result) -> str:
    """Every limit."""
    if not result.ceilings:
        return ""
    spreads = result.feasible.spread_hs
    scale = scale_of([each.p50 for each in spreads.values()], "H/s")
    rows = []
    for each in result.ceilings:
        spread = spreads.get(each.name)
        points = ["no data"] * 3 if spread is None else _three(spread, scale.divisor)
        share = "" if spread is None else f"{result.feasible.share_of_draws.get(each.name, 0):.1%}"
        name = escape(name_text(each.name))
        bold = f"<strong>{name} (binds)</strong>" if each.name == result.feasible.binding else name
        rows.append([bold, shown(each.says), *points, share, shown(each.source)])
    unit = escape(scale.unit)
    heads = ["limit", "in words", f"5 %, {unit}", "50 %", "95 %", "tightest in", "source, or what is missing"]
    return _table(
        "What limits it",
        "A limit without data is neither zero nor infinite: it is not known.",
        heads,
        rows,
        (2, 3, 4, 5),
    )


def _inputs(result: Result) -> str:
    """Every input with what is known of it."""
    every = {"amount": result.amount, **result.inputs}
    rows = []
    for name, each in every.items():
        is_assumed = each.standing is Standing.ASSUMED
        standing = f'<span class="word">{escape(str(each.standing))}</span>'
        note = f" ({shown(each.note)})" if each.note else ""
        found = each.distribution
        row = [
            escape(name_text(name)),
            *(plain(value, 6) for value in (found.low, found.mode, found.high)),
            "" if each.unit == "1" else shown(each.unit),
            _shape(found),
            standing,
            f"{shown(each.source)}{note}",
        ]
        rows.append([*row, "<!>"] if is_assumed else row)
    about = "Assumed inputs are marked: they are priors of the model, and no source was found for them."
    heads = ["input", "low", "most likely", "high", "unit", "drawn from", "standing", "source"]
    return _table("Inputs", about, heads, rows, (1, 2, 3))


def _shape(distribution: Distribution) -> str:
    """Name of a distribution."""
    match distribution:
        case Fixed():
            return "one value"
        case Triangular():
            return "triangle"
        case Uniform():
            return "any value between"
        case Choice():
            return f"one of {len(distribution.values)} values"
        case Gamma():
            return "gamma"


def _correlations(result: Result) -> str:
    """Inputs that move together."""
    rows = [
        [
            escape(name_text(each.a)),
            escape(name_text(each.b)),
            f"{each.rank:+.2f}",
            escape(str(each.standing)),
            shown(each.source),
        ]
        for each in result.correlations
    ]
    heads = ["input", "with", "rank correlation", "standing", "source"]
    return _table("Inputs that move together", "", heads, rows, (2,)) if rows else ""


def _events(result: Result) -> str:
    """Dated events, numbered as on the chart."""
    rows = [
        [f"{number}", date_text(each), shown(each.says), shown(each.source)]
        for number, each in enumerate(in_order(result.events), 1)
    ]
    return _table("Events", "", ["number", "date", "what", "source"], rows, (0,)) if rows else ""


def _findings(result: Result) -> str:
    """What is known from elsewhere."""
    rows = [[shown(each.date), shown(each.says), shown(each.source)] for each in result.findings]
    about = "Entered by the user, who answers for them; neither the chain nor this model shows them."
    if not rows:
        return (
            "<section>\n<h2>Findings from outside of the chain</h2>\n<p>None was entered. Neither chain nor"
            f" network shows what made the electricity: {shown(result.fuel_words)}.</p>\n</section>"
        )
    return _table("Findings from outside of the chain", about, ["date", "what", "source"], rows)


def _rivals(result: Result) -> str:
    """Other explanations."""
    rows = [[shown(each.says), shown(each.source)] for each in result.rivals]
    about = "What else would explain the same hash rate."
    return _table("Rival explanations", about, ["explanation", "source"], rows) if rows else ""


def _sources(result: Result) -> str:
    """Where the series are from."""
    items = "\n".join(f"<li>{shown(each)}</li>" for each in result.sources)
    return (
        f"<section>\n<h2>Sources of difficulty, fees and prices</h2>\n<ul>\n{items}\n</ul>\n</section>"
        if items
        else ""
    )
