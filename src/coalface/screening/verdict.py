"""Which result the lists give for one subject, and in which words."""

import time
from dataclasses import dataclass
from typing import NamedTuple

from coalface.chain import AsOf
from coalface.errors import InvalidAddress
from coalface.labels import CATEGORIES, Label, LabelList
from coalface.labels.book import reason_of
from coalface.labels.categories import Claim
from coalface.labels.dating import date_of, days_between

__all__ = ["Judge", "Verdict", "stale_lists"]

_NAMED_LISTS = 3


class Verdict(NamedTuple):
    """A result and why."""

    result: str
    code: str
    reason: str


@dataclass(frozen=True)
class Judge:
    """What is the same for all subjects of one screening."""

    network: str
    as_of: AsOf
    lists: tuple[LabelList, ...] | None
    """The lists that count; `None` if none was ever imported."""
    lists_as_of: str | None
    stale: str | None
    """Which lists are too old to say that something is not listed."""

    def verdict(self, hits: tuple[Label, ...], history: tuple[Label, ...], occurs: bool | None) -> Verdict:
        """The verdict on an address.

        Parameters
        ----------
        hits
            What current lists say of it.
        history
            What older ones said.
        occurs
            Whether it occurs on the chain; `None` where that is not known. It gives words, never the result.
        """
        listings = tuple(hit for hit in hits if CATEGORIES[hit.category].claim is Claim.LISTING)
        if listings:
            return Verdict("listed", "listed", _quoted(listings))
        obstacle = self._obstacle(hits)
        if obstacle is not None:
            return obstacle
        if hits:
            missing = "" if self._has_listing else "; no sanctions list was asked"
            return Verdict("attributed", "attributed", f"{_quoted(hits)}{missing}")
        return Verdict("nothing_found", "nothing_found", self._nothing(history, occurs))

    def verdict_on_text(self, hits: tuple[Label, ...], wrong: InvalidAddress) -> Verdict:
        """The verdict on a text that is no address of the network; it may stand on a list all the same."""
        if hits:
            found = self.verdict(hits, (), None)
            note = f"it is no address of {self.network}: {wrong.message}"
            return found._replace(reason=f"{found.reason}; {note}")
        hint = f"; {wrong.hint}" if wrong.hint else ""
        return Verdict("cannot_say", wrong.code, f"{wrong.message}{hint}")

    def _obstacle(self, hits: tuple[Label, ...]) -> Verdict | None:
        """What keeps "not listed" from being said, `None` if nothing does."""
        if self.lists is None:
            return Verdict("cannot_say", "labels_unavailable", "no list was imported into this store")
        if not self.lists:
            return Verdict("cannot_say", "no_lists", f"no list is of {self.lists_as_of} or earlier")
        if self.stale is not None:
            said = f"; {_quoted(hits)}" if hits else ""
            return Verdict("cannot_say", "stale_lists", f"{self.stale}{said}")
        if not hits and not self._has_listing:
            reason = f"no sanctions list was asked, and it is on {self._asked()}"
            return Verdict("cannot_say", "no_listing_lists", reason)
        return None

    @property
    def _has_listing(self) -> bool:
        """Whether an authority's list is among those asked."""
        return any(each.claim is Claim.LISTING for each in self.lists or ())

    def _nothing(self, history: tuple[Label, ...], occurs: bool | None) -> str:
        """Of which lists and which block it is that nothing was found."""
        parts = [f"on {self._asked()}"]
        if history:
            was = history[0]
            parts.append(f"formerly on list `{was.list}` of {was.list_date}, not on the newest of its series")
        if self.as_of.hash is None:
            parts.append("without a chain")
        else:
            block = self.as_of.hash if self.as_of.height is None else self.as_of.height
            parts.append(f"as of block {block}")
        if occurs is False:
            parts.append("the address does not occur on the chain up to there")
        return "; ".join(parts)

    def _asked(self) -> str:
        """The newest lists of all series, the first few by name."""
        newest = [each for each in self.lists or () if each.is_newest]
        names = ", ".join(f"`{each.list}` of {each.list_date}" for each in newest[:_NAMED_LISTS])
        more = len(newest) - _NAMED_LISTS
        return f"none of {len(newest)} lists ({names}{f' and {more} more' if more > 0 else ''})"


def stale_lists(
    lists: tuple[LabelList, ...], max_age_days: int | None, lists_as_of: str | None, now_unix: int | None
) -> str | None:
    """Which authorities' lists are too old to say "not listed", in words; `None` if none is.

    Parameters
    ----------
    lists
        The lists that count; only the newest of a series is asked for its age.
    max_age_days
        Days that a list may be old; `None` is any number.
    lists_as_of
        Day to which age is counted; `None` is today.
    now_unix
        Today, in seconds since 1970; the clock if `None`.
    """
    if max_age_days is None:
        return None
    today = lists_as_of or date_of(int(time.time()) if now_unix is None else now_unix)
    old = [
        f"list `{each.list}` of {each.list_date} is {age} days old"
        for each in lists
        if each.is_newest
        and each.claim is Claim.LISTING
        and (age := days_between(each.list_date, today)) > max_age_days
    ]
    return f"{', '.join(old[:_NAMED_LISTS])}, allowed are {max_age_days}" if old else None


def _quoted(hits: tuple[Label, ...]) -> str:
    """What the newest hit says, and how many more there are."""
    first = hits[0]
    more = f", and {len(hits) - 1} more" if len(hits) > 1 else ""
    return f"{reason_of(first)}, line {first.line}{more}"
