"""`coalface energy payouts`: what stands behind dated payouts."""

from __future__ import annotations

from pathlib import Path

import click

from coalface.cli.energy.options import (
    Machines,
    Network,
    day_of,
    draws_options,
    fuel_options,
    machine_options,
    network_options,
)
from coalface.cli.energy.show import for_people
from coalface.cli.output import Format, format_option, write_records
from coalface.energy import Fixed, Parameter, Standing
from coalface.energy.amount import Amount, AmountKind
from coalface.energy.asking import Asked
from coalface.energy.figure import figure, spread_record
from coalface.energy.given import input_of
from coalface.energy.pack import load_fuel, load_site
from coalface.energy.payouts import PayoutSpan, behind_payouts, read_payouts

__all__ = ["payouts"]

_COLUMNS = (
    "first_day", "last_day", "is_sum", "btc", "hashrate_phs.p50", "mean_power_mw.p5", "mean_power_mw.p50",
    "mean_power_mw.p95", "fuel.p50", "fuel_unit",
)  # fmt: skip
_PHS = 1e15


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--from", "first", required=True, metavar="YYYY-MM-DD", help="First UTC day that is paid for.")
@fuel_options
@machine_options
@network_options
@draws_options
@format_option
def payouts(
    file: Path,
    first: str,
    fuel: str,
    kind: str | None,
    plant: str | None,
    site: str,
    models: tuple[str, ...],
    efficiency: str | None,
    table: Path | None,
    inputs: tuple[str, ...],
    store: Path | None,
    prices: Path | None,
    difficulty: Path | None,
    fees: str | None,
    draws: int | None,
    seed: int | None,
    format: Format,
) -> None:
    """Reckon what lies behind dated payouts: hash rate, power, and fuel if it came from it.

    FILE is a CSV file with `date` and `btc`. Each payout is the pay of the days since the one before; the
    last line holds all of them together.

    Example: coalface energy payouts payouts.csv --from 2017-09-01 --efficiency '98 J/TH'
    """
    pack, machines = load_fuel(fuel), Machines(models, efficiency, table)
    begin = day_of(first, "--from")
    found = read_payouts(file)
    nothing = Parameter("amount", "BTC", Fixed(0.0), Standing.GIVEN, "payouts")
    asked = Asked(
        amount=Amount(AmountKind.REWARD, nothing),
        calendar=Network(store, prices, difficulty, fees).calendar(begin, max(begin, found[-1].day)),
        fuel=pack,
        site=load_site(site),
        kind=kind,
        plant=plant,
        fleet=machines.fleet(),
        machines=machines.known,
        inputs=tuple(input_of(each, pack.fuel_unit) for each in inputs),
        n_draws=draws or 20_000,
        seed=1 if seed is None else seed,
    )
    spans = behind_payouts(found, begin, asked)
    last = len(spans) - 1
    records = (_record(span, pack.fuel_unit, number == last) for number, span in enumerate(spans))
    write_records((for_people(each, format) for each in records), _COLUMNS, format)


def _record(span: PayoutSpan, fuel_unit: str | None, is_sum: bool) -> dict[str, object]:
    """A span as every surface shows it."""
    return {
        "first_day": str(span.first_day),
        "last_day": str(span.last_day),
        "is_sum": is_sum,
        "btc": figure(span.btc),
        "hashrate_phs": spread_record(span.hashrate_hs, _PHS),
        "mean_power_mw": spread_record(span.mean_power_mw),
        "energy_mwh": spread_record(span.energy_mwh),
        "fuel": spread_record(span.fuel),
        "fuel_unit": fuel_unit,
    }
