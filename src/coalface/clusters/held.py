"""The review queue: every union that the overlay holds back in a store."""

from dataclasses import dataclass, replace

import numpy as np

from coalface.chain import Chain, Coverage, Provenance
from coalface.chain.reference import check_count
from coalface.clusters.overlay import OVERLAY_RULE, Guards, Hold, Knowledge, Replay
from coalface.clusters.rule_sets import open_set
from coalface.errors import LimitExceeded

__all__ = ["HeldUnions", "held"]


@dataclass(frozen=True)
class HeldUnions:
    """Unions that a rule set makes and the overlay holds back, as of a block."""

    rule_set: str
    """Name and version."""
    large_at_least: int | None
    """`None` if that guard was left out."""
    uses_labels: bool
    n_held: int
    held: tuple[Hold, ...]
    """The one with the largest smaller side first."""
    n_clusters: int
    """Pure clusters that were replayed, since something could hold a union back there."""
    too_large: tuple[str, ...]
    """Anchors of clusters that have too many addresses to be replayed: what is held there is not listed."""
    coverage: Coverage
    provenance: Provenance
    status: str = "inference"


def held(
    chain: Chain, *, rule_set: str | None = None, guards: Guards | None = None, limit: int = 100
) -> HeldUnions:
    """Every union of a rule set that guards or splits hold back, largest first, at most `limit`.

    Parameters
    ----------
    chain
        As of which block.
    rule_set
        Name of a set that was built beside the store; ``strict`` unless given.
    guards
        What holds back, with its thresholds.
    limit
        Unions to give.

    Raises
    ------
    UsageError
        If `limit` is negative, or there is no such rule set.
    NotFound
        If the rule set was not built in this store.

    Notes
    -----
    Reads a row of every address, then replays the clusters that are large enough, have labels of two actors,
    or are the subject of a decision.
    """
    check_count("limit", limit)
    guards = guards or Guards()
    opened = open_set(chain, rule_set)
    core, bound = opened.core, opened.chain.bound
    knowledge = Knowledge(opened.chain, guards)
    seeds: set[int] = set()
    if guards.large_at_least is not None and guards.large_at_least < 2**31:
        seeds.update(core.large_roots(bound, 2 * guards.large_at_least))
    by_root: dict[int, set[int]] = {}
    for address_id, actors in knowledge.actors.items():
        by_root.setdefault(core.cluster(address_id, bound)[0], set()).update(actors)
    seeds.update(root for root, actors in by_root.items() if len(actors) > 1)
    for pair in (*knowledge.splits.values(), *(pair for pair, _ in knowledge.merges)):
        seeds.update(core.cluster(each, bound)[0] for each in pair)
    found: list[Hold] = []
    done: set[int] = set()
    too_large: list[int] = []
    for seed in sorted(seeds):
        if seed in done:
            continue
        try:
            replay = Replay(opened, knowledge, [seed])
        except LimitExceeded:
            too_large.append(core.cluster(seed, bound)[2])
            continue
        done.update(replay.roots)
        found += replay.holds()
    found.sort(key=lambda hold: -min(hold.n_from_addresses, hold.n_to_addresses))
    texts = opened.chain.core.address_texts(np.array(too_large, np.uint32))
    return HeldUnions(
        rule_set=opened.rules[0],
        large_at_least=guards.large_at_least,
        uses_labels=knowledge.uses_labels,
        n_held=len(found),
        held=tuple(found[:limit]),
        n_clusters=len(done),
        too_large=tuple(text or "" for text in texts),
        coverage=opened.coverage,
        provenance=replace(opened.provenance, rules=(*opened.rules, OVERLAY_RULE)),
    )
