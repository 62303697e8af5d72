"""The file ``prices.sqlite`` in a store folder: its schema."""

from coalface.labels.sqlite_file import SqliteFile

__all__ = ["PRICES"]

PRICES = SqliteFile(
    name="prices.sqlite",
    what="prices",
    application_id=0x434F4150,  # ``COAP``
    version=1,
    schema=(
        """
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    source TEXT NOT NULL,
    resolution TEXT NOT NULL,
    utc_offset_seconds INTEGER NOT NULL,
    utc_offset_source TEXT NOT NULL,
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    n_days INTEGER NOT NULL,
    n_missing_days INTEGER NOT NULL,
    n_duplicates INTEGER NOT NULL,
    import_unix INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    n_bytes INTEGER NOT NULL,
    deflated BLOB NOT NULL
) STRICT
""",
        """
CREATE TABLE price (
    series_id INTEGER NOT NULL REFERENCES series (id),
    day INTEGER NOT NULL,
    price TEXT NOT NULL,
    PRIMARY KEY (series_id, day)
) STRICT, WITHOUT ROWID
""",
    ),
    hint_import="`coalface prices import STORE FILE`",
)
