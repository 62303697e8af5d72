"""Statements about an address, with the address checked for its own chain."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import TypedDict, Unpack

from coalface.labels.draft import (
    Claim,
    Confidence,
    Json,
    LegalStatus,
    Place,
    Problem,
    SourceType,
    StatementDraft,
    SubjectCheck,
    SubjectKind,
)
from coalface.labels.formats.chains import canonical_ticker, inspect_address, network_named

__all__ = ["Details", "address_statement", "plain_statement"]


class Details(TypedDict, total=False):
    """Fields of a statement that do not depend on its subject."""

    category: str | None
    abuse: str | None
    concepts: tuple[str, ...]
    actor_id: str | None
    actor_name: str | None
    label: str | None
    legal_status: LegalStatus
    legal_authority: str | None
    legal_date: str | None
    confidence: Confidence | None
    is_cluster_definer: bool | None
    url: str | None
    valid_from: str | None
    valid_until: str | None
    last_modified: str | None
    extra: Mapping[str, Json]


def address_statement(
    written: str,
    *,
    asset: str | None,
    is_asset_written: bool = True,
    network: str | None = None,
    claim: Claim,
    source_type: SourceType,
    place: Place,
    original: str,
    **details: Unpack[Details],
) -> StatementDraft:
    """Statement about an address. One that is not what its list says carries a problem.

    Parameters
    ----------
    written
        The address as it stands in the file.
    asset
        Ticker as it stands in the file, or as the user gives it for all of the file.
    is_asset_written
        Whether it stands in the file.
    network
        Network as it stands in the file.
    claim, source_type, place, original
        As in `StatementDraft`.
    **details
        Its other fields.

    Examples
    --------
    >>> from coalface.labels.draft import Claim, Place, SourceType
    >>> made = address_statement("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", asset="XBT",
    ...     claim=Claim.LISTED, source_type=SourceType.AUTHORITY, place=Place(1), original="")
    >>> made.asset, made.subject, made.problem
    ('BTC', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', None)
    """
    subject = written.strip()
    named = None if network is None else network_named(network)
    found = inspect_address(subject, asset, named)
    problem = None
    if found.check is SubjectCheck.FAILED:
        problem = Problem(found.code or "label_address_form", found.reason or "no address", subject, place)
    return StatementDraft(
        subject_kind=SubjectKind.ADDRESS,
        subject=found.text,
        subject_written=subject,
        claim=claim,
        source_type=source_type,
        place=place,
        original=original,
        asset=None if asset is None else canonical_ticker(asset),
        asset_written=asset if is_asset_written else None,
        network=found.network,
        network_written=network,
        check=found.check,
        problem=problem,
        **details,
    )


def plain_statement(
    kind: SubjectKind,
    written: str,
    *,
    asset: str | None = None,
    is_asset_written: bool = True,
    network: str | None = None,
    claim: Claim,
    source_type: SourceType,
    place: Place,
    original: str,
    **details: Unpack[Details],
) -> StatementDraft:
    """Statement about something else than an address, whose form is checked as far as it has one."""
    subject = written if kind is SubjectKind.COINBASE_TAG else written.strip()
    text, check, reason = _checked(kind, subject)
    problem = None if reason is None else Problem("label_subject_form", reason, subject, place)
    return StatementDraft(
        subject_kind=kind,
        subject=text,
        subject_written=subject,
        claim=claim,
        source_type=source_type,
        place=place,
        original=original,
        asset=None if asset is None else canonical_ticker(asset),
        asset_written=asset if is_asset_written else None,
        network=_network(asset, network),
        network_written=network,
        check=check,
        problem=problem,
        **details,
    )


def _network(asset: str | None, network: str | None) -> str | None:
    """Chain of a subject whose form does not tell."""
    if network is not None:
        return network_named(network)
    if asset is None:
        return None
    found = network_named(canonical_ticker(asset))
    # A token's ticker names no chain.
    return found if found != canonical_ticker(asset).lower() else None


def _checked(kind: SubjectKind, subject: str) -> tuple[str, SubjectCheck, str | None]:
    """Canonical text, what was verified, and why it failed."""
    if not subject or len(subject) > 1024:
        return subject, SubjectCheck.FAILED, f"{len(subject)} characters, a subject has 1 to 1024"
    if kind is SubjectKind.TX:
        digits = subject.lower().removeprefix("0x")
        if len(digits) == 64 and all(letter in "0123456789abcdef" for letter in digits):
            return (digits if subject[:2].lower() != "0x" else "0x" + digits), SubjectCheck.FORM, None
        return subject, SubjectCheck.FAILED, "a transaction id is 64 hexadecimal digits"
    if kind is SubjectKind.NETBLOCK:
        return _checked_netblock(subject)
    return subject, SubjectCheck.UNCHECKED, None


def _checked_netblock(subject: str) -> tuple[str, SubjectCheck, str | None]:
    """An internet address or block of them."""
    try:
        return str(ip_network(subject, strict=False)), SubjectCheck.FORM, None
    except ValueError:
        return subject, SubjectCheck.FAILED, "a net block is an IP address with a prefix length"
