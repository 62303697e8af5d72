"""`coalface labels`: what others say goes in, and what is known of a subject comes out."""

import sys
from pathlib import Path

import click

from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.subjects import answer_each, store_argument, subjects_argument
from coalface.errors import UsageError
from coalface.labels import (
    CATEGORIES,
    AddressLabels,
    ImportReport,
    Label,
    LabelBook,
    diff_series,
    export_source,
    import_built_in,
    import_source,
    problems_of,
    search,
    withdraw,
)
from coalface.labels import sources as sources_of
from coalface.labels.export import EXPORTS
from coalface.labels.formats import FORMATS
from coalface.labels.withdrawal import parse_id

__all__ = ["labels"]

_SOURCE_COLUMNS = (
    "id", "name", "series", "format", "category", "list_date", "list_date_source", "is_newest",
    "n_statements", "n_addresses", "n_listed", "n_parties", "n_relations", "n_problems", "n_duplicates",
    "publisher", "licence", "sha256",
)  # fmt: skip
_REPORT_COLUMNS = ("imported", "network", *(f"source.{name}" for name in _SOURCE_COLUMNS))
_SHOWN_SOURCE_COLUMNS = (
    "id", "name", "series", "format", "list_date", "is_newest", "n_statements", "n_problems", "licence",
)  # fmt: skip
_FOUND_COLUMNS = (
    "what",
    "name",
    "matched",
    "category",
    "legal_status",
    "n_statements",
    "first_subject",
    "id",
    "source",
    "list_date",
)
_CHANGE_COLUMNS = (
    "date",
    "change",
    "subject",
    "asset",
    "claim",
    "category",
    "actor",
    "label",
    "legal_status",
    "id",
)
_PROBLEM_COLUMNS = ("place.line", "place.record", "code", "text", "reason")
_LABEL_COLUMNS = ("id", "list_date", "standing", "claim", "category", "actor", "legal_status", "source")


@click.group(no_args_is_help=True)
def labels() -> None:
    """Import what others say of addresses, and show who said what."""


@labels.command("import")
@store_argument
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE…")
@click.option(
    "--input-format",
    "file_format",
    type=click.Choice(list(FORMATS)),
    help="Format of the files; found by their content unless given.",
)
@click.option(
    "--list-date",
    "--date",
    "date",
    metavar="YYYY-MM-DD",
    help="Day of the list; else the date in the file, else that in its name, else today.",
)
@click.option(
    "--category",
    type=click.Choice(list(CATEGORIES)),
    help="What a plain list says of its addresses; sanctions unless given. Other formats say it themselves.",
)
@click.option(
    "--asset", metavar="TICKER", default="BTC", show_default=True, help="Coin of a plain list's addresses."
)
@click.option("--name", help="Name of the source; else the file's name.")
@click.option("--series", help="Of which list this is a state; else the name without its date.")
@click.option("--licence", help="Licence of the source; else what the file says.")
@click.option("--publisher", help="Who published it; else what the file says.")
@click.option("--network", help="Network of a store that is new; mainnet unless given.")
@click.option(
    "--built-in", is_flag=True, help="Import the facts that come with Coalface, beside any files given."
)
@format_option
def import_(
    store: str,
    files: tuple[Path, ...],
    file_format: str | None,
    date: str | None,
    category: str | None,
    asset: str,
    name: str | None,
    series: str | None,
    licence: str | None,
    publisher: str | None,
    network: str | None,
    built_in: bool,
    format: Format,
) -> None:
    """Import files of labels, of any format that is read.

    Example: coalface labels import mainnet.coalface ofac-xbt-2024-09-27.txt
    """
    if date is not None and name is not None and len(files) > 1:
        raise UsageError(
            "several files cannot all be the one list of that name and date",
            code="usage_files",
            hint="import them one by one, or without --list-date or --name",
        )
    if not files and not built_in:
        raise UsageError("no file is given", code="usage_files", hint="or say --built-in")
    reports: list[ImportReport] = []
    try:
        if built_in:
            reports += import_built_in(store, network=network)
        for file in files:
            reports.append(
                import_source(
                    store,
                    file,
                    file_format=file_format,
                    date=date,
                    category=category,
                    asset=asset,
                    name=name,
                    series=series,
                    licence=licence,
                    publisher=publisher,
                    network=network,
                )
            )
    finally:
        # What is in stays in, and is told, even if a later file fails.
        if reports:
            _write_reports(reports, len(files) == 1 and not built_in, format)


@labels.command("list")
@store_argument
@format_option
def list_(store: str, format: Format) -> None:
    """Show the imported sources, newest first.

    Example: coalface labels list mainnet.coalface
    """
    write_records(
        sources_of(store), _SHOWN_SOURCE_COLUMNS if format is Format.TABLE else _SOURCE_COLUMNS, format
    )


@labels.command("show")
@store_argument
@subjects_argument("ID|ADDRESS")
@format_option
def show(store: str, subjects: tuple[str, ...], format: Format) -> int:
    """Show everything that is said of addresses and other subjects, or one statement by its id.

    Example: coalface labels show mainnet.coalface 123WBUDmSJv4GctdVEz6Qq6z8nXSKrJ4KX
    """
    with LabelBook(store) as book:

        def ask(text: str) -> AddressLabels | Label:
            statement = parse_id(text)
            return book.answer(text) if statement is None else book.label(statement)

        return answer_each(subjects, ask, format, ("address", "script_type", "labels"), _show)


@labels.command("search")
@store_argument
@click.argument("text")
@format_option
def search_(store: str, text: str, format: Format) -> None:
    """Show who is called so, or what is said so, whatever the case: parties, actors, labels, categories.

    Example: coalface labels search mainnet.coalface lazarus
    """
    write_records(search(store, text), _FOUND_COLUMNS, format)


@labels.command("diff")
@store_argument
@click.argument("series")
@click.option("--from", "from_date", metavar="YYYY-MM-DD", help="First state; else the first there is.")
@click.option("--to", "to_date", metavar="YYYY-MM-DD", help="Last state; else the newest.")
@format_option
def diff(store: str, series: str, from_date: str | None, to_date: str | None, format: Format) -> None:
    """Show what later states of a series added and removed.

    Example: coalface labels diff mainnet.coalface ofac-xbt --from 2022-09-03
    """
    changes = diff_series(store, series, from_date=from_date, to_date=to_date)
    write_records(changes, _CHANGE_COLUMNS, format)


@labels.command("problems")
@store_argument
@click.argument("source")
@format_option
def problems(store: str, source: str, format: Format) -> None:
    """Show what could not be understood of a source, by its id or name.

    Example: coalface labels problems mainnet.coalface ofac-xbt-2024-09-27.txt
    """
    write_records(problems_of(store, source), _PROBLEM_COLUMNS, format)


@labels.command("export")
@store_argument
@click.argument("source")
@click.option("--format", "form", type=click.Choice(EXPORTS), required=True, help="Format that is written.")
def export(store: str, source: str, form: str) -> None:
    """Write a source to standard output as a TagPack, FollowTheMoney entities, an ActorPack or own CSV.

    Example: coalface labels export mainnet.coalface ofac.yaml --format ftm > ofac.ndjson
    """
    export_source(store, source, form, sys.stdout)


@labels.command("withdraw")
@store_argument
@click.argument("statement_id", metavar="ID")
@click.option("--reason", required=True, help="Why; it is kept and shown.")
@click.option("--author", required=True, help="Who withdraws it.")
@format_option
def withdraw_(store: str, statement_id: str, reason: str, author: str, format: Format) -> None:
    """Withdraw a statement, or a whole source: answers leave it out from now on, the history keeps it.

    Example: coalface labels withdraw mainnet.coalface 0123456789ab:7 --reason 'wrong exchange' --author me
    """
    write_record(withdraw(store, statement_id, reason=reason, author=author), format)


def _write_reports(reports: list[ImportReport], is_one: bool, format: Format) -> None:
    """Write what was imported; in the table also what could not be understood."""
    if format is not Format.TABLE:
        if is_one and format is Format.JSON:
            write_record(reports[0], format)
        else:
            write_records(reports, _REPORT_COLUMNS, format)
        return
    for number, report in enumerate(reports):
        if number:
            click.echo()
        source = report.source
        record: dict[str, object] = {
            "source": source.name,
            "id": source.id,
            "imported": "yes" if report.imported else "no change: the store holds this source already",
            "format": source.format,
        }
        if source.category is not None:
            record["says"] = f"{source.category}: {CATEGORIES[source.category].meaning}"
        record |= {
            "list_date": f"{source.list_date} (from {source.list_date_source.replace('_', ' ')})",
            "series": source.series,
            "licence": source.licence,
            "network": report.network,
            "statements": source.n_statements,
            "of_the_network": source.n_addresses,
            "listed": source.n_listed,
        }
        if source.n_parties or source.n_relations:
            record |= {"parties": source.n_parties, "relations": source.n_relations}
        record |= {
            "duplicates": source.n_duplicates,
            "problems": source.n_problems,
            "sha256": source.sha256,
        }
        write_record(record, Format.TABLE)
        if report.problems:
            click.echo("\nnot understood, and kept as it is:")
            shown = [
                {"place": each.place.line or each.place.record, "text": each.text, "reason": each.reason}
                for each in report.problems
            ]
            write_records(shown, ["place", "text", "reason"], Format.TABLE)
            if source.n_problems > len(shown):
                click.echo(
                    f"... {source.n_problems - len(shown)} more: `coalface labels problems` shows them"
                )


def _show(found: AddressLabels | Label) -> None:
    """Write the subject, then a label a line; or all of one label."""
    if isinstance(found, Label):
        write_record(found, Format.TABLE)
        return
    write_record(
        {"address": found.address, "script_type": found.script_type, "labels": len(found.labels)},
        Format.TABLE,
    )
    if found.labels:
        click.echo()
        write_records(found.labels, _LABEL_COLUMNS, Format.TABLE)
    for label in found.labels:
        if label.withdrawn is not None:
            click.echo(f"\n{label.id} withdrawn by {label.withdrawn.author}: {label.withdrawn.reason}")
    for party in found.parties:
        click.echo()
        write_record(
            {
                "party": party.name,
                "also": [each.name for each in party.names if each.name != party.name],
                "kind": party.kind,
                "legal_status": party.legal_status,
                "legal_authority": party.legal_authority,
                "legal_date": party.legal_date,
                "programs": list(party.programs),
                "relations": [
                    f"{each.kind} {each.direction} {each.other_name or each.other_uid}"
                    + (f" {each.share}" if each.share else "")
                    for each in party.relations
                ],
            },
            Format.TABLE,
        )
