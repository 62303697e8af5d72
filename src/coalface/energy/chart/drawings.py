"""Every chart by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from coalface.energy.chart.ceilings import ceilings_chart
from coalface.energy.chart.outcome import outcome_chart
from coalface.energy.chart.sheet import Drawing
from coalface.energy.chart.tornado import tornado_chart
from coalface.energy.chart.worth import worth_chart
from coalface.energy.result import Result

__all__ = ["DRAWINGS"]

DRAWINGS: Mapping[str, Callable[[Result], Drawing]] = {
    "outcome": outcome_chart,
    "worth": worth_chart,
    "ceilings": ceilings_chart,
    "tornado": tornado_chart,
}
"""In the order in which a page shows them."""
