"""Facts for the first day: coinbase tags of pools and a few well-known addresses, each with its source.

They are own CSV files, as a user's would be, and are read as such; nothing of anybody's licensed data is in
them. A pool's tag is a text that its blocks hold, read in a block where the row names one. No sanctions list
is here: a list ages, so it is imported with its date, or not at all. Seizures and namings are here where a
public source states them, and no address is here only because many repeat it.
"""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from coalface.labels.draft import Record, SourceFacts, StatementDraft
from coalface.labels.formats.own_csv import read_own_csv

__all__ = ["FACT_FILES", "builtin_records", "builtin_statements"]

_DATA = Path(__file__).parent / "data"
_DATE = "2026-11-25"

FACT_FILES: dict[str, Path] = {
    "addresses": _DATA / "addresses.csv",
    "pool_tags": _DATA / "pool_tags.csv",
}
"""Files of facts by name, of the format `csv`."""

_TITLES = {
    "addresses": "Coalface: well-known addresses and transactions",
    "pool_tags": "Coalface: coinbase tags of mining pools",
}


def builtin_records(name: str) -> Generator[Record, None, None]:
    """Records of one file of facts, as a reader yields them.

    Parameters
    ----------
    name
        A key of `FACT_FILES`.
    """
    for record in read_own_csv(FACT_FILES[name]):
        if isinstance(record, SourceFacts):
            yield replace(
                record,
                title=_TITLES[name],
                publisher="Coalface",
                licence="Apache-2.0",
                list_date=_DATE,
                default_series=f"coalface-{name.replace('_', '-')}",
            )
        else:
            yield record


def builtin_statements() -> tuple[StatementDraft, ...]:
    """All statements of all files of facts."""
    return tuple(
        record
        for name in FACT_FILES
        for record in builtin_records(name)
        if isinstance(record, StatementDraft)
    )
