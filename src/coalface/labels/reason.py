"""How answers quote what a source says."""

from coalface.labels.dating import DateSource
from coalface.labels.draft import Claim
from coalface.labels.label import Label

__all__ = ["cited_reason", "reason_of"]


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
    if what is None:
        return f"attributed to {named} by {where}" if named else f"named by {where}"
    return f"labelled {what}{f' ({named})' if named else ''} by {where}"


def cited_reason(found: Label) -> str:
    """The same with the statement's id, so that whatever relied on it is found when it is withdrawn."""
    return f"{reason_of(found)} ({found.id})"
