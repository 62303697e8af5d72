"""What a reader of a label format hands over: drafts of statements, parties, relations, problems.

A reader turns a file into a stream of records and knows nothing of the store. The first record is always
the `SourceFacts`; the rest come in the order of the file. A record says where in the file it stands and holds
what stood there (`original`), so that what was imported can be shown, and written out again, without loss.

Nothing is swallowed: what cannot be a statement is a `Problem` of its own, and a statement whose subject is
not what the file says it is (a Tron address on a bitcoin list) keeps its text and carries the problem.
A file that cannot be read *as its format* raises `LabelFileError` with line and reason instead.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

__all__ = [
    "DEFAULT_OPTIONS",
    "Claim",
    "Confidence",
    "Json",
    "LegalStatus",
    "Party",
    "PartyName",
    "Place",
    "Problem",
    "ReadOptions",
    "Reader",
    "Record",
    "Relation",
    "SourceFacts",
    "SourceType",
    "StatementDraft",
    "SubjectCheck",
    "SubjectKind",
]

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""What JSON can say."""


class SubjectKind(StrEnum):
    """What a statement is about."""

    ADDRESS = "address"
    TX = "tx"
    ACTOR = "actor"
    NETBLOCK = "netblock"
    COINBASE_TAG = "coinbase_tag"
    """Text that a mining pool writes into the coinbase of its blocks."""


class Claim(StrEnum):
    """How much a statement claims of its subject; what it claims is the category."""

    LISTED = "listed"
    """On an authority's list, by a record of that list: a listed identifier. No pack of labels says so."""
    ATTRIBUTED = "attributed"
    """Belongs to, or is used by, the actor, or is of the category."""
    MENTIONED = "mentioned"
    """Occurs in the source (tag type `mention`); says nothing of whose it is."""


class LegalStatus(StrEnum):
    """Legal status of a party, or of property (seized, forfeited). A field of its own, never a score."""

    DESIGNATED = "designated"
    CHARGED = "charged"
    CONVICTED = "convicted"
    SEIZED = "seized"
    FORFEITED = "forfeited"
    DISMISSED = "dismissed"
    DELISTED = "delisted"
    NONE = "none"


class SourceType(StrEnum):
    """Who says so. Never mixed with the legal status."""

    AUTHORITY = "authority"
    COURT_FILING = "court_filing"
    VENDOR = "vendor"
    ACADEMIC = "academic"
    PRESS = "press"
    USER = "user"


class SubjectCheck(StrEnum):
    """What was verified of a subject's text."""

    CHECKSUM = "checksum"
    """Its checksum is right."""
    FORM = "form"
    """It has the form of its chain, which has no checksum, or whose checksum is not written here."""
    UNCHECKED = "unchecked"
    """Nothing is known of the form that it should have."""
    FAILED = "failed"
    """It is not what the file says it is; the statement's `problem` says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a source a record stands."""

    line: int | None = None
    """From 1, as an editor counts; where the record begins. `None` where the format has no lines."""
    record: str | None = None
    """Id of the record in its file (`uid`, `FixedRef`, FtM id), else its path in it, such as ``tags[7]``."""
    member: str | None = None
    """Name of the file, where a source has several (`sdn_comments.csv`)."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """A step of a confidence ladder."""

    name: str
    level: int | None
    """0 to 100; `None` if the ladder does not know the name."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that is not as it should be. It is kept and reported."""

    code: str
    """Stable snake_case name, beginning with `label_` or `invalid_address`."""
    reason: str
    """What is wrong, with the values received and allowed; one line without a final full stop."""
    text: str
    """What stood there: the subject of a statement that carries the problem, else the record."""
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What a file says of itself. The first record of every reader; `list_date` may be all that is known."""

    format: str
    """Name of the format, a key of `formats.FORMATS`."""
    title: str | None = None
    publisher: str | None = None
    """Who published the list (OFAC) or made the pack (its `creator`)."""
    description: str | None = None
    licence: str | None = None
    url: str | None = None
    list_date: str | None = None
    """``YYYY-MM-DD``: the date that the file itself gives (`Publish_Date`, `lastmod`)."""
    declared_records: int | None = None
    """Number of records that the file says it has; readers refuse a file with another number."""
    default_series: str | None = None
    """Series that files of this format and publisher belong to, where the format tells (`ofac-sdn`)."""
    extra: Mapping[str, Json] = field(default_factory=dict)
    """What else stands in the file's head, as it stood: the header of a pack, whole."""


@dataclass(frozen=True, slots=True)
class StatementDraft:
    """One statement about one subject, before it has an id."""

    subject_kind: SubjectKind
    subject: str
    """Canonical form: bech32 and hex in lower case, base58 as it is. As written if it has no known form."""
    subject_written: str
    """As it stands in the file, without blanks around it."""
    claim: Claim
    source_type: SourceType
    place: Place
    original: str
    """The record as it stood: JSON of its own fields (nothing inherited), or the line."""
    asset: str | None = None
    """Ticker in capitals, canonical: BTC for XBT. `None` for what belongs to no asset."""
    asset_written: str | None = None
    """Ticker as it stands in the file; `None` if the file gives none."""
    network: str | None = None
    """Chain that the subject is of *by its own form*: ``bitcoin``, ``bitcoin-testnet``, ``bitcoin-regtest``,
    ``ethereum``, ``tron`` …, as `formats.chains` names them; that of the asset where the form does not
    tell; `None` where neither does. ``bitcoin`` is a store's ``mainnet``; ``bitcoin-testnet``
    may be any of testnet3, testnet4 and signet. ``evm``: an address of Ethereum or a chain like it."""
    network_written: str | None = None
    """Network as it stands in the file; `None` if the file gives none."""
    check: SubjectCheck = SubjectCheck.UNCHECKED
    problem: Problem | None = None
    """What is wrong with the subject. Such a statement is kept, reported and counted as a problem."""
    category: str | None = None
    """Id of a concept of `labels.taxonomy`; as written if the taxonomy has no such concept."""
    abuse: str | None = None
    """Id of a concept of the kind of abuse."""
    concepts: tuple[str, ...] = ()
    """Further concepts."""
    actor_id: str | None = None
    """Id of the actor in its source: of a pack of actors, or the `uid` of a party of the same file."""
    actor_name: str | None = None
    label: str | None = None
    legal_status: LegalStatus = LegalStatus.NONE
    legal_authority: str | None = None
    legal_date: str | None = None
    """``YYYY-MM-DD`` of the designation, seizure …; `None` where the file does not say."""
    confidence: Confidence | None = None
    """`None`: the file does not say."""
    is_cluster_definer: bool | None = None
    """Whether the statement may be carried over to the whole cluster; `None`: the file does not say."""
    url: str | None = None
    valid_from: str | None = None
    """``YYYY-MM-DD``, inclusive."""
    valid_until: str | None = None
    """``YYYY-MM-DD``, inclusive."""
    last_modified: str | None = None
    """``YYYY-MM-DD``: when the source last touched the record (`lastmod`)."""
    extra: Mapping[str, Json] = field(default_factory=dict)
    """What the format says beyond these fields, with inherited values (`tag_type`, `context` …)."""


@dataclass(frozen=True, slots=True)
class PartyName:
    """A name of a party."""

    name: str
    is_primary: bool = False
    is_weak: bool = False
    """Marked as a weak alias (`LowQuality`, `category` weak): no match by it alone."""
    kind: str | None = None
    """As the file calls it: ``a.k.a.``, ``f.k.a.`` …"""


@dataclass(frozen=True, slots=True)
class Party:
    """A person, organisation or other actor that a source knows by an id."""

    uid: str
    """Id in its source: OFAC's `uid` or `FixedRef`, the id of an FtM entity or of an actor."""
    names: tuple[PartyName, ...]
    place: Place
    original: str
    """The record as it stood: JSON, or the line."""
    kind: str | None = None
    """As the file calls it: ``Individual``, ``Entity``, FtM's schema …"""
    programs: tuple[str, ...] = ()
    """Sanctions programmes, or FtM's topics."""
    categories: tuple[str, ...] = ()
    """Ids of concepts."""
    jurisdictions: tuple[str, ...] = ()
    """As written: ISO country codes, or names."""
    legal_status: LegalStatus = LegalStatus.NONE
    legal_authority: str | None = None
    legal_date: str | None = None
    url: str | None = None
    remarks: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict)

    @property
    def name(self) -> str | None:
        """Primary name, else the first."""
        return next(
            (known.name for known in self.names if known.is_primary),
            self.names[0].name if self.names else None,
        )


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation between two parties, as the source states it; never derived from co-spending."""

    kind: str
    """``ownership``, ``directorship`` …: FtM's schema or OFAC's relation type, in snake_case."""
    from_uid: str
    """Where the relation begins, read as ``from kind to``: owner, director, member …; of OFAC's relations the
    end that it names first (``owned_or_controlled_by``: what is owned)."""
    to_uid: str
    """Where it ends: what is owned, led …"""
    place: Place
    original: str
    uid: str | None = None
    """Id of the relation itself, where it has one."""
    share_min_percent: float | None = None
    """Lower bound of the share that is owned; equal to the upper one where the source gives one number."""
    share_max_percent: float | None = None
    share_written: str | None = None
    """The share as it stands in the file."""
    role: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    url: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict)


Record = SourceFacts | StatementDraft | Party | Relation | Problem
"""What readers yield."""


@dataclass(frozen=True)
class ReadOptions:
    """What the user says where a file does not."""

    asset: str = "BTC"
    """Ticker of a plain list's addresses."""
    claim: Claim = Claim.ATTRIBUTED
    """Claim of a plain list's lines, and of an own CSV's rows that give none."""
    category: str | None = None
    """Concept of a plain list's addresses, and of rows that give none."""
    legal_status: LegalStatus = LegalStatus.NONE
    """Of a plain list's lines, and of rows that give none."""
    source_type: SourceType = SourceType.USER
    """Of a plain list, and of formats that do not imply it (OFAC's imply `authority`)."""
    keep: Callable[[Path, bytes], None] | None = None
    """Gets every byte of every file of the source exactly once, in order within a file: for digest and raw
    bytes. A reader that is used up has handed over all of them, whatever it needed for its records."""


DEFAULT_OPTIONS = ReadOptions()
"""Those of a user who says nothing."""


class Reader(Protocol):
    """Reads one format.

    The records come lazily, in bounded memory; a `LabelFileError` may come after thousands of records, so
    that nothing may be committed before the reader is used up.
    """

    def __call__(self, path: Path, options: ReadOptions = ..., /) -> Iterator[Record]:
        """Records of the file at `path`, the `SourceFacts` first.

        Parameters
        ----------
        path
            The file, or the folder of a format that has several.
        options
            What the file does not say.

        Raises
        ------
        LabelFileError
            If it cannot be read as that format, with line and reason.
        IoFailure
            If it cannot be read at all.
        """
        ...
