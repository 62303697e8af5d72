"""`coalface range`: chains whose truth is known. Its verbs stand in a table, each in a file of its own."""

import click

from coalface.cli.lazy import LazyGroup
from coalface.cli.verbs import Verb

__all__ = ["VERBS", "range_"]

VERBS: dict[str, Verb] = {
    "bulk": Verb(
        "coalface.cli.range_bulk:bulk", "Write a chain of any length as a node would, with its owners."
    ),
    "compare": Verb("coalface.cli.range_compare:compare", "Show how far two sets of blocks are apart."),
}
"""The verbs below `range`; another one is a line here and a file ``range_NAME.py``."""


class _Range(LazyGroup):
    """The group of the verbs below `range`."""

    def __init__(self, **arguments: object) -> None:
        super().__init__(VERBS, **arguments)


@click.group("range", cls=_Range, no_args_is_help=True)
def range_() -> None:
    """Make chains whose truth is known, and compare them with others."""
