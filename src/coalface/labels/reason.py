"""How answers quote what a source says."""

from coalface.labels.dating import DateSource
from coalface.labels.draft import Claim
from coalface.labels.label import Label

__all__ = ["reason_of"]


def reason_of(found: Label) -> str:
    """A statement as a reason, with the name and date of its source."""
    marked = ", the day of its import" if found.list_date_source == DateSource.IMPORT_TIME else ""
    where = f"list `{found.source}` of {found.list_date}{marked}"
    if found.claim == Claim.LISTED:
        whose = found.list_category or found.publisher
        return f"listed identifier on {f'{whose} ' if whose else ''}{where}"
    if found.claim == Claim.MENTIONED:
        return f"mentioned by {where}"
    what = found.list_category or found.category or found.abuse
    named = found.actor or found.label
    said = " ".join(part for part in (what, named and f"({named})") if part)
    return f"labelled {said} by {where}" if said else f"named by {where}"
