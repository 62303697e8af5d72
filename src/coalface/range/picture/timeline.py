"""The story of a made-up chain: what happened when, and who paid whom how much in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coalface.range.score.folder import read_json, wrong
from coalface.range.score.truth import Scenario, Truth, read_truth
from coalface.units import format_time

__all__ = ["Flow", "StoryEvent", "Timeline", "read_timeline"]

_MAX_EVENTS = 1_000_000
_FIELDS: dict[str, type] = {
    "height": int, "time_unix": int, "actor": str, "event": str, "txids": list, "text": str,
}  # fmt: skip


@dataclass(frozen=True)
class Flow:
    """What one actor paid another in an event, net of what came back."""

    from_actor: str
    to_actor: str
    value_sat: int


@dataclass(frozen=True)
class StoryEvent:
    """Something that happened."""

    height: int
    time_unix: int
    actor: str
    event: str
    text: str
    txids: tuple[str, ...]
    flows: tuple[Flow, ...]
    """Who paid whom. None where everybody kept their own, as in a CoinJoin."""
    moved_sat: int
    """What the actor's own coins in these transactions were worth."""


@dataclass(frozen=True)
class Timeline:
    """The whole story, in order."""

    scenario: Scenario
    events: tuple[StoryEvent, ...]
    kind_of: Mapping[str, str] = field(repr=False)
    """Kind of every actor, such as ``exchange``."""
    is_lawful: Mapping[str, bool] = field(repr=False)
    stolen_sat: Sequence[tuple[int, str, Mapping[str, int]]] = field(repr=False)
    """Height, theft, and who holds what of it from that height on; ascending."""

    def held_sat(self, height: int) -> dict[str, int]:
        """Stolen satoshi by holder after a height."""
        latest: dict[str, Mapping[str, int]] = {}
        for at, theft, holders in self.stolen_sat:
            if at <= height:
                latest[theft] = holders
        sums: dict[str, int] = {}
        for holders in latest.values():
            for holder, sat in holders.items():
                sums[holder] = sums.get(holder, 0) + sat
        return sums


def read_timeline(folder: str | Path) -> Timeline:
    """The story in a folder that `coalface range build` wrote.

    Raises
    ------
    RangeFileError
        If the story or the truth cannot be read as one, or they contradict each other.
    """
    folder = Path(folder)
    truth = read_truth(folder)
    rows = _rows(folder / "story.json", set(truth.txs["txid"]))
    moves = _Moves(truth, {txid for row in rows for txid in row["txids"]})
    return Timeline(
        truth.scenario,
        tuple(moves.event(row) for row in rows),
        truth.of_actor("kind"),
        truth.of_actor("is_lawful"),
        _stolen(truth),
    )


def _rows(path: Path, txids: set[str]) -> list[dict[str, Any]]:
    """Events as they stand in the file, in order of height."""
    content = read_json(path)
    if not isinstance(content, list) or len(content) > _MAX_EVENTS:
        raise wrong(path, f"holds no list of at most {_MAX_EVENTS} events", "range_story")
    for number, row in enumerate(content):
        for name, kind in _FIELDS.items():
            value = row.get(name) if isinstance(row, dict) else None
            if not isinstance(value, kind) or isinstance(value, bool):
                raise wrong(path, f"event {number} has no `{name}` of type {kind.__name__}", "range_story")
        if not all(isinstance(txid, str) and txid in txids for txid in row["txids"]):
            raise wrong(path, f"event {number} names a transaction that txs.parquet lacks", "range_story")
        try:
            format_time(row["time_unix"])
        except ValueError as error:
            raise wrong(path, f"event {number} has a time that no calendar knows", "range_story") from error
    return sorted(content, key=lambda row: row["height"])


class _Moves:
    """Who brought and got what in some transactions."""

    def __init__(self, truth: Truth, txids: set[str]) -> None:
        self._brought: dict[str, dict[str, int]] = {}
        self._got: dict[str, dict[str, int]] = {}
        table = truth.outputs
        for txid, spent_txid, owner, sat in zip(
            table["txid"], table["spent_txid"], table["owner"], table["value_sat"].tolist(), strict=True
        ):
            for book, name in ((self._got, txid), (self._brought, spent_txid)):
                if name in txids:
                    sums = book.setdefault(name, {})
                    sums[owner] = sums.get(owner, 0) + sat

    def event(self, row: Mapping[str, Any]) -> StoryEvent:
        """One event with what was paid in it."""
        paid: dict[tuple[str, str], int] = {}
        moved_sat = 0
        for txid in row["txids"]:
            moved_sat += self._brought.get(txid, {}).get(row["actor"], 0)
            for pair, sat in self._paid(txid).items():
                paid[pair] = paid.get(pair, 0) + sat
        flows = tuple(
            Flow(*pair, sat) for pair, sat in sorted(paid.items(), key=lambda each: (-each[1], each[0]))
        )
        return StoryEvent(
            row["height"],
            row["time_unix"],
            row["actor"],
            row["event"],
            row["text"],
            tuple(row["txids"]),
            flows,
            moved_sat,
        )

    def _paid(self, txid: str) -> dict[tuple[str, str], int]:
        """Net payments of a transaction: each gain is shared over those who lost, by what they lost."""
        brought, got = self._brought.get(txid, {}), self._got.get(txid, {})
        net = {name: got.get(name, 0) - brought.get(name, 0) for name in {*brought, *got}}
        losses = {name: -sat for name, sat in sorted(net.items()) if sat < 0}
        lost_sat = sum(losses.values())
        paid = {}
        for to, gain_sat in net.items():
            if gain_sat > 0 and lost_sat:
                for payer, loss_sat in losses.items():
                    paid[payer, to] = gain_sat * loss_sat // lost_sat
        return {pair: sat for pair, sat in paid.items() if sat}


def _stolen(truth: Truth) -> list[tuple[int, str, dict[str, int]]]:
    """Holders of every theft, by the heights at which they changed."""
    table = truth.stolen
    names = ("height", "theft_txid", "holder", "value_sat")
    found: dict[tuple[int, str], dict[str, int]] = {}
    for height, theft, holder, sat in zip(*(table[name].tolist() for name in names), strict=True):
        holders = found.setdefault((height, theft), {})
        holders[holder] = holders.get(holder, 0) + sat
    return [(height, theft, holders) for (height, theft), holders in sorted(found.items())]
