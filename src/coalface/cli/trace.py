"""`coalface trace`: where value went."""

import click

from coalface.chain import Chain, open_chain
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.progress import Progress
from coalface.cli.subjects import as_of_option, partial_note, store_argument, subjects_of
from coalface.labels import LabelBook, has_labels, service_stops
from coalface.screening.asking import lists_moment
from coalface.tracing import METHODS, Trace
from coalface.tracing import trace as trace_from
from coalface.units import format_btc

__all__ = ["trace"]

_COLUMNS = ("txid", "vout", "address", "value_sat", "tainted_sat", "boundary", "reason")
_SHOWN = 50


@click.command()
@store_argument
@click.argument("origins", nargs=-1, required=True, metavar="ORIGIN…|-")
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default="haircut",
    show_default=True,
    help="Accounting method; it is part of the answer.",
)
@click.option("--stop", "stops", multiple=True, metavar="ADDRESS", help="Address to stop at; repeatable.")
@click.option("--no-labels", is_flag=True, help="Do not stop at addresses that labels name as services.")
@click.option("--no-clusters", is_flag=True, help="Do not stop at other addresses in the clusters of stops.")
@click.option("--through-coinjoins", is_flag=True, help="Go on through transactions that may be CoinJoins.")
@click.option(
    "--max-txs",
    default=1_000_000,
    show_default=True,
    type=click.IntRange(min=1),
    help="Transactions to follow; the rest ends at the boundary `limit`.",
)
@as_of_option
@format_option
def trace(
    store: str,
    origins: tuple[str, ...],
    method: str,
    stops: tuple[str, ...],
    no_labels: bool,
    no_clusters: bool,
    through_coinjoins: bool,
    max_txs: int,
    as_of: str | None,
    format: Format,
) -> None:
    """Follow value forward from outputs, transactions or addresses.

    ORIGIN is `txid:vout`, a txid (all its outputs) or an address (all it received). The trace stops at
    services (labels name them, their clusters extend them), at transactions that may be CoinJoins, and where
    value rests.

    Example: coalface trace mainnet.coalface TXID:0 --method haircut
    """
    chain = open_chain(store, as_of=as_of)
    labelled, lists = ({}, []) if no_labels else _labelled(chain, as_of)
    with Progress("following", "tx") as progress:
        found = trace_from(
            chain,
            list(subjects_of(origins)),
            method=method,
            stops={**labelled, **dict.fromkeys(stops, "named by --stop")},
            stop_lists=lists,
            stop_at_clusters=not no_clusters,
            through_coinjoins=through_coinjoins,
            max_txs=max_txs,
            progress=progress.update,
        )
    match format:
        case Format.TABLE:
            _show(found)
        case Format.CSV:
            write_records(found.terminals, _COLUMNS, format)
        case _:
            write_record(found, format)


def _labelled(chain: Chain, as_of: str | None) -> tuple[dict[str, str], list[dict[str, str | None]]]:
    """Services by the labels that screening would use as of the same moment, and the lists that name them."""
    if not has_labels(chain.folder):
        return {}, []
    with LabelBook(chain.folder, as_of_unix=lists_moment(chain, as_of)) as book:
        stops = service_stops(chain, book)
        used = [each for each in book.sources if each.is_newest and each.n_addresses > each.n_listed]
        return stops, [each.as_provenance() for each in used]


def _show(found: Trace) -> None:
    """Write the sums, then where the value is, largest first."""
    write_record(
        {
            "method": found.method,
            "error_rates": found.error_rates.text(),
            "as_of": f"{found.provenance.as_of.height} {found.provenance.as_of.hash}",
            "origins": [
                f"{origin.text} ({origin.kind}, {origin.n_outputs} outputs)" for origin in found.origins
            ],
            "origin_btc": format_btc(found.origin_sat),
            **{f"{name}_btc": format_btc(sat) for name, sat in found.totals_sat.items()},
            "lost_to_fees_btc": format_btc(found.lost_to_fees_sat),
            "met_again_btc": format_btc(found.met_again_sat),
            "transactions": found.n_txs,
            **partial_note(found.coverage),
        },
        Format.TABLE,
    )
    rows = [
        {"tainted_btc": format_btc(sat), "boundary": boundary, "address": address}
        for address, boundary, sat in found.by_address()
    ]
    click.echo()
    write_records(rows[:_SHOWN], ["tainted_btc", "boundary", "address"], Format.TABLE)
    if len(rows) > _SHOWN:
        click.echo(f"... {len(rows) - _SHOWN} more addresses: --format csv lists all outputs")
