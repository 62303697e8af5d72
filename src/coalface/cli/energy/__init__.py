"""`coalface energy`: from fuel to bitcoin and back. A verb of the group is a file here."""

import click

from coalface.cli.energy.breakeven import breakeven
from coalface.cli.energy.facts import facts
from coalface.cli.energy.forward import forward, inverse
from coalface.cli.energy.payouts import payouts
from coalface.cli.energy.scenario import scenario
from coalface.cli.energy.worth import worth

__all__ = ["energy"]


@click.group(no_args_is_help=True)
def energy() -> None:
    """Reckon how much bitcoin lies in fuel, and how much fuel behind bitcoin."""


for _verb in (scenario, forward, inverse, payouts, worth, breakeven, facts):
    energy.add_command(_verb)
