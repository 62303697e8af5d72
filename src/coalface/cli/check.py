"""`coalface check`: prove a store sound."""

import click

from coalface.chain import CheckReport, digests
from coalface.chain import check as check_store
from coalface.cli.errors import DONE, FAILED
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.progress import Progress
from coalface.cli.subjects import store_argument

__all__ = ["check"]

_COLUMNS = ("step", "code", "file", "offset", "row", "message")


@click.command()
@store_argument
@click.option(
    "--digest", is_flag=True, help="Show the logical digest of every column group and index instead."
)
@format_option
def check(store: str, digest: bool, format: Format) -> int:
    """Check checksums and invariants of a store.

    Exit code 1 if anything is wrong.

    Example: coalface check mainnet.coalface
    """
    if digest:
        write_record(digests(store), format)
        return DONE
    with Progress("checking", "rows") as progress:
        report = check_store(store, progress=lambda step, done, total: progress.update(done, total, step))
    match format:
        case Format.TABLE:
            _show(report)
        case Format.CSV:
            write_records(_problems(report), _COLUMNS, format)
        case _:
            write_record(report, format)
    return DONE if report.ok else FAILED


def _problems(report: CheckReport) -> list[dict[str, object]]:
    """Every problem given, with the step that found it."""
    return [
        {
            "step": step.name,
            "code": problem.code,
            "file": problem.file,
            "offset": problem.offset,
            "row": problem.row,
            "message": problem.message,
        }
        for step in report.steps
        for problem in step.problems
    ]


def _show(report: CheckReport) -> None:
    """Write the verdict, a line a step, then what is wrong."""
    click.echo("sound" if report.ok else "NOT SOUND")
    click.echo()
    rows = [
        {"step": step.name, "rows": step.rows, "problems": "skipped" if step.skipped else step.n_problems}
        for step in report.steps
    ]
    write_records(rows, ["step", "rows", "problems"], Format.TABLE)
    if problems := _problems(report):
        click.echo()
        write_records(problems, _COLUMNS, Format.TABLE)
    for note in report.notes:
        click.echo(f"\nnote: {note.file}: {note.message}")
