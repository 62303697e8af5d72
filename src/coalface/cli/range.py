"""`coalface range`: chains whose truth is known. Each verb below it stands in a file of its own."""

import click

from coalface.cli.range_build import build, list_scenarios

__all__ = ["range_"]


@click.group("range", no_args_is_help=True)
def range_() -> None:
    """Make chains whose truth is known, and compare them with others."""


range_.add_command(build)
range_.add_command(list_scenarios)
