"""Names of the charts, apart from what draws them, which is an extra."""

from typing import Final

__all__ = ["CHARTS"]

CHARTS: Final = ("worth", "outcome", "ceilings", "tornado")
