"""`coalface cluster`: the cluster of addresses."""

import click

from coalface.chain import open_chain
from coalface.cli.output import Format, format_option, write_record
from coalface.cli.overlay import guard_options, guards_of, overlay_option, show_overlay
from coalface.cli.subjects import (
    answer_each,
    as_of_option,
    partial_note,
    rule_set_option,
    store_argument,
    subjects_argument,
)
from coalface.clusters import Cluster
from coalface.clusters import cluster as cluster_of

__all__ = ["cluster"]

_COLUMNS = ("address", "anchor", "n_addresses", "balance_sat", "received_sat", "status")


@click.command()
@store_argument
@subjects_argument("ADDRESS")
@click.option(
    "--members",
    default=1000,
    show_default=True,
    type=click.IntRange(min=1),
    help="Members to show; sums need all of them.",
)
@overlay_option
@guard_options
@rule_set_option
@as_of_option
@format_option
def cluster(
    store: str,
    subjects: tuple[str, ...],
    members: int,
    overlay: bool,
    large: int,
    no_labels: bool,
    overlay_max: int,
    rule_set: str | None,
    as_of: str | None,
    format: Format,
) -> int:
    """Show the cluster that addresses are in: inference, never fact.

    Example: coalface cluster mainnet.coalface 12c6DSiU4Rq3P4ZxziKxzrL5LmMBrzjrJX
    """
    chain = open_chain(store, as_of=as_of)
    guards = guards_of(large, overlay_max, no_labels=no_labels) if overlay else None

    def ask(text: str) -> Cluster:
        return cluster_of(chain, text, limit=members, rule_set=rule_set, overlay=guards)

    return answer_each(subjects, ask, format, _COLUMNS, _show)


def _show(found: Cluster) -> None:
    """Write the facts, then a member a line."""
    write_record(
        {
            "address": found.address,
            "status": f"{found.status} by {', '.join(found.provenance.rules)}",
            "error_rates": found.error_rates.text(),
            "anchor": found.anchor,
            "anchor_rule": found.anchor_rule,
            "n_addresses": found.n_addresses,
            **({} if found.overlay is None else {"n_pure_addresses": found.overlay.n_pure_addresses}),
            "balance_sat": found.balance_sat,
            "received_sat": found.received_sat,
            **partial_note(found.coverage),
        },
        Format.TABLE,
    )
    click.echo()
    for member in found.members:
        click.echo(member)
    if not found.members_complete and found.n_addresses is not None:
        click.echo(f"... {found.n_addresses - len(found.members)} more")
    if found.overlay is not None:
        show_overlay(found.overlay)
