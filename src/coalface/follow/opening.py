"""From what the user names to a source of blocks."""

from collections.abc import Mapping
from pathlib import Path

from coalface.chain import index
from coalface.follow.credentials import Credentials
from coalface.follow.directory import Directory, locate_blocks
from coalface.follow.held import Held
from coalface.follow.http import Connection
from coalface.follow.location import Location
from coalface.follow.node import Node
from coalface.follow.rpc import Rpc

__all__ = ["open_directory", "open_node"]

_FOLLOW_FOLDER = "follow"
_MEMORY_FILE = "scanned.json"


def open_node(
    url: str,
    *,
    cookie: Path | None = None,
    timeout_seconds: float = 30.0,
    environment: Mapping[str, str] | None = None,
) -> Node:
    """The node whose RPC server has a URL; nothing is asked of it yet.

    Parameters
    ----------
    url
        ``http://HOST:PORT``.
    cookie
        The node's cookie file; else user and password come from the environment, else from the URL.
    timeout_seconds
        Longest time from a request to the last byte of its answer.
    environment
        Variables; those of this process if `None`.

    Raises
    ------
    UsageError
        If the URL is none of an RPC server.
    """
    location = Location.parse(url)
    connection = Connection(location, timeout_seconds=timeout_seconds)
    return Node(connection, Rpc(connection, Credentials.find(location, cookie, environment)))


def open_directory(
    folder: str | Path,
    store: str | Path,
    *,
    network: str | None = None,
    threads: int | None = None,
    allow_network_fs: bool = False,
    index_gap_blocks: int = 2000,
    patience_seconds: float = 60.0,
) -> Directory:
    """The node that writes the block files of a data directory.

    Parameters
    ----------
    folder
        A Bitcoin Core data directory or a ``blocks`` folder.
    store
        The store that is to follow; it keeps how far the files were looked through.
    network
        Which one, where a data directory has several; the store's if `None`.
    threads
        Threads of the engine; one a core if `None`.
    allow_network_fs
        Write a store on a network file system, too.
    index_gap_blocks
        New blocks from which on the whole folder is indexed at once.
    patience_seconds
        How long blocks wait for a parent before it is looked for in older files.

    Raises
    ------
    UsageError
        If the folder holds no block files.
    """
    held = Held.open(Path(store))

    def index_all(blocks: Path) -> None:
        index([blocks], store, threads=threads, allow_network_fs=allow_network_fs)

    return Directory(
        locate_blocks(Path(folder), network or held.network),
        Path(store) / _FOLLOW_FOLDER / _MEMORY_FILE,
        index_all,
        index_gap_blocks=index_gap_blocks,
        patience_seconds=patience_seconds,
    )
