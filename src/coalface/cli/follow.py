"""`coalface follow`: keep a store at the tip of a node."""

from pathlib import Path

import click

from coalface.cli.errors import DONE, INTERRUPTED
from coalface.cli.output import canonical_json
from coalface.cli.progress import Progress
from coalface.cli.subjects import network_fs_option, store_argument
from coalface.errors import UsageError
from coalface.follow import BlockSource, Follower, Round, open_directory, open_node, run
from coalface.follow.location import Location
from coalface.follow.stopping import Stopped, Stopping
from coalface.follow.waiting import zmq_waker

__all__ = ["follow"]

_SIGINT = 2


@click.command()
@store_argument
@click.option("--rpc", metavar="URL", help="RPC server of the node, as http://127.0.0.1:8332.")
@click.option(
    "--datadir", type=click.Path(), metavar="DIR", help="Data directory of the node, or its blocks folder."
)
@click.option("--cookie", type=click.Path(dir_okay=False), metavar="FILE", help="Cookie file of the node.")
@click.option("--once", is_flag=True, help="End when the store holds all that the node has.")
@click.option(
    "--until-height", type=click.IntRange(min=0), metavar="N", help="End when the store has this height."
)
@click.option(
    "--poll",
    type=click.FloatRange(min=0.05),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Time between two looks.",
)
@click.option("--zmq", metavar="URL", help="ZMQ publisher of the node: its messages wake the follower early.")
@click.option("--json", "as_json", is_flag=True, help="Write every event as a line of JSON to stdout.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads to use; one a core unless given.")
@network_fs_option
def follow(
    store: str,
    rpc: str | None,
    datadir: str | None,
    cookie: str | None,
    once: bool,
    until_height: int | None,
    poll: float,
    zmq: str | None,
    as_json: bool,
    threads: int | None,
    allow_network_fs: bool,
) -> int:
    """Keep a store at the tip of your node, and a log of blocks that came and went.

    Asks the node only what reads. SIGINT and SIGTERM end it between two commits.

    Example: coalface follow mainnet.coalface --rpc http://127.0.0.1:8332 --cookie ~/.bitcoin/.cookie
    """
    with Stopping() as stopping:
        try:
            source = _source(store, rpc, datadir, cookie, threads, allow_network_fs)
            waker = None if zmq is None else zmq_waker(zmq)
            with Progress("following", " blocks") as progress:
                follower = Follower(
                    store,
                    source,
                    until_height=until_height,
                    threads=threads,
                    allow_network_fs=allow_network_fs,
                    stopping=stopping,
                    tell=lambda height, goal: progress.update(height, goal, "fetching"),
                )
                try:
                    run(
                        follower,
                        once=once,
                        until_height=until_height,
                        poll_seconds=poll,
                        waker=waker,
                        on_round=_show_json if as_json else _show,
                        warn=lambda text: click.echo(f"warning: {text}", err=True),
                    )
                finally:
                    follower.close()
                    if waker is not None:
                        waker.close()
        except Stopped as stopped:
            click.echo("interrupted", err=True)
            return INTERRUPTED if stopped.number == _SIGINT else DONE
    return DONE


def _source(
    store: str,
    rpc: str | None,
    datadir: str | None,
    cookie: str | None,
    threads: int | None,
    allow_network_fs: bool,
) -> BlockSource:
    """The one source that the options name."""
    if (rpc is None) == (datadir is None):
        raise UsageError("give one of `--rpc URL` and `--datadir DIR`", code="usage_follow_source")
    if datadir is not None:
        if cookie is not None:
            raise UsageError("`--cookie` goes with `--rpc`", code="usage_follow_source")
        return open_directory(datadir, store, threads=threads, allow_network_fs=allow_network_fs)
    location = Location.parse(rpc or "")
    if location.password is not None:
        click.echo(
            "warning: the password in the URL is visible to every user of this machine; use `--cookie`, or "
            "COALFACE_RPC_USER and COALFACE_RPC_PASSWORD",
            err=True,
        )
    if not location.is_near:
        click.echo(
            f"warning: {location} is neither this machine nor a private network: questions and password "
            "cross the network in the clear, and the answers are those of whoever sits there",
            err=True,
        )
    return open_node(rpc or "", cookie=None if cookie is None else Path(cookie).expanduser())


def _show_json(found: Round) -> None:
    """Write every event."""
    for event in found.events:
        click.echo(canonical_json(event))


def _show(found: Round) -> None:
    """Write a line if anything changed."""
    if found.events:
        came = sum(event.event == "connected" for event in found.events)
        went = sum(event.event == "withdrawn" for event in found.events)
        click.echo(f"height {found.tip_height}: {came} blocks connected, {went} withdrawn")
