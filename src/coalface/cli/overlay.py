"""The options of verbs that apply the cut overlay, and how its answers are shown."""

from collections.abc import Callable
from typing import Any

import click

from coalface.cli.output import Format, write_records
from coalface.clusters import Guards, Overlay

__all__ = ["HOLD_COLUMNS", "guard_options", "guards_of", "overlay_option", "show_overlay"]

HOLD_COLUMNS = (
    "guard", "n_from_addresses", "n_to_addresses", "from_address", "to_address", "rule", "txid", "height",
    "why",
)  # fmt: skip
_JOIN_COLUMNS = ("decision", "a", "b", "author", "reason", "source")

Command = Callable[..., Any]


def overlay_option(command: Command) -> Command:
    """The option ``--overlay/--pure``."""
    return click.option(
        "--overlay/--pure",
        default=False,
        show_default="--pure",
        help="With what guards and analysts hold apart or join, or the rule set alone.",
    )(command)


def guard_options(command: Command) -> Command:
    """The options that say what the overlay holds back."""
    defaults = Guards()
    options = [
        click.option(
            "--large",
            default=defaults.large_at_least,
            show_default=True,
            type=click.IntRange(min=0),
            help="Two clusters of so many addresses each are not united by the overlay; 0 leaves that out.",
        ),
        click.option("--no-labels", is_flag=True, help="The overlay does not keep labelled actors apart."),
        click.option(
            "--overlay-max",
            default=defaults.max_addresses,
            show_default=True,
            type=click.IntRange(min=1),
            help="Addresses that the overlay replays before it gives up.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def guards_of(large: int, overlay_max: int, *, no_labels: bool) -> Guards:
    """The guards that the options ask for."""
    return Guards(large or None, not no_labels, overlay_max)


def show_overlay(found: Overlay) -> None:
    """Write what was held back and what was joined."""
    if found.held:
        click.echo("\nheld back:")
        write_records(found.held, HOLD_COLUMNS, Format.TABLE)
        if found.n_held > len(found.held):
            click.echo(f"... {found.n_held - len(found.held)} more")
    if found.joins:
        click.echo("\njoined by analysts:")
        write_records(found.joins, _JOIN_COLUMNS, Format.TABLE)
