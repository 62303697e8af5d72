"""`coalface clusters`: named rule sets beside a store."""

import click

from coalface.chain import open_chain
from coalface.cli.decisions import decisions_, held_, merge_, split_, withdraw_
from coalface.cli.output import Format, format_option, plain, write_record, write_records
from coalface.cli.progress import Progress
from coalface.cli.subjects import as_of_option, store_argument
from coalface.clusters import (
    DividedCluster,
    Merges,
    SetDifference,
    build_rule_set,
    difference,
    merges,
    rule_sets,
)

__all__ = ["clusters"]

_LIST_COLUMNS = (
    "name", "version", "is_built", "tip", "blocks_behind", "n_links", "size_bytes", "rules", "trouble",
)  # fmt: skip
_MERGE_COLUMNS = (
    "known_height", "anchor", "n_addresses", "lost_anchor", "n_lost_addresses", "rule", "txid",
)  # fmt: skip
_DIFF_COLUMNS = ("kind", "anchor", "n_addresses", "n_parts", "balance_sat")


@click.group(no_args_is_help=True)
def clusters() -> None:
    """Build named rule sets, and compare what they make of addresses."""


for _verb in (held_, split_, merge_, withdraw_, decisions_):
    clusters.add_command(_verb)


@clusters.command()
@store_argument
@click.option("--rule-set", required=True, metavar="NAME", help="Which; `clusters list` has their names.")
@click.option("--anew", is_flag=True, help="From the first block on, even if the store has it already.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use; one a core unless given.")
@format_option
def build(store: str, rule_set: str, anew: bool, threads: int | None, format: Format) -> None:
    """Make a rule set, or bring it to the tip of the store.

    From then on `index` and `follow` take it along.

    Example: coalface clusters build mainnet.coalface --rule-set keyed
    """
    with Progress("growing clusters", "tx") as progress:
        report = build_rule_set(
            store,
            rule_set,
            anew=anew,
            threads=threads,
            progress=progress.update,
        )
    write_record(report, format)


@clusters.command("list")
@store_argument
@format_option
def list_(store: str, format: Format) -> None:
    """Show all rule sets, and what the store has of each.

    Example: coalface clusters list mainnet.coalface
    """
    write_records(rule_sets(store), _LIST_COLUMNS, format)


@clusters.command()
@store_argument
@click.argument("a", metavar="NAME")
@click.argument("b", metavar="NAME")
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(min=0),
    help="Clusters of each kind to show.",
)
@as_of_option
@format_option
def diff(store: str, a: str, b: str, limit: int, as_of: str | None, format: Format) -> None:
    """Show which clusters of one rule set are several in another.

    Example: coalface clusters diff mainnet.coalface strict keyed
    """
    found = difference(open_chain(store, as_of=as_of), a, b, limit=limit)
    match format:
        case Format.TABLE:
            _show_difference(found)
        case Format.CSV:
            write_records(_rows(found), _DIFF_COLUMNS, format)
        case _:
            write_record(found, format)


def _rows(found: SetDifference) -> list[dict[str, object]]:
    """A row a cluster, with which set has it in one."""
    return [
        {"kind": kind, **_fields(cluster)}
        for kind, clusters in (("merged", found.merged), ("split", found.split))
        for cluster in clusters
    ]


def _fields(cluster: DividedCluster) -> dict[str, object]:
    record = plain(cluster)
    assert isinstance(record, dict)  # noqa: S101 - answers are dataclasses
    return dict(record)


def _show_difference(found: SetDifference) -> None:
    write_record(
        {
            "a": found.a,
            "b": found.b,
            "as_of": found.provenance.as_of,
            f"one in {found.b}, several in {found.a}": found.n_merged,
            f"one in {found.a}, several in {found.b}": found.n_split,
            "status": found.status,
        },
        Format.TABLE,
    )
    for inner, outer, clusters in ((found.a, found.b, found.merged), (found.b, found.a, found.split)):
        for cluster in clusters:
            click.echo(
                f"\n{cluster.anchor} in {outer}: {cluster.n_addresses} addresses, "
                f"{cluster.balance_sat} sat unspent, {cluster.n_parts} clusters in {inner}"
            )
            write_records(cluster.parts, ("anchor", "n_addresses", "balance_sat"), Format.TABLE)
            if cluster.n_parts > len(cluster.parts):
                click.echo(f"... {cluster.n_parts - len(cluster.parts)} more")


@clusters.command("merges")
@store_argument
@click.option("--rule-set", required=True, metavar="NAME", help="Which.")
@click.option(
    "--from",
    "since",
    required=True,
    metavar="HEIGHT|HASH|DATE",
    help="The block after which merges are shown.",
)
@click.option(
    "--to",
    "until",
    metavar="HEIGHT|HASH|DATE",
    help="The last block whose merges are shown; the tip unless given.",
)
@click.option(
    "--least",
    default=2,
    show_default=True,
    type=click.IntRange(min=1),
    help="Addresses that both clusters had; with 1, single addresses that join count.",
)
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(min=0), help="Merges to show.")
@format_option
def merges_(
    store: str, rule_set: str, since: str, until: str | None, least: int, limit: int, format: Format
) -> None:
    """Show which clusters became one between two blocks, and which anchors no longer name any.

    Example: coalface clusters merges mainnet.coalface --rule-set keyed --from 840000
    """
    chain = open_chain(store, as_of=until)
    found = merges(chain.at(since), chain, rule_set=rule_set, least=least, limit=limit)
    match format:
        case Format.TABLE:
            _show_merges(found)
        case Format.CSV:
            write_records(found.merges, _MERGE_COLUMNS, format)
        case _:
            write_record(found, format)


def _show_merges(found: Merges) -> None:
    write_record(
        {"since": found.since, "until": found.until, "n_merges": found.n_merges, "status": found.status},
        Format.TABLE,
    )
    if found.merges:
        click.echo()
        write_records(found.merges, _MERGE_COLUMNS, Format.TABLE)
    if found.n_merges > len(found.merges):
        click.echo(f"... {found.n_merges - len(found.merges)} more: raise --limit")
