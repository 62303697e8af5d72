"""The table of the room `accuracy`: simulated error rates by rule, for other rooms' answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from coalface.range.score.pooling import Pooled, complement, error
from coalface.range.score.rate import MILLION, Rate
from coalface.range.score.report import Report
from coalface.range.score.result import RowKind

__all__ = ["accuracy_table"]

_ERRORS = ("mixed_clusters", "value_wrongly_joined", "false_alarms")
"""Further measures that are error rates themselves."""


def accuracy_table(reports: Sequence[Report], pooled: Sequence[Pooled]) -> str:
    """The table as JSON text, the same bytes for the same scores.

    Parameters
    ----------
    reports
        One a chain.
    pooled
        The same scores over all chains.
    """
    content: dict[str, Any] = {
        "made_by": "make accuracy",
        "software": reports[0].provenance.software,
        "chains": [
            {"scenario": each.scenario.name, "seed": each.scenario.seed, "n_blocks": each.scenario.n_blocks}
            for each in reports
        ],
        "rules": {each.version: _rule(each) for each in pooled if each.total is not None},
    }
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


def _inverted(span: tuple[int, int] | None) -> list[int] | None:
    """Span of the shares that are no hits."""
    return None if span is None else [MILLION - span[1], MILLION - span[0]]


def _rule(found: Pooled) -> dict[str, Any]:
    total = found.total
    assert total is not None  # noqa: S101 - the caller chose those with a total
    families = [row for row in found.of_kind(RowKind.FAMILY) if row.precision.trials]
    worst = families[0] if families else None
    return {
        "what": found.what,
        "false": complement(total.precision),
        "missed": complement(total.recall),
        "false_by_chain_ppm": _inverted(found.span("precision")),
        "missed_by_chain_ppm": _inverted(found.span("recall")),
        "more": {name: error(rate) for name in _ERRORS if isinstance(rate := found.figures.get(name), Rate)},
        "worst_family": None if worst is None else worst.group,
        "worst_family_false": None if worst is None else complement(worst.precision),
    }
