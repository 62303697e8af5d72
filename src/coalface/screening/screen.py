"""Screening one address or many."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from coalface.chain import Chain, Provenance
from coalface.errors import InvalidAddress, UsageError
from coalface.labels import Label, LabelSource
from coalface.labels.dating import date_of
from coalface.labels.subject import Subject, subject_of
from coalface.screening.asking import open_sources
from coalface.screening.cospend import RULES, CospendIndex
from coalface.screening.result import Cospend, ScreeningResult
from coalface.screening.verdict import Judge, Verdict, listing_by_chain

__all__ = ["Screener", "screen", "screen_each"]


class Screener:
    """Screens one address after the other against the same lists and the same block.

    Parameters
    ----------
    store
        Folder of a store, or its opened chain; it may hold labels only.
    as_of
        Height, block hash or date: of the chain the last block used, and lists of a later day are not used.
        `None` is the tip and all lists.
    max_list_age_days
        Where an authority's newest list is older than this, nothing but `listed` is said. Counted to the day
        of `as_of`, else to today.
    max_cospend
        Listed addresses of the subject's cluster that an answer gives.
    now_unix
        Today; the clock if `None`.

    Raises
    ------
    StoreNotFound
        If the folder holds neither chain nor labels.
    UsageError, NotFound, InvalidReference
        If an argument does not fit.
    CorruptStore, UnsupportedStore
        If chain or labels cannot be read, or are of different networks.
    """

    def __init__(
        self,
        store: str | Path | Chain,
        *,
        as_of: int | str | None = None,
        max_list_age_days: int | None = None,
        max_cospend: int = 10,
        now_unix: int | None = None,
    ) -> None:
        if max_list_age_days is not None and max_list_age_days < 0:
            raise UsageError(
                f"lists cannot be {max_list_age_days} days old, allowed are 0 and more", code="usage_age"
            )
        if max_cospend < 0:
            raise UsageError(
                f"cannot give {max_cospend} addresses, allowed are 0 and more", code="usage_limit"
            )
        self._sources = open_sources(store, as_of)
        book = self._sources.book
        self._lists: tuple[LabelSource, ...] = () if book is None else book.sources
        moment = self._sources.as_of_unix
        lists_as_of = None if moment is None else date_of(moment)
        self._judge = Judge(
            network=self._sources.network,
            as_of=self._sources.as_of,
            lists=None if book is None else self._lists,
            lists_as_of=lists_as_of,
            listing=listing_by_chain(book),
            max_age_days=max_list_age_days,
            today=lists_as_of or date_of(int(time.time()) if now_unix is None else now_unix),
        )
        self._cospends = self._cospend_index(max_cospend)
        self._parameters: dict[str, int | str | None] = {
            "as_of": None if as_of is None else str(as_of),
            "lists_as_of": lists_as_of,
            "max_cospend": max_cospend,
            "max_list_age_days": max_list_age_days,
        }
        # Without and with an inference beside the verdict.
        self._coverages = [self._sources.coverage.with_unknown(unknown) for unknown in (["cospend"], [])]
        facts = Provenance(
            network=self._sources.network,
            as_of=self._sources.as_of,
            lists=tuple(each.as_provenance() for each in self._lists),
        )
        self._provenances = [facts, replace(facts, rules=RULES)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the labels."""
        if self._sources.book is not None:
            self._sources.book.close()

    def screen(self, text: str) -> ScreeningResult:
        """The verdict on one address; a text that is none gets one too: `cannot_say`, and why."""
        subject = subject_of(self._sources.network, text)
        hits, history = self._said(subject)
        if subject.wrong is not None:
            verdict = self._judge.verdict_on_text(hits, history, subject.wrong, subject.networks)
            return self._result(subject, verdict, hits, history, None)
        cospend = None if self._cospends is None else self._cospends.beside(subject.text)
        if cospend is not None and cospend.n_listed == 0 and not self._sources.coverage.complete_from_genesis:
            cospend = None  # a partial chain proves what it shows, and nothing by what it does not show
        occurs = None if cospend is None else cospend.anchor is not None
        verdict = self._judge.verdict(hits, history, occurs)
        return self._result(subject, verdict, hits, history, cospend)

    def _said(self, subject: Subject) -> tuple[tuple[Label, ...], tuple[Label, ...]]:
        """What current statements say of a subject, and what answers no longer use."""
        book = self._sources.book
        try:
            labels = () if book is None else book.said_of(subject)
        except InvalidAddress:  # no address, and on no list either
            labels = ()
        return (
            tuple(label for label in labels if label.is_current),
            tuple(label for label in labels if not label.is_current),
        )

    def _result(
        self,
        subject: Subject,
        verdict: Verdict,
        hits: tuple[Label, ...],
        history: tuple[Label, ...],
        cospend: Cospend | None,
    ) -> ScreeningResult:
        """The answer, with what it rests on."""
        book = self._sources.book
        return ScreeningResult(
            address=subject.text,
            result=verdict.result,
            reason=verdict.reason,
            reason_code=verdict.code,
            script_type=None if subject.address is None else subject.address.kind,
            networks=subject.networks,
            hits=hits,
            history=history,
            parties=() if book is None or not hits else book.parties(hits),
            cospend=cospend,
            parameters=self._parameters,
            coverage=self._coverages[cospend is not None],
            provenance=self._provenances[cospend is not None],
        )

    def _cospend_index(self, max_cospend: int) -> CospendIndex | None:
        """Clusters with listed addresses; `None` where there is no chain or no list."""
        chain, book = self._sources.chain, self._sources.book
        if chain is None or book is None or not self._lists:
            return None
        return CospendIndex(chain, book, max_cospend)


def screen(
    store: str | Path | Chain,
    address: str,
    *,
    as_of: int | str | None = None,
    max_list_age_days: int | None = None,
    now_unix: int | None = None,
) -> ScreeningResult:
    """The verdict on one address, from the lists in `store` alone.

    Parameters
    ----------
    store
        Folder of a store, or its opened chain; it may hold labels only.
    address
        What is screened.
    as_of
        Height, block hash or date: of the chain the last block used, and lists of a later day are not used.
    max_list_age_days
        Say `cannot_say` rather than "nothing found" by a list that is older.
    now_unix
        Today; the clock if `None`.

    Raises
    ------
    StoreNotFound
        If the folder holds neither chain nor labels.

    Notes
    -----
    `listed` needs a current entry on an authority's list for this very address. A listed address in the same
    cluster is shown as inference (`cospend`) and changes nothing. `nothing_found` is no clean bill: it says
    which lists were asked, as of which block.
    """
    with Screener(store, as_of=as_of, max_list_age_days=max_list_age_days, now_unix=now_unix) as screener:
        return screener.screen(address)


def screen_each(
    store: str | Path | Chain,
    addresses: Iterable[str],
    *,
    as_of: int | str | None = None,
    max_list_age_days: int | None = None,
    now_unix: int | None = None,
) -> Iterator[ScreeningResult]:
    """Verdicts on addresses, in their order, in memory that does not grow with their number; see `screen`."""
    with Screener(store, as_of=as_of, max_list_age_days=max_list_age_days, now_unix=now_unix) as screener:
        for address in addresses:
            yield screener.screen(address)
