"""Tracing: where value went from given origins, or where it came from, by one declared accounting method.

`origins` turns texts into parts of outputs, `stops` says at which addresses a trace ends, `methods` names the
accounting methods, `legs` reads what others say of swaps, `trace` asks the engine and `read` makes rows of
its answer. `compare` puts one question to all methods, `path` and `meet` say how and where, `pooled` keeps
the claim on an account. The method is part of every answer.
"""

from coalface.tracing.answer import (
    ActorTotal,
    Coin,
    Day,
    Edge,
    OtherMethod,
    TaintedInput,
    TaintedOutput,
    Terminal,
    Trace,
)
from coalface.tracing.compare import Assumption, Comparison, MethodAnswer, compare
from coalface.tracing.legs import GRADES, Leg, UsedLeg, read_legs
from coalface.tracing.meet import Meeting, MeetingPlace, Meetings, meet
from coalface.tracing.methods import METHODS
from coalface.tracing.origins import Origin, origin_outputs
from coalface.tracing.path import Paths, Step, Way, paths
from coalface.tracing.pooled import POOLED_METHOD, Pooled, PooledEvent, pooled
from coalface.tracing.stops import BOUNDARIES, STOP_BOUNDARIES, Override, Stop
from coalface.tracing.trace import trace

__all__ = [
    "BOUNDARIES",
    "GRADES",
    "METHODS",
    "POOLED_METHOD",
    "STOP_BOUNDARIES",
    "ActorTotal",
    "Assumption",
    "Coin",
    "Comparison",
    "Day",
    "Edge",
    "Leg",
    "Meeting",
    "MeetingPlace",
    "Meetings",
    "MethodAnswer",
    "Origin",
    "OtherMethod",
    "Override",
    "Paths",
    "Pooled",
    "PooledEvent",
    "Step",
    "Stop",
    "TaintedInput",
    "TaintedOutput",
    "Terminal",
    "Trace",
    "UsedLeg",
    "Way",
    "compare",
    "meet",
    "origin_outputs",
    "paths",
    "pooled",
    "read_legs",
    "trace",
]
