"""Writing a source out again, in its own format or another one.

The kept bytes are read once more: so what goes out is what came in, in its order, with nothing lost. What was
withdrawn is left out.
"""

import csv
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from coalface.errors import UsageError
from coalface.labels.book import LabelBook
from coalface.labels.categories import CATEGORIES
from coalface.labels.database import LABELS
from coalface.labels.draft import ReadOptions, Record, SourceFacts, StatementDraft
from coalface.labels.formats import export_actorpack, export_ftm, export_tagpack
from coalface.labels.formats.export_tagpack import TextSink
from coalface.labels.formats.json_document import compact
from coalface.labels.reading import records_of
from coalface.labels.source import SourceRow
from coalface.labels.sqlite_file import checked_row
from coalface.labels.withdrawal import StatementId

__all__ = ["EXPORTS", "export_source", "kept_bytes", "records_again"]

EXPORTS = ("tagpack", "ftm", "actorpack", "csv")
"""Formats that are written."""

_CSV_COLUMNS = (
    "subject", "kind", "asset", "network", "claim", "category", "abuse", "concepts", "actor_id", "actor_name",
    "label", "legal_status", "legal_authority", "legal_date", "source_type", "confidence",
    "is_cluster_definer", "url", "valid_from", "valid_until", "last_modified", "place", "original", "extra",
)  # fmt: skip
"""Those of own CSV files, and three more, which such a file keeps beside its statements."""
_MOST_INFLATED = 64 << 20
"""Bytes that one kept chunk may become; what we write is a megabyte and a piece of its reader."""


def export_source(store: str | Path, source: str, form: str, out: TextSink) -> int:
    """Number of records written of a source.

    Parameters
    ----------
    store
        The store's folder.
    source
        Id or name of the source; of several of one name the newest.
    form
        One of `EXPORTS`.
    out
        Gets the text.

    Raises
    ------
    UsageError
        If no such format is written.
    NotFound
        If there is no such source.
    """
    if form not in EXPORTS:
        raise UsageError(
            f"format `{form[:40]}` is not written, known are {', '.join(EXPORTS)}", code="usage_format"
        )
    with LabelBook(store) as book:
        found = book.source(source)
        with closing(records_again(book, Path(store), found)) as records:
            match form:
                case "tagpack":
                    return export_tagpack(records, out)
                case "actorpack":
                    return export_actorpack(records, out)
                case "ftm":
                    return export_ftm(records, out)
                case _:
                    return _export_csv(records, out)


def kept_bytes(book: LabelBook, store: Path, source: SourceRow) -> Iterator[tuple[str, bytes]]:
    """Name of the file and next bytes of a source, as it was imported.

    Parameters
    ----------
    book
        The opened labels.
    store
        The store's folder, for errors.
    source
        Which source.
    """
    path = LABELS.path(store)
    with LABELS.translated(path):
        for values in book.connection.execute(
            "SELECT member, deflated FROM raw WHERE source_id = ? ORDER BY n", (source.row_id,)
        ):
            member, deflated = checked_row(LABELS, values, (str, bytes), path)
            inflater = zlib.decompressobj()
            try:
                piece = inflater.decompress(deflated, _MOST_INFLATED)
            except zlib.error as error:
                raise LABELS.corrupt(path, f"the bytes of `{source.source.name}` do not unpack") from error
            if not inflater.eof:
                raise LABELS.corrupt(path, f"the bytes of `{source.source.name}` unpack to too many")
            yield member, piece


def records_again(book: LabelBook, store: Path, source: SourceRow) -> Generator[Record, None, None]:
    """Records of a source as they were imported, without the statements that were withdrawn.

    Parameters
    ----------
    book
        The opened labels.
    store
        The store's folder, for errors.
    source
        Which source.
    """
    known = source.source
    claimed = None if known.category is None else CATEGORIES[known.category]
    options = ReadOptions(asset=source.asset) if claimed is None else claimed.options(source.asset)
    with TemporaryDirectory(prefix="coalface-") as folder:
        path = _unpacked(book, store, source, Path(folder))
        number = 0
        with closing(records_of(path, known.format, options)) as records:
            for record in records:
                if isinstance(record, StatementDraft):
                    number += 1
                    if known.withdrawn is not None or StatementId(known.id, number) in book.withdrawals:
                        continue
                elif isinstance(record, SourceFacts):
                    record = _told(record, source)  # noqa: PLW2901 - the same facts, completed
                yield record


def _told(facts: SourceFacts, source: SourceRow) -> SourceFacts:
    """What the file says of itself, and what the user said of it where it is silent."""
    known = source.source
    return replace(
        facts,
        licence=facts.licence or known.licence,
        publisher=facts.publisher or known.publisher,
        title=facts.title or known.name,
        list_date=facts.list_date or known.list_date,
    )


def _unpacked(book: LabelBook, store: Path, source: SourceRow, folder: Path) -> Path:
    """The file, or the folder with the files, of a source."""
    names: list[str] = []
    with ExitStack() as opened:
        files: dict[str, BinaryIO] = {}
        for member, piece in kept_bytes(book, store, source):
            # A name comes from the database, which somebody may have changed.
            name = Path(member).name
            if not name or name != member:
                raise LABELS.corrupt(LABELS.path(store), f"it keeps a file called `{member[:80]}`")
            if name not in files:
                files[name] = opened.enter_context((folder / name).open("wb"))
                names.append(name)
            files[name].write(piece)
    return folder / names[0] if len(names) == 1 else folder


def _export_csv(records: Iterable[Record], out: TextSink) -> int:
    """Number of statements written, as a CSV file that can be imported again."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV_COLUMNS)
    count = 0
    for record in records:
        if not isinstance(record, StatementDraft):
            continue
        count += 1
        definer, confidence = record.is_cluster_definer, record.confidence
        writer.writerow(
            (
                record.subject_written, record.subject_kind.value, record.asset_written or record.asset or "",
                record.network or "", record.claim.value, record.category or "", record.abuse or "",
                "|".join(record.concepts), record.actor_id or "", record.actor_name or "", record.label or "",
                record.legal_status.value, record.legal_authority or "", record.legal_date or "",
                record.source_type.value, "" if confidence is None else confidence.name,
                "" if definer is None else str(definer).lower(), record.url or "", record.valid_from or "",
                record.valid_until or "", record.last_modified or "",
                record.place.record or str(record.place.line or ""), record.original,
                compact(dict(record.extra)) if record.extra else "",
            )
        )  # fmt: skip
    return count
