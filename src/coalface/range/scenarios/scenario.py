"""A scenario: a cast, the playbooks that it is in, and the tempo of its chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from coalface.range.actors.town import Town
from coalface.range.playbooks.span import Span
from coalface.range.scenarios.sizes import Sizes

DEFAULT_BLOCKS = 500
MIN_BLOCKS = 130
"""Shorter chains end before anybody has earned anything: coinbases mature after 100 blocks."""


Playbook = Callable[[Town, Span, str], None]
"""Arranges its scenes in a town, over a span, under a name that no other playbook of the chain has."""


@dataclass(frozen=True)
class Scenario:
    """One named chain.

    Parameters
    ----------
    name, summary
        What it is called, and what it shows, in one line.
    sizes
        Its cast.
    playbooks
        Crimes and lawful twins on it, by name.
    spacing_seconds
        Mean time between blocks.
    """

    name: str
    summary: str
    sizes: Sizes = field(default_factory=Sizes)
    playbooks: tuple[tuple[str, Playbook], ...] = ()
    spacing_seconds: int = 3600
