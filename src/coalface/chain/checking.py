"""Checksums and invariants of a store: what is wrong, and where."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coalface.chain.opening import open_chain
from coalface.chain.provenance import Provenance

__all__ = ["CheckReport", "CheckStep", "Problem", "check"]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong."""

    code: str
    file: str
    """File below the store."""
    offset: int
    """Byte of the file."""
    row: int | None
    message: str


@dataclass(frozen=True)
class CheckStep:
    """One invariant, over all rows that it concerns."""

    name: str
    rows: int
    n_problems: int
    problems: tuple[Problem, ...]
    """The first of them."""
    skipped: bool
    """Whether an earlier step failed so that this one could not run."""


@dataclass(frozen=True)
class CheckReport:
    """Whether a store is sound, and what is wrong where."""

    ok: bool
    steps: tuple[CheckStep, ...]
    notes: tuple[Problem, ...]
    """What is no fault but worth knowing, as an interrupted commit that the next run repairs."""
    figures: dict[str, int] | None
    """Sums over the whole chain: created, fees, unspent and the like; `None` if that step was skipped."""
    provenance: Provenance


def check(store: str | Path, *, progress: Callable[[str, int, int], None] | None = None) -> CheckReport:
    """Whether the store in a folder is sound: checksums, then every invariant, recomputed from the columns.

    Parameters
    ----------
    store
        Folder of the store.
    progress
        Called as ``progress(step, rows_done, rows)``.

    Raises
    ------
    StoreNotFound
        If the folder holds no store.
    CorruptStore
        If the store is too damaged to be opened.

    Notes
    -----
    O(rows); the forest is grown again, which takes 8 bytes an address.
    """
    chain = open_chain(store)
    report: dict[str, Any] = json.loads(chain.core.check(progress))
    steps = tuple(
        CheckStep(
            name=step["name"],
            rows=step["rows"],
            n_problems=step["n_problems"],
            problems=tuple(Problem(**problem) for problem in step["problems"]),
            skipped=step["skipped"],
        )
        for step in report["steps"]
    )
    return CheckReport(
        ok=all(step.n_problems == 0 and not step.skipped for step in steps),
        steps=steps,
        notes=tuple(Problem(**note) for note in report["notes"]),
        figures=report["figures"],
        provenance=chain.provenance,
    )
