"""Statements and parties by a text: names, labels, categories."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coalface.errors import UsageError
from coalface.labels.address import storable
from coalface.labels.book import LabelBook
from coalface.labels.database import LABELS
from coalface.labels.sqlite_file import checked_row

__all__ = ["Found", "search"]

_MAX_TEXT = 200
_NULL = type(None)
_TEXT = (str, _NULL)
_SAID = r"""
SELECT w.source_id, w.category, w.abuse, w.actor_name, w.actor_id, w.label, w.legal_status, w.n_statements,
    w.first_statement, s.subject
FROM said AS w JOIN statement AS s ON s.id = w.first_statement
WHERE w.folded LIKE ? ESCAPE '\' ORDER BY w.id
"""
_SAID_KINDS = (int, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT, str, int, int, str)
_PARTIES = r"""
SELECT p.source_id, p.uid, p.name, p.legal_status, min(n.name), max(n.is_weak)
FROM party_name AS n JOIN party AS p ON p.id = n.party_id
WHERE n.folded LIKE ? ESCAPE '\' GROUP BY p.id ORDER BY p.id
"""
_PARTY_KINDS = (int, str, _TEXT, str, str, int)


@dataclass(frozen=True)
class Found:
    """Statements of a source that say the same of their subjects, or a party of a source."""

    what: str
    """``statements`` or ``party``."""
    name: str | None
    """Of the actor or party; else the label."""
    matched: str | None
    """The name that matched, of a party known by another one; `None` for statements."""
    is_weak: bool
    """Whether only a weak alias matched."""
    category: str | None
    legal_status: str
    n_statements: int
    """How many subjects it is said of."""
    first_subject: str | None
    id: str
    """Of the first statement; of a party the id that its source has for it."""
    source: str
    source_id: str
    list_date: str
    is_newest: bool


def search(store: str | Path, text: str, *, as_of_unix: int | None = None) -> Iterator[Found]:
    """What the sources say of names, labels or categories that hold a text, whatever its case.

    Parameters
    ----------
    store
        The store's folder.
    text
        Part of a name, label or category.
    as_of_unix
        Leave out sources of a later UTC day.

    Raises
    ------
    UsageError
        If the text is empty or too long.
    NotFound
        If nothing was ever imported.
    """
    wanted = storable(text.strip())
    if not 0 < len(wanted) <= _MAX_TEXT:
        raise UsageError(
            f"the text has {len(wanted)} characters, allowed are 1 to {_MAX_TEXT}", code="usage_text"
        )
    escaped = wanted.casefold().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return _search(Path(store), f"%{escaped}%", as_of_unix)


def _search(store: Path, pattern: str, as_of_unix: int | None) -> Iterator[Found]:
    path = LABELS.path(store)
    with LabelBook(store, as_of_unix=as_of_unix) as book, LABELS.translated(path):
        rows = {each.row_id: each for each in book.rows}
        for values in book.connection.execute(_PARTIES, (pattern,)):
            row_id, uid, name, legal_status, matched, is_weak = checked_row(
                LABELS, values, _PARTY_KINDS, path
            )
            if (known := rows.get(row_id)) is not None:
                source = known.source
                yield Found(
                    "party", name, None if matched == name else matched, bool(is_weak) and matched != name,
                    None, legal_status, 0, None, uid, source.name, source.id, source.list_date,
                    source.is_newest,
                )  # fmt: skip
        for values in book.connection.execute(_SAID, (pattern,)):
            row = checked_row(LABELS, values, _SAID_KINDS, path)
            row_id, category, abuse, actor_name, actor_id, label, legal_status, n, first, subject = row
            if (known := rows.get(row_id)) is not None:
                source = known.source
                yield Found(
                    "statements", actor_name or label or actor_id, None, False, category or abuse,
                    legal_status, n, subject, f"{source.id}:{first - known.first_statement + 1}", source.name,
                    source.id, source.list_date, source.is_newest,
                )  # fmt: skip
