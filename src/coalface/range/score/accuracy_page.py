"""The page docs/accuracy.md, written from scores alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from coalface.range.score.bulk import BulkScore
from coalface.range.score.measures import meaning_of
from coalface.range.score.pooling import Pooled
from coalface.range.score.rate import Rate, percent
from coalface.range.score.report import Report
from coalface.range.score.result import Row, RowKind
from coalface.range.score.showing import shown_figures, shown_rate
from coalface.units import format_btc

__all__ = ["accuracy_page"]

_INTRODUCTION = """\
# Accuracy

How right Coalface's inferences are on made-up chains whose truth is known, good or bad. This page is
generated: do not edit it, run the command below.

**What it cannot say.**

- *Simulated* rates are not transferable to real chains: people, services and thieves were made up, and by
  the project that made the rules. Generator and detectors share no code and no constant, but may share a
  blind spot. Rates on real labelled data (`field`) are unknown.
- Each scenario is one cast of actors, made with few seeds. What nobody thought of is not in here.
- Traces are given the public labels of all services that have one. The table by labels taken away shows what
  that is worth; on a real chain most services have no label.

**How to read it.**

- *Precision*: of what was said, the share that is true. *Recall*: of what is true, the share that was said.
- In brackets stands the 95 % interval, then the counts. Pairs of one cluster, or satoshi of one holder,
  stand and fall together: *counts as* says how many independent cases would tell as much, and the interval is
  that of so many (Korn and Graubard 1998). Few cases, a wide interval.
- Over several chains the interval is the wider of two: chance within chains, and what differs from chain to
  chain. *By chain* is the lowest and highest single chain.
- Percentages are cut, not rounded: 99.9 % may be all but one.
- *No case*: nothing was there to be measured. *Not built*: Coalface does not make the inference yet. Neither
  is a zero.
- The worst comes first, by precision, since to accuse wrongly is worse than to miss.
"""

_HEADINGS = {
    RowKind.FAMILY: "By wallet family, worst first",
    RowKind.KIND: "By kind",
    RowKind.RULE: "By rule, worst first",
    RowKind.PLAYBOOK: "By playbook, worst first",
    RowKind.HIDDEN: "By share of public labels taken away",
}


def accuracy_page(
    reports: Sequence[Report], pooled: Sequence[Pooled], command: str, bulk: Sequence[BulkScore] = ()
) -> str:
    """The page as Markdown, the same bytes for the same scores.

    Parameters
    ----------
    reports
        One a chain.
    pooled
        The same scores over all chains.
    command
        What makes the page anew.
    bulk
        Scores of bulk chains, which are shown apart.
    """
    parts = [_INTRODUCTION, f"Made by {reports[0].provenance.software}:\n\n```sh\n{command}\n```\n"]
    parts.append("\n".join(_overview(pooled)))
    parts.append("\n".join(_unseen(reports)))
    parts.append("\n".join(_chains(reports)))
    parts += ["\n".join(_score(each)) for each in pooled if each.total is not None]
    if bulk:
        parts.append("\n".join(_bulk(bulk)))
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
    yield "What is on them: `coalface range list`. A chain with the same digest is the same chain.\n"
    yield from _table(
        (
            "scenario",
            "seed",
            "blocks",
            "transactions",
            "addresses",
            "labels hidden",
            "SHA-256 over the blocks",
        ),
        [
            (
                each.scenario.name,
                str(each.scenario.seed),
                "unknown" if each.scenario.n_blocks is None else str(each.scenario.n_blocks),
                _count_of(each, "n_txs"),
                _count_of(each, "n_addresses"),
                "unknown"
                if each.scenario.hidden_label_ppm is None
                else f"{each.scenario.hidden_label_ppm // 10_000} %",
                (each.scenario.digest or "unknown")[:16],
            )
            for each in reports
        ],
    )
    yield ""


def _count_of(report: Report, name: str) -> str:
    """A count that one of the scores made, as text."""
    return next((str(each.counts[name]) for each in report.scores if name in each.counts), "unknown")


def _overview(pooled: Sequence[Pooled]) -> Iterator[str]:
    yield "## Overview\n"
    rows = []
    for each in pooled:
        total = each.total
        if total is None:
            state = "not built" if not each.version else "no case"
            rows.append((each.name, each.version or "-", state, "-", "-", state, "-", "-"))
            continue
        families = [row for row in each.of_kind(RowKind.FAMILY) if row.precision.trials]
        worst = f"{families[0].group}: {families[0].precision}" if families else "-"
        rows.append(
            (
                each.name,
                each.version,
                str(total.precision),
                _span(each, "precision"),
                worst,
                str(total.recall),
                _span(each, "recall"),
                _recall_of_worst(each),
            )
        )
    head = (
        "inference", "rule", "precision", "by chain", "worst family", "recall", "by chain", "worst family",
    )  # fmt: skip
    yield from _table(head, rows)
    yield ""


def _recall_of_worst(found: Pooled) -> str:
    """The family of which the rule finds least."""
    families = [row for row in found.of_kind(RowKind.FAMILY) if row.recall.ppm is not None]
    worst = min(families, key=lambda row: (row.recall.ppm or 0, row.group), default=None)
    return "-" if worst is None else f"{worst.group}: {worst.recall}"


def _unseen(reports: Sequence[Report]) -> Iterator[str]:
    yield "## What was unseen\n"
    held = sorted({each for report in reports for each in report.held_out})
    tuned = sorted({score.version for report in reports for score in report.scores if score.thresholds})
    if tuned:
        yield f"Rules with thresholds that are chosen on chains: {', '.join(map(_cell, tuned))}."
        yield f"Held out from that: {', '.join(map(_cell, held)) if held else 'nothing'}. What was fitted"
        yield "before (`make change-weights`) saw neither these seeds nor, where there is a row *unseen*,"
        yield "what that row counts.\n"
    else:
        yield "No rule of this version has a threshold that is chosen on chains: its numbers are part of its"
        yield "version. So nothing was calibrated, nothing was held out, and there are no rows for *seen* and"
        yield "*unseen*; a rule with thresholds gets them (`coalface range score --hold-out`).\n"


def _span(found: Pooled, name: str) -> str:
    """Lowest and highest share of single chains."""
    span = found.span(name)
    return "no case" if span is None else f"{percent(span[0])}-{percent(span[1])} %"


def _score(found: Pooled) -> Iterator[str]:
    first, second = found.measure_names
    yield f"## {found.name} ({found.version})\n"
    yield f"{_cell(found.what[:1].upper() + found.what[1:])}.\n"
    notes = list(dict.fromkeys(note for _, each in found.by_chain for note in each.notes))
    if notes:
        yield "\n".join(f"- {_cell(note[:1].upper() + note[1:])}." for note in notes) + "\n"
    parts = [*found.of_kind(RowKind.UNSEEN), *found.of_kind(RowKind.SEEN)]
    if parts:
        yield "### Unseen and seen in calibration\n"
        yield from _rates("part", found, [(row.group, row) for row in parts])
        yield ""
    for kind, heading in _HEADINGS.items():
        rows = [row for row in found.of_kind(kind) if row.precision.trials or row.recall.trials]
        if rows:
            yield f"### {heading}\n"
            yield from _rates(kind.value, found, [(row.group, row) for row in rows])
            yield ""
            left = len(found.of_kind(kind)) - len(rows)
            if left:
                yield f"{left} more without a case.\n"
    yield "### By chain\n"
    totals = [(chain, total) for chain, each in found.by_chain if (total := each.total()) is not None]
    cased = [(chain, row) for chain, row in totals if row.precision.trials or row.recall.trials]
    all_chains = [("all", found.total)] if found.total is not None else []
    yield from _rates("chain", found, [*all_chains, *cased])
    yield ""
    yield from _details(found, f"{first} and {second}")


def _rates(head: str, found: Pooled, rows: Sequence[tuple[str, Row]]) -> Iterator[str]:
    """A table of both shares, each with the number of cases that it counts as."""
    first, second = found.measure_names
    yield from _table(
        (head, first, "counts as", second, "counts as"),
        [
            (
                name,
                shown_rate(row.precision),
                _cases(row.precision),
                shown_rate(row.recall),
                _cases(row.recall),
            )
            for name, row in rows
        ],
    )


def _cases(found: Rate) -> str:
    return str(found.n_effective) if found.trials else "-"


def _details(found: Pooled, shares: str) -> Iterator[str]:
    """Further measures over all chains, and the worst mistake of each."""
    yield "### Further measures\n"
    yield f"Over all chains, beside {shares}.\n"
    rows = []
    for name, value in found.figures.items():
        [(shown_name, shown)] = shown_figures({name: value}).items()
        rows.append((shown_name.replace("_", " "), str(shown), meaning_of(name)))
    for name, (low, high) in found.index_spans_ppm.items():
        rows.append((name.replace("_", " "), f"{percent(low)}-{percent(high)} %", meaning_of(name)))
    yield from _table(("measure", "all chains", "what it is"), rows)
    yield ""
    worst = [(chain, each.worst_case) for chain, each in found.by_chain if each.worst_case]
    if worst:
        yield "### Worst case of each chain\n"
        yield "The single mistake that moves most value to the wrong owner.\n"
        yield from _table(
            ("chain", "what"),
            [
                (chain, ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in amounts.items()))
                for chain, facts in worst
                if (amounts := _facts(facts))
            ],
        )
        yield ""


def _facts(facts: Mapping[str, int | str]) -> dict[str, str]:
    """Facts of a worst case, amounts in bitcoin."""
    return {
        (f"{name.removesuffix('_sat')}_btc" if name.endswith("_sat") else name): (
            format_btc(value) if isinstance(value, int) and name.endswith("_sat") else str(value)
        )
        for name, value in facts.items()
    }


def _bulk(scores: Sequence[BulkScore]) -> Iterator[str]:
    yield "## clusters on bulk chains\n"
    yield "Not part of the rates above. A bulk chain (`coalface range bulk`) is shaped like real blocks, but"
    yield "every transaction there spends coins of one owner: nobody can be joined wrongly, and a precision"
    yield "of 100 % says only that no bug joins strangers. Recall says how much of an owner is ever joined.\n"
    for each in scores:
        yield f"`--txs {each.n_txs} --seed {each.seed} --era {_cell(each.era)}`, rule {_cell(each.version)}:"
        yield f"{each.n_addresses} addresses with an owner, {each.n_owners} owners, last block"
        yield f"{each.tip_hash[:16]}….\n"
        yield from _table(
            ("owners", "precision", "counts as", "recall", "counts as"),
            [
                (
                    row.group,
                    shown_rate(row.precision),
                    _cases(row.precision),
                    shown_rate(row.recall),
                    _cases(row.recall),
                )
                for row in each.rows
            ],
        )
        yield ""
