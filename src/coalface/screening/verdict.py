"""Which result the lists give for one subject, and in which words."""

from dataclasses import dataclass
from typing import NamedTuple

from coalface.chain import AsOf
from coalface.errors import InvalidAddress
from coalface.labels import Label, LabelBook, LabelSource
from coalface.labels.address import CHAIN_OF_NETWORK
from coalface.labels.dating import days_between
from coalface.labels.draft import Claim
from coalface.labels.reason import reason_of

__all__ = ["Judge", "Verdict", "listing_by_chain"]

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
    lists: tuple[LabelSource, ...] | None
    """The sources that count; `None` if none was ever imported."""
    listing: dict[str, tuple[LabelSource, ...]]
    """Newest authorities' lists by the chain of which they list addresses."""
    lists_as_of: str | None
    max_age_days: int | None
    today: str

    def verdict(
        self,
        hits: tuple[Label, ...],
        history: tuple[Label, ...],
        occurs: bool | None,
        chains: tuple[str, ...] | None = None,
    ) -> Verdict:
        """The verdict on an address.

        Parameters
        ----------
        hits
            What current lists say of it.
        history
            What older ones said.
        occurs
            Whether it occurs on the chain; `None` where that is not known. It gives words, never the result.
        chains
            Of which it may be an address; `None` is the store's own.
        """
        listings = tuple(hit for hit in hits if hit.claim == Claim.LISTED)
        if listings:
            return Verdict("listed", "listed", self._quoted(listings))
        attributions = tuple(hit for hit in hits if hit.claim == Claim.ATTRIBUTED)
        obstacle = self._obstacle(attributions, chains)
        if obstacle is not None:
            return obstacle
        if attributions:
            missing = "" if self._listing_of(chains) else "; no sanctions list was asked"
            return Verdict("attributed", "attributed", f"{self._quoted(attributions)}{missing}")
        return Verdict("nothing_found", "nothing_found", self._nothing(hits, history, occurs, chains))

    def verdict_on_text(
        self,
        hits: tuple[Label, ...],
        history: tuple[Label, ...],
        wrong: InvalidAddress,
        chains: tuple[str, ...],
    ) -> Verdict:
        """The verdict on a text that is no address of the network; of another chain the lists tell.

        Parameters
        ----------
        hits, history
            As of an address.
        wrong
            Why it is none of the network.
        chains
            Of which it may be an address by its form.
        """
        if chains or hits:
            found = self.verdict(hits, history, None, chains or None)
            # A list of bitcoin addresses has it: that is told, since somebody made a mistake.
            is_misplaced = any(hit.asset in {None, "BTC"} for hit in hits)
            note = f"; it is no address of {self.network}: {wrong.message}" if is_misplaced else ""
            return found._replace(reason=found.reason + note)
        hint = f"; {wrong.hint}" if wrong.hint else ""
        return Verdict("cannot_say", wrong.code, f"{wrong.message}{hint}")

    def _obstacle(self, hits: tuple[Label, ...], chains: tuple[str, ...] | None) -> Verdict | None:
        """What keeps "not listed" from being said, `None` if nothing does."""
        if self.lists is None:
            return Verdict("cannot_say", "labels_unavailable", "no list was imported into this store")
        if not self.lists:
            return Verdict("cannot_say", "no_lists", f"no list is of {self.lists_as_of} or earlier")
        listing = self._listing_of(chains)
        if (stale := self._stale(listing)) is not None:
            said = f"; {self._quoted(hits)}" if hits else ""
            return Verdict("cannot_say", "stale_lists", f"{stale}{said}")
        if not hits and not listing:
            of = "" if chains is None else f" with addresses of {chains[0]}"
            reason = f"no sanctions list{of} was asked, and it is on {self._asked()}"
            return Verdict("cannot_say", "no_listing_lists", reason)
        return None

    def _listing_of(self, chains: tuple[str, ...] | None) -> tuple[LabelSource, ...]:
        """Newest authorities' lists that have addresses of one of these chains."""
        found = [
            each
            for chain in chains or (CHAIN_OF_NETWORK[self.network],)
            for each in self.listing.get(chain, ())
        ]
        return tuple(dict.fromkeys(found))

    def _stale(self, listing: tuple[LabelSource, ...]) -> str | None:
        """Which of these lists are too old to say "not listed", in words; `None` if none is."""
        if self.max_age_days is None:
            return None
        old = [
            f"{each.cited()} is {age} days old"
            for each in listing
            if (age := days_between(each.list_date, self.today)) > self.max_age_days
        ]
        return f"{', '.join(old[:_NAMED_LISTS])}, allowed are {self.max_age_days}" if old else None

    def _nothing(
        self,
        hits: tuple[Label, ...],
        history: tuple[Label, ...],
        occurs: bool | None,
        chains: tuple[str, ...] | None,
    ) -> str:
        """Of which lists and which block it is that nothing was found."""
        parts = [f"on {self._asked()}"]
        if hits:
            parts.append(f"{self._quoted(hits)}, which says nothing of whose it is")
        if history:
            parts.append(_former(history[0]))
        if chains is not None:
            parts.append(f"an address of {chains[0]}: no chain was asked")
        elif self.as_of.hash is None:
            parts.append("without a chain")
        else:
            block = self.as_of.hash if self.as_of.height is None else self.as_of.height
            parts.append(f"as of block {block}")
        if occurs is False:
            parts.append("the address does not occur on the chain up to there")
        return "; ".join(parts)

    def _quoted(self, hits: tuple[Label, ...]) -> str:
        """What the newest hit says, and how many more there are."""
        first = hits[0]
        more = f", and {len(hits) - 1} more" if len(hits) > 1 else ""
        other = first.network not in {None, CHAIN_OF_NETWORK[self.network]}
        of = f", as an address of {first.network}" if other else ""
        place = f"line {first.line}" if first.record is None else f"record {first.record}"
        law = [first.legal_authority, first.legal_date]
        status = f", {' '.join(part for part in (first.legal_status, *law) if part)}" if any(law) else ""
        return f"{reason_of(first)}, {place}{of}{status}{more}"

    def _asked(self) -> str:
        """The newest lists of all series, the first few by name."""
        newest = [each for each in self.lists or () if each.is_newest]
        names = ", ".join(f"`{each.name}` of {each.list_date}" for each in newest[:_NAMED_LISTS])
        more = len(newest) - _NAMED_LISTS
        return f"none of {len(newest)} lists ({names}{f' and {more} more' if more > 0 else ''})"


def listing_by_chain(book: LabelBook | None) -> dict[str, tuple[LabelSource, ...]]:
    """Newest authorities' lists by the chain of which they list addresses."""
    found: dict[str, list[LabelSource]] = {}
    for source in () if book is None else book.sources:
        if book is None or not source.is_newest or not source.is_listing:
            continue
        chains = {each.network for each in book.tallies.get(source.id, ()) if each.claim == Claim.LISTED}
        for chain in chains:
            if chain is not None:
                found.setdefault(chain, []).append(source)
    return {chain: tuple(each) for chain, each in found.items()}


def _former(was: Label) -> str:
    """Why answers no longer use what was said."""
    of = f"list `{was.source}` of {was.list_date}"
    if was.withdrawn is not None:
        return f"the word of {of} was withdrawn by {was.withdrawn.author}: {was.withdrawn.reason}"
    if was.standing == "not_valid":
        return f"what {of} says is not valid that day"
    return f"formerly on {of}, not on the newest of its series"
