"""A result for people: the answer in words, then the tables behind it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

import click

from coalface.cli.output import Format, write_record
from coalface.energy.chart import check_suffix, write_chart
from coalface.energy.figure import people
from coalface.energy.record import record_of
from coalface.energy.result import Result, Spreads
from coalface.energy.sampling import Spread
from coalface.energy.words import headline, paragraphs

__all__ = ["WIDTH", "check_charts", "for_people", "show_result", "write_charts"]

WIDTH = 100
"""Columns of text."""
_PHS = 1e15
_FOUR_DIGITS = Context(prec=4)


def show_result(result: Result, format: Format) -> None:
    """Write the answer."""
    if format is not Format.TABLE:
        write_record(record_of(result), format)
        return
    click.echo(f"{result.title}\n{textwrap.fill(result.question, WIDTH)}\n")
    click.echo(textwrap.fill(headline(result), WIDTH))
    for text in paragraphs(result):
        click.echo("\n" + textwrap.fill(text, WIDTH))
    _table("what it yields", ("", "5 %", "50 %", "95 %", "unit"), _figures(result.outcome, result))
    if result.ceilings:
        rows = (
            (
                each.name.replace("_", " "),
                *_points(result.feasible.spread_hs.get(each.name), _PHS),
                "no data" if not each.is_available else f"{result.feasible.share_of_draws[each.name]:.0%}",
            )
            for each in result.ceilings
        )
        _table("ceilings, PH/s", ("ceiling", "5 %", "50 %", "95 %", "binds in"), rows)
    sold = None if result.alternative is None else result.alternative.usd_per_unit.distribution.mode
    months = (
        (str(each.month), *_points(each.usd_per_unit), people(sold), each.paid.value)
        for each in result.months
    )
    unit = result.fuel_unit or "MWh"
    _table(f"USD that a {unit} of it earns", ("month", "5 %", "50 %", "95 %", "sold", "paid"), months)
    _table("what happened", ("date", "event"), ((each.date, each.says) for each in result.events))
    bars = (
        (
            bar.name,
            people(bar.input_p5),
            people(bar.input_p95),
            people(bar.result_at_p5),
            people(bar.result_at_p95),
            people(bar.rank_correlation),
        )
        for bar in result.tornado
    )
    _table(
        f"what moves {result.tornado_of} most",
        ("input", "its 5 %", "its 95 %", "gives", "gives", "rank corr."),
        bars,
    )
    inputs = (
        (
            name,
            people(each.distribution.low),
            people(each.distribution.mode),
            people(each.distribution.high),
            each.unit,
            each.standing.value,
            _cut(each.source),
        )
        for name, each in result.inputs.items()
    )
    _table("inputs", ("input", "low", "mode", "high", "unit", "standing", "source"), inputs)
    click.echo(f"\n{result.n_draws:,} draws, seed {result.seed}")


def for_people(record: dict[str, Any], format: Format) -> dict[str, Any]:
    """The record; in a table its estimates have four digits, which is more than most of them are good for."""
    return record if format is not Format.TABLE else {name: _shorter(value) for name, value in record.items()}


def _shorter(value: object) -> object:
    """`value` with every estimate in it rounded to four digits."""
    if isinstance(value, dict):
        return {name: _shorter(each) for name, each in value.items()}
    return _FOUR_DIGITS.plus(value) if isinstance(value, Decimal) else value


def check_charts(files: Sequence[Path]) -> None:
    """Refuse charts of unknown kinds before anything is reckoned.

    Raises
    ------
    UsageError
        If a file's name ends in none of the suffixes that are known.
    """
    for file in files:
        check_suffix(file)


def write_charts(result: Result, files: Sequence[Path], what: str) -> None:
    """Write the charts that were asked for, and say so on standard error."""
    for file in files:
        write_chart(result, file, what)
        click.echo(f"wrote {file}", err=True)


def _figures(found: Spreads, result: Result) -> Iterable[tuple[str, ...]]:
    """An outcome's figures, a line each."""
    unit = result.fuel_unit or "MWh"
    for name, spread, scale, shown in (
        ("fuel", found.fuel, 1.0, unit),
        ("electricity", found.energy_mwh, 1.0, "MWh"),
        ("mean power", found.mean_power_mw, 1.0, "MW"),
        ("running power", found.running_power_mw, 1.0, "MW"),
        ("hash rate", found.hashrate_hs, _PHS, "PH/s"),
        ("share of rewards", found.network_share, 0.01, "%"),
        ("bitcoin", found.btc, 1.0, "BTC"),
        ("worth", found.usd, 1.0, "USD"),
        (f"bitcoin a {unit}", found.btc_per_unit, 1.0, "BTC"),
        (f"worth a {unit}", found.usd_per_unit, 1.0, "USD"),
        ("carbon dioxide", found.co2_t, 1.0, "t"),
    ):
        if spread is not None:
            yield (name, *_points(spread, scale), shown)


def _points(spread: Spread | None, scale: float = 1.0) -> tuple[str, str, str]:
    """5, 50 and 95 % for people."""
    if spread is None:
        return "-", "-", "-"
    return people(spread.p5 / scale), people(spread.p50 / scale), people(spread.p95 / scale)


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a small table below its title."""
    names = [f"{place} {name}".strip() for place, name in enumerate(columns)]
    records = [dict(zip(names, row, strict=True)) for row in rows]
    if not records:
        return
    click.echo(f"\n{title}")
    widths = [
        max(len(column), *(len(record[name]) for record in records))
        for column, name in zip(columns, names, strict=True)
    ]
    for row in (list(columns), *(list(record.values()) for record in records)):
        cells = [
            cell.ljust(width) if place == 0 or place == len(row) - 1 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


def _cut(text: str) -> str:
    """A source, short enough for a line."""
    return text if len(text) <= 60 else text[:59] + "…"
