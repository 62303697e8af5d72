"""`coalface energy forward` and `inverse`: one question from the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

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
from coalface.cli.energy.scenario import chart_options
from coalface.cli.energy.show import check_charts, show_result, write_charts
from coalface.cli.output import Format, format_option
from coalface.energy.amount import read_amount
from coalface.energy.answer import answer
from coalface.energy.asking import Asked, question_of
from coalface.energy.country import load_country
from coalface.energy.given import given, input_of
from coalface.energy.pack import load_fuel, load_site
from coalface.errors import UnitError, UsageError

__all__ = ["forward", "inverse"]

Command = Callable[..., Any]
_SHOWN = 60


class _Amounts(click.Command):
    """A command whose first argument is an amount."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As usual; a negative amount, which looks like an option, gets a message of its own."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if not re.match(r"-[\d.]", error.option_name):
                raise
            raise UnitError(
                f"amount `{error.option_name[:_SHOWN]}…`: negative; an amount is 0 or more",
                code="unit_negative",
                context={"value": error.option_name[:_SHOWN]},
            ) from None


def _question_options(command: Command) -> Command:
    """Everything that `forward` and `inverse` have in common."""
    options: list[Callable[[Command], Command]] = [
        window_options,
        fuel_options,
        click.option("--country", metavar="PACK", help="Data pack of a country: its ceilings and rivals."),
        machine_options,
        click.option("--sold-price", metavar="USD", help="What a unit of the fuel sells for: `52.5 USD/t`."),
        click.option(
            "--unattributed",
            type=click.IntRange(0, 10**9),
            metavar="N",
            help="Blocks of the time that are not reliably attributed to somebody else: a ceiling.",
        ),
        click.option(
            "--network-without-him/--network-with-him",
            "without",
            default=None,
            help="Whether the difficulty leaves him out; forward does, inverse contains him.",
        ),
        network_options,
        draws_options,
        chart_options,
        format_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command(cls=_Amounts)
@click.argument("amount", metavar="AMOUNT")
@_question_options
def forward(amount: str, **options: Any) -> None:  # noqa: ANN401 - the options above, by name
    """Reckon what fuel or power yields: hash rate, bitcoin, dollars.

    AMOUNT is fuel (`1 Mt`), electricity (`2.8 TWh`) or installed power (`170 MW`); `0.5:1:2 Mt` gives low,
    most likely and high.

    Example: coalface energy forward '1 Mt' --from 2017-09-01 --to 2018-08-31 --country kp
    """
    _answer(amount, options, measured=False)


@click.command(cls=_Amounts)
@click.argument("amount", metavar="AMOUNT")
@_question_options
def inverse(amount: str, **options: Any) -> None:  # noqa: ANN401 - the options above, by name
    """Reckon what lies behind coin, blocks or a hash rate: power, and fuel if it came from that fuel.

    AMOUNT is coin received (`1600 BTC`), blocks found alone (`43 blocks`) or a mean hash rate (`50 PH/s`).

    Example: coalface energy inverse '43 blocks' --from 2017-07-06 --to 2017-08-04 --efficiency '98 J/TH'
    """
    _answer(amount, options, measured=True)


def _answer(text: str, options: dict[str, Any], *, measured: bool) -> None:
    """Ask and show."""
    check_charts(options["charts"])
    fuel = load_fuel(options["fuel"])
    amount = read_amount(text, fuel.fuel_unit)
    if amount.kind.is_measured != measured:
        verb = "inverse" if amount.kind.is_measured else "forward"
        raise UsageError(
            f"`{text[:_SHOWN]}` is {'measured' if amount.kind.is_measured else 'fuel or power'}",
            code="usage_amount",
            hint=f"ask `coalface energy {verb}`",
            context={"amount": text[:_SHOWN]},
        )
    first, last = window_of(options["first"], options["last"])
    network = Network(options["store"], options["prices"], options["difficulty"], options["fees"])
    machines = Machines(options["models"], options["efficiency"], options["table"])
    sold = options["sold_price"]
    without: bool | None = options["without"]
    asked = Asked(
        amount=amount,
        calendar=network.calendar(first, last),
        fuel=fuel,
        site=load_site(options["site"]),
        kind=options["kind"],
        plant=options["plant"],
        country=None if options["country"] is None else load_country(options["country"]),
        fleet=machines.fleet(),
        machines=machines.known,
        inputs=tuple(input_of(each, fuel.fuel_unit) for each in options["inputs"]),
        sold_price=None
        if sold is None
        else given(sold, f"USD/{fuel.fuel_unit or 'MWh'}", name="sold_price", high=1e9),
        unattributed_blocks=options["unattributed"],
        contains_miner=None if without is None else not without,
        n_draws=options["draws"] or 100_000,
        seed=1 if options["seed"] is None else options["seed"],
    )
    result = answer(question_of(asked))
    format: Format = options["format"]
    show_result(result, format)
    write_charts(result, options["charts"], options["chart_of"])
