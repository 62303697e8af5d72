"""Formats of label files: one file a format, each a streaming reader of drafts.

A reader takes a hostile file of any size, needs bounded memory, and yields the records of `labels.draft`; it
knows nothing of the store. `detect` says which format a file is; `chains` checks addresses; `export_tagpack`
and `export_ftm` write records out again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coalface.errors import UsageError
from coalface.labels.draft import DEFAULT_OPTIONS, Reader, ReadOptions, Record
from coalface.labels.formats.actorpack import read_actorpack
from coalface.labels.formats.chains import canonical_ticker, inspect_address
from coalface.labels.formats.detect import detect_format
from coalface.labels.formats.export_ftm import export_ftm
from coalface.labels.formats.export_tagpack import export_actorpack, export_tagpack
from coalface.labels.formats.ftm import read_ftm
from coalface.labels.formats.ofac_advanced_xml import read_ofac_advanced_xml
from coalface.labels.formats.ofac_legacy import legacy_files, read_ofac_legacy
from coalface.labels.formats.ofac_sdn_xml import read_ofac_sdn_xml
from coalface.labels.formats.own_csv import read_own_csv
from coalface.labels.formats.plain import read_plain, read_plain_json
from coalface.labels.formats.pools import read_pools
from coalface.labels.formats.tagpack import read_tagpack

__all__ = [
    "FORMATS",
    "Format",
    "canonical_ticker",
    "detect_format",
    "export_actorpack",
    "export_ftm",
    "export_tagpack",
    "files_of",
    "format_named",
    "inspect_address",
    "read_records",
]


@dataclass(frozen=True)
class Format:
    """A format that is read."""

    name: str
    meaning: str
    """What it is, for help."""
    read: Reader


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("plain", "a plain list: one address a line", read_plain),
        Format("plain_json", "a JSON array of addresses", read_plain_json),
        Format("ofac_sdn_xml", "OFAC's sdn.xml", read_ofac_sdn_xml),
        Format("ofac_advanced_xml", "OFAC's sdn_advanced.xml", read_ofac_advanced_xml),
        Format("ofac_legacy", "OFAC's sdn.csv with the files beside it, or their folder", read_ofac_legacy),
        Format("tagpack", "a GraphSense TagPack (YAML)", read_tagpack),
        Format("actorpack", "a GraphSense ActorPack (YAML)", read_actorpack),
        Format("ftm", "FollowTheMoney entities, as of OpenSanctions (JSON lines)", read_ftm),
        Format("pools", "a list of mining pools (JSON)", read_pools),
        Format("csv", "own labels: a CSV whose header names the fields", read_own_csv),
    )
}
"""Format by name, in the order in which help shows them."""


def format_named(name: str) -> Format:
    """The format called `name`.

    Raises
    ------
    UsageError
        If there is none.
    """
    found = FORMATS.get(name)
    if found is None:
        raise UsageError(
            f"format `{name[:80]}` is not known, known are {', '.join(FORMATS)}",
            code="usage_format",
            context={"format": name[:80]},
        )
    return found


def read_records(
    path: Path, format_name: str | None = None, options: ReadOptions = DEFAULT_OPTIONS
) -> Iterator[Record]:
    """Records of a file or folder, the facts of the source first.

    Parameters
    ----------
    path
        What to read.
    format_name
        A key of `FORMATS`; found out from what is in the file if `None`.
    options
        What the file does not say.

    Raises
    ------
    LabelFileError
        If it cannot be read as its format; possibly after many records.
    IoFailure
        If it cannot be read at all.
    """
    chosen = format_named(detect_format(path) if format_name is None else format_name)
    return chosen.read(path, options)


def files_of(path: Path, format_name: str) -> tuple[Path, ...]:
    """Files that a source consists of, the main one first."""
    found = legacy_files(path) if format_name == "ofac_legacy" else None
    return (path,) if found is None else (found[0], *found[1].values())
