"""Scores: how right each inference is on a chain whose truth is known.

Here belongs whatever compares an answer with the truth of `coalface range build`: the reader of truth files,
measures as pure functions, one file a scored inference, hold-out, and the report. `scored` says how a further
detector plugs in. Needs ``pyarrow``, which reads the truth.
"""

from coalface.range.score.holdout import HoldOut, hold_out_of
from coalface.range.score.matched import Matched
from coalface.range.score.rate import Rate, clustered_rate, rate
from coalface.range.score.report import Report, built_detectors, score, score_chain
from coalface.range.score.result import Against, Row, RowKind, Score, Status
from coalface.range.score.scored import EXPECTED, Registry, Scored
from coalface.range.score.truth import PublicLabel, Scenario, Truth, read_truth

__all__ = [
    "EXPECTED",
    "Against",
    "HoldOut",
    "Matched",
    "PublicLabel",
    "Rate",
    "Registry",
    "Report",
    "Row",
    "RowKind",
    "Scenario",
    "Score",
    "Scored",
    "Status",
    "Truth",
    "built_detectors",
    "clustered_rate",
    "hold_out_of",
    "rate",
    "read_truth",
    "score",
    "score_chain",
]
