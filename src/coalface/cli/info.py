"""`coalface info`: what a store holds."""

import click

from coalface.chain import Info
from coalface.chain import info as info_of
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.subjects import store_argument

__all__ = ["info"]


@click.command()
@store_argument
@format_option
def info(store: str, format: Format) -> None:
    """Show what a store holds: network, tip, counts, bytes, coverage.

    Example: coalface info mainnet.coalface
    """
    found = info_of(store)
    if format is Format.TABLE:
        _show(found)
    else:
        write_record(found, format)


def _show(found: Info) -> None:
    """Write the facts, then a line a column group."""
    coverage = found.coverage
    write_record(
        {
            "network": found.network,
            "tip": f"{_or_dash(found.tip.height)} {found.tip.hash or ''}".strip(),
            "complete_from_genesis": coverage.complete_from_genesis,
            "segments": len(coverage.segments),
            **found.counts,
            "stale_blocks": found.stale_blocks,
            "refused_blocks": len(found.refused),
            "store_bytes": found.store_bytes,
            "block_bytes": found.block_bytes,
        },
        Format.TABLE,
    )
    click.echo()
    rows = [{"group": group, "bytes": size} for group, size in found.group_bytes.items()]
    write_records(rows, ["group", "bytes"], Format.TABLE)
    for block in found.refused:
        click.echo(f"\nrefused {block.hash}: {block.reason}")


def _or_dash(height: int | None) -> str:
    """The height, or a dash where it is unknown."""
    return "-" if height is None else str(height)
