"""`coalface labels`: lists in, and what they say out."""

from pathlib import Path

import click

from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.subjects import answer_each, store_argument, subjects_argument
from coalface.errors import UsageError
from coalface.labels import CATEGORIES, AddressLabels, ImportReport, LabelBook, import_list
from coalface.labels import lists as lists_of

__all__ = ["labels"]

_REPORT_COLUMNS = (
    "list", "series", "category", "list_date", "list_date_source", "network", "imported", "n_lines",
    "n_addresses", "n_not_addresses", "n_duplicates", "sha256",
)  # fmt: skip
_LIST_COLUMNS = (
    "list", "series", "category", "list_date", "list_date_source", "is_newest", "n_lines", "n_addresses",
    "n_not_addresses", "n_duplicates", "sha256",
)  # fmt: skip
_LABEL_COLUMNS = ("list_date", "is_current", "category", "list", "line", "text")


@click.group(no_args_is_help=True)
def labels() -> None:
    """Import lists of addresses and show what they say."""


@labels.command("import")
@store_argument
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option(
    "--date", metavar="YYYY-MM-DD", help="Day of the list; else the date in the file's name, else today."
)
@click.option(
    "--category",
    type=click.Choice(list(CATEGORIES)),
    default="sanctions",
    show_default=True,
    help="What the list says of its addresses.",
)
@click.option("--name", help="Name of the list; else the file's name. Without its date it names the series.")
@click.option("--network", help="Network of a store that is new; mainnet unless given.")
@format_option
def import_(
    store: str,
    files: tuple[Path, ...],
    date: str | None,
    category: str,
    name: str | None,
    network: str | None,
    format: Format,
) -> None:
    """Import lists: text files, one address a line.

    Example: coalface labels import mainnet.coalface ofac-xbt-2024-09-27.txt
    """
    if date is not None and name is not None and len(files) > 1:
        raise UsageError(
            "several files cannot all be the one list of that name and date",
            code="usage_files",
            hint="import them one by one, or without --date or --name",
        )
    reports: list[ImportReport] = []
    try:
        for file in files:
            reports.append(import_list(store, file, date=date, category=category, name=name, network=network))
    finally:
        # What is in stays in, and is told, even if a later file fails.
        if reports:
            _write_reports(reports, len(files) == 1, format)


@labels.command("lists")
@store_argument
@format_option
def lists(store: str, format: Format) -> None:
    """Show the imported lists, newest first.

    Example: coalface labels lists mainnet.coalface
    """
    columns = [name for name in _LIST_COLUMNS if format is not Format.TABLE or name != "sha256"]
    write_records(lists_of(store), columns, format)


@labels.command("show")
@store_argument
@subjects_argument("ADDRESS")
@format_option
def show(store: str, subjects: tuple[str, ...], format: Format) -> int:
    """Show everything that the lists say of addresses, history included.

    Example: coalface labels show mainnet.coalface 123WBUDmSJv4GctdVEz6Qq6z8nXSKrJ4KX
    """
    with LabelBook(store) as book:
        return answer_each(subjects, book.answer, format, ("address", "script_type", "labels"), _show)


def _write_reports(reports: list[ImportReport], is_one: bool, format: Format) -> None:
    """Write what was imported; in the table also the lines that are no address."""
    if format is not Format.TABLE:
        if is_one and format is Format.JSON:
            write_record(reports[0], format)
        else:
            write_records(reports, _REPORT_COLUMNS, format)
        return
    for number, report in enumerate(reports):
        if number:
            click.echo()
        write_record(
            {
                "list": report.list,
                "imported": "yes" if report.imported else "no change: the store holds this list already",
                "says": f"{report.category}: {CATEGORIES[report.category].meaning}",
                "list_date": f"{report.list_date} (from {report.list_date_source.replace('_', ' ')})",
                "series": report.series,
                "network": report.network,
                "addresses": report.n_addresses,
                "not_addresses": report.n_not_addresses,
                "duplicates": report.n_duplicates,
                "sha256": report.sha256,
            },
            Format.TABLE,
        )
        if report.not_addresses:
            click.echo(f"\nno addresses of {report.network}, kept as they are:")
            shown = [
                {"line": each.line, "text": each.text, "reason": each.reason} for each in report.not_addresses
            ]
            write_records(shown, ["line", "text", "reason"], Format.TABLE)
            if report.n_not_addresses > len(shown):
                click.echo(f"... {report.n_not_addresses - len(shown)} more")


def _show(found: AddressLabels) -> None:
    """Write the address, then a label a line."""
    write_record(
        {"address": found.address, "script_type": found.script_type, "labels": len(found.labels)},
        Format.TABLE,
    )
    if found.labels:
        click.echo()
        write_records(found.labels, _LABEL_COLUMNS, Format.TABLE)
