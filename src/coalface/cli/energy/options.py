"""Options that the verbs of `coalface energy` share, and what they are turned into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import numpy as np

from coalface.energy import Calendar, chain_calendar
from coalface.energy.assemble import Fleet
from coalface.energy.facts import Machine, difficulty_epochs, machine, machines, monthly_fees
from coalface.energy.facts_calendar import facts_calendar, priced
from coalface.energy.given import given
from coalface.energy.quantity import quantity
from coalface.errors import UsageError
from coalface.prices import read_daily

__all__ = [
    "Machines",
    "Network",
    "draws_options",
    "fuel_options",
    "machine_options",
    "network_options",
    "window_options",
]

Command = Callable[..., Any]
_FILE = click.Path(path_type=Path)


def _all(command: Command, *options: Callable[[Command], Command]) -> Command:
    """The command with the options, listed in this order by its help."""
    for option in reversed(options):
        command = option(command)
    return command


def window_options(command: Command) -> Command:
    """``--from`` and ``--to``."""
    return _all(
        command,
        click.option("--from", "first", required=True, metavar="YYYY-MM-DD", help="First UTC day."),
        click.option("--to", "last", required=True, metavar="YYYY-MM-DD", help="Last UTC day, included."),
    )


def fuel_options(command: Command) -> Command:
    """Which fuel, plant and site, and what replaces their inputs."""
    return _all(
        command,
        click.option(
            "--fuel", default="coal", show_default=True, metavar="PACK", help="Data pack of the fuel."
        ),
        click.option("--kind", metavar="KIND", help="Kind of the fuel in its pack, such as `lignite`."),
        click.option("--plant", metavar="PLANT", help="Kind of plant in the fuel's pack."),
        click.option(
            "--site", default="site", show_default=True, metavar="PACK", help="Data pack of the site."
        ),
        click.option(
            "--set",
            "inputs",
            multiple=True,
            metavar="NAME=VALUE",
            help="Replace an input, `pue=1.05` or `heating_value=18:24:28 GJ/t`; repeatable.",
        ),
    )


def network_options(command: Command) -> Command:
    """Where difficulty, fees and prices are from."""
    return _all(
        command,
        click.option(
            "--store",
            type=_FILE,
            help="Take difficulty and rewards from this store's chain instead of the built-in tables.",
        ),
        click.option("--prices", type=_FILE, help="CSV file of daily prices: date, close; in USD."),
        click.option("--difficulty", type=_FILE, help="CSV file of difficulty epochs, for the built-in one."),
        click.option("--fees", metavar="FILE|BTC", help="CSV file of monthly fees a block, or BTC a block."),
    )


def machine_options(command: Command) -> Command:
    """Which machines."""
    return _all(
        command,
        click.option(
            "--machine",
            "models",
            multiple=True,
            metavar="MODEL[=PART]",
            help="Machine of the table, with its part of the hash rate; repeatable. Else the market's mix.",
        ),
        click.option("--efficiency", metavar="J/TH", help="Efficiency of the machines, such as `98 J/TH`."),
        click.option("--machines", "table", type=_FILE, help="CSV file of machines, for the built-in one."),
    )


def draws_options(command: Command) -> Command:
    """Of the Monte Carlo."""
    return _all(
        command,
        click.option("--draws", type=click.IntRange(1, 1_000_000), help="Draws of the Monte Carlo."),
        click.option("--seed", type=click.IntRange(0), help="Its seed; the same seed gives the same answer."),
    )


@dataclass(frozen=True)
class Network:
    """What `network_options` say."""

    store: Path | None
    prices: Path | None
    difficulty: Path | None
    fees: str | None

    def calendar(self, first: np.datetime64, last: np.datetime64) -> Calendar:
        """Calendar of the days from `first` to `last`."""
        prices = None if self.prices is None else read_daily(self.prices)
        if self.store is not None:
            if self.difficulty is not None or self.fees is not None:
                raise UsageError(
                    "--store brings difficulty and fees along: leave out --difficulty and --fees",
                    code="usage_network",
                )
            import coalface  # noqa: PLC0415 - the engine is loaded only if a chain is asked for

            chain = coalface.open(self.store)
            calendar = chain_calendar(chain, first, last)
            # The coin of a test network has no price; who brings prices all the same will know why.
            return priced(calendar, prices) if prices is not None or chain.network == "mainnet" else calendar
        return facts_calendar(
            first,
            last,
            difficulty=None if self.difficulty is None else difficulty_epochs(self.difficulty),
            fees=None if self.fees is None else _fees(self.fees),
            prices=prices,
        )


@dataclass(frozen=True)
class Machines:
    """What `machine_options` say."""

    models: tuple[str, ...]
    efficiency: str | None
    table: Path | None

    def fleet(self, electricity_usd_per_kwh: float | None = None) -> Fleet:
        """The fleet that is asked for, the market's if none is."""
        if self.models and self.efficiency is not None:
            raise UsageError("--machine and --efficiency exclude each other", code="usage_fleet")
        if self.efficiency is not None:
            known = given(self.efficiency, "J/TH", name="efficiency", low=5.0, high=20e6)
            return Fleet(efficiency=known)
        shares: dict[Machine, float] = {}
        for text in self.models:
            name, _, part = text.partition("=")
            shares[machine(name, self.table)] = quantity(part, "1", name="part", high=1e9) if part else 1.0
        return Fleet(models=shares, electricity_usd_per_kwh=electricity_usd_per_kwh)

    @property
    def known(self) -> tuple[Machine, ...]:
        """The table of machines."""
        return machines(self.table)


def day_of(text: str, option: str) -> np.datetime64:
    """UTC day of ``YYYY-MM-DD``.

    Raises
    ------
    UsageError
        If it is none.
    """
    try:
        return np.datetime64(datetime.strptime(text, "%Y-%m-%d").date(), "D")  # noqa: DTZ007 - a day, no moment
    except ValueError:
        raise UsageError(
            f"{option} `{text[:40]}` is no day; write it as 2017-09-01",
            code="usage_day",
            context={"value": text[:40]},
        ) from None


def window_of(first: str, last: str) -> tuple[np.datetime64, np.datetime64]:
    """First and last day of ``--from`` and ``--to``."""
    begin, end = day_of(first, "--from"), day_of(last, "--to")
    if end < begin:
        raise UsageError(
            f"--to {end} lies before --from {begin}",
            code="usage_days",
            context={"first_day": str(begin), "last_day": str(end)},
        )
    return begin, end


def _fees(text: str) -> Any:  # noqa: ANN401 - a table or a number
    """Fees of a block: a number of BTC, or a table in a file."""
    try:
        value = float(text)
    except ValueError:
        return monthly_fees(Path(text))
    if not 0 <= value < 1000:
        raise UsageError(
            f"--fees {text[:40]}: 0 to 1000 BTC a block are allowed",
            code="usage_fees",
            hint="a file of monthly fees is named by its path",
        )
    return value
