"""Scores of several chains together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coalface.range.score.rate import Rate, pooled_rate
from coalface.range.score.report import Report
from coalface.range.score.result import Row, RowKind, Score, Status, worst_first

__all__ = ["Pooled", "chain_name", "pool"]


@dataclass(frozen=True)
class Pooled:
    """One inference on several chains."""

    name: str
    version: str
    what: str
    measure_names: tuple[str, str]
    by_chain: tuple[tuple[str, Score], ...]
    """Scores by name of the chain; only of chains that hold a case."""
    rows: tuple[Row, ...]
    """Groups over all chains, worst first within a kind."""
    figures: dict[str, Rate | int]
    """Further measures over all chains: shares pooled, counts added up, indices of single chains left out."""
    index_spans_ppm: dict[str, tuple[int, int]]
    """Indices of single chains, which cannot be pooled: lowest and highest, parts per million."""

    def of_kind(self, kind: RowKind) -> list[Row]:
        """Rows of one kind, worst first."""
        return [row for row in self.rows if row.kind is kind]

    def span(self, name: str) -> tuple[int, int] | None:
        """Lowest and highest share of single chains in parts per million: ``precision`` or ``recall``."""
        rows = [row for _, each in self.by_chain if (row := each.total()) is not None]
        found = [rate.ppm for row in rows if (rate := getattr(row, name)).ppm is not None]
        return (min(found), max(found)) if found else None

    @property
    def total(self) -> Row | None:
        """All cases of all chains."""
        return next(iter(self.of_kind(RowKind.ALL)), None)


def chain_name(report: Report) -> str:
    """How a chain is called in tables."""
    return f"{report.scenario.name}-{report.scenario.seed}"


def pool(reports: Sequence[Report]) -> list[Pooled]:
    """Every inference over all chains; of what is not built, one without chains and rows.

    Parameters
    ----------
    reports
        One a chain, all of one version of Coalface.

    Notes
    -----
    Intervals cover chance within chains and what differs from chain to chain (`pooled_rate`).
    """
    names = list(dict.fromkeys(each.name for report in reports for each in report.scores))
    return [_pooled([(chain_name(report), report.named(name)) for report in reports]) for name in names]


def _pooled(scores: list[tuple[str, Score]]) -> Pooled:
    first = scores[0][1]
    scored = [(chain, each) for chain, each in scores if each.status is Status.SCORED]
    groups: dict[tuple[RowKind, str], list[Row]] = {}
    for _, each in scored:
        for row in each.rows:
            groups.setdefault((row.kind, row.group), []).append(row)
    rows: list[Row] = []
    for kind in RowKind:
        made = [
            Row(
                kind,
                group,
                pooled_rate([row.precision for row in of]),
                pooled_rate([row.recall for row in of]),
            )
            for (row_kind, group), of in groups.items()
            if row_kind is kind
        ]
        # Shares of hidden labels are a scale, not competitors.
        rows += made if kind is RowKind.HIDDEN else worst_first(made)
    return Pooled(
        first.name,
        first.version,
        first.what,
        first.measure_names,
        tuple(scored),
        tuple(rows),
        _figures([each for _, each in scored]),
        _index_spans([each for _, each in scored]),
    )


def _figures(scores: Sequence[Score]) -> dict[str, Rate | int]:
    rates: dict[str, list[Rate]] = {}
    sums: dict[str, int] = {}
    for each in scores:
        total = each.total()
        for name, value in {**({} if total is None else total.figures), **each.counts}.items():
            if isinstance(value, Rate):
                rates.setdefault(name, []).append(value)
            elif value is not None and not name.endswith("_ppm"):
                sums[name] = sums.get(name, 0) + value
    return {**{name: pooled_rate(found) for name, found in rates.items()}, **sums}


def _index_spans(scores: Sequence[Score]) -> dict[str, tuple[int, int]]:
    found: dict[str, list[int]] = {}
    for each in scores:
        total = each.total()
        for name, value in ({} if total is None else total.figures).items():
            if isinstance(value, int) and name.endswith("_ppm"):
                found.setdefault(name.removesuffix("_ppm"), []).append(value)
    return {name: (min(values), max(values)) for name, values in found.items()}
