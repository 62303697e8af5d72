"""`coalface meet`: where money of several origins comes together."""

import click

from coalface.chain import open_chain
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.progress import Progress
from coalface.cli.stops import stop_options, stopping_of
from coalface.cli.subjects import as_of_option, partial_note, store_argument, subjects_of
from coalface.tracing import METHODS, Meetings
from coalface.tracing import meet as meet_of
from coalface.units import format_btc

__all__ = ["meet"]

_COLUMNS = ("txid", "height", "time_unix", "tainted_sat")
_SHOWN = 50


@click.command()
@store_argument
@click.argument("origins", nargs=-1, required=True, metavar="ORIGIN…|-")
@click.option(
    "--method", type=click.Choice(METHODS), default="haircut", show_default=True, help="Accounting method."
)
@stop_options
@as_of_option
@format_option
def meet(
    store: str,
    origins: tuple[str, ...],
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
    """Show where money of several origins comes together.

    ORIGIN is named as for `trace`; each is traced by itself. A meeting is a transaction that spends value of
    several origins which no single one of its inputs had together, or an address at which several ended.

    Example: coalface meet mainnet.coalface TXID:0 TXID:1
    """
    chain = open_chain(store, as_of=as_of)
    stopping = stopping_of(chain, as_of, stop, no_labels=no_labels)
    with Progress("following", "tx") as progress:
        found = meet_of(
            chain,
            list(subjects_of(origins)),
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
            write_records(found.txs, _COLUMNS, format)
        case _:
            write_record(found, format)


def _show(found: Meetings) -> None:
    """Write transactions, then addresses."""
    write_record(
        {
            "method": found.method,
            "as_of": f"{found.provenance.as_of.height} {found.provenance.as_of.hash}",
            "origins": [each.text for each in found.origins],
            "meetings": len(found.txs),
            "common_addresses": len(found.places),
            "complete": found.is_complete,
            **(
                {"overrides": [f"{each.kind} {each.address}" for each in found.overrides]}
                if found.overrides
                else {}
            ),
            **partial_note(found.coverage),
        },
        Format.TABLE,
    )
    if found.txs:
        click.echo("\ntransactions, in chain order:")
        rows = [
            {"height": each.height, "txid": each.txid, "btc": _sums(each.tainted_sat)}
            for each in found.txs[:_SHOWN]
        ]
        write_records(rows, ["height", "txid", "btc"], Format.TABLE)
    if found.places:
        click.echo("\naddresses at which several ended:")
        rows = [
            {"boundary": each.boundary, "address": each.address, "btc": _sums(each.tainted_sat)}
            for each in found.places[:_SHOWN]
        ]
        write_records(rows, ["boundary", "address", "btc"], Format.TABLE)


def _sums(tainted_sat: dict[str, int]) -> str:
    """Amounts by origin, the origins shortened."""
    return ", ".join(f"{text[:8]}…{text[64:]} {format_btc(sat)}" for text, sat in tainted_sat.items())
