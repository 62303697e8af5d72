"""`coalface range score`: how right every inference is on a chain whose truth is known."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.range_need import need_truth_reader
from coalface.cli.subjects import as_of_option, store_argument

if TYPE_CHECKING:
    from coalface.range.score import Report, Score

__all__ = ["score"]

_ROWS = (
    "score", "version", "status", "kind", "group", "is_unseen",
    "precision.hits", "precision.trials", "precision.ppm", "precision.low_ppm", "precision.high_ppm",
    "recall.hits", "recall.trials", "recall.ppm", "recall.low_ppm", "recall.high_ppm",
)  # fmt: skip
_ALWAYS = ("all", "seen", "unseen")


@click.command()
@store_argument
@click.argument("truth", type=click.Path(file_okay=False))
@click.option(
    "--hold-out",
    "hold_out",
    multiple=True,
    metavar="FAMILY|ERA|PLAYBOOK",
    help="Keep this from calibration and score it apart: a wallet family, heights FIRST-LAST, or a playbook; "
    "`family:NAME` or `playbook:NAME` where a name is both. Repeatable.",
)
@as_of_option
@format_option
def score(store: str, truth: str, hold_out: tuple[str, ...], as_of: str | None, format: Format) -> None:
    """Compare every inference with the truth of a made-up chain.

    STORE is the index of the chain, TRUTH the folder that `range build` wrote. The worst family comes first.
    What Coalface does not infer yet is `not built`, never a zero.

    Example: coalface range score theft/store theft --hold-out playbook:exchange-theft
    """
    need_truth_reader()
    from coalface.chain import open_chain
    from coalface.range.score import score_chain

    report = score_chain(open_chain(store, as_of=as_of), truth, hold_out=hold_out)
    match format:
        case Format.TABLE:
            _show(report)
        case Format.CSV:
            write_records(_rows(report), _ROWS, format)
        case _:
            write_record(report, format)


def _rows(report: "Report") -> Iterator[dict[str, Any]]:
    """A record a group; one without a group for what has no score."""
    for each in report.scores:
        head = {"score": each.name, "version": each.version, "status": each.status.value}
        empty = {"kind": None, "group": None, "is_unseen": None, "precision": None, "recall": None}
        if not each.rows:
            yield {**head, **empty}
        for row in each.rows:
            yield {
                **head,
                "kind": row.kind.value,
                "group": row.group,
                "is_unseen": row.is_unseen,
                "precision": row.precision,
                "recall": row.recall,
            }


def _show(report: "Report") -> None:
    """Write what was scored, then a part a score."""
    scenario = report.scenario
    write_record(
        {
            "scenario": f"{scenario.name}, seed {scenario.seed}, made by version {scenario.version}",
            "as_of": f"{report.provenance.as_of.height} {report.provenance.as_of.hash}",
            "held_out": list(report.held_out),
            "caveat": report.caveat,
        },
        Format.TABLE,
    )
    for each in report.scores:
        if each.rows:
            _show_score(each)
    rest = [{"name": each.name, "status": each.status.value} for each in report.scores if not each.rows]
    if rest:
        click.echo()
        write_records(rest, ["name", "status"], Format.TABLE)


def _show_score(found: "Score") -> None:
    """Write one score: what it means, a group a line, the worst mistake."""
    from coalface.range.score.showing import shown_figures, shown_rate

    click.echo(f"\n--- {found.name} ({found.version}) against {found.against.value}")
    click.echo(f"    {found.what}")
    first, second = found.measure_names
    rows = []
    n_empty = 0
    for row in found.rows:
        if row.kind.value not in _ALWAYS and not (row.precision.trials or row.recall.trials):
            n_empty += 1
            continue
        name = row.group if row.kind.value in {row.group, "all"} else f"{row.kind.value}: {row.group}"
        rows.append(
            {
                "group": name + (" (unseen)" if row.is_unseen else ""),
                first: shown_rate(row.precision),
                second: shown_rate(row.recall),
            }
        )
    write_records(rows, ["group", first, second], Format.TABLE)
    if n_empty:
        click.echo(f"... {n_empty} more groups without a case")
    total = found.total()
    details = {} if total is None else shown_figures(total.figures)
    click.echo()
    write_record({**details, **found.counts, **_worst(found), **_thresholds(found)}, Format.TABLE)
    for note in found.notes:
        click.echo(f"note: {note}")


def _worst(found: "Score") -> dict[str, str]:
    facts = ", ".join(f"{name} {value}" for name, value in found.worst_case.items())
    return {"worst_case": facts or "none"}


def _thresholds(found: "Score") -> dict[str, str]:
    facts = ", ".join(f"{name} {value}" for name, value in found.thresholds.items())
    return {"thresholds": f"frozen: {facts}" if facts else "none to calibrate"}
