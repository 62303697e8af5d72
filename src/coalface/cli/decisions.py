"""Verbs of `coalface clusters` about the cut overlay: decisions of analysts, and what is held back."""

from collections.abc import Callable
from typing import Any

import click

from coalface.chain import open_chain
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.overlay import HOLD_COLUMNS, guard_options, guards_of
from coalface.cli.subjects import as_of_option, rule_set_option, store_argument
from coalface.clusters import HeldUnions, decisions, held, merge, split, withdraw_decision

__all__ = ["decisions_", "held_", "merge_", "split_", "withdraw_"]

_COLUMNS = ("id", "kind", "a", "b", "withdraws", "withdrawn_by", "author", "reason", "source", "time_unix")

Command = Callable[..., Any]


def _statement_options(command: Command) -> Command:
    """The options that every statement needs."""
    for name, help_text in (
        ("--author", "Who says so."),
        ("--source", "What it rests on."),
        ("--reason", "Why; it is kept and shown."),
    ):
        command = click.option(name, required=True, help=help_text)(command)
    return command


@click.command("split")
@store_argument
@click.argument("a", metavar="ADDRESS")
@click.argument("b", metavar="ADDRESS")
@_statement_options
@format_option
def split_(store: str, a: str, b: str, reason: str, source: str, author: str, format: Format) -> None:
    """Say that two addresses never share a cluster.

    Example: coalface clusters split mainnet.coalface ADDRESS ADDRESS --reason r --source s --author me
    """
    write_record(split(open_chain(store), a, b, reason=reason, source=source, author=author), format)


@click.command("merge")
@store_argument
@click.argument("a", metavar="ADDRESS")
@click.argument("b", metavar="ADDRESS")
@_statement_options
@format_option
def merge_(store: str, a: str, b: str, reason: str, source: str, author: str, format: Format) -> None:
    """Say that two addresses always share a cluster.

    Example: coalface clusters merge mainnet.coalface ADDRESS ADDRESS --reason r --source s --author me
    """
    write_record(merge(open_chain(store), a, b, reason=reason, source=source, author=author), format)


@click.command("withdraw")
@store_argument
@click.argument("decision", metavar="ID", type=click.IntRange(min=1))
@_statement_options
@format_option
def withdraw_(store: str, decision: int, reason: str, source: str, author: str, format: Format) -> None:
    """Take a split or a merge back: clusters are as if it had never been made, the history keeps it.

    Example: coalface clusters withdraw mainnet.coalface 1 --reason r --source s --author me
    """
    chain = open_chain(store)
    said = withdraw_decision(chain, decision, reason=reason, source=source, author=author)
    write_record(said, format)


@click.command("decisions")
@store_argument
@format_option
def decisions_(store: str, format: Format) -> None:
    """Show what analysts decided about clusters, what was taken back too.

    Example: coalface clusters decisions mainnet.coalface
    """
    open_chain(store)
    write_records(decisions(store), _COLUMNS, format)


@click.command("held")
@store_argument
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=0), help="Unions to show.")
@guard_options
@rule_set_option
@as_of_option
@format_option
def held_(
    store: str,
    limit: int,
    large: int,
    no_labels: bool,
    overlay_max: int,
    rule_set: str | None,
    as_of: str | None,
    format: Format,
) -> None:
    """Show which unions the overlay holds back, the largest first: what is to be reviewed.

    Example: coalface clusters held mainnet.coalface --rule-set standard
    """
    guards = guards_of(large, overlay_max, no_labels=no_labels)
    found = held(open_chain(store, as_of=as_of), rule_set=rule_set, guards=guards, limit=limit)
    match format:
        case Format.TABLE:
            _show(found)
        case Format.CSV:
            write_records(found.held, HOLD_COLUMNS, format)
        case _:
            write_record(found, format)


def _show(found: HeldUnions) -> None:
    record = {
        "rule_set": found.rule_set,
        "large_at_least": found.large_at_least,
        "uses_labels": found.uses_labels,
        "n_clusters": found.n_clusters,
        "n_held": found.n_held,
        "status": found.status,
    }
    write_record(record, Format.TABLE)
    if found.held:
        click.echo()
        write_records(found.held, HOLD_COLUMNS, Format.TABLE)
    if found.n_held > len(found.held):
        click.echo(f"... {found.n_held - len(found.held)} more: raise --limit")
    if found.too_large:
        click.echo(f"\nnot looked into, too large: {', '.join(found.too_large)}: raise --overlay-max")
