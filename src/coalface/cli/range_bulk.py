"""`coalface range bulk`: a chain of any length, and who owns what on it."""

import click

from coalface.cli.output import Format, format_option, write_record
from coalface.range.bulk import write_bulk_chain

__all__ = ["bulk"]


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
    "--threads",
    type=click.IntRange(1, 1024),
    default=2,
    show_default=True,
    help="Threads to use; the bytes do not depend on them.",
)
@format_option
def bulk(out: str, txs: int, seed: int, threads: int, format: Format) -> None:
    """Write a chain of any length as a node would, with its owners.

    OUT is a new folder: `blocks` in it is what a node at regtest would hold.

    Example: coalface range bulk /tmp/bulk --txs 1000000
    """
    made = write_bulk_chain(out, txs, seed=seed, threads=threads)
    write_record(made, format)
