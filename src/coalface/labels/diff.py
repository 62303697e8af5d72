"""Two dated states of one series: what came and what went."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from coalface.errors import NotFound, UsageError
from coalface.labels.address import storable
from coalface.labels.book import LabelBook
from coalface.labels.database import LABELS
from coalface.labels.source import SourceRow
from coalface.labels.sqlite_file import checked_row

__all__ = ["Change", "diff_series"]

_NULL = type(None)
_TEXT = (str, _NULL)
_KINDS = (int, str, _TEXT, str, _TEXT, _TEXT, _TEXT, _TEXT, str)
# Subjects of one source that another one lacks, each once. Both look-ups go by an index.
_ONLY_IN = """
SELECT s.id, s.subject, w.asset, w.claim, w.category, w.actor_name, w.actor_id, w.label, w.legal_status
FROM statement AS s JOIN said AS w ON w.id = s.said_id
WHERE s.id >= :first AND s.id < :past
AND NOT EXISTS (SELECT 1 FROM statement AS o WHERE s.payload IS NOT NULL AND o.payload = s.payload
    AND o.payload IS NOT NULL AND o.kind = s.kind AND ({others}))
AND NOT EXISTS (SELECT 1 FROM statement AS o WHERE s.payload IS NULL AND o.payload IS NULL
    AND o.subject = s.subject AND ({others}))
ORDER BY s.id
"""


@dataclass(frozen=True)
class Change:
    """A subject that only one of two states has."""

    change: str
    """``added`` or ``removed``."""
    subject: str
    asset: str | None
    claim: str
    category: str | None
    actor: str | None
    label: str | None
    legal_status: str
    id: str
    """Of the statement."""
    date: str
    """Of the later state: by then it was added or removed."""


def diff_series(
    store: str | Path, series: str, *, from_date: str | None = None, to_date: str | None = None
) -> Iterator[Change]:
    """Additions and removals between states of a series, state by state, in the order of the dates.

    Parameters
    ----------
    store
        The store's folder.
    series
        Its name, as `labels list` shows it.
    from_date, to_date
        First and last state that is compared, ``YYYY-MM-DD``: the newest of that day or earlier. Unless
        given, the first and the newest state.

    Raises
    ------
    NotFound
        If there is no such series, no state of such a day, or only one.
    UsageError
        If the first day is later than the last.
    """
    if from_date is not None and to_date is not None and from_date > to_date:
        raise UsageError(f"{from_date} is later than {to_date}", code="usage_date")
    return _changes(Path(store), storable(series), from_date, to_date)


def _changes(store: Path, series: str, from_date: str | None, to_date: str | None) -> Iterator[Change]:
    path = LABELS.path(store)
    with LabelBook(store) as book:
        states = _states(book, store, series, from_date, to_date)
        for older, newer in pairwise(states):
            for change, ones, others in (("removed", older, newer), ("added", newer, older)):
                query = _ONLY_IN.format(others=_any_of(others))
                for one in ones:
                    with LABELS.translated(path):
                        for values in book.connection.execute(
                            query, {"first": one.first_statement, "past": one.past_statement}
                        ):
                            row = checked_row(LABELS, values, _KINDS, path)
                            number = row[0] - one.first_statement + 1
                            yield _change(change, row, f"{one.source.id}:{number}", newer[0].source.list_date)


def _change(change: str, row: tuple[Any, ...], statement: str, day: str) -> Change:
    _, subject, asset, claim, category, actor_name, actor_id, label, legal_status = row
    return Change(
        change, subject, asset, claim, category, actor_name or actor_id, label, legal_status, statement, day
    )


def _any_of(state: list[SourceRow]) -> str:
    """Condition that a statement is of one of the sources; of whole numbers only."""
    return " OR ".join(f"o.id BETWEEN {each.first_statement} AND {each.past_statement - 1}" for each in state)


def _states(
    book: LabelBook, store: Path, series: str, from_date: str | None, to_date: str | None
) -> list[list[SourceRow]]:
    """States of a series from one day to another, the oldest first; files of one day are one state."""
    known = [each for each in reversed(book.rows) if each.source.series == series]
    if not known:
        raise NotFound(
            f"`{store}` holds no series `{series[:80]}`",
            code="not_found_series",
            hint="`labels list` shows the series",
            context={"series": series[:80]},
        )
    kinds = sorted({each.source.kind[1] or "statements" for each in known})
    if len(kinds) > 1:
        raise UsageError(
            f"`{series}` is the name of {len(kinds)} series: {', '.join(kinds)}",
            code="usage_series",
            hint="name one of them anew: `labels import --series`",
        )
    before = [each for each in known if from_date is not None and each.source.list_date <= from_date]
    first = before[-1].source.list_date if before else (from_date or "")
    chosen = [
        each
        for each in known
        if first <= each.source.list_date and (to_date is None or each.source.list_date <= to_date)
    ]
    states = [list(each) for _, each in groupby(chosen, key=lambda each: each.source.list_date)]
    if len(states) < 2:
        dates = ", ".join(dict.fromkeys(each.source.list_date for each in known))
        raise NotFound(
            f"series `{series}` has states of {dates}: these are not two in the days asked for",
            code="not_found_series",
            context={"series": series[:80]},
        )
    return states
