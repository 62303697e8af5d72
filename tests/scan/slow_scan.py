"""Slow, obvious answers to questions about the whole chain: no code of the engine, plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from coalface.range.block import read_block
from oracle.scripts import script_type

AGES = (0, 1, 7, 30, 90, 180, 365, 730, 1825, 3650)


def slow_scan(blocks: Sequence[bytes], query: str, *, from_genesis: bool = True) -> Any:  # noqa: ANN401, C901, PLR0911, PLR0912, PLR0915 - a case a query
    """The result of a query over a chain of raw blocks, as plain dicts.

    Where the chain is partial, outputs spent but not seen have no value, and so no fee.
    """
    txs = [(number, n, tx) for number, raw in enumerate(blocks) for n, tx in enumerate(read_block(raw)[1])]
    times = [read_block(raw)[0].time_unix for raw in blocks]
    outputs: dict[tuple[str, int], tuple[int, int, str]] = {}
    fees: dict[int, int | None] = {}
    for place, (number, n, tx) in enumerate(txs):
        if n:
            known = [outputs.get((each.outpoint.txid, each.outpoint.vout)) for each in tx.inputs]
            paid = sum(each.value_sat for each in tx.outputs)
            fees[place] = None if None in known else sum(each[0] for each in known if each) - paid
        for vout, each in enumerate(tx.outputs):
            outputs[tx.txid, vout] = (each.value_sat, number, script_type(each.script_pubkey))
    spent = {
        (each.outpoint.txid, each.outpoint.vout) for _, n, tx in txs if n for each in tx.inputs
    } & outputs.keys()
    unspent = {outpoint: output for outpoint, output in outputs.items() if outpoint not in spent}
    match query:
        case "locktime":
            times_too = sum(tx.locktime >= 500_000_000 for _, _, tx in txs)
            nonzero = sum(tx.locktime != 0 for _, _, tx in txs)
            return {
                "n_txs": len(txs),
                "n_nonzero": nonzero,
                "n_heights": nonzero - times_too,
                "n_times": times_too,
            }
        case "version":
            versions = [tx.version % 2**32 for _, _, tx in txs]
            return {
                "n_txs": len(txs),
                "n_above_1": sum(version > 1 for version in versions),
                "n_negative": sum(version >= 2**31 for version in versions),
            }
        case "largest-output":
            (txid, vout), (value_sat, _, _) = max(outputs.items(), key=lambda item: item[1][0])
            equal = sum(value == value_sat for value, _, _ in outputs.values())
            return {
                "n_outputs": len(outputs),
                "value_sat": value_sat,
                "txid": txid,
                "vout": vout,
                "n_equal": equal,
            }
        case "largest-fee":
            known_fees = {place: fee for place, fee in fees.items() if fee is not None}
            best = max(known_fees, key=lambda place: known_fees[place], default=None)
            return {
                "n_txs": len(txs),
                "fee_sat": None if best is None else known_fees[best],
                "txid": None if best is None else txs[best][2].txid,
                "n_equal": 0 if best is None else sum(fee == known_fees[best] for fee in known_fees.values()),
                "n_coinbases": len(blocks),
                "n_unknown": len(fees) - len(known_fees),
            }
        case "kinds":
            counts: dict[str, Counter[str]] = {}
            for outpoint, (value_sat, _, kind) in outputs.items():
                row = counts.setdefault(kind, Counter())
                row.update({"n_outputs": 1, "value_sat": value_sat})
                if outpoint in unspent:
                    row.update({"n_unspent": 1, "unspent_sat": value_sat})
            return counts
        case "unspent-by-age":
            ages = [Counter[str]() for _ in AGES]

            def age(number: int) -> int:
                days = max(times[-1] - times[number], 0) // 86400
                return max(n for n, start in enumerate(AGES) if days >= start)

            for number in range(len(blocks)):
                ages[age(number)]["n_blocks"] += 1
            for value_sat, number, kind in unspent.values():
                row = ages[age(number)]
                row.update({"n_unspent": 1, "unspent_sat": value_sat})
                if kind == "op_return" or (number == 0 and from_genesis):
                    row.update({"n_unspendable": 1, "unspendable_sat": value_sat})
            return ages
        case _:
            months: dict[str, Counter[str]] = {}

            def month(number: int) -> Counter[str]:
                name = datetime.fromtimestamp(times[number], UTC).strftime("%Y-%m")
                return months.setdefault(name, Counter())

            for number in range(len(blocks)):
                month(number)["n_blocks"] += 1
            for place, (number, _, _) in enumerate(txs):
                month(number)["n_txs"] += 1
                if place in fees:
                    month(number)["fees_sat"] += fees[place] or 0
                    month(number)["n_fees_unknown"] += fees[place] is None
            for outpoint, (value_sat, number, _) in outputs.items():
                month(number).update({"n_outputs": 1, "value_sat": value_sat})
                if outpoint in unspent:
                    month(number)["unspent_sat"] += value_sat
            return months
