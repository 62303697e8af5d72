"""`coalface screen`: is a list's word about this address."""

import click

from coalface.cli.errors import DONE
from coalface.cli.output import Format, format_option, write_record
from coalface.cli.subjects import answer_each, as_of_option, partial_note, store_argument, subjects_argument
from coalface.labels import Label, Party
from coalface.screening import Cospend, Screener, ScreeningResult

__all__ = ["screen"]

_COLUMNS = (
    "address",
    "result",
    "reason",
    "reason_code",
    "script_type",
    "hits",
    "history",
    "cospend.n_listed",
)
# Result -> exit code, the first that occurs in a batch wins.
_EXIT_CODES = {"listed": 3, "cannot_say": 4, "attributed": 5, "nothing_found": DONE}


@click.command()
@store_argument
@subjects_argument("ADDRESS")
@as_of_option
@click.option(
    "--max-list-age",
    type=click.IntRange(min=0),
    metavar="DAYS",
    help="Say `cannot say` where the newest sanctions list of a series is older.",
)
@format_option
def screen(
    store: str, subjects: tuple[str, ...], as_of: str | None, max_list_age: int | None, format: Format
) -> int:
    """Screen addresses against the imported lists.

    Exits with 3 if one is listed, else 4 if of one nothing can be said, else 5 if one is attributed.

    Example: coalface screen mainnet.coalface 123WBUDmSJv4GctdVEz6Qq6z8nXSKrJ4KX
    """
    results: set[str] = set()
    with Screener(store, as_of=as_of, max_list_age_days=max_list_age) as screener:

        def ask(text: str) -> ScreeningResult:
            found = screener.screen(text)
            results.add(found.result)
            return found

        failed = answer_each(subjects, ask, format, _COLUMNS, _show)
    if "listed" not in results and failed != DONE:
        return failed
    return next((code for result, code in _EXIT_CODES.items() if result in results), DONE)


def _show(found: ScreeningResult) -> None:
    """Write the verdict, then why, as of when, and by which lists."""
    as_of = found.provenance.as_of
    day = found.parameters["lists_as_of"]
    record: dict[str, object] = {
        "result": found.result.replace("_", " ").upper(),
        "address": found.address,
        "why": found.reason,
        "as_of": "no chain" if as_of.hash is None else f"block {as_of.height} {as_of.hash}",
        "lists": f"{len(found.provenance.lists)} imported"
        if day is None
        else f"{len(found.provenance.lists)} of {day} or earlier",
    }
    if as_of.hash is not None:
        record.update(partial_note(found.coverage))
    for name, labels in (("on_list", found.hits), ("history", found.history)):
        if labels:
            record[name] = "; ".join(map(_line, labels))
    if found.parties:
        record["parties"] = "; ".join(_party(each) for each in found.parties)
    if found.networks:
        write_record(record, Format.TABLE)
        return
    record["cospend"] = (
        "unknown: no listed address seen, but lists or blocks are missing"
        if found.cospend is None
        else _inferred(found.cospend)
    )
    if found.cospend is not None:
        rates = found.cospend.error_rates
        record["error_rates"] = rates.text() if found.cospend.n_listed else rates.text_of_silence()
    write_record(record, Format.TABLE)


def _line(label: Label) -> str:
    """Where a label stands, and what it says."""
    place = f"line {label.line}" if label.record is None else f"record {label.record}"
    law = " ".join(
        part
        for part in (label.legal_status, label.legal_authority, label.legal_date)
        if part and part != "none"
    )
    said = ", ".join(
        part for part in (label.list_category or label.category, label.actor, law, label.list_date) if part
    )
    gone = (
        ""
        if label.withdrawn is None
        else f"; withdrawn by {label.withdrawn.author}: {label.withdrawn.reason}"
    )
    return f"{label.source} {place} ({said}{gone}) {label.id}"


def _party(party: Party) -> str:
    """A party, and its relations to others as its source states them."""
    of = [
        f"{each.kind} {each.direction} {each.other_name or each.other_uid}"
        + (f" {each.share}" if each.share else "")
        for each in party.relations[:3]
    ]
    return f"{party.name or party.uid}{' (' + ', '.join(of) + ')' if of else ''}"


def _inferred(found: Cospend) -> str:
    """What the cluster holds, marked as inference."""
    if found.n_listed == 0:
        return "none with a listed address"
    number = f"{found.n_listed} listed address{'es' if found.n_listed > 1 else ''}"
    text = (
        f"INFERENCE by {', '.join(found.rules)}, not a listing: the cluster of {found.n_addresses} addresses"
        f" holds {number}, nearest {found.nearest} by {len(found.nearest_txids)} tx"
        f" ({', '.join(found.nearest_txids[:3])}{'…' if len(found.nearest_txids) > 3 else ''})"
    )
    if found.hosted_at is not None:
        text += f"; the cluster is a service's: listed identifier hosted at a service ({found.hosted_at})"
    return text
