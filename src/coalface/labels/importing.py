"""Bringing a file of labels into a store: one transaction, in which the whole file is imported or nothing."""

import hashlib
import json
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from coalface.errors import LabelFileError, UsageError
from coalface.labels.address import identified, storable
from coalface.labels.categories import CATEGORIES, Category, category_named
from coalface.labels.database import LABELS, STATEMENT_INDEXES
from coalface.labels.dating import DateSource, ListName, name_list
from coalface.labels.draft import Party, Problem, ReadOptions, Relation, SourceFacts, StatementDraft
from coalface.labels.facts import FACT_FILES, builtin_records
from coalface.labels.network import agreed_network
from coalface.labels.problems import problems_of_row
from coalface.labels.reading import SILENT, Digest, digest_of, format_of, records_of
from coalface.labels.source import LabelSource, read_sources
from coalface.labels.sqlite_file import checked_row
from coalface.labels.writer import Counts, RawBytes, SourceWriter

__all__ = ["ImportReport", "import_built_in", "import_source"]

_WAIT_SECONDS = 600.0
_READ_AHEAD = 2000
"""Records that are read before a folder or database is made: most files that are none fail by then."""
_BYTES_A_STATEMENT = 60
"""Of most formats, or more. A file that seems to hold more than the database has its indexes made anew."""
_MAX_TEXT = 1000
_SHOWN = 20
_FEW = 100_000
"""Statements among which duplicates are found by sorting them, rather than in the order of the index."""

_INSERT_SOURCE = f"""
INSERT INTO source (id, key, name, series, category, asset, format, list_date, list_date_source, import_unix,
    sha256, n_bytes, licence, publisher, title, description, url, declared_records, extra, first_statement,
    n_statements, n_addresses, n_listed, n_duplicates, n_parties, n_relations, n_problems)
VALUES ({", ".join("?" * 27)})
"""  # noqa: S608 - only question marks
# Statements that say of a subject what an earlier one of the source says of it.
_COUNT_IN_ORDER = (
    """
SELECT coalesce(sum(n - 1), 0) FROM (
    SELECT count(*) AS n FROM statement INDEXED BY statement_by_address
    WHERE payload IS NOT NULL AND id >= ? GROUP BY payload, kind, said_id HAVING count(*) > 1)
""",
    """
SELECT coalesce(sum(n - 1), 0) FROM (
    SELECT count(*) AS n FROM statement INDEXED BY statement_by_text
    WHERE payload IS NULL AND id >= ? GROUP BY subject, said_id HAVING count(*) > 1)
""",
)
_COUNT_FEW = (
    """
SELECT coalesce(sum(n - 1), 0) FROM (
    SELECT count(*) AS n FROM statement NOT INDEXED
    WHERE id >= ? GROUP BY payload, kind, iif(payload IS NULL, subject, NULL), said_id HAVING count(*) > 1)
""",
)


@dataclass(frozen=True)
class ImportReport:
    """What one import did."""

    imported: bool
    """Whether anything changed; not if the store held these bytes of this series and date already."""
    network: str
    """Of the store."""
    source: LabelSource
    """As it is kept; its name is that under which it was imported first."""
    problems: tuple[Problem, ...]
    """What could not be understood, the first of them; all are kept."""


def import_source(
    store: str | Path,
    file: str | Path,
    *,
    file_format: str | None = None,
    date: str | None = None,
    category: str | None = None,
    asset: str = "BTC",
    name: str | None = None,
    series: str | None = None,
    licence: str | None = None,
    publisher: str | None = None,
    network: str | None = None,
    import_unix: int | None = None,
) -> ImportReport:
    """What was imported of a file of labels, of any format that is read.

    Parameters
    ----------
    store
        Folder of the store; made if it does not exist. It needs no chain.
    file
        The file, or the folder of a format that has several files.
    file_format
        Name of the format; found by the content if `None`.
    date
        Day of which the file is, ``YYYY-MM-DD``; else the date in it, else that in its name, else today.
    category
        What a plain list claims, a key of `CATEGORIES`; ``sanctions`` if `None`. Other formats say it.
    asset
        Ticker of a plain list's addresses.
    name
        Name of the source; that of the file if `None`.
    series
        Of which series it is a state; else what the format says, else the name without its date.
    licence, publisher
        Under which licence, and by whom; else what the file says.
    network
        Network of a store that is new; mainnet if `None`.
    import_unix
        Time of the import in seconds since 1970; now if `None`.

    Raises
    ------
    LabelFileError
        If the file is no such file, with the line; nothing is imported then.
    UsageError
        If an argument does not fit, or the network is not the store's.
    StoreLocked
        If another import into the store does not end.

    Notes
    -----
    Every record is kept, also one that cannot be understood (as a problem), and the file's bytes are kept
    whole. The same bytes of the same series, date and category are imported once; where nothing dates them,
    once whatever the day. Memory does not grow with the file.
    """
    folder, path = Path(store), Path(file)
    now = int(time.time()) if import_unix is None else import_unix
    licence, publisher = _checked_text("licence", licence), _checked_text("publisher", publisher)
    name_list(path, date=date, name=name, import_unix=now, series=series)  # raises before a long file is read
    if category is not None:
        category_named(category)
    chosen = format_of(path, file_format)
    claimed = _claimed(chosen, category)
    options = ReadOptions(asset=asset) if claimed is None else claimed.options(asset)
    network = agreed_network(folder, _network_of_labels(folder), network)
    facts = _looked_into(path, chosen, options, network)
    named = name_list(
        path,
        date=date,
        name=name,
        import_unix=now,
        own_date=facts.list_date,
        series=series or facts.default_series,
    )
    asked = _Asked(path, chosen, claimed, named, options, facts, licence, publisher, now)
    first = digest_of(path, chosen)
    try:
        with LABELS.writing(folder, _WAIT_SECONDS) as connection:
            # Another import may have come between.
            network = agreed_network(folder, _settled_network(connection, folder, network), network)
            _refuse_known(connection, folder, first, asked)
            source_id, imported = _written(connection, asked, network, first), True
    except _KnownAlready as already:
        source_id, imported = already.source_id, False
    return _report(folder, source_id, imported, network)


@dataclass(frozen=True)
class _Asked:
    """What is to be imported."""

    path: Path
    format: str
    claimed: Category | None
    named: ListName
    options: ReadOptions
    facts: SourceFacts
    licence: str | None
    publisher: str | None
    now: int


def import_built_in(
    store: str | Path, *, network: str | None = None, import_unix: int | None = None
) -> tuple[ImportReport, ...]:
    """What was imported of the facts that come with Coalface: pool tags and a few well-known addresses.

    Parameters
    ----------
    store
        Folder of the store; made if it does not exist.
    network
        Network of a store that is new; mainnet if `None`.
    import_unix
        Time of the import in seconds since 1970; now if `None`.

    Raises
    ------
    LabelFileError
        If the store is not of mainnet, whose addresses these are.
    """
    reports = []
    for name, path in FACT_FILES.items():
        with closing(builtin_records(name)) as records:
            facts = next((each for each in records if isinstance(each, SourceFacts)), SourceFacts(name))
        reports.append(
            import_source(
                store,
                path,
                file_format=facts.format,
                date=facts.list_date,
                name=f"built-in {name.replace('_', ' ')}",
                series=facts.default_series,
                licence=facts.licence,
                publisher=facts.publisher,
                network=network,
                import_unix=import_unix,
            )
        )
    return tuple(reports)


class _KnownAlready(Exception):
    """The store holds this source: nothing is to be written."""

    def __init__(self, source_id: int) -> None:
        super().__init__(source_id)
        self.source_id = source_id


def _written(connection: sqlite3.Connection, asked: _Asked, network: str, first: str) -> int:
    """Row of the source, after writing all of it."""
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM source").fetchone()
    source_id = int(last) + 1
    anew = _dropped_indexes(connection, asked.path)
    digest, raw = Digest(), RawBytes(connection, source_id)

    def keep(file: Path, piece: bytes) -> None:
        digest.keep(file, piece)
        raw.keep(file, piece)

    writer = SourceWriter(connection, source_id, network)
    for record in records_of(asked.path, asked.format, replace(asked.options, keep=keep)):
        writer.take(record)
    counts = writer.finish()
    raw.flush()
    sha256 = digest.hexdigest()
    if sha256 != first:
        raise LabelFileError(
            f"`{asked.path}` was changed while it was read",
            code="label_changed",
            context={"path": str(asked.path)},
        )
    if writer.n_sound + counts.n_parties + counts.n_relations == 0:
        raise _holds_nothing(asked.path, network, None)
    for index in anew:
        connection.execute(LABELS.create(index))
    _count_duplicates(connection, counts, writer.first_statement, in_order=bool(anew))
    _insert_source(connection, source_id, asked, sha256, digest.n_bytes, counts, writer.first_statement)
    return source_id


def _looked_into(path: Path, form: str, options: ReadOptions, network: str) -> SourceFacts:
    """What the file says of itself; raises if its beginning shows that it is none, or it holds nothing."""
    facts, first, n_records, is_something = SourceFacts(form), None, 0, False
    with closing(records_of(path, form, options)) as records:
        for record in islice(records, _READ_AHEAD):
            n_records += 1
            match record:
                case SourceFacts():
                    facts = record
                case StatementDraft():
                    problem = identified(record, network).problem
                    first = first or problem
                    is_something = is_something or problem is None
                case Problem():
                    first = first or record
                case Party() | Relation():
                    is_something = True
    if n_records < _READ_AHEAD and not is_something:
        raise _holds_nothing(path, network, first)
    return facts


def _holds_nothing(path: Path, network: str, first: Problem | None) -> LabelFileError:
    """The error for a file of which nothing can be understood."""
    hint = "a plain list has one address a line; `--format` names another format"
    if first is None:
        return LabelFileError(f"`{path}` is no list: it holds no address", code="label_no_address", hint=hint)
    if first.code == "invalid_address_wrong_network":
        hint = "say by --network whose addresses these are, and keep each network in a folder of its own"
    elif first.code == "invalid_address_not_bitcoin":
        hint = "say by --asset of which coin they are"
    return LabelFileError(
        f"`{path}` is no list: nothing in it is an address of {network}; line {first.place.line}: "
        f"{first.reason}",
        code="label_no_address",
        hint=hint,
        context={"path": str(path), "line": first.place.line, "network": network},
    )


def _report(store: Path, source_id: int, imported: bool, network: str) -> ImportReport:
    """What an import did, as the store tells it now."""
    connection = LABELS.open_reader(store)
    assert connection is not None  # noqa: S101 - it has just been written or read
    path = LABELS.path(store)
    with closing(connection), LABELS.translated(path):
        sources = read_sources(connection, path, {}, None)
        source = next(each.source for each in sources if each.row_id == source_id)
        problems = tuple(islice(problems_of_row(connection, path, source_id), _SHOWN))
    return ImportReport(imported, network, source, problems)


def _claimed(form: str, category: str | None) -> Category | None:
    """What a plain list claims; `None` for a format that says it itself."""
    if form in SILENT:
        return CATEGORIES["sanctions" if category is None else category]
    if category is not None:
        raise UsageError(
            f"a category is for plain lists, this is of format `{form}`, which says itself what it claims",
            code="usage_category",
            hint="leave out --category",
        )
    return None


def _checked_text(what: str, text: str | None) -> str | None:
    """A text of the user, without blanks around it."""
    if text is not None and not 0 < len(text.strip()) <= _MAX_TEXT:
        raise UsageError(
            f"the {what} has {len(text.strip())} characters, allowed are 1 to {_MAX_TEXT}", code="usage_text"
        )
    return None if text is None else storable(text.strip())


def _network_of_labels(store: Path) -> str | None:
    """Network of the labels in a store, `None` if there are none."""
    connection = LABELS.open_reader(store) if store.is_dir() else None
    if connection is None:
        return None
    with closing(connection), LABELS.translated(LABELS.path(store)):
        return _stored_network(connection, store)


def _stored_network(connection: sqlite3.Connection, store: Path) -> str | None:
    """Network that the database names."""
    row = connection.execute("SELECT network FROM store").fetchone()
    return None if row is None else str(checked_row(LABELS, row, (str,), LABELS.path(store))[0])


def _settled_network(connection: sqlite3.Connection, store: Path, network: str) -> str:
    """Network of the labels, which is `network` from now on if they had none."""
    found = _stored_network(connection, store)
    if found is None:
        connection.execute("INSERT INTO store (id, network) VALUES (1, ?)", (network,))
    return found or network


def _refuse_known(connection: sqlite3.Connection, store: Path, sha256: str, asked: _Asked) -> None:
    """Raise `_KnownAlready` if a source has these bytes, date, category, format and series."""
    category, named = asked.claimed and asked.claimed.name, asked.named
    for row in connection.execute(
        "SELECT id, list_date, list_date_source FROM source"
        " WHERE sha256 = ? AND category IS ? AND format = ? AND series = ? ORDER BY id",
        (sha256, category, asked.format, named.series),
    ):
        source_id, list_date, source = checked_row(LABELS, row, (int, str, str), LABELS.path(store))
        is_undated = named.date_source == source == DateSource.IMPORT_TIME
        if list_date == named.date or is_undated:
            raise _KnownAlready(int(source_id))


def _dropped_indexes(connection: sqlite3.Connection, path: Path) -> tuple[str, ...]:
    """Indexes that are to be made anew: where more is added than there is, sorting once is faster."""
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM statement").fetchone()
    size_bytes = path.stat().st_size if path.is_file() else 0
    if size_bytes < _BYTES_A_STATEMENT * max(int(last), _FEW):
        return ()
    for index in STATEMENT_INDEXES:
        connection.execute(f"DROP INDEX {index}")
    return STATEMENT_INDEXES


def _count_duplicates(connection: sqlite3.Connection, counts: Counts, first: int, *, in_order: bool) -> None:
    """Count statements that say what an earlier one of the source says."""
    few = not in_order and counts.n_statements <= _FEW
    for query in _COUNT_FEW if few else _COUNT_IN_ORDER:
        (n,) = connection.execute(query, (first,)).fetchone()
        counts.n_duplicates += int(n)


def _insert_source(
    connection: sqlite3.Connection,
    source_id: int,
    asked: _Asked,
    sha256: str,
    n_bytes: int,
    counts: Counts,
    first_statement: int,
) -> None:
    named, facts = asked.named, asked.facts
    category = asked.claimed and asked.claimed.name
    dated = "" if named.date_source is DateSource.IMPORT_TIME else named.date
    # The id follows from what the source is, not from when or in which order it was imported.
    said = "\0".join((sha256, asked.format, category or "", named.series, dated))
    key = hashlib.sha256(said.encode()).hexdigest()[:12]
    texts = (facts.title, facts.description, facts.url)
    connection.execute(
        _INSERT_SOURCE,
        (
            source_id, key, named.name, named.series, category, asked.options.asset,
            asked.format, named.date,
            named.date_source.value, asked.now, sha256, n_bytes, asked.licence or _stored(facts.licence),
            asked.publisher or _stored(facts.publisher), *map(_stored, texts), facts.declared_records,
            json.dumps(facts.extra, separators=(",", ":")) if facts.extra else None, first_statement,
            counts.n_statements, counts.n_addresses, counts.n_listed, counts.n_duplicates, counts.n_parties,
            counts.n_relations, counts.n_problems,
        ),
    )  # fmt: skip


def _stored(text: str | None) -> str | None:
    """A text of the file as it can be stored."""
    return None if text is None else storable(text)
