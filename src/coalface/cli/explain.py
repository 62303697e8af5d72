"""`coalface explain`: why two addresses are in one cluster."""

import click

from coalface.chain import open_chain
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.subjects import as_of_option, partial_note, store_argument
from coalface.clusters import Explanation
from coalface.clusters import explain as explain_pair

__all__ = ["explain"]

_COLUMNS = ("from_address", "to_address", "txid", "height")


@click.command()
@store_argument
@click.argument("a", metavar="ADDRESS")
@click.argument("b", metavar="ADDRESS")
@click.option(
    "--steps",
    default=1000,
    show_default=True,
    type=click.IntRange(min=1),
    help="Steps to show at the most.",
)
@as_of_option
@format_option
def explain(store: str, a: str, b: str, steps: int, as_of: str | None, format: Format) -> None:
    """Show the transactions that tie two addresses together.

    Example: coalface explain mainnet.coalface ADDRESS ADDRESS
    """
    found = explain_pair(open_chain(store, as_of=as_of), a, b, limit=steps)
    match format:
        case Format.TABLE:
            _show(found)
        case Format.CSV:
            write_records(found.steps, _COLUMNS, format)
        case _:
            write_record(found, format)


def _show(found: Explanation) -> None:
    """Write the verdict, then a step a line."""
    verdict = {
        True: f"in one cluster: {found.status} by {', '.join(found.provenance.rules)}",
        False: "not in one cluster",
        None: "cannot say: no tie in this partial chain, others may lie outside it",
    }[found.same_cluster]
    if found.a == found.b:
        verdict = "one and the same address"
    record = {"a": found.a, "b": found.b, "verdict": verdict}
    if found.a != found.b:
        rates = found.error_rates
        record["error_rates"] = rates.text() if found.same_cluster else rates.text_of_silence()
    record.update(partial_note(found.coverage))
    write_record(record, Format.TABLE)
    if found.steps:
        click.echo("\nearliest evidence (each transaction spends from both addresses):")
        write_records(found.steps, _COLUMNS, Format.TABLE)
    if not found.steps_complete:
        click.echo("... more steps: raise --steps")
