"""Accuracy: error rates that were measured, by rule. Generated tables and what reads them, nothing else.

`simulated` rates come from made-up chains with known truth (docs/accuracy.md) and are not transferable to
real chains; `field` rates would come from real labelled data, of which there is none yet. The two are never
merged.
"""

from coalface.accuracy.simulated import CAVEAT, ErrorRate, MeasuredChain, Simulated, simulated, simulated_text

__all__ = [
    "CAVEAT",
    "ErrorRate",
    "MeasuredChain",
    "Simulated",
    "simulated",
    "simulated_text",
]
