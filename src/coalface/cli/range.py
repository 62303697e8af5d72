"""`coalface range`: chains whose truth is known. Its verbs stand in a table, each in a file of its own."""

import click

from coalface.cli.lazy import LazyGroup
from coalface.cli.verbs import Verb

__all__ = ["VERBS", "range_"]

VERBS: dict[str, Verb] = {
    "list": Verb("coalface.cli.range_build:list_scenarios", "List the scenarios, one a line."),
    "build": Verb(
        "coalface.cli.range_build:build",
        "Build the chain of a scenario, with everything that is true of it.",
    ),
    "bulk": Verb(
        "coalface.cli.range_bulk:bulk", "Write a chain of any length as a node would, with its owners."
    ),
    "compare": Verb("coalface.cli.range_compare:compare", "Show how far two sets of blocks are apart."),
    "score": Verb(
        "coalface.cli.range_score:score", "Compare every inference with the truth of a made-up chain."
    ),
    "story": Verb("coalface.cli.range_story:story", "Tell what happened on a made-up chain, and draw it."),
    "exercise": Verb(
        "coalface.cli.range_exercise:exercise", "Write a blind case: a chain and questions, no truth."
    ),
    "grade": Verb("coalface.cli.range_exercise:grade", "Grade answers to a blind case."),
}
"""The verbs below `range`; another one is a line here and a file ``range_NAME.py``."""


class _Range(LazyGroup):
    """The group of the verbs below `range`."""

    def __init__(self, **arguments: object) -> None:
        super().__init__(VERBS, **arguments)


@click.group("range", cls=_Range, no_args_is_help=True)
def range_() -> None:
    """Make chains whose truth is known, and compare them with others."""
