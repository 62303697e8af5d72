"""Tracing: where value went from given origins, by one declared accounting method.

`origins` turns texts into outputs, `trace` runs a method and says where and why it stopped. The method is
part of the answer; methods beside haircut will stand beside it.
"""

from coalface.tracing.origins import Origin, origin_outputs
from coalface.tracing.trace import BOUNDARIES, METHODS, Edge, Terminal, Trace, TraceStop, trace

__all__ = [
    "BOUNDARIES",
    "METHODS",
    "Edge",
    "Origin",
    "Terminal",
    "Trace",
    "TraceStop",
    "origin_outputs",
    "trace",
]
