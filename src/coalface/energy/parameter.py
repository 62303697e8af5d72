"""One input of the model: its unit, what is known of its value, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coalface.energy.distribution import Distribution

__all__ = ["Parameter", "Standing"]


class Standing(StrEnum):
    """How far an input can be relied on."""

    SOURCED = "sourced"
    """Read in the source that is named."""
    ASSUMED = "assumed"
    """A prior, or recalled and not read at a source. Every result lists these."""
    GIVEN = "given"
    """Entered by the user, who answers for it."""


@dataclass(frozen=True)
class Parameter:
    """One input of the model.

    Attributes
    ----------
    name
        What it is, in snake case, without the unit.
    unit
        Unit of the values, as pint reads it; ``1`` for a share.
    distribution
        What is known of the value.
    standing
        Sourced, assumed or given.
    source
        Who says so; for an assumption, why that value.
    note
        What else a reader must know; empty if nothing.
    """

    name: str
    unit: str
    distribution: Distribution
    standing: Standing
    source: str
    note: str = ""
