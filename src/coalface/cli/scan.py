"""`coalface scan`: one question about the whole chain."""

from dataclasses import asdict

import click

from coalface.chain import QUERIES, Scan, open_chain, scan_chain
from coalface.cli.errors import DONE
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.progress import Progress
from coalface.cli.subjects import as_of_option, show_facts, store_argument

__all__ = ["scan"]


def _list(context: click.Context, parameter: click.Parameter, is_asked: bool) -> None:  # noqa: ARG001 - click's signature
    """Write the questions and end, whatever else the command line lacks."""
    if not is_asked or context.resilient_parsing:
        return
    rows = [
        {"query": name, "asks": known.summary, "columns": ", ".join(known.columns)}
        for name, known in QUERIES.items()
    ]
    write_records(rows, ("query", "asks", "columns"), Format.TABLE)
    context.exit(DONE)


@click.command()
@store_argument
@click.argument("query", metavar="QUERY")
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="List the questions with the columns that each reads, and end.",
)
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use; one a core unless given.")
@as_of_option
@format_option
def scan(store: str, query: str, threads: int | None, as_of: str | None, format: Format) -> int:
    """Ask a question about the whole chain.

    QUERY is one of those that --list shows.

    Example: coalface scan mainnet.coalface largest-fee --as-of 2017-05-17
    """
    chain = open_chain(store, as_of=as_of)
    with Progress("scanning", "rows") as progress:
        found = scan_chain(chain, query, threads=threads, progress=progress.update)
    if isinstance(found.result, tuple) and format in {Format.TABLE, Format.CSV}:
        _show_rows(found, format)
    elif format is Format.TABLE:
        show_facts(
            {**asdict(found.result), "coverage": found.coverage, "provenance": found.provenance}
            if not isinstance(found.result, tuple)
            else found
        )
    else:
        write_record(found, format)
    return DONE


def _show_rows(found: Scan, format: Format) -> None:
    """Write a result of several rows, after what it rests on, on stderr: a table has no place for it."""
    assert isinstance(found.result, tuple)  # noqa: S101 - the caller looked
    as_of = found.provenance.as_of
    note = "" if found.coverage.complete_from_genesis else ", partial chain"
    click.echo(f"as of {'-' if as_of.height is None else as_of.height} {as_of.hash}{note}", err=True)
    rows = [asdict(row) for row in found.result]
    write_records(rows, tuple(rows[0]) if rows else ("query",), format)
