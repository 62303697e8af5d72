"""Measures of agreement against definitions written out over all pairs."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coalface.range.score.partition import (
    Overlap,
    adjusted_rand_ppm,
    b_cubed,
    mixed_clusters,
    pairwise,
    worst_cluster,
    wrongly_joined,
)

Item = tuple[int, int, int, bool]
"""Found label, true label, value, whether it is in the group."""
ITEMS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 10**15), st.booleans()), max_size=24
)


def overlap_of(items: list[Item]) -> Overlap:
    return Overlap(np.array([i[0] for i in items], np.int64), np.array([i[1] for i in items], np.int64))


def values_of(items: list[Item]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([i[2] for i in items], np.int64)


def group_of(items: list[Item]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([i[3] for i in items], np.bool_)


@given(ITEMS)
def test_pairs_are_those_that_can_be_counted_by_hand(items: list[Item]) -> None:
    for group in (None, group_of(items)):
        pairs = [(a, b) for a, b in combinations(items, 2) if group is None or a[3] or b[3]]
        joined = [(a, b) for a, b in pairs if a[0] == b[0]]
        owned = [(a, b) for a, b in pairs if a[1] == b[1]]
        both = [(a, b) for a, b in joined if a[1] == b[1]]
        precision, recall = pairwise(overlap_of(items), group)
        assert (precision.hits, precision.trials) == (len(both), len(joined))
        assert (recall.hits, recall.trials) == (len(both), len(owned))


@given(ITEMS)
def test_b_cubed_is_the_mean_over_items(items: list[Item]) -> None:
    for group in (None, group_of(items)):
        chosen = [i for i in items if group is None or i[3]]
        for which, found in enumerate(b_cubed(overlap_of(items), group)):
            shares = [
                Fraction(
                    sum(1 for other in items if other[:2] == item[:2]),
                    sum(1 for other in items if other[which] == item[which]),
                )
                for item in chosen
            ]
            assert found.trials == len(chosen)
            assert abs(found.hits - float(sum(shares))) <= 0.500001


@given(ITEMS)
def test_adjusted_rand_follows_its_formula(items: list[Item]) -> None:
    n_pairs = len(items) * (len(items) - 1) // 2
    both = joined = owned = 0
    for a, b in combinations(items, 2):
        joined += a[0] == b[0]
        owned += a[1] == b[1]
        both += a[0] == b[0] and a[1] == b[1]
    found = adjusted_rand_ppm(overlap_of(items))
    if not items:
        assert found is None
        return
    expected = Fraction(joined * owned, n_pairs) if n_pairs else Fraction(0)
    most = Fraction(joined + owned, 2)
    if most == expected:
        assert found == 1_000_000
    else:
        assert found == (both - expected) * 1_000_000 // (most - expected)


@given(ITEMS)
def test_mixed_clusters_and_value_in_the_wrong_cluster(items: list[Item]) -> None:
    group = group_of(items)
    clusters: dict[int, list[Item]] = {}
    for item in items:
        clusters.setdefault(item[0], []).append(item)
    mixed = mixed_clusters(overlap_of(items), group)
    counted = [c for c in clusters.values() if len(c) > 1 and any(i[3] for i in c)]
    assert mixed.trials == len(counted)
    assert mixed.hits == sum(1 for c in counted if len({i[1] for i in c}) > 1)

    wrong_sat, all_wrong = 0, {}
    for label, cluster in clusters.items():
        owners = {i[1] for i in cluster}
        main = min(
            owners,
            key=lambda owner: (
                -sum(i[2] for i in cluster if i[1] == owner),
                -sum(1 for i in cluster if i[1] == owner),
                owner,
            ),
        )
        wrong_sat += sum(i[2] for i in cluster if i[1] != main and i[3])
        if len(owners) > 1:
            all_wrong[label] = sum(i[2] for i in cluster if i[1] != main)
    found = wrongly_joined(overlap_of(items), values_of(items), group)
    assert found.hits == wrong_sat
    assert found.trials == sum(i[2] for i in items if i[3])
    worst = worst_cluster(overlap_of(items), values_of(items))
    assert (worst is None) == (not all_wrong)
    if worst is not None:
        assert worst.wrong_sat == max(all_wrong.values())


@given(ITEMS, st.randoms())
def test_order_and_names_of_labels_do_not_matter(items: list[Item], random: object) -> None:
    mixed = sorted(items, key=lambda _: random.random())  # type: ignore[attr-defined]  # hypothesis' Random
    renamed = [(9 - found, 40 - true, value, flag) for found, true, value, flag in mixed]
    for one, other in ((items, mixed), (items, renamed)):
        a, b = overlap_of(one), overlap_of(other)
        assert pairwise(a) == pairwise(b)
        assert adjusted_rand_ppm(a) == adjusted_rand_ppm(b)
        assert mixed_clusters(a) == mixed_clusters(b)


@given(ITEMS)
def test_finding_exactly_the_truth_is_perfect(items: list[Item]) -> None:
    same = overlap_of([(true, true, value, flag) for _, true, value, flag in items])
    for found in (*pairwise(same), *b_cubed(same)):
        assert found.ppm in (None, 1_000_000)
    assert adjusted_rand_ppm(same) in (None, 1_000_000)
    assert mixed_clusters(same).hits == 0
    assert worst_cluster(same, values_of(items)) is None


def test_the_whole_is_seen_plus_unseen_plus_what_ties_them() -> None:
    overlap = Overlap(np.zeros(5, np.int64), np.zeros(5, np.int64))
    first_two = np.array([True, True, False, False, False])
    assert pairwise(overlap)[0].trials == 10
    assert pairwise(overlap, first_two)[0].trials == 7
    assert pairwise(overlap, ~first_two)[0].trials == 9
