"""Single questions to the labels of a store; who has many opens a `LabelBook`."""

from pathlib import Path

from coalface.labels.book import AddressLabels, LabelBook
from coalface.labels.draft import Claim
from coalface.labels.source import LabelSource

__all__ = ["labels_of", "listed_addresses", "service_addresses", "sources"]


def sources(store: str | Path, *, as_of_unix: int | None = None) -> tuple[LabelSource, ...]:
    """Imported sources, newest first.

    Parameters
    ----------
    store
        The store's folder.
    as_of_unix
        Leave out sources of a later UTC day.

    Raises
    ------
    NotFound
        If nothing was ever imported.
    """
    with LabelBook(store, as_of_unix=as_of_unix) as book:
        return book.sources


def labels_of(store: str | Path, subject: str, *, as_of_unix: int | None = None) -> AddressLabels:
    """Everything that the sources say of an address of any chain, or of what else has labels.

    Parameters
    ----------
    store
        The store's folder.
    subject
        In any spelling: bech32 in upper case is the same as in lower case.
    as_of_unix
        Leave out sources of a later UTC day.

    Raises
    ------
    NotFound
        If nothing was ever imported.
    InvalidAddress
        If the text is no address of the store's network and no source speaks of it.
    """
    with LabelBook(store, as_of_unix=as_of_unix) as book:
        return book.answer(subject)


def service_addresses(store: str | Path, as_of_unix: int | None = None) -> dict[str, str]:
    """Reason by address, of the addresses that current labels give to a service: where a trace stops.

    Parameters
    ----------
    store
        The store's folder.
    as_of_unix
        Leave out sources of a later UTC day.

    Raises
    ------
    NotFound
        If nothing was ever imported (`has_labels` tells).
    """
    return _reasons(store, None, as_of_unix)


def listed_addresses(store: str | Path, as_of_unix: int | None = None) -> dict[str, str]:
    """Reason by address, of the addresses on the newest state of every series of authorities' lists.

    Parameters
    ----------
    store
        The store's folder.
    as_of_unix
        Leave out sources of a later UTC day.

    Raises
    ------
    NotFound
        If nothing was ever imported (`has_labels` tells).
    """
    return _reasons(store, Claim.LISTED, as_of_unix)


def _reasons(store: str | Path, claim: Claim | None, as_of_unix: int | None) -> dict[str, str]:
    """Reason by address; where several sources name one, that of the newest."""
    found: dict[str, str] = {}
    with LabelBook(store, as_of_unix=as_of_unix) as book:
        for naming in book.named(claim):
            found.setdefault(naming.address, naming.reason)
    return found
