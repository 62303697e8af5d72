"""Accuracy: error rates that were measured, by rule. Generated tables and what reads them, nothing else.

`simulated` rates come from made-up chains with known truth (docs/accuracy.md) and are not transferable to
real chains; `field` rates would come from real labelled data, of which there is none yet. The two are never
merged. `error_rates` is what an answer carries of them.
"""

from coalface.accuracy.error_rates import UNKNOWN, ErrorRates, SimulatedRate, SimulatedRates, error_rates
from coalface.accuracy.simulated import (
    CAVEAT,
    MeasuredChain,
    MeasuredOn,
    MeasuredRate,
    Simulated,
    measured_on,
    simulated,
    simulated_text,
)

__all__ = [
    "CAVEAT",
    "UNKNOWN",
    "ErrorRates",
    "MeasuredChain",
    "MeasuredOn",
    "MeasuredRate",
    "Simulated",
    "SimulatedRate",
    "SimulatedRates",
    "error_rates",
    "measured_on",
    "simulated",
    "simulated_text",
]
