"""Union-find that holds unions back, compared with sets of numbers."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from coalface.clusters.constrained import Constrained

NODES = st.integers(0, 14)
PAIRS = st.lists(st.tuples(NODES, NODES).filter(lambda pair: pair[0] != pair[1]), max_size=30)
SPLITS = st.lists(st.tuples(NODES, NODES).filter(lambda pair: pair[0] != pair[1]), max_size=6)
ACTORS = st.dictionaries(NODES, st.frozensets(st.integers(0, 3), min_size=1, max_size=1), max_size=6)
LARGE = st.one_of(st.none(), st.integers(1, 5))


def slow(
    ties: list[tuple[int, int]],
    splits: list[tuple[int, int]],
    actors: dict[int, frozenset[int]],
    large: int | None,
) -> tuple[list[set[int]], list[str | None]]:
    """Clusters as plain sets, and what held each tie back."""
    clusters = [{each} for each in range(15)]
    guards: list[str | None] = []
    for a, b in ties:
        left = next(each for each in clusters if a in each)
        right = next(each for each in clusters if b in each)
        one, other = (
            frozenset().union(*(actors.get(n, frozenset()) for n in side)) for side in (left, right)
        )
        if left is right:
            guards.append(None)
        elif any((x in left and y in right) or (y in left and x in right) for x, y in splits):
            guards.append("split")
        elif one and other and not (one <= other or other <= one):
            guards.append("labels")
        elif large is not None and min(len(left), len(right)) >= large:
            guards.append("large")
        else:
            guards.append(None)
            left |= right
            clusters.remove(right)
    return clusters, guards


@given(PAIRS, SPLITS, ACTORS, LARGE)
def test_equals_plain_sets(
    ties: list[tuple[int, int]],
    splits: list[tuple[int, int]],
    actors: dict[int, frozenset[int]],
    large: int | None,
) -> None:
    found = Constrained(dict(enumerate(splits)), actors, large)
    held = [found.unite(*tie) for tie in ties]
    clusters, guards = slow(ties, splits, actors, large)
    assert [each and each.guard for each in held] == guards
    for cluster in clusters:
        least = min(cluster)
        assert found.members(least, range(15)) == sorted(cluster)
        assert found.size(least) == len(cluster)


@given(PAIRS, PAIRS, SPLITS, ACTORS, LARGE)
def test_a_forbidden_pair_never_shares_a_cluster(
    merges: list[tuple[int, int]],
    ties: list[tuple[int, int]],
    splits: list[tuple[int, int]],
    actors: dict[int, frozenset[int]],
    large: int | None,
) -> None:
    found = Constrained(dict(enumerate(splits)), actors, large)
    for merge in merges:
        found.unite(*merge, guarded=False)
        assert all(found.root(a) != found.root(b) for a, b in splits)
    for tie in ties:
        found.unite(*tie)
        assert all(found.root(a) != found.root(b) for a, b in splits)
    if not merges:
        for a, b in itertools.combinations(actors, 2):
            assert actors[a] == actors[b] or found.root(a) != found.root(b)


@given(PAIRS)
def test_without_holds_it_is_a_union_find(ties: list[tuple[int, int]]) -> None:
    found = Constrained({}, {}, None)
    assert all(found.unite(*tie) is None for tie in ties)
    assert all(found.root(a) == found.root(b) for a, b in ties)
