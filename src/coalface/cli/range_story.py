"""`coalface range story`: what happened on a made-up chain, as text and as a picture."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.range_need import need_truth_reader
from coalface.errors import IoFailure
from coalface.units import format_btc, format_time

if TYPE_CHECKING:
    from coalface.range.picture import StoryEvent

__all__ = ["story"]

_COLUMNS = ("height", "time_unix", "actor", "event", "text", "txids", "moved_sat", "flows")
_SHOWN_FLOWS = 8


@click.command()
@click.argument("out", type=click.Path(file_okay=False))
@click.option(
    "--svg",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a picture too: who paid whom, when, how much.",
)
@format_option
def story(out: str, svg: Path | None, format: Format) -> None:
    """Tell what happened on a made-up chain, and draw it.

    OUT is the folder that `range build` wrote. This is the truth, not an inference.

    Example: coalface range story theft --svg theft.svg
    """
    need_truth_reader()
    from coalface.range.picture import draw_story, read_timeline

    timeline = read_timeline(out)
    if svg is not None:
        try:
            svg.write_text(draw_story(timeline), encoding="utf-8", newline="\n")
        except OSError as error:
            raise IoFailure(f"`{svg}`: {error.strerror}", context={"path": str(svg)}) from error
    if format is not Format.TABLE:
        write_records(timeline.events, _COLUMNS, format)
        return
    scenario = timeline.scenario
    write_record(
        {
            "scenario": f"{scenario.name}, seed {scenario.seed}",
            "events": len(timeline.events),
            **({} if svg is None else {"picture": str(svg)}),
        },
        Format.TABLE,
    )
    for event in timeline.events:
        _show(event)


def _show(event: "StoryEvent") -> None:
    """Write one event: when and what, who paid whom, by which transactions."""
    click.echo()
    when = format_time(event.time_unix)
    write_record(
        {when: event.text, "block": event.height, "actor": f"{event.actor}, {event.event}"}, Format.TABLE
    )
    rows = [
        {"paid_btc": format_btc(flow.value_sat), "from": flow.from_actor, "to": flow.to_actor}
        for flow in event.flows[:_SHOWN_FLOWS]
    ]
    if rows:
        write_records(rows, ["paid_btc", "from", "to"], Format.TABLE)
    if len(event.flows) > _SHOWN_FLOWS:
        click.echo(f"... {len(event.flows) - _SHOWN_FLOWS} more")
    if not event.flows and event.moved_sat:
        click.echo(f"moved their own {format_btc(event.moved_sat)} BTC")
    for txid in event.txids[:_SHOWN_FLOWS]:
        click.echo(f"tx {txid}")
    if len(event.txids) > _SHOWN_FLOWS:
        click.echo(f"... {len(event.txids) - _SHOWN_FLOWS} more")
