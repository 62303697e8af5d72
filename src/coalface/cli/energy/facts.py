"""`coalface energy facts`: the tables and packs that the model rests on, each row with its source."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import click

from coalface.cli.energy.show import WIDTH
from coalface.cli.output import Format, format_option, write_records
from coalface.energy.country import load_country
from coalface.energy.facts import (
    coal_trade,
    difficulty_epochs,
    machines,
    monthly_fees,
    monthly_prices,
    sanction_events,
)
from coalface.energy.figure import figure
from coalface.energy.pack import list_packs, load_fuel, load_site
from coalface.energy.record import parameter_record
from coalface.errors import UsageError

__all__ = ["facts"]

Rows = Iterator[dict[str, Any]]


def _difficulty() -> Rows:
    table = difficulty_epochs()
    for row, height in enumerate(table.first_height.tolist()):
        yield {
            "first_height": height,
            "start_day": str(table.start_day[row]),
            "is_exact": bool(table.is_exact[row]),
            "difficulty": figure(float(table.difficulty[row])),
            "source": table.source,
        }


def _machines() -> Rows:
    for each in machines():
        yield {
            "model": each.model,
            "release_month": str(each.release_month),
            "efficiency_j_per_th": figure(each.efficiency_j_per_th),
            "source": each.source,
        }


def _fees() -> Rows:
    table = monthly_fees()
    for month, fees in zip(table.month, table.fees_btc_per_block.tolist(), strict=True):
        yield {"month": str(month), "fees_btc_per_block": figure(fees), "source": table.source}


def _prices() -> Rows:
    table = monthly_prices()
    for month, price in zip(table.month, table.price_usd.tolist(), strict=True):
        yield {"month": str(month), "mean_price_usd": figure(price), "source": table.source}


def _trade() -> Rows:
    table = coal_trade()
    for row, country in enumerate(table.country):
        yield {
            "country": country,
            "partner": table.partner[row],
            "start_day": str(table.start[row]),
            "months": int(table.n_months[row]),
            "coal_t": figure(float(table.coal_t[row])),
            "value_usd": figure(float(table.value_usd[row])),
            "source": table.source[row],
        }


def _events() -> Rows:
    for each in sanction_events():
        yield {"country": each.country, "date": each.date, "text": each.text, "source": each.source}


_TABLES: dict[str, tuple[str, Callable[[], Rows], tuple[str, ...]]] = {
    "difficulty": (
        "difficulty of every epoch, 2009 to 2022",
        _difficulty,
        ("first_height", "start_day", "is_exact", "difficulty"),
    ),
    "machines": (
        "mining machines, energy a hash and month of release",
        _machines,
        ("model", "release_month", "efficiency_j_per_th"),
    ),
    "fees": ("mean fees of a block by month, 2009 to 2019", _fees, ("month", "fees_btc_per_block")),
    "prices": (
        "mean price of bitcoin by month, for charts and rough figures",
        _prices,
        ("month", "mean_price_usd"),
    ),
    "coal-trade": (
        "coal that a country sold abroad",
        _trade,
        ("country", "partner", "start_day", "months", "coal_t", "value_usd", "source"),
    ),
    "events": ("sanctions on coal and their dates", _events, ("country", "date", "text", "source")),
}
_PACK_COLUMNS = ("of", "name", "low", "mode", "high", "unit", "standing", "source")


@click.command()
@click.argument("table", required=False, metavar="[TABLE]")
@format_option
def facts(table: str | None, format: Format) -> None:
    """Show the built-in tables and data packs, each row with its source; without TABLE, list them.

    Example: coalface energy facts events
    """
    packs = {f"{each.kind}:{each.name}": each for each in list_packs()}
    if table is None:
        rows = [{"table": name, "holds": entry[0]} for name, entry in _TABLES.items()]
        rows += [{"table": name, "holds": each.title} for name, each in packs.items()]
        write_records(rows, ("table", "holds"), format)
    elif table in _TABLES:
        _write(*_TABLES[table][1:], format)
    elif table in packs:
        write_records(_pack(packs[table].kind, packs[table].name), _PACK_COLUMNS, format)
    else:
        raise UsageError(
            f"no table is called `{table[:40]}`",
            code="usage_table",
            hint=f"there are {', '.join([*_TABLES, *packs])}",
            context={"table": table[:40]},
        )


def _write(make: Callable[[], Rows], columns: tuple[str, ...], format: Format) -> None:
    """Write a table; where one source gives all rows, a reader sees it once, below them."""
    sources = dict.fromkeys(row["source"] for row in make())
    is_below = format is Format.TABLE and len(sources) == 1 and "source" not in columns
    write_records(make(), columns if is_below else tuple(dict.fromkeys((*columns, "source"))), format)
    if is_below:
        click.echo(textwrap.fill(f"source: {next(iter(sources))}", WIDTH, initial_indent="\n"))


def _pack(kind: str, name: str) -> Rows:
    """Every parameter of a pack."""
    if kind == "fuel":
        fuel = load_fuel(name)
        groups = {"supply": fuel.supply}
        groups |= {f"kind {each}": variant.parameters for each, variant in fuel.kinds.items()}
        groups |= {f"plant {each}": variant.parameters for each, variant in fuel.plants.items()}
    elif kind == "site":
        groups = {"site": load_site(name).parameters}
    else:
        country = load_country(name)
        groups = {
            "capacity": country.capacity,
            "capacity factor": country.capacity_factor,
            "exports": country.exports,
            "unsold": country.unsold,
            "price": country.price,
        }
        groups |= {f"plant {each.name}": {"power": each.power} for each in country.plants}
        groups |= {f"limit {each.kind}": each.figures for each in country.limits.values()}
        groups |= {
            f"generation {source}": {str(year): each for year, each in years.items()}
            for source, years in country.generation.items()
        }
    for group, parameters in groups.items():
        for parameter_name, each in parameters.items():
            yield {"of": group, **parameter_record(parameter_name, each)}
