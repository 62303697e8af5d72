"""`coalface range compare`: how far made-up blocks are from real ones."""

import click

from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.range.compare import Comparison, compare_blocks

__all__ = ["compare"]


@click.command()
@click.argument("made", type=click.Path(exists=True))
@click.argument("real", nargs=-1, required=True, type=click.Path(exists=True), metavar="REAL…")
@click.option("--era", help="Take only the real blocks that this era of bulk chains was measured on.")
@format_option
def compare(made: str, real: tuple[str, ...], era: str | None, format: Format) -> None:
    """Show how far two sets of blocks are apart.

    MADE and REAL are stores, or block files as `index` reads them. Coinbases do not count.

    Example: coalface range compare /tmp/bulk blocks/625007.blk --era 2020
    """
    found = compare_blocks(made, real, era=era)
    if format is Format.TABLE:
        _show(found)
    else:
        write_record(found, format)


def _show(found: Comparison) -> None:
    """Write the distances, then each distribution, then what else there is."""
    write_records(found.figures, ("name", "total_variation_ppm", "is_alike"), Format.TABLE)
    for figure in found.figures:
        click.echo(f"\n{figure.name}")
        write_records(figure.bins, ("value", "made", "real", "made_ppm", "real_ppm"), Format.TABLE)
    click.echo()
    names = list(vars(found.made))
    rows = [
        {"figure": name, "made": getattr(found.made, name), "real": getattr(found.real, name)}
        for name in names
    ]
    write_records(rows, ("figure", "made", "real"), Format.TABLE)
