"""`coalface range bulk`: a chain of any length, and who owns what on it."""

import resource
import sys
import time

import click

from coalface.cli.output import Format, format_option, write_record
from coalface.cli.progress import Progress
from coalface.range.bulk import write_bulk_chain

__all__ = ["bulk"]

_RSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


@click.command()
@click.argument("out", type=click.Path(file_okay=False))
@click.option(
    "--txs",
    type=click.IntRange(min=1),
    default=100_000,
    show_default=True,
    help="Transactions, genesis and coinbases included.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**64 - 1),
    default=1,
    show_default=True,
    help="Another seed makes another chain; the same seed and options make the same bytes.",
)
@click.option(
    "--era",
    metavar="YEAR|history",
    help="What transactions are like: a year, or all one after the other; the last unless given.",
)
@click.option(
    "--stale",
    type=click.IntRange(min=0),
    default=0,
    help="Stale branches: of one block, every fourth of two.",
)
@click.option(
    "--duplicate-coinbases",
    type=click.IntRange(min=0),
    default=0,
    help="Coinbases that come twice with one txid, as before BIP-0034.",
)
@click.option(
    "--megabyte-txs", type=click.IntRange(min=0), default=0, help="Transactions of nearly 1,000,000 bytes."
)
@click.option("--wide-txs", type=click.IntRange(min=0), default=0, help="Transactions of 20,000 outputs.")
@click.option(
    "--flood", type=click.IntRange(min=0), default=0, help="Outputs to one single address, of any number."
)
@click.option(
    "--threads",
    type=click.IntRange(1, 1024),
    default=2,
    show_default=True,
    help="Threads to use; the bytes do not depend on them.",
)
@format_option
def bulk(
    out: str,
    txs: int,
    seed: int,
    era: str | None,
    stale: int,
    duplicate_coinbases: int,
    megabyte_txs: int,
    wide_txs: int,
    flood: int,
    threads: int,
    format: Format,
) -> None:
    """Write a chain of any length as a node would, with its owners.

    OUT is a new folder: `blocks` in it is what a node at regtest would hold, `truth` says who owns what. How
    fast it went and how much memory it took is told on stderr.

    Example: coalface range bulk /tmp/bulk --txs 1000000
    """
    began = time.monotonic()
    with Progress("writing", "tx") as progress:
        made = write_bulk_chain(
            out,
            txs,
            seed=seed,
            era=era,
            stale_branches=stale,
            duplicate_coinbases=duplicate_coinbases,
            megabyte_txs=megabyte_txs,
            wide_txs=wide_txs,
            flood_outputs=flood,
            threads=threads,
            progress=lambda done: progress.update(done, txs),
        )
    seconds = time.monotonic() - began
    _tell_cost(made.n_bytes, seconds)
    asked = (
        ("--duplicate-coinbases", duplicate_coinbases, made.n_duplicate_coinbases),
        ("--megabyte-txs", megabyte_txs, made.n_megabyte_txs),
        ("--wide-txs", wide_txs, made.n_wide_txs),
        ("--flood", flood, made.n_flood_outputs),
        ("--stale", stale, made.n_stale_branches),
    )
    for option, wanted, got in asked:
        if got < wanted:
            click.echo(f"warning: the chain is too short for {option} {wanted}: it has {got}", err=True)
    write_record(made, format)


def _tell_cost(n_bytes: int, seconds: float) -> None:
    """Speed of the writing and the greatest memory of this process, on stderr."""
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT_BYTES
    click.echo(
        f"{n_bytes / 1e6:.0f} MB in {seconds:.1f} s, {n_bytes / 1e6 / seconds:.0f} MB/s; "
        f"peak memory {peak_bytes / 1e6:.0f} MB",
        err=True,
    )
