"""`coalface compare`: one question under all methods, and what its answer hangs on."""

import click

from coalface.chain import open_chain
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.progress import Progress
from coalface.cli.stops import stop_options, stopping_of
from coalface.cli.subjects import as_of_option, partial_note, store_argument, subjects_of
from coalface.tracing import METHODS, Comparison
from coalface.tracing import compare as compare_methods
from coalface.units import format_btc

__all__ = ["compare"]

_COLUMNS = ("method", "reached_sat", "is_reached")


@click.command()
@store_argument
@click.argument("origins", nargs=-1, required=True, metavar="ORIGIN…|-")
@click.option(
    "--reached",
    "targets",
    multiple=True,
    required=True,
    metavar="TARGET",
    help="What may have been reached: named as an origin is; repeatable.",
)
@click.option(
    "--at-least",
    "at_least_sat",
    required=True,
    type=click.IntRange(min=1),
    help="Amount in question, satoshi.",
)
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default="haircut",
    show_default=True,
    help="The declared accounting method, whose answer is the answer.",
)
@click.option(
    "--max-traces",
    default=200,
    show_default=True,
    type=click.IntRange(min=5),
    help="Traces to make at the most while assumptions are taken away.",
)
@stop_options
@as_of_option
@format_option
def compare(
    store: str,
    origins: tuple[str, ...],
    targets: tuple[str, ...],
    at_least_sat: int,
    method: str,
    max_traces: int,
    stop: tuple[str, ...],
    through: tuple[str, ...],
    no_labels: bool,
    no_clusters: bool,
    through_coinjoins: bool,
    max_txs: int,
    memory_bytes: int,
    as_of: str | None,
    format: Format,
) -> None:
    """Ask one question under all methods, and what its answer hangs on.

    The question: did at least so much of the coin of the ORIGINs reach TARGET? Then every assumption
    behind the answer (method, rule, label, override) is taken away, one, two and three at a time, until
    the answer falls.

    Example: coalface compare mainnet.coalface TXID:0 --reached ADDRESS --at-least 100000000
    """
    chain = open_chain(store, as_of=as_of)
    stopping = stopping_of(chain, as_of, stop, no_labels=no_labels)
    with Progress("following", "tx") as progress:
        found = compare_methods(
            chain,
            list(subjects_of(origins)),
            targets,
            at_least_sat,
            method=method,
            stops=stopping.stops,
            stop_at_clusters=not no_clusters,
            through=through,
            through_coinjoins=through_coinjoins,
            max_txs=max_txs,
            max_traces=max_traces,
            memory_bytes=memory_bytes,
            progress=progress.update,
        )
    match format:
        case Format.TABLE:
            _show(found)
        case Format.CSV:
            write_records(found.methods, _COLUMNS, format)
        case _:
            write_record(found, format)


def _show(found: Comparison) -> None:
    """Write the answer, then every method's, then what it hangs on."""
    write_record(
        {
            "question": f"at least {format_btc(found.at_least_sat)} BTC of "
            f"{', '.join(each.text for each in found.origins)} reached "
            f"{', '.join(each.text for each in found.targets)}",
            "answer": f"{_answer(found.is_reached)}, by {found.method}: {format_btc(found.reached_sat)} BTC",
            "error_rates": found.error_rates.text(),
            "methods_agree": _answer(found.is_robust),
            "falls_without": [" + ".join(names) for names in found.smallest_sets]
            or ["nothing that was tried"],
            "all_sets_tried": _answer(found.is_exhaustive),
            "as_of": f"{found.provenance.as_of.height} {found.provenance.as_of.hash}",
            **(
                {"overrides": [f"{each.kind} {each.address}" for each in found.overrides]}
                if found.overrides
                else {}
            ),
            **partial_note(found.coverage),
        },
        Format.TABLE,
    )
    click.echo()
    rows = [
        {
            "method": each.method,
            "btc": format_btc(each.reached_sat),
            "answer": _answer(each.is_reached),
        }
        for each in found.methods
    ]
    write_records(rows, ["method", "btc", "answer"], Format.TABLE)
    click.echo("\nwithout one assumption:")
    assumptions = [
        {
            "btc": format_btc(each.without_sat),
            "falls": _answer(each.is_needed),
            "kind": each.kind,
            "assumption": each.meaning,
        }
        for each in found.assumptions
    ]
    write_records(assumptions, ["btc", "falls", "kind", "assumption"], Format.TABLE)


def _answer(is_so: bool) -> str:
    """Yes or no."""
    return "yes" if is_so else "no"
