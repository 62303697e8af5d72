"""The file ``labels.sqlite`` in a store folder: its schema.

A *source* is one imported file, kept whole. A *statement* is one subject in it; what is said of the subject
stands in `said`, once for all subjects of the source of which the same is said, so that ten million rows of a
list repeat nothing. Statements of a source are written in one go: their ids are consecutive from the source's
`first_statement`, and the number of a statement in its source is the distance from it. Rows are never
changed; a later state of a series does not touch those of an earlier one, and a withdrawal is a row of its
own.
"""

from pathlib import Path

from coalface.labels.sqlite_file import SqliteFile

__all__ = ["LABELS", "STATEMENT_INDEXES", "has_labels"]

_SCHEMA = (
    """
CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    network TEXT NOT NULL
) STRICT
""",
    """
CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    series TEXT NOT NULL,
    category TEXT,
    asset TEXT NOT NULL,
    format TEXT NOT NULL,
    list_date TEXT NOT NULL,
    list_date_source TEXT NOT NULL,
    import_unix INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    n_bytes INTEGER NOT NULL,
    licence TEXT,
    publisher TEXT,
    title TEXT,
    description TEXT,
    url TEXT,
    declared_records INTEGER,
    extra TEXT,
    first_statement INTEGER NOT NULL,
    n_statements INTEGER NOT NULL,
    n_addresses INTEGER NOT NULL,
    n_listed INTEGER NOT NULL,
    n_duplicates INTEGER NOT NULL,
    n_parties INTEGER NOT NULL,
    n_relations INTEGER NOT NULL,
    n_problems INTEGER NOT NULL
) STRICT
""",
    "CREATE INDEX source_by_sha256 ON source (sha256)",
    """
CREATE TABLE tally (
    source_id INTEGER NOT NULL REFERENCES source (id),
    subject_kind TEXT NOT NULL,
    asset TEXT,
    network TEXT,
    claim TEXT NOT NULL,
    n INTEGER NOT NULL
) STRICT
""",
    "CREATE INDEX tally_by_source ON tally (source_id)",
    """
CREATE TABLE raw (
    source_id INTEGER NOT NULL REFERENCES source (id),
    n INTEGER NOT NULL,
    member TEXT NOT NULL,
    deflated BLOB NOT NULL,
    PRIMARY KEY (source_id, n)
) STRICT
""",
    """
CREATE TABLE said (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id),
    subject_kind TEXT NOT NULL,
    asset TEXT,
    asset_written TEXT,
    network TEXT,
    network_written TEXT,
    checked TEXT NOT NULL,
    claim TEXT NOT NULL,
    source_type TEXT NOT NULL,
    category TEXT,
    abuse TEXT,
    concepts TEXT,
    actor_id TEXT,
    actor_name TEXT,
    label TEXT,
    legal_status TEXT NOT NULL,
    legal_authority TEXT,
    legal_date TEXT,
    confidence TEXT,
    confidence_level INTEGER,
    is_cluster_definer INTEGER,
    url TEXT,
    valid_from TEXT,
    valid_until TEXT,
    last_modified TEXT,
    folded TEXT NOT NULL,
    first_statement INTEGER NOT NULL,
    n_statements INTEGER NOT NULL
) STRICT
""",
    """
CREATE TABLE statement (
    id INTEGER PRIMARY KEY,
    said_id INTEGER NOT NULL REFERENCES said (id),
    line INTEGER,
    kind TEXT,
    payload BLOB,
    subject TEXT NOT NULL,
    written TEXT,
    record TEXT,
    member TEXT,
    original TEXT,
    extra TEXT,
    CHECK ((kind IS NULL) = (payload IS NULL))
) STRICT
""",
    "CREATE INDEX statement_by_address ON statement (payload, kind, said_id) WHERE payload IS NOT NULL",
    "CREATE INDEX statement_by_text ON statement (subject, said_id) WHERE payload IS NULL",
    """
CREATE TABLE party (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id),
    uid TEXT NOT NULL,
    name TEXT,
    kind TEXT,
    programs TEXT,
    categories TEXT,
    jurisdictions TEXT,
    legal_status TEXT NOT NULL,
    legal_authority TEXT,
    legal_date TEXT,
    url TEXT,
    remarks TEXT,
    valid_from TEXT,
    valid_until TEXT,
    line INTEGER,
    record TEXT,
    member TEXT,
    original TEXT NOT NULL,
    extra TEXT
) STRICT
""",
    "CREATE INDEX party_by_uid ON party (source_id, uid)",
    """
CREATE TABLE party_name (
    party_id INTEGER NOT NULL REFERENCES party (id),
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    is_primary INTEGER NOT NULL,
    is_weak INTEGER NOT NULL,
    kind TEXT
) STRICT
""",
    "CREATE INDEX party_name_by_party ON party_name (party_id)",
    """
CREATE TABLE relation (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id),
    kind TEXT NOT NULL,
    from_uid TEXT NOT NULL,
    to_uid TEXT NOT NULL,
    uid TEXT,
    share_min_percent REAL,
    share_max_percent REAL,
    share_written TEXT,
    role TEXT,
    valid_from TEXT,
    valid_until TEXT,
    url TEXT,
    line INTEGER,
    record TEXT,
    member TEXT,
    original TEXT NOT NULL,
    extra TEXT
) STRICT
""",
    "CREATE INDEX relation_by_from ON relation (source_id, from_uid)",
    "CREATE INDEX relation_by_to ON relation (source_id, to_uid)",
    """
CREATE TABLE problem (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id),
    statement_id INTEGER,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    text TEXT NOT NULL,
    line INTEGER,
    record TEXT,
    member TEXT
) STRICT
""",
    "CREATE INDEX problem_by_source ON problem (source_id, id)",
    "CREATE INDEX problem_by_statement ON problem (statement_id) WHERE statement_id IS NOT NULL",
    """
CREATE TABLE withdrawal (
    id INTEGER PRIMARY KEY,
    source_key TEXT NOT NULL,
    number INTEGER,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    time_unix INTEGER NOT NULL
) STRICT
""",
)

LABELS = SqliteFile(
    name="labels.sqlite",
    what="labels",
    application_id=0x434F414C,  # ``COAL``
    version=2,
    schema=_SCHEMA,
    hint_import="`coalface labels import STORE FILE`",
)

STATEMENT_INDEXES = ("statement_by_address", "statement_by_text")
"""Indexes that a large import makes anew in one go, rather than row by row."""


def has_labels(store: str | Path) -> bool:
    """Whether a store folder holds labels; without, a question about them has no answer, not an empty one.

    Raises
    ------
    CorruptStore
        If the file is there and is no database.
    """
    connection = LABELS.open_reader(Path(store))
    if connection is None:
        return False
    connection.close()
    return True
