"""The table of the room `accuracy`: simulated rates by rule, for other rooms' answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from coalface.range.score.pooling import Pooled
from coalface.range.score.rate import Rate
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


def _rule(found: Pooled) -> dict[str, Any]:
    total = found.total
    assert total is not None  # noqa: S101 - the caller chose those with a total
    families = [row for row in found.of_kind(RowKind.FAMILY) if row.precision.trials]
    worst = families[0] if families else None
    errors = {name: _measured(rate) for name in _ERRORS if isinstance(rate := found.figures.get(name), Rate)}
    return {
        "what": found.what,
        "precision": _measured(total.precision),
        "recall": _measured(total.recall),
        "precision_by_chain_ppm": found.span("precision"),
        "recall_by_chain_ppm": found.span("recall"),
        "errors": {name: rate for name, rate in errors.items() if rate is not None},
        "worst_family": None if worst is None else worst.group,
        "worst_family_precision": None if worst is None else _measured(worst.precision),
    }


def _measured(found: Rate) -> dict[str, Any] | None:
    """A share as the table holds it; `None` without cases."""
    return None if found.ppm is None else asdict(found)
