"""Single questions to the labels of a store; who has many opens a `LabelBook`."""

from pathlib import Path

from coalface.labels.book import AddressLabels, LabelBook, LabelList
from coalface.labels.categories import Claim

__all__ = ["labels_of", "listed_addresses", "lists", "service_addresses"]


def lists(store: str | Path, *, as_of_unix: int | None = None) -> tuple[LabelList, ...]:
    """Imported lists, newest first.

    Parameters
    ----------
    store
        The store's folder.
    as_of_unix
        Leave out lists of a later UTC day.

    Raises
    ------
    NotFound
        If nothing was ever imported.
    """
    with LabelBook(store, as_of_unix=as_of_unix) as book:
        return book.lists


def labels_of(store: str | Path, address: str, *, as_of_unix: int | None = None) -> AddressLabels:
    """Everything that the lists say of an address, or of a text that stands on one without being an address.

    Parameters
    ----------
    store
        The store's folder.
    address
        In any spelling: bech32 in upper case is the same as in lower case.
    as_of_unix
        Leave out lists of a later UTC day.

    Raises
    ------
    NotFound
        If nothing was ever imported.
    InvalidAddress
        If the text is no address of the store's network and stands on no list.
    """
    with LabelBook(store, as_of_unix=as_of_unix) as book:
        return book.answer(address)


def service_addresses(store: str | Path, as_of_unix: int | None = None) -> dict[str, str]:
    """Reason by address, of the addresses that current labels give to a service: where a trace stops.

    Parameters
    ----------
    store
        The store's folder.
    as_of_unix
        Leave out lists of a later UTC day.

    Raises
    ------
    NotFound
        If nothing was ever imported (`has_labels` tells).
    """
    return _reasons(store, Claim.SERVICE, as_of_unix)


def listed_addresses(store: str | Path, as_of_unix: int | None = None) -> dict[str, str]:
    """Reason by address, of the addresses on the newest list of every series of authorities' lists.

    Parameters
    ----------
    store
        The store's folder.
    as_of_unix
        Leave out lists of a later UTC day.

    Raises
    ------
    NotFound
        If nothing was ever imported (`has_labels` tells).
    """
    return _reasons(store, Claim.LISTING, as_of_unix)


def _reasons(store: str | Path, claim: Claim, as_of_unix: int | None) -> dict[str, str]:
    """Reason by address; where several lists name one, that of the newest."""
    found: dict[str, str] = {}
    with LabelBook(store, as_of_unix=as_of_unix) as book:
        for naming in book.named(claim):
            found.setdefault(naming.address, naming.reason)
    return found
