"""`coalface energy worth`: a unit of fuel mined against the same unit sold, month by month."""

from __future__ import annotations

from pathlib import Path

import click

from coalface.cli.energy.options import (
    Machines,
    Network,
    draws_options,
    fuel_options,
    machine_options,
    network_options,
    window_of,
    window_options,
)
from coalface.cli.energy.show import for_people
from coalface.cli.output import Format, format_option, write_records
from coalface.energy import Fixed, Parameter, Standing
from coalface.energy.amount import Amount, AmountKind
from coalface.energy.assemble import make_setting
from coalface.energy.figure import spread_record
from coalface.energy.given import given, input_of
from coalface.energy.monthly import worth_by_month
from coalface.energy.pack import load_fuel, load_site
from coalface.energy.sampling import draw, spread_of

__all__ = ["worth"]

_COLUMNS = (
    "month",
    "unit",
    "usd_per_unit.p5",
    "usd_per_unit.p50",
    "usd_per_unit.p95",
    "sold_usd.p50",
    "paid",
)


@click.command()
@window_options
@fuel_options
@machine_options
@click.option("--sold-price", metavar="USD", help="What a unit of the fuel sells for: `52.5 USD/t`.")
@network_options
@draws_options
@format_option
def worth(
    first: str,
    last: str,
    fuel: str,
    kind: str | None,
    plant: str | None,
    site: str,
    models: tuple[str, ...],
    efficiency: str | None,
    table: Path | None,
    inputs: tuple[str, ...],
    sold_price: str | None,
    store: Path | None,
    prices: Path | None,
    difficulty: Path | None,
    fees: str | None,
    draws: int | None,
    seed: int | None,
    format: Format,
) -> None:
    """Show what a unit of fuel earned as bitcoin, month by month, beside what it sells for.

    Of an amount so small that it does not move the difficulty; `forward` reckons large ones. Before the cost
    of machines.

    Example: coalface energy worth --from 2017-01-01 --to 2018-12-31 --sold-price '52.5 USD/t'
    """
    pack = load_fuel(fuel)
    unit = pack.fuel_unit or "MWh"
    machines = Machines(models, efficiency, table)
    one = Parameter("amount", "MWh", Fixed(1.0), Standing.GIVEN, "one unit")
    setting = make_setting(
        Amount(AmountKind.ENERGY, one),
        Network(store, prices, difficulty, fees).calendar(*window_of(first, last)),
        pack,
        load_site(site),
        kind=kind,
        plant=plant,
        fleet=machines.fleet(),
        known_machines=machines.known,
        contains_miner=True,
        overrides={each.name: each for each in (input_of(text, pack.fuel_unit) for text in inputs)},
    )
    wanted = setting.inputs()
    if sold_price is not None:
        wanted["sold_price"] = given(sold_price, f"USD/{unit}", name="sold_price", high=1e9)
    drawn = draw(wanted, draws or 20_000, 1 if seed is None else seed, setting.correlations)
    sold = drawn.get("sold_price")
    resolution = setting.calendar.price_resolution
    records = (
        {
            "month": str(each.month),
            "days": each.n_days,
            "unit": unit,
            "btc_per_unit": spread_record(each.btc_per_unit),
            "usd_per_unit": spread_record(each.usd_per_unit),
            "sold_usd": None if sold is None else spread_record(spread_of(sold)),
            "paid": each.paid.value,
            "price_resolution": resolution,
        }
        for each in worth_by_month(setting, drawn, drawn["amount"], sold)
    )
    write_records((for_people(each, format) for each in records), _COLUMNS, format)
