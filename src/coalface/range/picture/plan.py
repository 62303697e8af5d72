"""What of a story fits into one picture: lanes of actors, columns of events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from coalface.range.picture.timeline import Flow, StoryEvent, Timeline

__all__ = ["Column", "Lane", "Plan", "plan"]

_MAX_COLUMNS = 14
_MAX_LANES = 12
_CROWD = 3
"""People who appear in one event only are drawn as one lane from this number on."""


@dataclass(frozen=True)
class Lane:
    """A row of the picture."""

    key: str
    title: str
    subtitle: str
    role: str
    """``suspect``, ``service`` or ``other``: how it is coloured."""
    actors: frozenset[str]


@dataclass
class Column:
    """One event, or several alike one after another."""

    events: list[StoryEvent]
    flows: dict[tuple[str, str], int] = field(default_factory=dict)
    """Satoshi by lane of the payer and lane of the payee."""

    @property
    def value_sat(self) -> int:
        """What was paid in it."""
        return sum(self.flows.values())


@dataclass(frozen=True)
class Plan:
    """Lanes and columns, and what was left out."""

    lanes: tuple[Lane, ...]
    columns: tuple[Column, ...]
    n_events_left_out: int
    n_flows_left_out: int


_SERVICES = frozenset(
    {
        "exchange", "merchant", "nested_service", "otc", "gambling", "custodial_wallet", "pool", "mixer",
        "coordinator", "swap", "hash_rental", "forfeiture", "lightning",
    }
)  # fmt: skip


def plan(timeline: Timeline) -> Plan:
    """Lanes in the order of their first part in the story, events in columns, alike ones together.

    Parameters
    ----------
    timeline
        The story.

    Notes
    -----
    What does not fit is left out by value, the first event of each kind excepted, and counted.
    """
    crowd = _crowds(timeline)
    columns = _chosen(_merged(timeline.events, crowd))
    order: dict[str, None] = {}
    for column in columns:
        for payer, payee in column.flows:
            order.setdefault(payer)
            order.setdefault(payee)
        for event in column.events:
            order.setdefault(crowd.get(event.actor, event.actor))
    keys = _most_active(order, columns)
    shown = set(keys)
    left_out = 0
    for column in columns:
        kept = {pair: sat for pair, sat in column.flows.items() if set(pair) <= shown}
        left_out += len(column.flows) - len(kept)
        column.flows = kept
    lanes = tuple(_lane(key, crowd, timeline) for key in keys)
    n_drawn = sum(len(column.events) for column in columns)
    return Plan(lanes, tuple(columns), len(timeline.events) - n_drawn, left_out)


def _crowds(timeline: Timeline) -> dict[str, str]:
    """Lane of those who are drawn together with others: bystanders of one event."""
    seen: dict[str, set[int]] = {}
    leads = {event.actor for event in timeline.events}
    for number, event in enumerate(timeline.events):
        for flow in event.flows:
            for actor in (flow.from_actor, flow.to_actor):
                seen.setdefault(actor, set()).add(number)
    groups: dict[tuple[int, bool], list[str]] = {}
    for actor, numbers in seen.items():
        if len(numbers) == 1 and actor not in leads and timeline.kind_of.get(actor) not in _SERVICES:
            [number] = numbers
            groups.setdefault((number, timeline.is_lawful.get(actor, True)), []).append(actor)
    return {
        actor: f"crowd {number} {is_lawful}"
        for (number, is_lawful), actors in groups.items()
        if len(actors) >= _CROWD
        for actor in actors
    }


def _merged(events: Iterable[StoryEvent], crowd: dict[str, str]) -> list[Column]:
    """Events as columns; one that is like the one before goes into its column."""
    columns: list[Column] = []
    for event in events:
        flows = _lane_flows(event.flows, crowd)
        last = columns[-1] if columns else None
        if (
            last is not None
            and (last.events[0].event, last.events[0].actor) == (event.event, event.actor)
            and last.flows.keys() == flows.keys()
        ):
            last.events.append(event)
            for pair, sat in flows.items():
                last.flows[pair] += sat
        else:
            columns.append(Column([event], flows))
    return columns


def _lane_flows(flows: Iterable[Flow], crowd: dict[str, str]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for flow in flows:
        pair = crowd.get(flow.from_actor, flow.from_actor), crowd.get(flow.to_actor, flow.to_actor)
        if pair[0] != pair[1]:
            found[pair] = found.get(pair, 0) + flow.value_sat
    return found


def _chosen(columns: Sequence[Column]) -> list[Column]:
    """The columns that fit: the first of each kind of event, then by value."""
    if len(columns) <= _MAX_COLUMNS:
        return list(columns)
    first: dict[str, int] = {}
    for number, column in enumerate(columns):
        first.setdefault(column.events[0].event, number)
    by_value = sorted(range(len(columns)), key=lambda n: (-columns[n].value_sat, n))
    wanted = list(dict.fromkeys([*first.values(), *by_value]))[:_MAX_COLUMNS]
    return [columns[number] for number in sorted(wanted)]


def _most_active(order: Iterable[str], columns: Sequence[Column]) -> list[str]:
    """The lanes that fit, in their order: those with most value through them, and the actors of events."""
    keys = list(order)
    if len(keys) <= _MAX_LANES:
        return keys
    weight = dict.fromkeys(keys, 0)
    for column in columns:
        for pair, sat in column.flows.items():
            for key in pair:
                weight[key] += sat
    kept = set(sorted(keys, key=lambda key: (-weight[key], keys.index(key)))[:_MAX_LANES])
    return [key for key in keys if key in kept]


def _lane(key: str, crowd: dict[str, str], timeline: Timeline) -> Lane:
    actors = frozenset(actor for actor, name in crowd.items() if name == key) or frozenset({key})
    kinds = {timeline.kind_of.get(actor, "unknown") for actor in actors}
    kind = kinds.pop().replace("_", " ") if len(kinds) == 1 else "several kinds"
    is_lawful = all(timeline.is_lawful.get(actor, True) for actor in actors)
    is_service = len(actors) == 1 and timeline.kind_of.get(key) in _SERVICES
    role = "service" if is_service else "other"
    title = key if len(actors) == 1 else f"{len(actors)} people"
    return Lane(key, title, kind, role if is_lawful else "suspect", actors)
