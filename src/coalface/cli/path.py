"""`coalface path`: by which ways value may have gone from one place to another."""

import click

from coalface.chain import open_chain
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.progress import Progress
from coalface.cli.stops import stop_options, stopping_of
from coalface.cli.subjects import as_of_option, partial_note, store_argument
from coalface.tracing import Paths, Way
from coalface.tracing import paths as paths_between
from coalface.units import format_btc

__all__ = ["path"]

_WAYS = ("shortest", "largest", "earliest")
_COLUMNS = ("way", "n", "txid", "vout", "address", "value_sat")


@click.command()
@store_argument
@click.argument("origin", metavar="ORIGIN")
@click.argument("target", metavar="TARGET")
@stop_options
@as_of_option
@format_option
def path(
    store: str,
    origin: str,
    target: str,
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
    """Show the shortest, the largest and the earliest way from one place to another.

    ORIGIN and TARGET are named as the origins of `trace`. A way is a list of outputs, each but the first
    made by the transaction that spends the one before it: it says that value could go so, not that it did.

    Example: coalface path mainnet.coalface TXID:0 ADDRESS
    """
    chain = open_chain(store, as_of=as_of)
    stopping = stopping_of(chain, as_of, stop, no_labels=no_labels)
    with Progress("following", "tx") as progress:
        found = paths_between(
            chain,
            [origin],
            [target],
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
            rows = [row for name in _WAYS for row in _rows(name, getattr(found, name))]
            write_records(rows, _COLUMNS, format)
        case _:
            write_record(found, format)


def _rows(name: str, way: Way | None) -> list[dict[str, object]]:
    """Outputs of a way, a row each."""
    steps = () if way is None else way.steps
    return [
        {
            "way": name,
            "n": n,
            "txid": each.txid,
            "vout": each.vout,
            "address": each.address,
            "value_sat": each.value_sat,
        }
        for n, each in enumerate(steps)
    ]


def _show(found: Paths) -> None:
    """Write what was found, then a way after another."""
    if found.shortest is None:
        verdict = "no way" if found.is_complete else "no way among those followed: raise --max-txs"
    else:
        verdict = f"{found.n_targets_reached} outputs reached"
        verdict += "" if found.is_complete else ", there may be more: raise --max-txs"
    write_record(
        {
            "verdict": verdict,
            "as_of": f"{found.provenance.as_of.height} {found.provenance.as_of.hash}",
            "transactions": found.n_txs,
            **(
                {"overrides": [f"{each.kind} {each.address}" for each in found.overrides]}
                if found.overrides
                else {}
            ),
            **partial_note(found.coverage),
        },
        Format.TABLE,
    )
    for name in _WAYS:
        way: Way | None = getattr(found, name)
        if way is not None:
            click.echo(f"\n{name}: {way.n_txs} transactions, at most {format_btc(way.width_sat)} BTC")
            rows = [
                {
                    "output": f"{each.txid}:{each.vout}",
                    "btc": format_btc(each.value_sat),
                    "address": each.address,
                }
                for each in way.steps
            ]
            write_records(rows, ["output", "btc", "address"], Format.TABLE)
