"""`coalface explain`: why two addresses are in one cluster, or why not."""

from pathlib import Path

import click

from coalface.chain import open_chain
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.overlay import guard_options, guards_of, overlay_option, show_overlay
from coalface.cli.subjects import as_of_option, partial_note, rule_set_option, store_argument
from coalface.clusters import (
    OVERLAY_RULE,
    Apart,
    Explanation,
    apart,
    explain_shortest,
    explanation_svg,
    with_overlay,
)
from coalface.clusters import explain as explain_pair
from coalface.errors import IoFailure, UsageError

__all__ = ["explain"]

_COLUMNS = ("from_address", "to_address", "rule", "txid", "height", "known_height")
_PLACES = ("from_inputs", "from_outputs", "to_inputs", "to_outputs")
_MEETING_COLUMNS = ("txid", "height", "a_address", "b_address")
_COMMON_COLUMNS = ("anchor", "n_addresses", "n_txs_a", "n_txs_b")


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
@click.option("--shortest", is_flag=True, help="The fewest steps instead of the earliest evidence.")
@click.option(
    "--why-not",
    is_flag=True,
    help="Why they are not in one cluster: what other rule sets say, what was left alone as a CoinJoin, with "
    "whom both dealt.",
)
@click.option(
    "--max-txs",
    default=20_000,
    show_default=True,
    type=click.IntRange(min=1),
    help="Transactions that --shortest and --why-not look at before they give up.",
)
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the steps as an SVG picture too.",
)
@overlay_option
@guard_options
@rule_set_option
@as_of_option
@format_option
def explain(
    store: str,
    a: str,
    b: str,
    steps: int,
    shortest: bool,
    why_not: bool,
    max_txs: int,
    picture: Path | None,
    overlay: bool,
    large: int,
    no_labels: bool,
    overlay_max: int,
    rule_set: str | None,
    as_of: str | None,
    format: Format,
) -> None:
    """Show the transactions that tie two addresses together.

    Example: coalface explain mainnet.coalface ADDRESS ADDRESS
    """
    if why_not and (shortest or overlay or picture is not None):
        raise UsageError(
            "--why-not goes with none of --shortest, --overlay and --picture", code="usage_explain"
        )
    chain = open_chain(store, as_of=as_of)
    if why_not:
        _write_apart(apart(chain, a, b, max_txs=max_txs, rule_set=rule_set), format)
        return
    if shortest:
        found = explain_shortest(chain, a, b, max_txs=max_txs, rule_set=rule_set)
    else:
        found = explain_pair(chain, a, b, limit=steps, rule_set=rule_set)
    if overlay:
        guards = guards_of(large, overlay_max, no_labels=no_labels)
        found = with_overlay(chain, found, guards, rule_set=rule_set)
    if picture is not None:
        _draw(found, picture)
    match format:
        case Format.TABLE:
            _show(found)
        case Format.CSV:
            write_records(found.steps, (*_COLUMNS, *_PLACES), format)
        case _:
            write_record(found, format)


def _draw(found: Explanation, path: Path) -> None:
    try:
        path.write_text(explanation_svg(found), "utf-8")
    except OSError as error:
        raise IoFailure(f"cannot write `{path}`: {error.strerror}", context={"path": str(path)}) from error


def _show(found: Explanation) -> None:
    """Write the verdict, then a step a line."""
    rules = [rule for rule in found.provenance.rules if rule != OVERLAY_RULE]
    verdict = {
        True: f"in one cluster: {found.status} by {', '.join(rules)}",
        False: "not in one cluster",
        None: "cannot say: no tie in this partial chain, others may lie outside it",
    }[found.same_cluster]
    if found.a == found.b:
        verdict = "one and the same address"
    record = {"a": found.a, "b": found.b, "verdict": verdict}
    if found.a != found.b:
        rates = found.error_rates
        record["error_rates"] = rates.text() if found.same_cluster else rates.text_of_silence()
    if found.overlaid is not None:
        record["with the overlay"] = "in one cluster" if found.overlaid else "not in one cluster"
    record.update(partial_note(found.coverage))
    write_record(record, Format.TABLE)
    if found.steps:
        what = "earliest evidence" if found.order == "earliest" else "fewest steps"
        click.echo(f"\n{what} (each transaction ties both addresses by its rule):")
        write_records(found.steps, _COLUMNS, Format.TABLE)
    if not found.steps_complete:
        if found.order == "earliest":
            click.echo("... more steps: raise --steps")
        else:
            click.echo(f"gave up after {found.n_txs_searched} transactions: raise --max-txs")
    if found.overlay is not None:
        show_overlay(found.overlay)


def _write_apart(found: Apart, format: Format) -> None:
    match format:
        case Format.TABLE:
            _show_apart(found)
        case Format.CSV:
            write_records(found.left_alone, _MEETING_COLUMNS, format)
        case _:
            write_record(found, format)


def _show_apart(found: Apart) -> None:
    """Write the verdict, then what lies between."""
    verdict = {
        True: "in one cluster: ask without --why-not",
        False: f"not in one cluster by {found.provenance.rules[0]}",
        None: "cannot say: no tie in this partial chain, others may lie outside it",
    }[found.same_cluster]
    record: dict[str, object] = {
        "a": found.a,
        "b": found.b,
        "verdict": verdict,
        **partial_note(found.coverage),
    }
    for each in found.in_sets:
        together = (
            f"in one cluster, {len(each.steps)} steps" if each.same_cluster else "not in one cluster either"
        )
        record[f"by {each.rule_set}"] = together
    write_record(record, Format.TABLE)
    for each in found.in_sets:
        if each.steps:
            click.echo(f"\nevidence by {each.rule_set}:")
            write_records(each.steps, _COLUMNS, Format.TABLE)
    for title, rows, columns in (
        ("left alone since they may be CoinJoins", found.left_alone, _MEETING_COLUMNS),
        ("payments from the first to the second", found.a_pays_b, _MEETING_COLUMNS),
        ("payments from the second to the first", found.b_pays_a, _MEETING_COLUMNS),
        ("counterparties of both", found.common, _COMMON_COLUMNS),
    ):
        if rows:
            click.echo(f"\n{title}:")
            write_records(rows, columns, Format.TABLE)
    if not found.search_complete:
        click.echo(f"\nlooked at {found.n_txs_searched} transactions and not at all: raise --max-txs")
