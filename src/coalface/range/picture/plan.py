"""What of a story fits into one picture: lanes of actors, columns of events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from coalface.range.picture.timeline import Flow, StoryEvent, Timeline

__all__ = ["Column", "Lane", "Plan", "plan"]

_MAX_COLUMNS = 14
_MAX_LANES = 12
_MAX_FLOWS = 3
"""Arrows of one column at the most, where different payments share one."""
_CROWD = 3
"""People who appear in one event only are drawn as one lane from this number on."""
_MASS = 12
"""Whoever is paid in one event by one payer is drawn as one lane from this number on."""


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
    Where not everything fits, what suspects do comes first, and of that one event of each kind, then what
    moves most. A column is drawn whole or not at all; what is left out is counted.
    """
    masses: dict[str, frozenset[str]] = {}
    events = tuple(_gathered(event, timeline, masses) for event in timeline.events)
    timeline = replace(timeline, events=events)
    crowd = _crowds(timeline)
    columns = _chosen(timeline, crowd)
    order: dict[str, None] = {}
    for column in columns:
        order.update(dict.fromkeys(_lanes_of(column, crowd)))
    own = set(order) | set(crowd)
    lanes = tuple(
        _mass(key, masses[key], own) if key in masses else _lane(key, crowd, timeline) for key in order
    )
    n_drawn = sum(len(column.events) for column in columns)
    return Plan(lanes, tuple(columns), len(timeline.events) - n_drawn)


def _gathered(event: StoryEvent, timeline: Timeline, masses: dict[str, frozenset[str]]) -> StoryEvent:
    """The event with everybody lawful whom its actor pays as one payee, if many; they go to `masses`."""
    many = [
        flow
        for flow in event.flows
        if flow.from_actor == event.actor and timeline.is_lawful.get(flow.to_actor, True)
    ]
    if len(many) < _MASS:
        return event
    key = f"mass {len(masses)}"
    masses[key] = frozenset(flow.to_actor for flow in many)
    rest = [flow for flow in event.flows if flow not in many]
    paid = Flow(event.actor, key, sum(flow.value_sat for flow in many))
    return replace(event, flows=(paid, *rest))


def _mass(key: str, actors: frozenset[str], own: set[str]) -> Lane:
    """The lane of many who are paid at once; whoever has a lane of their own is shown there."""
    return Lane(key, f"{len(actors)} others", "people and services", "other", actors - own)


def _lanes_of(column: Column, crowd: Mapping[str, str]) -> list[str]:
    """Lanes that a column needs: payers before payees, or whoever acts where nobody pays."""
    keys = [key for pair in column.flows for key in pair]
    return list(dict.fromkeys(keys or [crowd.get(event.actor, event.actor) for event in column.events]))


def _chosen(timeline: Timeline, crowd: Mapping[str, str]) -> list[Column]:
    """The columns that fit."""
    columns = _merged(timeline.events, crowd, max_flows=None)
    if _fit(columns, crowd):
        return columns
    suspects = {actor for actor, is_lawful in timeline.is_lawful.items() if not is_lawful}
    guilty = [event for event in timeline.events if suspects & _people(event)]
    columns = _merged(guilty or timeline.events, crowd, max_flows=_MAX_FLOWS)
    first: dict[str, int] = {}
    for number, column in enumerate(columns):
        first.setdefault(column.events[0].event, number)
    by_value = sorted(range(len(columns)), key=lambda n: (-columns[n].value_sat, n))
    heads = set(first.values())
    wanted = [n for n in by_value if n in heads] + [n for n in by_value if n not in heads]
    taken: list[int] = []
    lanes: set[str] = set()
    for number in wanted:
        needed = lanes | set(_lanes_of(columns[number], crowd))
        if len(taken) < _MAX_COLUMNS and len(needed) <= _MAX_LANES:
            taken.append(number)
            lanes = needed
    return [columns[number] for number in sorted(taken)]


def _fit(columns: Sequence[Column], crowd: Mapping[str, str]) -> bool:
    lanes = {key for column in columns for key in _lanes_of(column, crowd)}
    return len(columns) <= _MAX_COLUMNS and len(lanes) <= _MAX_LANES


def _people(event: StoryEvent) -> set[str]:
    """Everybody who has a part in an event."""
    return {event.actor, *(name for flow in event.flows for name in (flow.from_actor, flow.to_actor))}


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


def _merged(events: Iterable[StoryEvent], crowd: Mapping[str, str], max_flows: int | None) -> list[Column]:
    """Events as columns; one that is like the one before goes into its column.

    Alike are events of one kind and actor between the same people; if ``max_flows`` is given, between any, as
    long as no column gets more arrows than that.
    """
    columns: list[Column] = []
    for event in events:
        flows = _lane_flows(event.flows, crowd)
        last = columns[-1] if columns else None
        if last is not None and (last.events[0].event, last.events[0].actor) == (event.event, event.actor):
            together = last.flows.keys() | flows.keys()
            if last.flows.keys() == flows.keys() or (max_flows is not None and len(together) <= max_flows):
                last.events.append(event)
                for pair, sat in flows.items():
                    last.flows[pair] = last.flows.get(pair, 0) + sat
                continue
        columns.append(Column([event], flows))
    return columns


def _lane_flows(flows: Iterable[Flow], crowd: Mapping[str, str]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for flow in flows:
        pair = crowd.get(flow.from_actor, flow.from_actor), crowd.get(flow.to_actor, flow.to_actor)
        if pair[0] != pair[1]:
            found[pair] = found.get(pair, 0) + flow.value_sat
    return found


def _lane(key: str, crowd: Mapping[str, str], timeline: Timeline) -> Lane:
    actors = frozenset(actor for actor, name in crowd.items() if name == key) or frozenset({key})
    kinds = {timeline.kind_of.get(actor, "unknown") for actor in actors}
    kind = kinds.pop().replace("_", " ") if len(kinds) == 1 else "several kinds"
    is_lawful = all(timeline.is_lawful.get(actor, True) for actor in actors)
    is_service = len(actors) == 1 and timeline.kind_of.get(key) in _SERVICES
    role = "service" if is_service else "other"
    title = key if len(actors) == 1 else f"{len(actors)} people"
    return Lane(key, title, kind, role if is_lawful else "suspect", actors)
