"""`coalface events`: what the follower saw come and go."""

import click

from coalface.cli.output import Format, format_option, write_records
from coalface.cli.subjects import store_argument
from coalface.follow import read_events

__all__ = ["events"]

_COLUMNS = ("number", "event", "height", "hash", "n_txs", "observed_unix")


@click.command()
@store_argument
@click.option("--since", type=click.IntRange(min=0), metavar="N", help="Only events after number N.")
@format_option
def events(store: str, since: int | None, format: Format) -> None:
    """Show which blocks came and went while the store was followed.

    Example: coalface events mainnet.coalface --since 1000 --format jsonl
    """
    write_records(read_events(store, since=since), _COLUMNS, format)
