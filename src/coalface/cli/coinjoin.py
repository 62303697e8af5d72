"""`coalface coinjoin`: whether transactions are CoinJoins, from a store, from JSON, or all of a chain."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from coalface.chain import open_chain
from coalface.cli.errors import DONE
from coalface.cli.output import Format, format_option, write_record, write_records
from coalface.cli.progress import Progress
from coalface.cli.subjects import answer_each, as_of_option, partial_note
from coalface.coinjoin import (
    COINJOIN_RULE,
    CoinJoin,
    CoinJoinScan,
    ScannedTx,
    judge,
    judge_json,
    scan_coinjoins,
)
from coalface.errors import IoFailure, UsageError

__all__ = ["coinjoin"]

_COLUMNS = ("txid", "height", "decision", "protocol", "makes_links", "candidates", "denominations_sat")
_SCANNED = ("txid", "decision", "protocol", "makes_links", "candidates")
_MAX_BYTES = 64 << 20
"""As many as the engine reads, and one more, so that it can say that these are too many."""


@click.command()
@click.argument("store", required=False, type=click.Path(file_okay=False))
@click.argument("subjects", nargs=-1, metavar="[TXID…|-]")
@click.option("--scan", is_flag=True, help="Find all of the chain instead of judging single transactions.")
@click.option("--count", is_flag=True, help="With --scan: only how many there are.")
@click.option(
    "--tx",
    "tx_file",
    metavar="FILE|-",
    help="A transaction, or a list of them, in JSON as an Esplora server gives it, with previous outputs; "
    "then no store is needed.",
)
@click.option(
    "--eras/--any-era",
    default=None,
    help="Whether a protocol is looked for only at the heights of mainnet at which it was in use. On mainnet "
    "alone unless given.",
)
@click.option("--threads", type=click.IntRange(min=1), help="With --scan: threads; one a core unless given.")
@as_of_option
@format_option
def coinjoin(
    store: str | None,
    subjects: tuple[str, ...],
    scan: bool,
    count: bool,
    tx_file: str | None,
    eras: bool | None,
    threads: int | None,
    as_of: str | None,
    format: Format,
) -> int:
    """Say whether transactions are CoinJoins, by which protocol, and why.

    Example: coalface coinjoin mainnet.coalface --scan --count
    """
    _check_usage(store, subjects, scan=scan, count=count, tx_file=tx_file)
    if tx_file is not None:
        answers = judge_json(_read(tx_file), eras=eras is not False)
        if format is Format.TABLE:
            for number, found in enumerate(answers):
                if number:
                    click.echo()
                _show(found)
        elif format is Format.JSON and len(answers) == 1:
            write_record(answers[0], format)
        else:
            write_records(answers, _COLUMNS, format)
        return DONE
    chain = open_chain(store or "", as_of=as_of)
    if not scan:
        return answer_each(subjects, lambda text: judge(chain, text, eras=eras), format, _COLUMNS, _show)
    with Progress("scanning", "transactions") as progress:
        counts, found_txs = scan_coinjoins(chain, eras=eras, threads=threads, progress=progress.update)
    if not count:
        write_records(_streamed(found_txs, format), _SCANNED, format)
    elif format is Format.TABLE:
        _show_counts(counts)
    else:
        write_record(counts, format)
    return DONE


def _check_usage(
    store: str | None, subjects: tuple[str, ...], *, scan: bool, count: bool, tx_file: str | None
) -> None:
    """Raise if the arguments do not fit together."""
    asked = [bool(subjects), scan, tx_file is not None]
    if sum(asked) != 1:
        raise UsageError(
            "give a store and txids, a store and --scan, or --tx FILE", code="usage_coinjoin_subject"
        )
    if (store is None) is (tx_file is None):
        raise UsageError("--tx FILE needs no store, all else needs one", code="usage_coinjoin_store")
    if count and not scan:
        raise UsageError("--count goes with --scan", code="usage_coinjoin_count")


def _read(path: str) -> bytes:
    """The bytes of a file or of standard input, no more than can be used."""
    if path == "-":
        return sys.stdin.buffer.read(_MAX_BYTES + 1)
    try:
        with Path(path).open("rb") as file:
            return file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise IoFailure(
            f"cannot read `{path}`: {error.strerror}", code="io", context={"path": path}
        ) from error


def _streamed(found: Iterator[ScannedTx], format: Format) -> Iterator[ScannedTx] | list[ScannedTx]:
    """As they come, where the format writes a line each; a table needs all widths first."""
    return list(found) if format is Format.TABLE else found


def _show_counts(counts: CoinJoinScan) -> None:
    """Write the counts, a line each, and what they are worth."""
    write_record(
        {
            "transactions": counts.n_txs,
            "yes": counts.n_yes,
            "undecided": counts.n_undecided,
            "without_links": counts.n_without_links,
            **counts.by_protocol,
            "eras": counts.eras,
            "status": f"{counts.status} by {COINJOIN_RULE}",
            "error_rates": counts.error_rates.text(),
            **partial_note(counts.coverage),
        },
        Format.TABLE,
    )


def _show(found: CoinJoin) -> None:
    """Write the answer, then a line a detector, the gates of those that do not say no, and the outputs."""
    lineage = found.lineage
    record = {
        "txid": found.txid,
        "height": found.height,
        "decision": found.decision,
        "protocol": found.protocol,
        "status": f"{found.status}; gates below",
        "error_rates": found.error_rates.text(),
        "makes_links": found.makes_links,
        "inputs": found.n_inputs,
        "denominations_sat": list(found.denominations_sat),
        "eras": found.eras,
    }
    if lineage is not None:
        cut = ", cut" if lineage.is_cut else ""
        record["lineage"] = f"{lineage.decision}: {lineage.n_mixes} mixes{cut}, {lineage.n_tx0s} Tx0s"
    if not found.txid_checked:
        record["txid_checked"] = False
    if found.coverage is not None:
        record.update(partial_note(found.coverage))
    write_record(record, Format.TABLE)
    click.echo()
    detectors = [{"detector": each.rule, "says": each.decision, "role": each.role} for each in found.findings]
    write_records(detectors, ("detector", "says", "role"), Format.TABLE)
    possible = [each for each in found.findings if each.decision != "no"]
    if possible:
        click.echo()
        gates = [
            {
                "gate of": each.detector,
                "looks at": gate.name,
                "found": gate.value,
                "allowed": gate.allowed,
                "passed": {True: "yes", False: "no", None: "unknown"}[gate.passed],
            }
            for each in possible
            for gate in each.gates
        ]
        write_records(gates, ("gate of", "looks at", "found", "allowed", "passed"), Format.TABLE)
    click.echo()
    write_records(found.outputs, ("n", "value_sat", "script_type", "address", "anonymity_set"), Format.TABLE)
