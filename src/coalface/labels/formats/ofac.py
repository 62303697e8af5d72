"""What OFAC's three formats have in common: words, dates, and addresses that stand in remarks."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from coalface.labels.draft import Claim, LegalStatus, Place, SourceType, StatementDraft
from coalface.labels.formats.statement import Details, address_statement

__all__ = [
    "AUTHORITY",
    "CURRENCY_PREFIX",
    "PUBLISHER",
    "american_date",
    "listed",
    "remark_addresses",
    "series_of",
    "ticker_of",
]

PUBLISHER = "U.S. Department of the Treasury, Office of Foreign Assets Control"
AUTHORITY = "OFAC"
CURRENCY_PREFIX = "Digital Currency Address - "
"""What OFAC writes before the ticker: in `idType`, in `FeatureType` and in remarks."""
CATEGORY = "sanction"

_REMARK = re.compile(
    r"(?:^|[;.]\s*|\balt\.\s+)Digital Currency Address - (?P<ticker>[A-Za-z0-9]{1,32}) +(?P<address>[^;]*)"
)


def series_of(path: Path) -> str:
    """Series of a file of OFAC's: its two lists have one shape, and only OFAC's file names tell them apart.

    Examples
    --------
    >>> series_of(Path("sdn_advanced.xml")), series_of(Path("cons_prim.csv"))
    ('ofac-sdn', 'ofac-consolidated')
    """
    return "ofac-consolidated" if path.name.lower().startswith("cons") else "ofac-sdn"


def ticker_of(kind: str | None) -> str | None:
    """Ticker that an `idType` or `FeatureType` names; `None` if it is no kind of address.

    Examples
    --------
    >>> ticker_of("Digital Currency Address - XBT"), ticker_of("Passport")
    ('XBT', None)
    """
    if kind is None or not kind.strip().startswith(CURRENCY_PREFIX.rstrip()):
        return None
    return kind.strip().removeprefix(CURRENCY_PREFIX.rstrip()).strip() or None


def american_date(text: str | None) -> str | None:
    """``YYYY-MM-DD`` of a date written MM/DD/YYYY; `None` if it is none.

    Examples
    --------
    >>> american_date("03/02/2020")
    '2020-03-02'
    """
    try:
        return datetime.strptime((text or "").strip(), "%m/%d/%Y").date().isoformat()  # noqa: DTZ007 - a date only
    except ValueError:
        return None


def remark_addresses(remarks: str) -> Iterator[tuple[str, str, str]]:
    """Ticker, address and the whole item of every address in a remark.

    Examples
    --------
    >>> [found[:2] for found in remark_addresses("DOB 1; alt. Digital Currency Address - XBT 1Q9; Sex M.")]
    [('XBT', '1Q9')]
    """
    for found in _REMARK.finditer(remarks):
        address = found["address"].strip()
        # The last item of a remark ends with a full stop, which no address holds.
        yield found["ticker"], address.removesuffix(".").strip(), found.group().lstrip("; .")


def listed(
    written: str, ticker: str, uid: str, name: str | None, place: Place, original: str, details: Details
) -> StatementDraft:
    """Statement that an address stands on the list, as an identifier of a party."""
    merged: Details = {
        "category": CATEGORY,
        "actor_id": uid,
        "actor_name": name,
        "label": name,
        "legal_status": LegalStatus.DESIGNATED,
        "legal_authority": AUTHORITY,
        # OFAC lists identifiers of a party; it says nothing of the wallet around one.
        "is_cluster_definer": False,
        **details,
    }
    return address_statement(
        written,
        asset=ticker,
        claim=Claim.LISTED,
        source_type=SourceType.AUTHORITY,
        place=place,
        original=original,
        **merged,
    )
