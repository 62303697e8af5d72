"""`coalface demo`: a small chain with a story, investigated from block files to an answer."""

import shutil
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from coalface.errors import UsageError
from coalface.units import format_btc, format_time

if TYPE_CHECKING:
    from coalface.range.demo import Demo
    from coalface.screening import ScreeningResult

__all__ = ["demo"]

_BAR = 64


@click.command()
@click.argument("folder", default="coalface-demo", type=click.Path(file_okay=False))
@click.option(
    "--seed", default=7, show_default=True, help="Another seed tells it with other people and amounts."
)
def demo(folder: str, seed: int) -> None:
    """Write a small chain with a story, index it, screen, trace, and explain.

    FOLDER keeps block files, lists and store, to try other verbs on.

    Example: coalface demo /tmp/coalface-demo
    """
    try:
        import coincurve  # noqa: F401 - asked before anything is written

        from coalface.range.demo import run_demo
    except ModuleNotFoundError as error:
        if error.name != "coincurve":
            raise
        raise UsageError(
            "the demo signs its made-up transactions with `coincurve`, which is not installed",
            code="usage_demo",
            hint="pip install 'coalface[range]'",
        ) from error
    found = run_demo(folder, seed)
    for line in _story(found):
        click.echo(line)


def _verdict(result: "ScreeningResult") -> Iterator[str]:
    """The verdict and its reason, in lines that fit a terminal."""
    text = f"{result.result}: {result.reason}"
    wrapper = textwrap.TextWrapper(
        96, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False
    )
    yield from wrapper.wrap(text)


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
    yield from _next_part(found)


def _chain_part(found: "Demo") -> Iterator[str]:
    """What was indexed."""
    first, second, chain = found.first_run, found.second_run, found.chain
    counts = chain.facts["counts"]
    yield _heading("the chain")
    yield "A made-up regtest chain, written as a Bitcoin node writes its block files: out of order, XORed,"
    yield "with stale blocks between. Indexed in two runs, as on a node that goes on:"
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
    yield "Imported: one sanctions list of one address, and what the public knows of two exchanges."
    yield f"  {listed.address}"
    yield from _verdict(listed)
    yield f"  {loot.address}  (received in the theft)"
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
    deeds = found.story.truth.deeds
    theft = found.chain.tx(deeds.theft_txid)
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
    for address, boundary, sat in traced.by_address()[:8]:
        yield f"  {format_btc(sat):>14} BTC  {boundary:<9} {address}"
    labelled = sum(
        terminal.tainted_sat
        for terminal in traced.terminals
        if terminal.boundary == "service" and "inference" not in terminal.reason
    )
    inferred = traced.totals_sat["service"] - labelled
    yield ""
    yield f"  At services: {format_btc(labelled)} BTC at labelled addresses (a label says so),"
    yield f"  {format_btc(inferred)} BTC at addresses in their clusters (inference; rates: see `trace`)."


def _innocent_part(found: "Demo") -> Iterator[str]:
    """Why the dusted one is not accused."""
    innocent = found.screened["innocent"]
    deeds = found.story.truth.deeds
    dust = next(
        t for t in found.trace.terminals if t.address == innocent.address and t.txid == deeds.dust_txid
    )
    yield _heading("why the dusted one is not accused")
    yield f"  {innocent.address}"
    yield from _verdict(innocent)
    yield f"  The trace does end there with {dust.tainted_sat} of {dust.value_sat} satoshi:"
    yield f"    {dust.txid}:{dust.vout}, {dust.reason}."
    yield "  A fact about the payer: whoever knows an address can pay it. It was not asked for and never"
    yield "  moved, no transaction spends it together with anything, so it ties its receiver to nobody."


def _truth_part(found: "Demo") -> Iterator[str]:
    """How near the answer came, since here the truth is known."""
    truth = found.story.truth
    yield _heading("how near is that to the truth?")
    yield "  This chain is made up, so who owns every address is known (the investigation did not see it):"
    yield f"  {'':<14} {'traced BTC':>16} {'in truth BTC':>16} {'without stops BTC':>18}"
    named = {actor for actor, sat in truth.stolen_at_tip_sat.items() if sat} - {"fees"}
    rows = sorted(named, key=lambda actor: -truth.stolen_at_tip_sat[actor])
    shown = [actor for actor in rows if truth.stolen_at_tip_sat[actor] > 1_000_000]
    for actor in shown:
        yield (
            f"  {actor:<14} {format_btc(found.by_actor_sat.get(actor, 0)):>16} "
            f"{format_btc(truth.stolen_at_tip_sat[actor]):>16} "
            f"{format_btc(found.through_by_actor_sat.get(actor, 0)):>18}"
        )
    columns = (found.by_actor_sat, truth.stolen_at_tip_sat, found.through_by_actor_sat)
    rest = [sum(sat for name, sat in sums.items() if name not in {*shown, "fees"}) for sums in columns]
    yield (
        f"  {'everybody else':<14} {format_btc(rest[0]):>16} {format_btc(rest[1]):>16} "
        f"{format_btc(rest[2]):>18}"
    )
    n_smeared = len(set(found.through_by_actor_sat) - set(shown))
    yield f"  Without stops at services and CoinJoins the trace would smear over {n_smeared} strangers."
    yield _heading("fact, inference, unknown")
    yield "  fact       outputs, spends, amounts, the list entry: txid:vout, each can be checked on any node"
    yield "  inference  clusters (strict/1), possible CoinJoins (equal_outputs/1); answers give error rates"
    yield "  method     haircut spreads value in proportion; other accounting methods give other amounts"
    yield "  unknown    who holds an address, what happened inside a service, what came out of the CoinJoin"


def _next_part(found: "Demo") -> Iterator[str]:
    """What to try."""
    store, listed = found.store, found.screened["listed"].address
    # What the reader can type here: the name alone only where the shell finds it.
    name = "coalface" if shutil.which("coalface") else sys.argv[0]
    theft = found.story.truth.deeds.theft_txid
    yield _heading("try it")
    yield f"  {name} tx {store} {theft}"
    yield f"  {name} trace {store} {theft}"
    yield f"  {name} address {store} {listed} --txs"
    yield f"  {name} explain {store} {listed} {found.screened['loot'].address}"
    yield f"  {name} screen {store} {listed}"
