"""`coalface index`: make a store from block files, or bring it up to date."""

import sys
from dataclasses import fields

import click

from coalface.chain import IndexReport, StageTime
from coalface.chain import index as index_chain
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.progress import Progress
from coalface.cli.sizes import SIZE
from coalface.cli.subjects import network_fs_option
from coalface.errors import UsageError

__all__ = ["index"]

_NETWORKS = ("mainnet", "testnet3", "testnet4", "signet", "regtest")
_SHOWN_REFUSALS = 10
_PHASES = {
    "scan": ("looking for blocks", "files"),
    "append": ("indexing", "B"),
    "parse": ("reading blocks (1 of 7)", "B"),
    "join": ("joining spends (2 of 7)", "parts"),
    "addresses": ("finding addresses (3 of 7)", "parts"),
    "spends": ("valuing spends (4 of 7)", "parts"),
    "rows": ("writing rows (5 of 7)", "B"),
    "forest": ("growing clusters (6 of 7)", "tx"),
    "runs": ("writing indexes (7 of 7)", "parts"),
    "clusters": ("growing rule sets", "tx"),
}
"""What each phase is called, and what it counts."""


def _heights(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    """Heights by block hash, of ``HASH=N`` texts."""
    heights = {}
    for value in values:
        block_hash, _, height = value.partition("=")
        if not height.isascii() or not height.isdigit():
            raise click.BadParameter(f"`{value}` is not HASH=HEIGHT", context, parameter)
        heights[block_hash] = int(height)
    return heights


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", type=click.Path())
@click.argument("store", type=click.Path(file_okay=False))
@click.option(
    "--network", type=click.Choice(_NETWORKS), help="Network of loose blocks, or which one of several."
)
@click.option(
    "--height",
    "heights",
    multiple=True,
    metavar="HASH=N",
    callback=_heights,
    help="Height of a block that nothing else tells (partial chains); repeatable.",
)
@click.option(
    "--skip-damaged", is_flag=True, help="Skip damaged stretches of files instead of stopping there."
)
@click.option(
    "--no-undo", is_flag=True, help="Leave undo files (rev*.dat) aside; they matter to partial chains only."
)
@click.option(
    "--memory",
    type=SIZE,
    metavar="SIZE",
    help="Memory to use at most, as 350M or 4G; half of the machine's unless given.",
)
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use; one a core unless given.")
@click.option("--stages", is_flag=True, help="Say on standard error where the time went.")
@network_fs_option
@format_option
def index(
    sources: tuple[str, ...],
    store: str,
    network: str | None,
    heights: dict[str, int],
    skip_damaged: bool,
    no_undo: bool,
    memory: int | None,
    threads: int | None,
    stages: bool,
    allow_network_fs: bool,
    format: Format,
) -> None:
    """Make a store from block files, or bring it up to date.

    SOURCE is a Bitcoin Core data directory, its `blocks` folder, block files, or loose raw blocks. Only new
    blocks are taken; a run that was killed goes on after its last commit; a reorganisation is followed.

    Example: coalface index ~/.bitcoin mainnet.coalface
    """
    if not sources:
        raise UsageError("give SOURCE and STORE")
    with Progress("looking for blocks", "files") as progress:

        def tell(phase: str, done: int, total: int, txs: int) -> None:  # noqa: ARG001 - the engine's signature
            label, unit = _PHASES.get(phase, (phase, ""))
            progress.update(done, total, label, unit)

        report = index_chain(
            sources,
            store,
            network=network,
            heights=heights,
            skip_damaged=skip_damaged,
            use_undo=not no_undo,
            memory_bytes=memory,
            threads=threads,
            allow_network_fs=allow_network_fs,
            progress=tell,
        )
    _warn(report)
    if stages:
        write_records(report.stages, [field.name for field in fields(StageTime)], Format.TABLE, sys.stderr)
    record = {field.name: getattr(report, field.name) for field in fields(report)}
    if format in (Format.TABLE, Format.CSV):
        del record["stages"]  # a table of its own, which differs from run to run
    write_record(record, format)


def _warn(report: IndexReport) -> None:
    """Tell on stderr what a user should look at."""
    for block in report.refused[:_SHOWN_REFUSALS]:
        click.echo(f"warning: block {block.hash} is refused: {block.reason}", err=True)
    if len(report.refused) > _SHOWN_REFUSALS:
        rest = len(report.refused) - _SHOWN_REFUSALS
        click.echo(f"warning: {rest} more blocks are refused: `coalface info STORE` lists all", err=True)
    if report.refused_descendants:
        click.echo(
            f"warning: {report.refused_descendants} blocks on top of refused ones are left out", err=True
        )
    for place in report.damaged:
        click.echo(f"warning: damage skipped at {place}", err=True)
    for gap in report.missing_files:
        click.echo(f"warning: block files {gap} are missing between the others", err=True)
    for ignored in report.ignored_heights:
        click.echo(f"warning: height of {ignored}", err=True)
    for bad in report.undo_bad[:_SHOWN_REFUSALS]:
        click.echo(f"warning: undo data are not used: {bad}", err=True)
    if len(report.undo_bad) > _SHOWN_REFUSALS:
        click.echo(
            f"warning: {len(report.undo_bad) - _SHOWN_REFUSALS} more undo records are not used", err=True
        )
    for each in report.rule_sets:
        if each.trouble is not None:
            click.echo(f"warning: rule set {each.name} lags behind the store: {each.trouble}", err=True)
    if report.without_work:
        click.echo(f"warning: {report.without_work} records have no proof of work and are left out", err=True)
