"""`coalface trace`: where value went, or where it came from."""

from pathlib import Path

import click

from coalface.chain import open_chain
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.progress import Progress
from coalface.cli.stops import stop_options, stopping_of
from coalface.cli.subjects import as_of_option, partial_note, store_argument, subjects_of
from coalface.tracing import METHODS, Trace, read_legs
from coalface.tracing import trace as trace_from
from coalface.units import format_btc

__all__ = ["trace"]

_COLUMNS = ("txid", "vout", "address", "value_sat", "tainted_sat", "boundary", "is_mixed", "reason")
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
@click.option("--backward", is_flag=True, help="Ask where value came from instead of where it went.")
@click.option("--robustness", is_flag=True, help="Ask all other methods as well, in one table.")
@click.option(
    "--follow-fees", is_flag=True, help="Follow taint through fees into the coinbase that took them."
)
@click.option(
    "--legs",
    "legs_file",
    type=click.Path(dir_okay=False),
    help="File of external legs (TOML or CSV), which continue the trace after a swap.",
)
@click.option(
    "--edges",
    "edges_file",
    type=click.Path(dir_okay=False),
    help="Write the transactions there, a JSON document a line, instead of into the answer.",
)
@stop_options
@as_of_option
@format_option
def trace(
    store: str,
    origins: tuple[str, ...],
    method: str,
    backward: bool,
    robustness: bool,
    follow_fees: bool,
    legs_file: str | None,
    edges_file: str | None,
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
    """Follow value from outputs, transactions, addresses or clusters.

    ORIGIN is `txid:vout`, a part of it (`txid:vout=SAT` or `txid:vout=SAT@START`), a txid (all its
    outputs), an address (all it received) or `cluster:ADDRESS`. The trace stops at services (labels name
    them, their clusters extend them), at transactions that may be CoinJoins, and where value rests.

    Example: coalface trace mainnet.coalface TXID:0 --method fifo
    """
    chain = open_chain(store, as_of=as_of)
    stopping = stopping_of(chain, as_of, stop, no_labels=no_labels)
    legs = () if legs_file is None else read_legs(legs_file)
    with Progress("following", "tx") as progress:
        found = trace_from(
            chain,
            list(subjects_of(origins)),
            method=method,
            direction="backward" if backward else "forward",
            stops=stopping.stops,
            stop_lists=stopping.lists,
            stop_at_clusters=not no_clusters,
            through=through,
            through_coinjoins=through_coinjoins,
            follow_fees=follow_fees,
            legs=legs,
            robustness=robustness,
            max_txs=max_txs,
            memory_bytes=memory_bytes,
            edges_file=None if edges_file is None else Path(edges_file),
            progress=progress.update,
        )
    match format:
        case Format.TABLE:
            _show(found)
        case Format.CSV:
            write_records(found.terminals, _COLUMNS, format)
        case _:
            write_record(found, format)


def _show(found: Trace) -> None:
    """Write the sums, then where the value is, largest first."""
    optional = {
        "continued_btc": format_btc(found.continued_sat) if found.legs else "",
        "mixed_btc": format_btc(found.mixed_sat) if found.mixed_sat else "",
        "edges_file": found.edges_file or "",
        "overrides": [f"{each.kind} {each.address}" for each in found.overrides],
    }
    write_record(
        {
            "method": found.method,
            "direction": found.direction,
            "error_rates": found.error_rates.text(),
            "as_of": f"{found.provenance.as_of.height} {found.provenance.as_of.hash}",
            "origins": [
                f"{origin.text} ({origin.kind}, {origin.n_outputs} outputs)" for origin in found.origins
            ],
            "origin_btc": format_btc(found.origin_sat),
            **{
                f"{name}_btc": format_btc(sat)
                for name, sat in found.totals_sat.items()
                if _is_shown(found, name)
            },
            "lost_to_fees_btc": format_btc(found.lost_to_fees_sat),
            "met_again_btc": format_btc(found.met_again_sat),
            "transactions": found.n_txs,
            **{name: value for name, value in optional.items() if value},
            **partial_note(found.coverage),
        },
        Format.TABLE,
    )
    if found.robustness is not None:
        click.echo("\nother methods (the declared one stays the answer):")
        columns = [
            "method",
            *(f"{name}_btc" for name in found.totals_sat if _is_shown(found, name)),
            "fees_btc",
        ]
        rows = [_row(found, found.method, found.totals_sat, found.lost_to_fees_sat)]
        rows += [
            _row(found, each.method, each.totals_sat, each.lost_to_fees_sat) for each in found.robustness
        ]
        write_records(rows, columns, Format.TABLE)
    if found.legs:
        click.echo("\nexternal legs (as their sources say):")
        legs = [
            {
                "tainted_btc": format_btc(each.tainted_sat),
                "asset": each.leg.asset,
                "outcome": each.meaning,
                "grade": each.leg.grade,
                "source": each.leg.source,
            }
            for each in found.legs
        ]
        write_records(legs, ["tainted_btc", "asset", "outcome", "grade", "source"], Format.TABLE)
    rows = [
        {"tainted_btc": format_btc(sat), "boundary": boundary, "address": address}
        for address, boundary, sat in found.by_address()
    ]
    click.echo()
    write_records(rows[:_SHOWN], ["tainted_btc", "boundary", "address"], Format.TABLE)
    if len(rows) > _SHOWN:
        click.echo(f"... {len(rows) - _SHOWN} more addresses: --format csv lists all outputs")


_ALWAYS = {
    "forward": ("unspent", "service", "coinjoin", "burned", "limit", "coverage"),
    "backward": ("coinbase", "service", "coinjoin", "limit", "coverage"),
}


def _is_shown(found: Trace, name: str) -> bool:
    """Whether a table has that boundary: those of every trace, and others where there is something."""
    others = found.robustness or ()
    has_any = found.totals_sat[name] or any(each.totals_sat[name] for each in others)
    return bool(has_any) or name in _ALWAYS[found.direction]


def _row(found: Trace, method: str, totals_sat: dict[str, int], fees_sat: int) -> dict[str, object]:
    """One method's sums."""
    sums = {f"{name}_btc": format_btc(sat) for name, sat in totals_sat.items() if _is_shown(found, name)}
    return {"method": method, **sums, "fees_btc": format_btc(fees_sat)}
