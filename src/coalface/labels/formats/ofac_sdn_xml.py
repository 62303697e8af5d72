"""OFAC's `sdn.xml` (and `consolidated.xml`, which has the same shape)."""

from collections.abc import Iterator
from pathlib import Path

from coalface.labels.draft import (
    DEFAULT_OPTIONS,
    LegalStatus,
    Party,
    PartyName,
    Place,
    Problem,
    ReadOptions,
    Record,
    SourceFacts,
    StatementDraft,
)
from coalface.labels.formats.ofac import (
    AUTHORITY,
    PUBLISHER,
    american_date,
    listed,
    remark_addresses,
    series_of,
    ticker_of,
)
from coalface.labels.formats.refuse import refused, shown
from coalface.labels.formats.seen_ids import seen_ids
from coalface.labels.formats.source_file import SourceFile
from coalface.labels.formats.xml_records import Element, as_xml, stream_elements

__all__ = ["ROOT", "read_ofac_sdn_xml"]

ROOT = "sdnList"
# OFAC's own spelling.
_HEAD = ("publshInformation",)
_ENTRY = ("sdnEntry",)


def read_ofac_sdn_xml(path: Path, options: ReadOptions = DEFAULT_OPTIONS, /) -> Iterator[Record]:
    """Parties, and an identifier's statement for each of their addresses.

    Addresses stand in the list of ids; some only in the remarks. Names match without namespace, which OFAC
    has changed before.

    Raises
    ------
    LabelFileError
        If the file is no such list, an entry has no uid or one that another has, or there are not
        as many entries as `Record_Count` says.
    """
    with SourceFile(path, options.keep) as source, seen_ids(path) as seen:
        declared: int | None = None
        has_head = False
        n_entries = 0
        for element in stream_elements(source, ROOT, {_HEAD, _ENTRY}):
            if element.name == _HEAD[0]:
                if has_head:
                    raise refused(path, f"a second `{_HEAD[0]}`", code="label_xml_shape", line=element.line)
                has_head = True
                declared = _declared(element, path)
                yield _facts(element, declared, path)
                continue
            if not has_head:
                raise refused(
                    path,
                    f"an entry before `{_HEAD[0]}`, which says how many there are",
                    code="label_xml_shape",
                    line=element.line,
                )
            uid = element.text_at("uid")
            if uid is None:
                raise refused(path, "an entry without `uid`", code="label_no_uid", line=element.line)
            seen.add(uid, element.line)
            n_entries += 1
            yield from _entry(element, uid)
        source.finish()
        if not has_head:
            raise refused(path, f"no `{_HEAD[0]}`", code="label_xml_shape", hint="is the file cut off?")
        if declared is not None and declared != n_entries:
            raise refused(
                path,
                f"{n_entries} entries, `Record_Count` says {declared}",
                code="label_record_count",
                hint="the file is not whole: download it again",
                n_entries=n_entries,
                declared=declared,
            )


def _declared(head: Element, path: Path) -> int | None:
    """Number of entries that the head says there are."""
    text = head.text_at("Record_Count")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise refused(
            path, f"`Record_Count` is `{shown(text)}`, no number", code="label_record_count", line=head.line
        )
    return int(text)


def _facts(head: Element, declared: int | None, path: Path) -> SourceFacts:
    """What the file says of itself."""
    return SourceFacts(
        "ofac_sdn_xml",
        title="Specially Designated Nationals and Blocked Persons List",
        publisher=PUBLISHER,
        list_date=american_date(head.text_at("Publish_Date")),
        declared_records=declared,
        default_series=series_of(path),
        extra={"Publish_Date": head.text_at("Publish_Date"), "Record_Count": head.text_at("Record_Count")},
    )


def _entry(entry: Element, uid: str) -> Iterator[Record]:
    """Party and statements of one entry."""
    party = _party(entry, uid)
    yield party
    found: set[tuple[str | None, str]] = set()
    for each in entry.all("idList", "id"):
        ticker = ticker_of(each.text_at("idType"))
        if ticker is None:
            continue
        place = Place(each.line, uid)
        written = each.text_at("idNumber")
        if written is None:
            yield Problem(
                "label_no_address", "an id of the kind of address without `idNumber`", as_xml(each), place
            )
            continue
        statement = _statement(written, ticker, party, place, as_xml(each), each.text_at("uid"))
        found.add((statement.asset, statement.subject))
        yield statement
    for ticker, written, item in remark_addresses(party.remarks or ""):
        remarks = entry.first("remarks")
        place = Place(remarks.line if remarks is not None else entry.line, uid)
        statement = _statement(written, ticker, party, place, item, None)
        # The same identifier of the same party, told twice in one record.
        if (statement.asset, statement.subject) not in found:
            found.add((statement.asset, statement.subject))
            yield statement


def _statement(
    written: str, ticker: str, party: Party, place: Place, original: str, id_uid: str | None
) -> StatementDraft:
    """Statement about one identifier."""
    return listed(
        written,
        ticker,
        party.uid,
        party.name,
        place,
        original,
        {"extra": {"programs": list(party.programs), "id_uid": id_uid}},
    )


def _party(entry: Element, uid: str) -> Party:
    """The party of an entry."""
    first, last = entry.text_at("firstName"), entry.text_at("lastName")
    names = [PartyName(_name(first, last), is_primary=True)] if first or last else []
    for aka in entry.all("akaList", "aka"):
        name = _name(aka.text_at("firstName"), aka.text_at("lastName"))
        if name:
            is_weak = (aka.text_at("category") or "").lower() == "weak"
            names.append(PartyName(name, is_weak=is_weak, kind=aka.text_at("type")))
    return Party(
        uid=uid,
        names=tuple(names),
        place=Place(entry.line, uid),
        original=as_xml(entry),
        kind=entry.text_at("sdnType"),
        programs=tuple(
            program.text.strip() for program in entry.all("programList", "program") if program.text.strip()
        ),
        categories=("sanction",),
        jurisdictions=tuple(
            dict.fromkeys(
                country.text.strip()
                for country in entry.all("addressList", "address", "country")
                if country.text.strip()
            )
        ),
        legal_status=LegalStatus.DESIGNATED,
        legal_authority=AUTHORITY,
        remarks=entry.text_at("remarks"),
    )


def _name(first: str | None, last: str | None) -> str:
    """A name as OFAC prints it: last name, first name."""
    return ", ".join(part for part in (last, first) if part)
