"""The part of a chain in which a plan is carried out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """The part of a chain in which something can happen."""

    first_height: int
    last_height: int

    def at(self, percent: int) -> int:
        """The height at that many percent of the span."""
        return self.first_height + (self.last_height - self.first_height) * percent // 100
