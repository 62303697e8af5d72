"""The cut overlay: what guards and analysts hold apart or join on top of a pure rule set.

Nothing is kept of it: the ties behind a cluster are replayed in chain order whenever it is asked for, first
the merges of analysts, in the order of their addresses, then the ties, each unless a split or a guard holds
it back. So the order in which statements were made does not show, and one that was withdrawn was never there.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from coalface.chain import Chain
from coalface.chain.reference import check_count
from coalface.clusters.constrained import Constrained, Held
from coalface.clusters.decisions import Decision, standing
from coalface.clusters.rule_sets import OpenSet
from coalface.clusters.steps import Tie
from coalface.errors import LimitExceeded
from coalface.labels import LabelBook, has_labels
from coalface.labels.services import labelled_addresses

__all__ = ["OVERLAY_RULE", "Guards", "Hold", "Join", "Knowledge", "Overlay", "Replay"]

OVERLAY_RULE = "overlay/1"
_MAX_LISTED = 100


@dataclass(frozen=True)
class Guards:
    """What holds a union back without an analyst's word."""

    large_at_least: int | None = 1000
    """Two clusters of so many addresses each are not united; `None` leaves the guard out. Hardly a person's
    wallet has a thousand, so that a wrong union of two such puts services together; and there are few enough
    of them for somebody to look at each."""
    labels: bool = True
    """Whether clusters are kept apart whose labels name different actors."""
    max_addresses: int = 1_000_000
    """Addresses of the pure clusters that one answer replays: some 500 bytes and 5 microseconds each."""

    def __post_init__(self) -> None:
        if self.large_at_least is not None:
            check_count("large_at_least", self.large_at_least, least=1, most=2**32)
        check_count("max_addresses", self.max_addresses, least=1, most=2**32)


@dataclass(frozen=True)
class Hold:
    """A union that the rule set makes and the overlay does not."""

    guard: str
    """``split`` by an analyst, ``labels`` of different actors, or two ``large`` clusters."""
    why: str
    from_address: str
    """One end of the evidence."""
    to_address: str
    n_from_addresses: int
    """Addresses of that side at that moment."""
    n_to_addresses: int
    rule: str
    """What ties them: name and version, or ``merge``, an analyst's that a split overrules."""
    txid: str | None
    """`None` of a merge."""
    height: int | None
    known_height: int | None
    """Block of the latest evidence."""
    decision: int | None
    """The split; `None` of other guards."""


@dataclass(frozen=True)
class Join:
    """A union that an analyst added."""

    a: str
    b: str
    decision: int
    reason: str
    source: str
    author: str


@dataclass(frozen=True)
class Overlay:
    """What the overlay changed around a cluster, and by which parameters."""

    rule: str
    large_at_least: int | None
    """`None` if that guard was left out."""
    uses_labels: bool
    """Whether there were labels that could hold a union back."""
    n_pure_addresses: int
    """Addresses of the cluster without it."""
    n_held: int
    held: tuple[Hold, ...]
    """Unions held back at the border of the cluster, the largest first: at most 100."""
    joins: tuple[Join, ...]
    """Unions added inside it."""


class Knowledge:
    """Decisions and labels about the addresses of a chain, by address id.

    Labels and decisions are those of today, whichever block the chain is as of.
    """

    def __init__(self, chain: Chain, guards: Guards) -> None:
        self.guards = guards
        self.by_id: dict[int, Decision] = {}
        self.splits: dict[int, tuple[int, int]] = {}
        merges: list[tuple[tuple[int, int], int]] = []
        for each in standing(chain.folder):
            a, b = (chain.core.find_address(text or "", chain.bound) for text in (each.a, each.b))
            if a is None or b is None or a == b:
                continue
            self.by_id[each.id] = each
            if each.kind == "split":
                self.splits[each.id] = (a, b)
            else:
                merges.append(((min(a, b), max(a, b)), each.id))
        self.merges = sorted(merges)
        """By address ids, so that the order of statements does not matter."""
        self.actors: dict[int, frozenset[int]] = {}
        self.names: tuple[str, ...] = ()
        self.uses_labels = guards.labels and has_labels(chain.folder)
        if self.uses_labels:
            with LabelBook(chain.folder) as book:
                labelled = labelled_addresses(chain, book)
            self.names = labelled.actors
            for address, actor in zip(*(each.tolist() for each in labelled.actor_ids()), strict=True):
                self.actors[address] = self.actors.get(address, frozenset()) | {actor}


class Replay:
    """The clusters of some addresses with the overlay, and what it held back.

    Parameters
    ----------
    opened
        The pure rule set.
    knowledge
        Of the same chain.
    ids
        Addresses whose clusters are wanted; what merges join to them is replayed too.

    Raises
    ------
    LimitExceeded
        If the pure clusters have more addresses than the guards' `max_addresses`.
    """

    def __init__(self, opened: OpenSet, knowledge: Knowledge, ids: Iterable[int]) -> None:
        self._opened, self._knowledge = opened, knowledge
        core, bound, guards = opened.core, opened.chain.bound, knowledge.guards
        self._root_of: dict[int, int] = {}
        self.roots = self._reached(ids)
        """Roots of the pure clusters."""
        n_addresses = sum(core.cluster(root, bound)[1] for root in self.roots)
        if n_addresses > guards.max_addresses:
            raise LimitExceeded(
                f"the overlay would replay {n_addresses} addresses, allowed are {guards.max_addresses}",
                code="limit_overlay",
                hint="ask for the pure cluster, or raise --overlay-max",
            )
        self.ids: set[int] = set()
        ties: list[Tie] = []
        for root in self.roots:
            found = core.ties(root, bound, guards.max_addresses)
            if found is None:
                raise LimitExceeded(
                    f"the overlay would replay too many inputs of {n_addresses} addresses",
                    code="limit_overlay",
                    hint="ask for the pure cluster, or raise --overlay-max",
                )
            ties += found
            self.ids.update(core.members(root, bound, guards.max_addresses)[0].tolist())
        splits = {number: pair for number, pair in knowledge.splits.items() if self.ids.issuperset(pair)}
        actors = {each: knowledge.actors[each] for each in self.ids & knowledge.actors.keys()}
        self.union = Constrained(splits, actors, guards.large_at_least)
        self.joins: list[tuple[int, int]] = []
        """Merges that were made: a decision and an end of it."""
        self._held: list[tuple[tuple[int, int], Tie | None, Held]] = []
        for pair, number in knowledge.merges:
            if not self.ids.issuperset(pair):
                continue
            held = self.union.unite(*pair, guarded=False)
            if held is None:
                self.joins.append((number, pair[0]))
            else:
                self._held.append((pair, None, held))
        # In chain order; of one moment, the order in which a set made its unions stays.
        for tie in sorted(ties, key=lambda tie: tie[4]):
            held = self.union.unite(tie[0], tie[1])
            if held is not None:
                self._held.append((tie[:2], tie, held))
        # A merge, or an address of two actors, may have brought together later what was held back first.
        # A transaction with many inputs ties the same two sides again and again.
        once: dict[tuple[int, ...], tuple[tuple[int, int], Tie | None, Held]] = {}
        for row in self._held:
            sides = sorted(self.union.root(end) for end in row[0])
            if sides[0] != sides[1]:
                once.setdefault((-1 if row[1] is None else row[1][3], *sides), row)
        self._held = list(once.values())

    @property
    def changes_nothing(self) -> bool:
        """Whether the clusters are those of the pure rule set."""
        return not self._held and not self.joins

    def members(self, address_id: int) -> list[int]:
        """Addresses of the cluster of one of the addresses, the earliest first."""
        return self.union.members(address_id, self.ids)

    def holds(self, around: Iterable[int] | None = None) -> tuple[Hold, ...]:
        """Unions held back, the one with the largest smaller side first.

        Parameters
        ----------
        around
            Only those at the border of the clusters of these addresses; `None` gives all.
        """
        root = self.union.root
        wanted = None if around is None else {root(each) for each in around}
        rows = [
            each for each in self._held if wanted is None or wanted & {root(each[0][0]), root(each[0][1])}
        ]
        rows.sort(
            key=lambda row: (-min(row[2].from_size, row[2].to_size), row[1][4] if row[1] else -1, row[0])
        )
        core = self._opened.chain.core
        texts = core.address_texts(np.array([end for pair, *_ in rows for end in pair], np.uint32))
        txs = [tie for _, tie, _ in rows if tie is not None]
        txids, heights, _ = core.txs(np.array([tie[3] for tie in txs], np.uint32))
        known = core.txs(np.array([tie[4] for tie in txs], np.uint32))[1]
        places = iter(zip(txids, heights, known, strict=True))
        found = []
        for n, (_, tie, held) in enumerate(rows):
            txid, height, known_height = (None, None, None) if tie is None else next(places)
            found.append(
                Hold(
                    guard=held.guard,
                    why=self._why(held),
                    from_address=texts[2 * n] or "",
                    to_address=texts[2 * n + 1] or "",
                    n_from_addresses=held.from_size,
                    n_to_addresses=held.to_size,
                    rule="merge" if tie is None else tie[2],
                    txid=txid,
                    height=height,
                    known_height=known_height,
                    decision=held.split,
                )
            )
        return tuple(found)

    def overlay(self, *around: int) -> Overlay:
        """What was changed around the clusters of some of the addresses."""
        core, bound, guards = self._opened.core, self._opened.chain.bound, self._knowledge.guards
        held, root = self.holds(around), self.union.root
        inside = {root(each) for each in around}
        said = (self._knowledge.by_id[number] for number, end in self.joins if root(end) in inside)
        return Overlay(
            rule=OVERLAY_RULE,
            large_at_least=guards.large_at_least,
            uses_labels=self._knowledge.uses_labels,
            n_pure_addresses=core.cluster(around[0], bound)[1],
            n_held=len(held),
            held=held[:_MAX_LISTED],
            joins=tuple(
                Join(each.a or "", each.b or "", each.id, each.reason, each.source, each.author)
                for each in said
            ),
        )

    def _why(self, held: Held) -> str:
        if held.split is not None:
            said = self._knowledge.by_id[held.split]
            return f"split {said.id} by {said.author}: {said.reason} ({said.source})"
        if held.guard == "large":
            return f"both sides have {self._knowledge.guards.large_at_least} addresses or more"
        one, other = (", ".join(sorted(self._knowledge.names[each] for each in side)) for side in held.actors)
        return f"labels name {one} on one side, {other} on the other"

    def _reached(self, ids: Iterable[int]) -> list[int]:
        """Roots of the pure clusters of addresses and of what merges join to them, ascending."""
        near: dict[int, set[int]] = {}
        for pair, _ in self._knowledge.merges:
            one, other = (self._root(each) for each in pair)
            near.setdefault(one, set()).add(other)
            near.setdefault(other, set()).add(one)
        stack = [self._root(each) for each in ids]
        found = set(stack)
        while stack:
            new = near.get(stack.pop(), set()) - found
            found |= new
            stack.extend(new)
        return sorted(found)

    def _root(self, address_id: int) -> int:
        root = self._root_of.get(address_id)
        if root is None:
            root = self._opened.core.cluster(address_id, self._opened.chain.bound)[0]
            self._root_of[address_id] = root
        return root
