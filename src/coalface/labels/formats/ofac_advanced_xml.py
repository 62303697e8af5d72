"""OFAC's `sdn_advanced.xml`: parties, features and sanctions entries, tied together by ids.

What an id means is said by the file's own reference values and looked up there: the ids of features are
OFAC's to change. Sanctions entries stand behind the parties, so the file is read twice: once for what ids
mean and when a party was designated, once for the records.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from coalface.labels.draft import (
    DEFAULT_OPTIONS,
    Json,
    LegalStatus,
    Party,
    PartyName,
    Place,
    Problem,
    ReadOptions,
    Record,
    Relation,
    SourceFacts,
)
from coalface.labels.formats.ofac import AUTHORITY, PUBLISHER, listed, series_of, ticker_of
from coalface.labels.formats.refuse import refused
from coalface.labels.formats.seen_ids import seen_ids
from coalface.labels.formats.source_file import SourceFile
from coalface.labels.formats.xml_records import Element, as_xml, stream_elements

__all__ = ["ROOT", "read_ofac_advanced_xml"]

ROOT = "Sanctions"
_DATE = ("DateOfIssue",)
_SET = "ReferenceValueSets"
# Sets of reference values -> their entries.
_VALUES = {
    "AliasTypeValues": "AliasType",
    "DetailTypeValues": "DetailType",
    "FeatureTypeValues": "FeatureType",
    "PartySubTypeValues": "PartySubType",
    "PartyTypeValues": "PartyType",
    "RelationTypeValues": "RelationType",
    "SanctionsTypeValues": "SanctionsType",
    "CountryValues": "Country",
}
_PARTY = ("DistinctParties", "DistinctParty")
_RELATION = ("ProfileRelationships", "ProfileRelationship")
_ENTRY = ("SanctionsEntries", "SanctionsEntry")
_MAX_KEPT_CHARACTERS = 64 << 20
_OBJECT_CHARACTERS = 200  # what an element costs beside its text, roughly


@dataclass(slots=True)
class _Designation:
    """What the sanctions entries say of a profile."""

    programs: list[str] = field(default_factory=list)
    date: str | None = None


@dataclass
class _Reference:
    """What the ids of a file mean."""

    names: dict[str, dict[str, Element]] = field(
        default_factory=lambda: {each: {} for each in _VALUES.values()}
    )
    designations: dict[str, _Designation] = field(default_factory=dict)
    date: str | None = None
    n_characters: int = 0

    def text(self, kind: str, identifier: str | None) -> str | None:
        """Text of a reference value."""
        found = self.names[kind].get(identifier or "")
        return (found.text.strip() or None) if found is not None else None


def read_ofac_advanced_xml(path: Path, options: ReadOptions = DEFAULT_OPTIONS, /) -> Iterator[Record]:
    """Parties, a statement for each of their addresses, and the relations between parties.

    Raises
    ------
    LabelFileError
        If the file is no such list or is cut off, or a party has no `FixedRef` or one that another has.
    """
    with SourceFile(path, options.keep) as source, seen_ids(path) as seen:
        reference = _reference(source)
        source.rewind()
        tickers = {
            identifier: ticker
            for identifier, element in reference.names["FeatureType"].items()
            if (ticker := ticker_of(element.text)) is not None
        }
        if not reference.names["FeatureType"]:
            raise refused(
                path,
                "no `FeatureTypeValues`: nothing says which features are addresses",
                code="label_xml_shape",
                hint="is the file cut off, or another export?",
            )
        yield SourceFacts(
            "ofac_advanced_xml",
            title="Specially Designated Nationals and Blocked Persons List (advanced)",
            publisher=PUBLISHER,
            list_date=reference.date,
            default_series=series_of(path),
            extra={"feature_types": dict(tickers)},
        )
        for element in stream_elements(source, ROOT, {_PARTY, _RELATION}):
            if element.name == _RELATION[1]:
                yield _relation(element, reference)
                continue
            uid = element.attributes.get("FixedRef")
            if not uid:
                raise refused(path, "a party without `FixedRef`", code="label_no_uid", line=element.line)
            seen.add(uid, element.line)
            yield from _party_records(element, uid, reference, tickers)
        source.finish()


def _reference(source: SourceFile) -> _Reference:
    """Reference values and designations, of the first pass."""
    found = _Reference()
    # All of it waits in memory for the second pass.
    wanted = {_DATE, _ENTRY, *((_SET, each, entry) for each, entry in _VALUES.items())}
    for element in stream_elements(source, ROOT, wanted):
        found.n_characters += len(as_xml(element)) + _OBJECT_CHARACTERS
        if found.n_characters > _MAX_KEPT_CHARACTERS:
            raise refused(
                source.path,
                f"more than {_MAX_KEPT_CHARACTERS} characters of reference values and sanctions entries",
                code="label_too_large",
                line=element.line,
            )
        if element.name == _DATE[0]:
            found.date = found.date or _date(element)
        elif element.name == _ENTRY[1]:
            _note_designation(element, found)
        else:
            identifier = element.attributes.get("ID")
            values = found.names[element.name]
            if identifier in values and values[identifier].text != element.text:
                raise refused(
                    source.path,
                    f"two meanings of {element.name} {identifier}",
                    code="label_duplicate_uid",
                    line=element.line,
                )
            if identifier:
                values[identifier] = element
    return found


def _note_designation(entry: Element, found: _Reference) -> None:
    """Keep programmes and first date of a sanctions entry."""
    profile = entry.attributes.get("ProfileID")
    if not profile:
        return
    designation = found.designations.setdefault(profile, _Designation())
    for measure in entry.all("SanctionsMeasure"):
        comment = measure.text_at("Comment")
        # Comments of the type `Program` name programmes; without reference values, all of them are taken.
        kind = found.text("SanctionsType", measure.attributes.get("SanctionsTypeID"))
        if comment is not None and kind in {None, "Program"} and comment not in designation.programs:
            designation.programs.append(comment)
    dates = [
        found_date for each in entry.all("EntryEvent", "Date") if (found_date := _date(each)) is not None
    ]
    designation.date = min([*dates, *([designation.date] if designation.date else [])], default=None)


def _party_records(
    element: Element, uid: str, reference: _Reference, tickers: dict[str, str]
) -> Iterator[Record]:
    """Party and statements of one `DistinctParty`."""
    party = _party(element, uid, reference)
    yield party
    for feature in element.all("Profile", "Feature"):
        ticker = tickers.get(feature.attributes.get("FeatureTypeID", ""))
        if ticker is None:
            continue
        for version in feature.all("FeatureVersion"):
            place = Place(version.line, uid)
            original = as_xml(feature)
            details = [
                (detail.text.strip(), reference.text("DetailType", detail.attributes.get("DetailTypeID")))
                for detail in version.all("VersionDetail")
                if detail.text.strip()
            ]
            # The detail of the type TEXT is the address; others may stand beside it, mostly empty.
            written = [text for text, kind in details if kind in {None, "TEXT"}]
            if len(written) != 1:
                reason = f"{len(written)} texts in a feature of the kind of address, expected is one"
                yield Problem("label_no_address", reason, original, place)
            for each in written:
                extra: dict[str, Json] = {
                    "programs": list(party.programs),
                    "feature_id": feature.attributes.get("ID"),
                    "version_id": version.attributes.get("ID"),
                    "reliability_id": version.attributes.get("ReliabilityID"),
                }
                yield listed(
                    each,
                    ticker,
                    uid,
                    party.name,
                    place,
                    original,
                    {"legal_date": party.legal_date, "extra": extra},
                )


def _party(element: Element, uid: str, reference: _Reference) -> Party:
    """The party, with all names of all its profiles."""
    names: list[PartyName] = []
    programs: dict[str, None] = {}
    dates = []
    kind = None
    for profile in element.all("Profile"):
        sub_type = reference.names["PartySubType"].get(profile.attributes.get("PartySubTypeID", ""))
        if sub_type is not None:
            kind = (
                reference.text("PartyType", sub_type.attributes.get("PartyTypeID")) or sub_type.text.strip()
            )
        designation = reference.designations.get(profile.attributes.get("ID", ""))
        if designation is not None:
            programs.update(dict.fromkeys(designation.programs))
            dates += [designation.date] if designation.date else []
        for identity in profile.all("Identity"):
            is_main = identity.attributes.get("Primary") == "true"
            for alias in identity.all("Alias"):
                names += _names(alias, is_main, reference)
    return Party(
        uid=uid,
        names=tuple(names),
        place=Place(element.line, uid),
        original=as_xml(element),
        kind=kind,
        programs=tuple(programs),
        categories=("sanction",),
        legal_status=LegalStatus.DESIGNATED,
        legal_authority=AUTHORITY,
        legal_date=min(dates, default=None),
        remarks=element.text_at("Comment"),
    )


def _names(alias: Element, is_main: bool, reference: _Reference) -> Iterator[PartyName]:
    """Names of an alias, one a script."""
    for documented in alias.all("DocumentedName"):
        parts = [
            part.text.strip()
            for part in documented.all("DocumentedNamePart", "NamePartValue")
            if part.text.strip()
        ]
        if parts:
            yield PartyName(
                ", ".join(parts) if len(parts) > 1 else parts[0],
                is_primary=is_main and alias.attributes.get("Primary") == "true",
                is_weak=alias.attributes.get("LowQuality") == "true",
                kind=reference.text("AliasType", alias.attributes.get("AliasTypeID")),
            )


def _relation(element: Element, reference: _Reference) -> Record:
    """Relation between two profiles, whose ids are those of their parties."""
    from_uid = element.attributes.get("From-ProfileID")
    to_uid = element.attributes.get("To-ProfileID")
    place = Place(element.line, element.attributes.get("ID"))
    if not from_uid or not to_uid:
        return Problem("label_relation_ends", "a relation without both of its ends", as_xml(element), place)
    written = reference.text("RelationType", element.attributes.get("RelationTypeID"))
    kind = "_".join("".join(c if c.isalnum() else " " for c in (written or "related")).lower().split())
    return Relation(
        kind=kind,
        from_uid=from_uid,
        to_uid=to_uid,
        place=place,
        original=as_xml(element),
        uid=element.attributes.get("ID"),
        role=written,
        extra={"former": element.attributes.get("Former")},
    )


def _date(element: Element) -> str | None:
    """``YYYY-MM-DD`` of a date in three elements; `None` if it is none."""
    texts = [element.text_at(part) for part in ("Year", "Month", "Day")]
    if not all(text is not None and text.isascii() and text.isdigit() for text in texts):
        return None
    year, month, day = (int(text or 0) for text in texts)
    is_date = 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31
    return f"{year:04}-{month:02}-{day:02}" if is_date else None
