"""The one network of a store: that of its chain, else that of its labels, else the one asked for."""

from pathlib import Path

from coalface import _core
from coalface.chain import open_chain
from coalface.errors import StoreNotFound, UnsupportedStore, UsageError

__all__ = ["DEFAULT_NETWORK", "agreed_network", "chain_network"]

DEFAULT_NETWORK = "mainnet"
_NO_PAYLOAD = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def chain_network(store: Path) -> str | None:
    """Network of the chain in a folder; `None` if it holds none."""
    try:
        return open_chain(store).network
    except StoreNotFound:
        return None


def agreed_network(store: Path, of_labels: str | None, asked: str | None) -> str:
    """The network that addresses of a store are of.

    Parameters
    ----------
    store
        The store's folder, which may hold a chain.
    of_labels
        Network of the labels that are in it.
    asked
        Network that the user names.

    Raises
    ------
    UsageError
        If the user names another network than the store's, or none that exists.
    UnsupportedStore
        If chain and labels are of different networks.
    """
    if asked is not None:
        _core.decode_address(asked, f"script:empty:{_NO_PAYLOAD}")  # raises if there is no such network
    of_chain = chain_network(store)
    if of_chain is not None and of_labels is not None and of_chain != of_labels:
        raise UnsupportedStore(
            f"`{store}` has a chain of {of_chain} and labels of {of_labels}; a store holds one network",
            code="store_unsupported_networks",
            hint="keep each network in a folder of its own",
            context={"path": str(store), "chain": of_chain, "labels": of_labels},
        )
    of_store = of_chain or of_labels
    if of_store is not None and asked is not None and asked != of_store:
        raise UsageError(
            f"`{store}` is a store of {of_store}, not of {asked}",
            code="usage_network",
            hint="a store holds one network: import into another folder",
            context={"store": of_store, "asked": asked},
        )
    return of_store or asked or DEFAULT_NETWORK
