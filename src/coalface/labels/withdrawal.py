"""Withdrawals: a statement, or a whole source, that answers leave out from a moment on.

Nothing is deleted. What was withdrawn stays in the history with reason and author, and answers as of an
earlier day still use it, as they did then.
"""

import re
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from coalface.errors import NotFound, UsageError
from coalface.labels.address import storable
from coalface.labels.database import LABELS
from coalface.labels.sqlite_file import checked_row

__all__ = ["StatementId", "Withdrawal", "Withdrawn", "parse_id", "read_withdrawals", "withdraw"]

_ID = re.compile(r"([0-9a-f]{12})(?::([1-9][0-9]{0,17}))?", re.ASCII)
_WAIT_SECONDS = 600.0
_MAX_TEXT = 1000


class StatementId(NamedTuple):
    """Id of a statement, or of a source."""

    source: str
    number: int | None
    """Of the statement in its source, from 1; `None` means the source."""

    def __str__(self) -> str:
        return self.source if self.number is None else f"{self.source}:{self.number}"


@dataclass(frozen=True)
class Withdrawal:
    """Who withdrew it, when, and why."""

    reason: str
    author: str
    time_unix: int


@dataclass(frozen=True)
class Withdrawn:
    """What a withdrawal did."""

    id: str
    """Of the statement or source."""
    changed: bool
    """Not if it was withdrawn before: the first withdrawal stays."""
    withdrawn: Withdrawal


def parse_id(text: str) -> StatementId | None:
    """The id that a text is; `None` if it is none.

    Examples
    --------
    >>> str(parse_id("0123456789ab:7"))
    '0123456789ab:7'
    >>> parse_id("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
    """
    found = _ID.fullmatch(text)
    return found and StatementId(found[1], None if found[2] is None else int(found[2]))


def withdraw(
    store: str | Path, statement_id: str, *, reason: str, author: str, now_unix: int | None = None
) -> Withdrawn:
    """What was withdrawn: a statement or a whole source, which answers leave out from now on.

    Parameters
    ----------
    store
        The store's folder.
    statement_id
        Of a statement (``0123456789ab:7``) or source, as answers give it.
    reason, author
        Why, and who says so; both are kept and shown.
    now_unix
        The moment from which on it is left out, in seconds since 1970; now if `None`.

    Raises
    ------
    NotFound
        If there is no such statement or source.
    UsageError
        If the text is no id, or reason or author is empty or too long.
    """
    folder, wanted = Path(store), parse_id(statement_id)
    if wanted is None:
        raise UsageError(
            f"`{storable(statement_id)[:80]}` is no id of a statement or source",
            code="usage_statement_id",
            hint="`labels show` gives the ids: twelve hexadecimal digits, for a statement with `:NUMBER`",
        )
    for what, text in (("reason", reason), ("author", author)):
        if not 0 < len(text.strip()) <= _MAX_TEXT:
            raise UsageError(
                f"the {what} has {len(text.strip())} characters, allowed are 1 to {_MAX_TEXT}",
                code="usage_text",
            )
    _check_there(folder, wanted)
    given = Withdrawal(
        storable(reason.strip()), storable(author.strip()), int(time.time()) if now_unix is None else now_unix
    )
    with LABELS.writing(folder, _WAIT_SECONDS) as connection:
        before = read_withdrawals(connection, LABELS.path(folder), None).get(wanted)
        if before is None:
            connection.execute(
                "INSERT INTO withdrawal (source_key, number, reason, author, time_unix)"
                " VALUES (?, ?, ?, ?, ?)",
                (*wanted, given.reason, given.author, given.time_unix),
            )
    return Withdrawn(str(wanted), before is None, before or given)


def read_withdrawals(
    connection: sqlite3.Connection, path: Path, until_unix: int | None
) -> dict[StatementId, Withdrawal]:
    """Withdrawals by id, of a moment or earlier; of several of one id the first.

    Parameters
    ----------
    connection
        The database.
    path
        Its file, for errors.
    until_unix
        The moment; `None` uses all.
    """
    found: dict[StatementId, Withdrawal] = {}
    for row in connection.execute(
        "SELECT source_key, number, reason, author, time_unix FROM withdrawal ORDER BY id"
    ):
        source, number, *rest = checked_row(LABELS, row, (str, (int, type(None)), str, str, int), path)
        if until_unix is None or rest[2] <= until_unix:
            found.setdefault(StatementId(source, number), Withdrawal(*rest))
    return found


def _check_there(store: Path, wanted: StatementId) -> None:
    """Raise if there is no such statement or source."""
    connection = LABELS.open_reader(store)
    row = None
    if connection is not None:
        with closing(connection), LABELS.translated(LABELS.path(store)):
            row = connection.execute(
                "SELECT n_statements FROM source WHERE key = ?", (wanted.source,)
            ).fetchone()
    if row is None or (wanted.number or 1) > max(row[0], 1):
        raise NotFound(
            f"`{store}` holds no {'source' if wanted.number is None else 'statement'} `{wanted}`",
            code="not_found_statement",
            hint="`labels show` gives the ids of statements, `labels list` those of sources",
            context={"id": str(wanted)},
        )
