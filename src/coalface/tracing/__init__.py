"""Tracing: where value went from given origins, by one declared accounting method.

`origins` turns texts into outputs, `stops` says at which addresses a trace ends, `trace` runs a method and
says where and why it stopped. The method is part of the answer; others will stand beside haircut.
"""

from coalface.tracing.origins import Origin, origin_outputs
from coalface.tracing.trace import (
    BOUNDARIES,
    METHODS,
    Edge,
    TaintedInput,
    TaintedOutput,
    Terminal,
    Trace,
    trace,
)

__all__ = [
    "BOUNDARIES",
    "METHODS",
    "Edge",
    "Origin",
    "TaintedInput",
    "TaintedOutput",
    "Terminal",
    "Trace",
    "origin_outputs",
    "trace",
]
