"""Where the constructed files are, and short ways to say what a reader yields."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TypeVar

from coalface.labels.draft import (
    DEFAULT_OPTIONS,
    Party,
    Problem,
    ReadOptions,
    Record,
    Relation,
    SourceFacts,
    StatementDraft,
)
from coalface.labels.formats import read_records

CONSTRUCTED = Path(__file__).parent / "constructed"
Kind = TypeVar("Kind", SourceFacts, StatementDraft, Party, Relation, Problem)


def records(
    path: Path | str, format_name: str | None = None, options: ReadOptions = DEFAULT_OPTIONS
) -> list[Record]:
    """All records of a file, or of a constructed one by its name."""
    return list(read_records(CONSTRUCTED / path, format_name, options))


def of(kind: type[Kind], found: list[Record]) -> list[Kind]:
    """Records of one kind."""
    return [record for record in found if isinstance(record, kind)]


def counts(found: list[Record]) -> dict[str, int]:
    """How many there are of each kind."""
    return dict(Counter(type(record).__name__ for record in found))


def problems(found: list[Record]) -> list[tuple[str, str]]:
    """Code and text of all problems, those of statements too."""
    return [
        (problem.code, problem.text)
        for record in found
        for problem in ([record] if isinstance(record, Problem) else [getattr(record, "problem", None)])
        if problem is not None
    ]


def subjects(found: list[Record]) -> list[tuple[str | None, str]]:
    """Asset and subject of the statements."""
    return [(each.asset, each.subject) for each in of(StatementDraft, found)]
