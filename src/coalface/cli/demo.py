"""`coalface demo`: a made-up case, from block files to an answer, compared with the truth."""

import re
import shutil
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from coalface import __version__
from coalface.cli.range_need import need_range_extra
from coalface.units import format_btc, format_time

if TYPE_CHECKING:
    from coalface.range.demo import Demo
    from coalface.screening import ScreeningResult

__all__ = ["demo"]

_BAR = 64
_WIDTH = 96
_SMALL_SAT = 1_000_000
"""Whoever has less than that of the loot is counted under everybody else."""


@click.command()
@click.argument("folder", default="coalface-demo", type=click.Path(file_okay=False))
@click.option(
    "--seed", default=7, show_default=True, help="Another seed tells it with other people and amounts."
)
def demo(folder: str, seed: int) -> None:
    """Build a small chain on which an exchange is robbed, index it, screen, trace, and explain.

    FOLDER keeps block files, lists, store, truth and a picture of the story, to try other verbs on.

    Example: coalface demo /tmp/coalface-demo
    """
    need_range_extra()  # before anything is written
    from coalface.range.demo import run_demo

    found = run_demo(folder, seed, version=__version__)
    for line in _story(found):
        click.echo(line)


def _wrapped(text: str, first: str = "    ", rest: str = "      ") -> Iterator[str]:
    """Lines that fit a terminal."""
    wrapper = textwrap.TextWrapper(
        _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
    yield from wrapper.wrap(text)


def _verdict(result: "ScreeningResult") -> Iterator[str]:
    """The verdict and its reason."""
    yield from _wrapped(f"{result.result}: {result.reason}")


def _heading(text: str) -> str:
    """A line that begins a part."""
    return f"\n--- {text} ".ljust(_BAR + 1, "-")


def _story(found: "Demo") -> Iterator[str]:
    """The answer, line by line."""
    yield from _chain_part(found)
    yield from _screen_part(found)
    yield from _trace_part(found)
    yield from _innocent_part(found)
    yield from _truth_part(found)
    yield from _picture_part(found)
    yield from _sureness_part()
    yield from _next_part(found)


def _chain_part(found: "Demo") -> Iterator[str]:
    """What was indexed."""
    first, second, chain = found.first_run, found.second_run, found.chain
    counts = chain.facts["counts"]
    yield _heading("the chain")
    yield "A made-up village on regtest: people, shops, miners and exchanges pay each other, and one exchange"
    yield "is robbed. Written as a Bitcoin node writes its block files: out of order, XORed, with stale"
    yield "blocks between. Indexed in two runs, as on a node that goes on:"
    yield f"  first run   {first.blocks_added} blocks, {first.txs_added} transactions"
    yield (
        f"  second run  {second.blocks_added} more blocks, {second.txs_added} more transactions, "
        f"{second.stale_blocks} stale blocks left out"
    )
    yield (
        f"  in all      {counts['txs']} transactions, {counts['inputs']} inputs, {counts['outputs']} "
        f"outputs, {counts['addresses']} addresses"
    )
    verdict = "every checksum and invariant holds" if found.is_sound else "NOT SOUND: see `coalface check`"
    yield f"  check       {verdict}"


def _screen_part(found: "Demo") -> Iterator[str]:
    """Who is on a list, and who is only near."""
    listed, loot = found.screened["listed"], found.screened["loot"]
    yield _heading("who is listed")
    yield "Imported: a sanctions list of one address, and what the public knows of exchanges and a desk."
    yield f"  {listed.address}"
    yield from _verdict(listed)
    yield f"  {loot.address}  (received in the same theft)"
    yield from _verdict(loot)
    if loot.cospend is not None and loot.cospend.n_listed:
        yield (
            f"    inference, not fact: it shares a cluster of {loot.cospend.n_addresses} addresses with "
            f"{loot.cospend.n_listed} listed one, by {', '.join(loot.cospend.rules)}."
        )
        for txid in loot.cospend.nearest_txids:
            yield f"    tied by transaction {txid}"
        yield "    A listing is never inherited: this address is not listed."


def _trace_part(found: "Demo") -> Iterator[str]:
    """Where the stolen coins are."""
    traced = found.trace
    theft = found.chain.tx(found.case.theft.txid)
    yield _heading("where the stolen coins are now")
    yield f"  theft       {theft.txid}"
    yield (
        f"              block {theft.height}, {format_time(theft.time_unix)}, "
        f"{len(theft.inputs)} inputs of an exchange's hot wallet"
    )
    yield f"  stolen      {format_btc(traced.origin_sat)} BTC in {len(traced.origins)} outputs"
    yield (
        f"  method      {traced.method}, forward to block {traced.provenance.as_of.height}, "
        f"{traced.n_txs} transactions followed"
    )
    yield ""
    meaning = {
        "unspent": "rest unspent",
        "service": "reached a service (a possible off-ramp; that anybody sold there is not on the chain)",
        "coinjoin": "went into a transaction that may be a CoinJoin; nothing is said of what came out",
        "burned": "went where nobody can spend it",
        "limit": "not followed: the limit of transactions",
        "coverage": "not followed: outside the indexed blocks",
    }
    for boundary, sat in traced.totals_sat.items():
        if sat:
            yield f"  {format_btc(sat):>14} BTC  {meaning[boundary]}"
    yield f"  {format_btc(traced.lost_to_fees_sat):>14} BTC  paid as fees"
    yield ""
    yield "  largest:"
    list_at = {each.address: _list_of(each.reason) for each in traced.terminals}
    for address, boundary, sat in traced.by_address()[:8]:
        yield f"  {format_btc(sat):>14} BTC  {boundary:<9} {address:<44}  {list_at[address]}".rstrip()
    labelled = sum(
        terminal.tainted_sat
        for terminal in traced.terminals
        if terminal.boundary == "service" and "inference" not in terminal.reason
    )
    inferred = traced.totals_sat["service"] - labelled
    yield ""
    yield f"  At services: {format_btc(labelled)} BTC at labelled addresses (a label says so),"
    yield f"  {format_btc(inferred)} BTC at addresses in their clusters (inference; rates: see `trace`)."


def _list_of(reason: str) -> str:
    """Which list makes an address a service, by name; empty where none does."""
    found = re.search(r"by list `(.+?)(?:-\d{4}-\d\d-\d\d)?\.txt`", reason)
    if found is None:
        return ""
    return f"{found[1]}, inferred" if "inference" in reason else found[1]


def _innocent_part(found: "Demo") -> Iterator[str]:
    """Why the dusted one is not accused."""
    innocent, crumb = found.screened["innocent"], found.case.dust
    ends = {(each.txid, each.vout): each for each in found.trace.terminals}
    dust = ends.get((crumb.txid, crumb.vout))
    yield _heading("why the dusted one is not accused")
    yield f"  {innocent.address}"
    yield from _verdict(innocent)
    if dust is None:
        yield f"  The trace does not get to the {crumb.value_sat} satoshi that the thief sent there:"
        yield f"    {crumb.txid}:{crumb.vout}."
    else:
        yield f"  The trace does end there with {dust.tainted_sat} of {dust.value_sat} satoshi:"
        yield f"    {dust.txid}:{dust.vout}, {dust.reason}."
    yield "  A fact about the payer: whoever knows an address can pay it. It was not asked for and never"
    yield "  moved, no transaction spends it together with anything, so it ties its receiver to nobody."


def _truth_part(found: "Demo") -> Iterator[str]:
    """How near the answer came, since here the truth is known."""
    truth_sat = found.case.theft.holders_sat
    kind_of = found.timeline.kind_of
    yield _heading("how near is that to the truth?")
    yield "  This chain is made up, so who owns every address is known (the investigation did not see it):"
    yield f"  {'':<25} {'traced BTC':>16} {'in truth BTC':>16} {'without stops BTC':>18}"
    rows = sorted(truth_sat.keys() - {"fees"}, key=lambda actor: (-truth_sat[actor], actor))
    shown = [actor for actor in rows if truth_sat[actor] >= _SMALL_SAT]
    columns = (found.by_actor_sat, truth_sat, found.through_by_actor_sat)
    for actor in shown:
        values = [sums.get(actor, 0) for sums in columns]
        kind = kind_of.get(actor, "unknown").replace("_", " ")
        yield _row(actor if kind in actor else f"{actor}, {kind}", values)
    rest = [sum(sat for name, sat in sums.items() if name not in {*shown, "fees"}) for sums in columns]
    yield _row("everybody else", rest)
    yield _row(
        "fees",
        [found.trace.lost_to_fees_sat, truth_sat.get("fees", 0), found.traced_through.lost_to_fees_sat],
    )
    astray_sat = sum(max(0, sat - truth_sat.get(actor, 0)) for actor, sat in found.by_actor_sat.items())
    if astray_sat >= _SMALL_SAT:
        yield from _wrapped(
            f"{format_btc(astray_sat)} BTC are put on the wrong one: a service that is paid at an address "
            "that no list names looks like anybody, and the trace follows what it pays on.",
            "  ",
            "  ",
        )
    n_smeared = len(set(found.through_by_actor_sat) - set(shown))
    yield f"  Without stops at services and CoinJoins the trace would smear over {n_smeared} strangers."


def _row(title: str, values_sat: list[int]) -> str:
    traced, true, through = map(format_btc, values_sat)
    return f"  {title:<25} {traced:>16} {true:>16} {through:>18}"


def _picture_part(found: "Demo") -> Iterator[str]:
    """What really happened, in the words and numbers of the picture."""
    from coalface.range.picture import captions

    yield _heading("what really happened")
    for number, date, told in captions(found.timeline):
        yield from _wrapped(told, f"  {number:>2}  {date}  ", " " * 18)
    yield f"  The same as a picture, to open in a browser: {found.picture}"


def _sureness_part() -> Iterator[str]:
    """How sure each part of the answer is."""
    yield _heading("fact, inference, unknown")
    yield "  fact       outputs, spends, amounts, the list entry: txid:vout, each can be checked on any node"
    yield "  inference  clusters (strict/2), possible CoinJoins (coinjoin/1); answers give error rates"
    yield "  method     haircut spreads value in proportion; other accounting methods give other amounts"
    yield "  unknown    who holds an address, what happened inside a service, what came out of a CoinJoin"


def _next_part(found: "Demo") -> Iterator[str]:
    """What to try."""
    store, listed = found.store, found.screened["listed"].address
    # What the reader can type here: the name alone only where the shell finds it.
    name = "coalface" if shutil.which("coalface") else sys.argv[0]
    theft = found.case.theft.txid
    yield _heading("try it")
    yield f"  {name} tx {store} {theft}"
    yield f"  {name} trace {store} {theft}"
    yield f"  {name} address {store} {listed} --txs"
    yield f"  {name} explain {store} {listed} {found.screened['loot'].address}"
    yield f"  {name} screen {store} {listed}"
    yield f"  {name} range story {found.truth}"
    yield f"  {name} range score {store} {found.truth}"
