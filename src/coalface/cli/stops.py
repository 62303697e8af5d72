"""Where traces stop, on the command line: the options of every verb that follows value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from coalface.chain import Chain
from coalface.cli.sizes import SIZE
from coalface.labels import LabelBook, has_labels, service_stops
from coalface.screening.asking import lists_moment
from coalface.tracing import Stop

__all__ = ["Stopping", "stop_options", "stopping_of"]

Command = Callable[..., Any]
_BOUNDARY_BY_CATEGORY = {"mixing_service": "mixer"}


@dataclass(frozen=True)
class Stopping:
    """Stops, and the lists that name them."""

    stops: dict[str, Stop]
    lists: list[Mapping[str, str | None]]


def stop_options(command: Command) -> Command:
    """Options that say where a trace stops, and how much it may take."""
    options = [
        click.option(
            "--stop", "stop", multiple=True, metavar="ADDRESS", help="Address to stop at; repeatable."
        ),
        click.option(
            "--through",
            multiple=True,
            metavar="ADDRESS",
            help="Address at which to go on, whatever says stop; repeatable. The answer records it.",
        ),
        click.option(
            "--no-labels", is_flag=True, help="Do not stop at addresses that labels name as services."
        ),
        click.option(
            "--no-clusters", is_flag=True, help="Do not stop at other addresses in the clusters of stops."
        ),
        click.option(
            "--through-coinjoins",
            is_flag=True,
            help="Go on through transactions that may be CoinJoins; what lies behind is marked as mixed.",
        ),
        click.option(
            "--max-txs",
            default=1_000_000,
            show_default=True,
            type=click.IntRange(min=1),
            help="Transactions to follow; the rest ends at the boundary `limit`.",
        ),
        click.option(
            "--memory",
            "memory_bytes",
            type=SIZE,
            default="4G",
            show_default=True,
            envvar="COALFACE_MEMORY",
            help="Memory for the trace; what waits goes to a temporary file beyond it.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def stopping_of(chain: Chain, as_of: str | None, stop: tuple[str, ...], *, no_labels: bool) -> Stopping:
    """Services by the labels that screening would use as of the same moment, and what the user adds."""
    stops: dict[str, Stop] = {}
    lists: list[Mapping[str, str | None]] = []
    if not no_labels and has_labels(chain.folder):
        with LabelBook(chain.folder, as_of_unix=lists_moment(chain, as_of)) as book:
            for address, each in service_stops(chain, book).items():
                boundary = _BOUNDARY_BY_CATEGORY.get(each.category or "", "service")
                stops[address] = Stop(
                    each.reason, boundary=boundary, actor=each.actor, category=each.category
                )
            used = [each for each in book.sources if each.is_newest and each.n_addresses > each.n_listed]
        lists = [each.as_provenance() for each in used]
    stops.update({address: Stop("named by --stop", is_override=True) for address in stop})
    return Stopping(stops, lists)
