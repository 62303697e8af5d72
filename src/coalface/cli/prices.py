"""`coalface prices`: daily prices in, and what an amount was worth at a transaction's time."""

from pathlib import Path

import click

from coalface.chain import open_chain
from coalface.chain.reference import parse_time
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.subjects import answer_each, store_argument, subjects_argument
from coalface.errors import UsageError
from coalface.prices import FiatValue, PriceBook, import_prices
from coalface.prices.series_file import parse_offset

__all__ = ["prices"]

_SERIES_COLUMNS = (
    "name", "currency", "source", "resolution", "utc_offset_seconds", "utc_offset_source", "first_day",
    "last_day", "n_days", "n_missing_days", "n_duplicates", "is_current", "sha256",
)  # fmt: skip
_VALUE_COLUMNS = (
    "status", "day", "currency", "price", "value_sat", "fiat", "series", "reason",
)  # fmt: skip
_SAT_PER_BTC = 100_000_000
_TXID_CHARACTERS = 64


@click.group(no_args_is_help=True)
def prices() -> None:
    """Import daily prices, and show what an amount was worth at a time."""


@prices.command("import")
@store_argument
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--currency", default="USD", show_default=True, help="Three capital letters.")
@click.option("--source", help="Who says so; else whom the file names.")
@click.option("--name", help="Of the series; else the file's name. A later import of it takes its place.")
@click.option(
    "--utc-offset",
    metavar="+HH:MM",
    help="Zone of the midnight that days begin with, where the file does not say; else UTC is assumed.",
)
@format_option
def import_(
    store: str,
    file: Path,
    currency: str,
    source: str | None,
    name: str | None,
    utc_offset: str | None,
    format: Format,
) -> None:
    """Import a CSV file of daily prices of one BTC.

    Example: coalface prices import mainnet.coalface btc-usd.csv --source 'an exchange'
    """
    offset = None if utc_offset is None else parse_offset(utc_offset)
    if utc_offset is not None and offset is None:
        raise UsageError(
            f"`{utc_offset[:20]}` is no zone, allowed are Z and -14:00 to +14:00", code="usage_zone"
        )
    report = import_prices(
        store, file, currency=currency, source=source, name=name, utc_offset_seconds=offset
    )
    if format is not Format.TABLE:
        write_record(report, format)
        return
    series = report.series
    write_record(
        {
            "series": series.name,
            "imported": "yes" if report.imported else "no change: the store holds this series already",
            "currency": series.currency,
            "source": series.source or None,
            "days": f"{series.n_days} from {series.first_day} to {series.last_day}, a price a day",
            "zone": f"days begin {series.utc_offset_seconds} s ahead of UTC ({series.utc_offset_source})",
            "missing_days": series.n_missing_days,
            "duplicates": series.n_duplicates,
            "sha256": series.sha256,
        },
        Format.TABLE,
    )
    if report.gaps:
        click.echo("\ndays without a price:")
        write_records(report.gaps, ("first_day", "last_day", "n_days"), Format.TABLE)


@prices.command("list")
@store_argument
@format_option
def list_(store: str, format: Format) -> None:
    """Show the imported series, the newest import first.

    Example: coalface prices list mainnet.coalface
    """
    with PriceBook(store) as book:
        write_records(book.all, _SERIES_COLUMNS, format)


@prices.command("show")
@store_argument
@subjects_argument("TXID|TIME")
@click.option("--currency", default="USD", show_default=True, help="Of the series.")
@click.option("--series", help="Which one, where several are in the currency.")
@click.option(
    "--sat",
    type=click.IntRange(min=0),
    help="The amount; else a transaction's outputs, or one BTC at a time.",
)
@format_option
def show(
    store: str, subjects: tuple[str, ...], currency: str, series: str | None, sat: int | None, format: Format
) -> int:
    """Show what an amount was worth at the time of transactions, or at times (UTC).

    Example: coalface prices show mainnet.coalface 2017-09-05T12:00:00Z
    """
    with PriceBook(store) as book:

        def ask(text: str) -> FiatValue:
            if len(text) == _TXID_CHARACTERS:
                tx = open_chain(store).tx(text)
                amount = sum(each.value_sat for each in tx.outputs) if sat is None else sat
                return book.value(amount, tx.time_unix, currency=currency, name=series)
            amount = _SAT_PER_BTC if sat is None else sat
            return book.value(amount, parse_time(text), currency=currency, name=series)

        return answer_each(
            subjects, ask, format, _VALUE_COLUMNS, lambda found: write_record(found, Format.TABLE)
        )
