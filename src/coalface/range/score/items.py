"""Scores of rules that say yes or no of each item: a transaction, an output, a block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from coalface.range.score.rate import rate
from coalface.range.score.result import Row, RowKind, worst_first

__all__ = ["item_row", "item_rows"]

Mask = NDArray[np.bool_]


def item_row(kind: RowKind, group: str, said: Mask, true: Mask, within: Mask, unit: str) -> Row:
    """Precision, recall and counts over the items of ``within``.

    Parameters
    ----------
    kind, group
        What the items have in common.
    said
        Items that the rule says yes to.
    true
        Items of which that is so.
    within
        Items of the group.
    unit
        What the items are, in the plural.
    """
    hits = int((said & true & within).sum())
    n_said, n_true, n_all = int((said & within).sum()), int((true & within).sum()), int(within.sum())
    return Row(
        kind,
        group,
        precision=rate(hits, n_said, f"{unit} marked"),
        recall=rate(hits, n_true, f"{unit} in truth"),
        figures={
            "false_alarms": rate(n_said - hits, n_all - n_true, f"other {unit}"),
            "n_hits": hits,
            "n_false": n_said - hits,
            "n_missed": n_true - hits,
        },
    )


def item_rows(
    said: Mask,
    true: Mask,
    groups: Mapping[RowKind, Sequence[str | None]],
    unseen: Mask,
    unit: str,
) -> list[Row]:
    """The row of all items, those of seen and unseen if any is unseen, then every group's, worst first.

    Parameters
    ----------
    said, true
        As in `item_row`.
    groups
        By kind of group, the group of every item; `None` is no group.
    unseen
        Items that calibration did not see.
    unit
        What the items are, in the plural.
    """
    everything = np.ones(len(said), np.bool_)
    rows = [item_row(RowKind.ALL, "all", said, true, everything, unit)]
    if unseen.any():
        rows.append(item_row(RowKind.UNSEEN, "unseen", said, true, unseen, unit))
        rows.append(item_row(RowKind.SEEN, "seen", said, true, ~unseen, unit))
    for kind, names in groups.items():
        members = np.array(names, dtype=object)
        made = []
        for name in sorted({each for each in names if each is not None}):
            within = members == name
            row = item_row(kind, name, said, true, within, unit)
            made.append(_marked_unseen(row, bool(unseen[within].all())))
        rows += worst_first(made)
    return rows


def _marked_unseen(row: Row, is_unseen: bool) -> Row:
    return Row(row.kind, row.group, row.precision, row.recall, row.figures, is_unseen)
