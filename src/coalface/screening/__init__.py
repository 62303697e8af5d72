"""Screening: does a list name this address, and what else has to be known beside the answer?

Here belongs the verdict on one subject. `result` is its shape, `asking` opens lists and chain as of one
moment, `cospend` looks for listed addresses in the subject's cluster (inference beside the verdict, never
part of it), `verdict` decides, `screen` puts them together. A listing is never inherited: only an address
that itself stands on a list is listed.
"""

from coalface.screening.result import RESULTS, Cospend, ListedInCluster, ScreeningResult
from coalface.screening.screen import Screener, screen, screen_each

__all__ = [
    "RESULTS",
    "Cospend",
    "ListedInCluster",
    "Screener",
    "ScreeningResult",
    "screen",
    "screen_each",
]
