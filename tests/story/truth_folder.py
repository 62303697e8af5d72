"""The story as a truth folder: block files, tables, labels, timeline, as for a scenario."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from coalface.range import write_block_files
from coalface.range.block import read_block
from story import Purpose, Story
from story.truth import FEES, OutputTruth, value_at_tip_sat

PLAYBOOK = "exchange-theft"
_CRIMINALS = ("thief", "associate", "straw-1", "straw-2", "straw-3")
_PURPOSES = {
    Purpose.PAYOUT: "withdrawal",
    Purpose.COLD: "self",
    Purpose.SHARE: "payment",
    Purpose.COINJOIN: "coinjoin_mix",
}
_CHANGE = {Purpose.CHANGE, Purpose.PEEL_CARRY}


def write_story_truth(folder: Path, story: Story, seed: int) -> Path:
    """`folder`, with everything that `coalface range build` would write there."""
    folder.mkdir(parents=True, exist_ok=True)
    write_block_files(story.blocks, folder / "blocks", xor_key=b"\x11\x22\x33\x44\x55\x66\x77\x88")
    (folder / "truth").mkdir(exist_ok=True)
    for name, table in _tables(story).items():
        pq.write_table(table, folder / "truth" / f"{name}.parquet", compression="zstd")
    _write_labels(folder / "labels.csv", story)
    digest = hashlib.sha256(b"".join(story.blocks)).hexdigest()
    scenario = {
        "name": "story", "seed": seed, "blocks": len(story.blocks) - 1, "version": "0.1.0",
        "parameters": {}, "hidden_label_share": 0.0, "digest": digest,
    }  # fmt: skip
    (folder / "scenario.json").write_text(json.dumps(scenario, indent=1), "utf-8")
    (folder / "story.json").write_text(json.dumps(_timeline(story), indent=1), "utf-8")
    return folder


def _kind(actor: str) -> str:
    stem = actor.partition("-")[0]
    return {
        "exchange": "exchange", "miner": "pool_miner", "person": "private", "iris": "private",
        "shop": "merchant",
        "thief": "thief", "associate": "thief", "straw": "thief", "pool": "pool",
    }.get(stem, "noise")  # fmt: skip


def _family(actor: str) -> str:
    return {"exchange": "service", "pool_miner": "miner", "private": "phone", "pool": "service"}.get(
        _kind(actor), "desktop"
    )


def _actors(story: Story) -> list[str]:
    ledger = story.truth.ledger
    named = {output.owner for output in ledger.outputs.values()} | set(ledger.customers.values())
    return sorted(named)


def _tables(story: Story) -> dict[str, pa.Table]:
    ledger, deeds = story.truth.ledger, story.truth.deeds
    txs = {tx.txid: tx for tx in ledger.txs}
    spender = {outpoint: (tx.txid, vin) for tx in ledger.txs for vin, outpoint in enumerate(tx.spent)}
    owner_of = {outpoint: output.owner for outpoint, output in ledger.outputs.items()}

    def initiator(txid: str) -> str:
        tx = txs[txid]
        if txid in {deeds.coinjoin_txid, deeds.theft_txid}:
            return "thief"
        return owner_of[tx.spent[0]] if tx.spent else owner_of[tx.made[0]]

    crimes = {
        deeds.theft_txid,
        deeds.consolidation_txid,
        deeds.split_txid,
        deeds.coinjoin_txid,
        deeds.dust_txid,
    }
    crimes |= set(deeds.peel_txids)

    def tx_kind(txid: str) -> str:
        tx = txs[txid]
        purposes = {ledger.outputs[each].purpose for each in tx.made}
        named = {
            deeds.theft_txid: "theft", deeds.coinjoin_txid: "coinjoin:generic", deeds.dust_txid: "dust",
            deeds.consolidation_txid: "consolidation", deeds.split_txid: "dispersal",
        }  # fmt: skip
        if not tx.spent:
            return "coinbase"
        if txid in named:
            return named[txid]
        for purpose, kind in (
            (Purpose.PEEL, "peel"), (Purpose.SWEEP, "sweep"), (Purpose.POOL_PAYOUT, "pool_payout"),
            (Purpose.PAYOUT, "batch"),
        ):  # fmt: skip
            if purpose in purposes:
                return kind
        return "payment"

    public = set(story.labels.exchanges)
    actors = _actors(story)
    first_heights: dict[str, OutputTruth] = {}
    for output in ledger.outputs.values():
        if output.address is not None:
            first_heights.setdefault(output.address, output)
    addresses = list(first_heights.items())
    outputs = list(ledger.outputs.values())
    columns = ("playbook", "theft_txid", "height", "holder", "purpose_state", "value_sat")
    stolen = _table(columns, _stolen(story))
    return {
        "actors": pa.table({
            "actor": actors,
            "kind": [_kind(each) for each in actors],
            "family": [_family(each) for each in actors],
            "playbook": pa.array([PLAYBOOK if each in _CRIMINALS else None for each in actors], pa.string()),
            "is_lawful": [each not in _CRIMINALS for each in actors],
            "is_twin": [False] * len(actors),
            "near_threshold": [False] * len(actors),
            "has_public_label": [each in public for each in actors],
            "category": pa.array(["exchange" if each in public else None for each in actors], pa.string()),
        }),
        "addresses": pa.table({
            "address": [address for address, _ in addresses],
            "wallet": [
                f"{output.owner}/{'deposits' if address in ledger.customers else 'main'}"
                for address, output in addresses
            ],
            "actor": [output.owner for _, output in addresses],
            "family": [_family(output.owner) for _, output in addresses],
            "kind": [output.script_type for _, output in addresses],
            "first_height": pa.array([output.height for _, output in addresses], pa.int64()),
            "custodian_of": _texts(ledger.customers.get(address) for address, _ in addresses),
        }),
        "txs": pa.table({
            "txid": list(txs),
            "height": pa.array([tx.height for tx in txs.values()], pa.int64()),
            "initiator": [initiator(txid) for txid in txs],
            "family": [_family(initiator(txid)) for txid in txs],
            "tx_kind": [tx_kind(txid) for txid in txs],
            "playbook": pa.array([PLAYBOOK if txid in crimes else None for txid in txs], pa.string()),
            "built_by": ["own"] * len(txs),
            "fee_sat": pa.array([tx.fee_sat for tx in txs.values()], pa.int64()),
        }),
        "outputs": pa.table({
            "txid": [output.outpoint.txid for output in outputs],
            "vout": pa.array([output.outpoint.vout for output in outputs], pa.int64()),
            "height": pa.array([output.height for output in outputs], pa.int64()),
            "value_sat": pa.array([output.value_sat for output in outputs], pa.int64()),
            "address": pa.array([output.address for output in outputs], pa.string()),
            "kind": [output.script_type for output in outputs],
            "owner": [output.owner for output in outputs],
            "wallet": [f"{output.owner}/main" for output in outputs],
            "purpose": [_PURPOSES.get(output.purpose, output.purpose.value) for output in outputs],
            "beneficiary": pa.array([output.customer or output.owner for output in outputs], pa.string()),
            "is_change": [output.purpose in _CHANGE for output in outputs],
            "spent_txid": _texts(spender.get(each.outpoint, (None, 0))[0] for each in outputs),
            "spent_vin": pa.array(
                [spender.get(each.outpoint, (None, None))[1] for each in outputs], pa.int64()
            ),
        }),
        "coinjoins": _coinjoins(story),
        "stolen": stolen,
        "stolen_outputs": _table(("playbook", "txid", "vout", "stolen_sat"), _stolen_outputs(story)),
        "services": pa.table({
            "actor": sorted(public),
            "category": ["exchange"] * len(public),
            "is_labelled_publicly": [True] * len(public),
            "is_hidden": [False] * len(public),
        }),
    }  # fmt: skip


def _texts(values: Iterable[str | None]) -> pa.Array:
    return pa.array(list(values), pa.string())


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    return pa.table(dict(zip(names, columns, strict=True)))


def _coinjoins(story: Story) -> pa.Table:
    ledger, txid = story.truth.ledger, story.truth.deeds.coinjoin_txid
    [tx] = [tx for tx in ledger.txs if tx.txid == txid]
    rows = [
        (
            txid,
            "generic",
            1,
            None,
            side,
            index,
            ledger.outputs[each].owner,
            is_mix(ledger.outputs[each]),
            None,
        )
        for side, places in (("input", tx.spent), ("output", tx.made))
        for index, each in enumerate(places)
    ]
    names = (
        "txid", "protocol", "round", "coordinator", "side", "index", "participant", "is_mix",
        "denomination_sat",
    )  # fmt: skip
    table = _table(names, rows)
    for name, kind in (("coordinator", pa.string()), ("denomination_sat", pa.int64())):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table.column(name).cast(kind))
    return table


def is_mix(output: OutputTruth) -> bool:
    return output.purpose is Purpose.COINJOIN


def _stolen(story: Story) -> list[tuple[str, str, int, str, str, int]]:
    truth = story.truth
    deeds = truth.deeds
    [theft] = [tx for tx in truth.ledger.txs if tx.txid == deeds.theft_txid]
    rows = []
    before: dict[str, int] = {}
    for height in range(theft.height, len(story.blocks)):
        so_far = replace(truth.ledger, txs=[tx for tx in truth.ledger.txs if tx.height <= height])
        holders = value_at_tip_sat(so_far, deeds.theft_outputs, "thief")
        if holders != before:
            for holder, value_sat in holders.items():
                state = {FEES: "lost_to_fees", truth.cash_out: "at_service"}.get(holder, "held")
                rows.append((PLAYBOOK, deeds.theft_txid, height, holder, state, value_sat))
        before = holders
    return rows


def _stolen_outputs(story: Story) -> list[tuple[str, str, int, int]]:
    """Deposits of the peel chain, and whatever the thief has unspent, as far as it is loot."""
    ledger, deeds = story.truth.ledger, story.truth.deeds
    held = value_at_tip_sat(ledger, deeds.theft_outputs, "thief")
    rows = [(PLAYBOOK, each.txid, each.vout, ledger.outputs[each].value_sat) for each in deeds.peel_deposits]
    left_sat = held["thief"]
    for outpoint, output in ledger.outputs.items():
        is_loot = output.owner == "thief" and output.height >= 205 and outpoint not in ledger.spent_by
        if is_loot and left_sat:
            rows.append((PLAYBOOK, outpoint.txid, outpoint.vout, min(output.value_sat, left_sat)))
            left_sat -= min(output.value_sat, left_sat)
    return rows


def _write_labels(path: Path, story: Story) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("address", "actor", "category", "source"))
        for actor, addresses in sorted(story.labels.exchanges.items()):
            writer.writerows((address, actor, "exchange", "press") for address in addresses)


def _timeline(story: Story) -> list[dict[str, Any]]:
    deeds, ledger = story.truth.deeds, story.truth.ledger
    heights = {tx.txid: tx.height for tx in ledger.txs}
    events = [
        ("exchange-a", "theft", [deeds.theft_txid], "The hot wallet of exchange-a is robbed."),
        (
            "thief",
            "consolidation",
            [deeds.consolidation_txid],
            "The thief joins loot with an old coin of theirs.",
        ),
        ("thief", "dust", [deeds.dust_txid], "The thief sends dust to six strangers who never asked for it."),
        (
            "thief",
            "split",
            [deeds.split_txid],
            "A share goes to an associate, a piece is set aside to be mixed.",
        ),
        (
            "thief",
            "coinjoin",
            [deeds.coinjoin_txid],
            "The thief mixes a coin with four people who know nothing.",
        ),
        *(
            ("thief", "peel", [txid], "A straw man's deposit at exchange-b; the rest is carried on.")
            for txid in deeds.peel_txids
        ),
    ]
    rows = [
        {
            "height": heights[txids[0]],
            "time_unix": read_block(story.blocks[heights[txids[0]]])[0].time_unix,
            "actor": actor,
            "event": event,
            "txids": txids,
            "text": text,
        }
        for actor, event, txids, text in events
    ]
    return sorted(rows, key=lambda row: (row["height"], row["event"], row["txids"]))
