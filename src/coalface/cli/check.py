"""`coalface check`: prove a store sound."""

import click

from coalface.chain import check as check_store
from coalface.chain import digests
from coalface.cli.output import Format, format_option, write_record
from coalface.cli.subjects import store_argument

__all__ = ["check"]


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
        return 0
    report = check_store(store)
    write_record(report, format)
    return 0 if report.ok else 1
