"""The page docs/accuracy.md, written from scores alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coalface.range.score.pooling import Pooled
from coalface.range.score.rate import percent
from coalface.range.score.report import Report
from coalface.range.score.result import Row, RowKind
from coalface.range.score.showing import shown_figures, shown_rate

__all__ = ["accuracy_page"]

_INTRODUCTION = """\
# Accuracy

How right Coalface's inferences are on made-up chains whose truth is known, good or bad. This page is
generated: do not edit it, run the command below.

- **Simulated**: not transferable to real chains, since people, services and thieves were made up. Rates on
  real labelled data (`field`) are unknown.
- **Precision**: of what was said, the share that is true. **Recall**: of what is true, the share that was
  said.
- In brackets stands the 95 % interval, then the counts. Pairs of one cluster, or satoshi of one holder, stand
  and fall together and count as few cases (Korn and Graubard 1998). Over several chains the interval covers
  chance within them; how far they differ stands in the table by chain.
- *No case*: nothing was there to be measured. *Not built*: Coalface does not make the inference yet.
- The worst wallet family stands first.
"""

_HEADINGS = {
    RowKind.FAMILY: "By wallet family, worst first",
    RowKind.KIND: "By kind",
    RowKind.PLAYBOOK: "By playbook, worst first",
    RowKind.HIDDEN: "By share of public labels taken away",
}


def accuracy_page(reports: Sequence[Report], pooled: Sequence[Pooled], command: str) -> str:
    """The page as Markdown, the same bytes for the same scores.

    Parameters
    ----------
    reports
        One a chain.
    pooled
        The same scores over all chains.
    command
        What makes the page anew.
    """
    parts = [_INTRODUCTION, f"Made by {reports[0].provenance.software}:\n\n```sh\n{command}\n```\n"]
    parts.append("\n".join(_chains(reports)))
    parts.append("\n".join(_overview(pooled)))
    parts += ["\n".join(_score(each)) for each in pooled if each.total is not None]
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(_cell(text) for text in row)} |"


def _cell(text: str) -> str:
    """Text that cannot end a cell or a row, or begin mark-up."""
    return "".join(f"\\{sign}" if sign in "|`*_<>[]\\" else sign for sign in " ".join(text.split()))


def _chains(reports: Sequence[Report]) -> Iterator[str]:
    yield "## Chains\n"
    yield from _table(
        ("scenario", "seed", "blocks", "labels hidden", "SHA-256 over the blocks"),
        [
            (
                each.scenario.name,
                str(each.scenario.seed),
                "unknown" if each.scenario.n_blocks is None else str(each.scenario.n_blocks),
                "unknown"
                if each.scenario.hidden_label_ppm is None
                else f"{each.scenario.hidden_label_ppm // 10_000} %",
                (each.scenario.digest or "unknown")[:16],
            )
            for each in reports
        ],
    )
    yield ""


def _overview(pooled: Sequence[Pooled]) -> Iterator[str]:
    yield "## Overview\n"
    rows = []
    for each in pooled:
        total = each.total
        if total is None:
            state = "not built" if not each.version else "no case"
            rows.append((each.name, each.version or "-", state, "-", state, "-", "-"))
            continue
        families = [row for row in each.of_kind(RowKind.FAMILY) if row.precision.trials]
        worst = f"{families[0].group}: {families[0].precision}" if families else "-"
        spans = [_span(each, name) for name in ("precision", "recall")]
        rows.append(
            (each.name, each.version, str(total.precision), spans[0], str(total.recall), spans[1], worst)
        )
    head = ("inference", "rule", "precision", "by chain", "recall", "by chain", "worst family, precision")
    yield from _table(head, rows)
    yield ""


def _span(found: Pooled, name: str) -> str:
    """Lowest and highest share of single chains."""
    span = found.span(name)
    return "no case" if span is None else f"{percent(span[0])}-{percent(span[1])} %"


def _score(found: Pooled) -> Iterator[str]:
    first, second = found.measure_names
    yield f"## {found.name} ({found.version})\n"
    yield f"{_cell(found.what[:1].upper() + found.what[1:])}.\n"
    yield from _table(
        ("chain", first, second),
        [
            (chain, shown_rate(total.precision), shown_rate(total.recall))
            for chain, each in found.by_chain
            if (total := each.total()) is not None
        ],
    )
    yield ""
    for kind, heading in _HEADINGS.items():
        rows = [row for row in found.of_kind(kind) if row.precision.trials or row.recall.trials]
        if rows:
            yield f"### {heading}\n"
            yield from _table((kind.value, first, second), [_row(row) for row in rows])
            yield ""
            left = len(found.of_kind(kind)) - len(rows)
            if left:
                yield f"{left} more without a case.\n"
    yield from _details(found)


def _row(row: Row) -> tuple[str, str, str]:
    return row.group, shown_rate(row.precision), shown_rate(row.recall)


def _details(found: Pooled) -> Iterator[str]:
    """Further measures over all chains, and the worst mistake of each."""
    yield "### Further measures\n"
    shown = shown_figures(found.figures)
    yield from _table(
        ("measure", "all chains"), [(name.replace("_", " "), str(value)) for name, value in shown.items()]
    )
    yield ""
    worst = [(chain, each.worst_case) for chain, each in found.by_chain if each.worst_case]
    if worst:
        yield "### Worst case of each chain\n"
        yield from _table(
            ("chain", "what"),
            [
                (chain, ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items()))
                for chain, facts in worst
            ],
        )
        yield ""
