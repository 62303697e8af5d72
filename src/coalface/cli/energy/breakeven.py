"""`coalface energy breakeven`: which machines earned their electricity, and at which price."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np

from coalface.cli.energy.options import (
    Machines,
    Network,
    machine_options,
    network_options,
    window_of,
    window_options,
)
from coalface.cli.energy.show import for_people
from coalface.cli.output import Format, format_option, write_records
from coalface.energy import (
    breakeven_efficiency_j_per_th,
    breakeven_electricity_usd_per_kwh,
    electricity_cost_usd_per_btc,
    usd_per_th_day,
)
from coalface.energy.figure import figure
from coalface.energy.fleet import fleet_efficiency_j_per_th
from coalface.energy.quantity import quantity

__all__ = ["breakeven"]

_COLUMNS = (
    "period", "price_usd", "earned_usd_per_th_day", "breakeven_j_per_th", "efficiency_j_per_th",
    "breakeven_usd_per_kwh", "electricity_usd_per_btc", "pays",
)  # fmt: skip


@click.command()
@window_options
@click.option(
    "--electricity-price",
    default="0.05 USD/kWh",
    show_default=True,
    metavar="USD/KWH",
    help="Price of electricity at the site; 5 cents are what Cambridge's index and Digiconomist take.",
)
@click.option(
    "--pue",
    default="1.0",
    show_default=True,
    metavar="RATIO",
    help="Energy of the site over that of the machines.",
)
@click.option(
    "--by", type=click.Choice(("day", "month")), default="month", show_default=True, help="Periods."
)
@machine_options
@network_options
@format_option
def breakeven(
    first: str,
    last: str | None,
    electricity_price: str,
    pue: str,
    by: str,
    models: tuple[str, ...],
    efficiency: str | None,
    table: Path | None,
    store: Path | None,
    prices: Path | None,
    difficulty: Path | None,
    fees: str | None,
    format: Format,
) -> None:
    """Show what a hash earned, and from which machine and at which price of electricity mining paid.

    Without --machine or --efficiency the best machine on sale is taken.

    Example: coalface energy breakeven --from 2017-01-01 --to 2017-12-31 --machine 'S9 (11.5Th)'
    """
    begin, end = window_of(first, last)
    calendar = Network(store, prices, difficulty, fees).calendar(begin, end)
    usd_per_kwh = quantity(electricity_price, "USD/kWh", name="electricity_price", high=100.0)
    overhead = quantity(pue, "1", name="pue", low=1.0, high=10.0)
    machines = Machines(models, efficiency, table)
    periods = calendar.start_day.astype("datetime64[M]" if by == "month" else "datetime64[D]")

    def rows() -> Iterator[dict[str, Any]]:
        for period in np.unique(periods):
            days = np.flatnonzero(periods == period)
            reward, hard = calendar.reward_per_block_btc[days], calendar.difficulty[days]
            price = float(calendar.price_usd[days].mean())
            earned = float(usd_per_th_day(hard, reward, calendar.price_usd[days]).mean())
            used = _efficiency_j_per_th(machines, calendar.start_day[days[0]])
            known = np.isfinite(earned)
            worst = breakeven_efficiency_j_per_th(earned, usd_per_kwh, overhead) if usd_per_kwh else np.inf
            cost = electricity_cost_usd_per_btc(hard, reward, used, usd_per_kwh, overhead).mean()
            yield {
                "period": str(period),
                "price_usd": figure(price),
                "price_resolution": calendar.price_resolution,
                "earned_usd_per_th_day": figure(earned),
                "electricity_usd_per_kwh": figure(usd_per_kwh),
                "pue": figure(overhead),
                "breakeven_j_per_th": figure(float(worst)),
                "efficiency_j_per_th": figure(used),
                "breakeven_usd_per_kwh": figure(
                    float(breakeven_electricity_usd_per_kwh(earned, used, overhead))
                ),
                "electricity_usd_per_btc": figure(float(cost)),
                "pays": bool(used <= worst) if known else None,
            }

    write_records((for_people(each, format) for each in rows()), _COLUMNS, format)


def _efficiency_j_per_th(machines: Machines, day: np.datetime64) -> float:
    """Efficiency of the machines that are asked for, else of the best on sale on that day."""
    fleet = machines.fleet()
    if fleet.efficiency is not None:
        return fleet.efficiency.distribution.mode
    if fleet.models:
        return fleet_efficiency_j_per_th(fleet.models, day)
    on_sale = [each for each in machines.known if each.release_month <= day.astype("datetime64[M]")]
    if not on_sale:
        return float("nan")
    return min(each.efficiency_j_per_th for each in on_sale)
