"""`coalface pooled`: what claim is left on an account in which money was mixed."""

import click

from coalface.chain import open_chain
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.progress import Progress
from coalface.cli.stops import stop_options, stopping_of
from coalface.cli.subjects import as_of_option, partial_note, store_argument, subjects_of
from coalface.tracing import METHODS, Pooled
from coalface.tracing import pooled as pooled_of
from coalface.units import format_btc

__all__ = ["pooled"]

_COLUMNS = (
    "txid", "height", "time_unix", "received_sat", "sent_sat", "balance_sat",
    "tainted_in_sat", "tainted_out_sat", "claim_sat",
)  # fmt: skip
_SHOWN = 50


@click.command()
@store_argument
@click.argument("origins", nargs=-1, required=True, metavar="ORIGIN…|-")
@click.option(
    "--account",
    required=True,
    metavar="ADDRESS|cluster:ADDRESS",
    help="Address or cluster that is the account.",
)
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default="haircut",
    show_default=True,
    help="Accounting method by which value is followed to the account.",
)
@stop_options
@as_of_option
@format_option
def pooled(
    store: str,
    origins: tuple[str, ...],
    account: str,
    method: str,
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
    """Show what is left of a claim on a pooled account, by its lowest intermediate balance.

    ORIGIN is named as for `trace`. Its value is followed to the account; there the holder is taken to spend
    their own money first, so that the claim never exceeds the lowest balance since.

    Example: coalface pooled mainnet.coalface TXID:0 --account cluster:ADDRESS
    """
    chain = open_chain(store, as_of=as_of)
    stopping = stopping_of(chain, as_of, stop, no_labels=no_labels)
    with Progress("following", "tx") as progress:
        found = pooled_of(
            chain,
            list(subjects_of(origins)),
            account,
            method=method,
            stops=stopping.stops,
            stop_at_clusters=not no_clusters,
            through=through,
            through_coinjoins=through_coinjoins,
            max_txs=max_txs,
            memory_bytes=memory_bytes,
            progress=progress.update,
        )
    match format:
        case Format.TABLE:
            _show(found)
        case Format.CSV:
            write_records(found.events, _COLUMNS, format)
        case _:
            write_record(found, format)


def _show(found: Pooled) -> None:
    """Write the claim, then the account's transactions."""
    lowest = found.lowest_balance_sat
    write_record(
        {
            "method": found.method,
            "traced_by": found.traced_by,
            "error_rates": found.error_rates.text(),
            "as_of": f"{found.provenance.as_of.height} {found.provenance.as_of.hash}",
            "account": f"{found.account.text} ({found.account.kind})",
            "origin_btc": format_btc(found.origin_sat),
            "deposited_btc": format_btc(found.deposited_sat),
            "claim_btc": format_btc(found.claim_sat),
            "lowest_balance_btc": None if lowest is None else format_btc(lowest),
            "balance_btc": format_btc(found.balance_sat),
            **(
                {"overrides": [f"{each.kind} {each.address}" for each in found.overrides]}
                if found.overrides
                else {}
            ),
            **partial_note(found.coverage),
        },
        Format.TABLE,
    )
    if found.events:
        click.echo()
        rows = [
            {
                "height": each.height,
                "txid": each.txid,
                "balance_btc": format_btc(each.balance_sat),
                "in_btc": format_btc(each.tainted_in_sat),
                "out_btc": format_btc(each.tainted_out_sat),
                "claim_btc": format_btc(each.claim_sat),
            }
            for each in found.events[:_SHOWN]
        ]
        write_records(rows, ["height", "txid", "balance_btc", "in_btc", "out_btc", "claim_btc"], Format.TABLE)
    if len(found.events) > _SHOWN:
        click.echo(f"... {len(found.events) - _SHOWN} more transactions: --format csv lists all")
