"""The peers: what each does, its licence, how it is built and called, and which facts it must find."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

THREADS = "2"
COUNTS = ("blocks", "txs", "inputs", "outputs", "output_sat")
HASHED = (*COUNTS, "txid_sum")
LINKED = (*HASHED, "spent_sat")


@dataclass(frozen=True)
class Place:
    """What a peer is given."""

    blocks: Path
    """The block files as a node writes them."""
    mainnet: Path
    """The same without a key and with mainnet's magic."""
    scratch: Path
    """An empty folder."""
    network: str
    programs: Path
    """Folder of the small Rust programs."""
    python: str
    n_outputs: int
    tip_hash: str
    url: str = ""
    """Where `node.py` answers."""


@dataclass(frozen=True)
class Peer:
    """A program, or one way of calling it."""

    name: str
    does: str
    lacks: str
    licence: str
    command: Callable[[Place], list[str]]
    claims: tuple[str, ...]
    feature: str = ""
    """Feature of `rust/Cargo.toml` that builds it; none for a Python program."""
    binary: str = ""
    node: bool = False
    """Whether it asks a node."""
    but_last: bool = False
    """Whether it leaves out the last block."""


def module(name: str, *arguments: str) -> Callable[[Place], list[str]]:
    """Command of a Python program over the files with mainnet's magic."""
    return lambda place: [place.python, "-m", f"peers.{name}", str(place.mainnet), *arguments]


def program(place: Place, name: str, *arguments: str) -> list[str]:
    """Command of a Rust program over the files as they are."""
    return [str(place.programs / name), str(place.blocks), *arguments]


INDEX = Peer(
    "**coalface index**",
    "parse, txid, merkle, links both ways, addresses, clusters, durable store",
    "",
    "Apache-2.0",
    lambda place: [
        place.python,
        "-m",
        "peers.ours",
        "index",
        str(place.blocks),
        str(place.scratch / "store"),
    ],
    ("blocks", "txs"),
)

FLOOR = Peer(
    "floor: hashing alone",
    "double SHA-256 of stripped transactions, merkle trees",
    "everything else",
    "Apache-2.0",
    lambda place: [place.python, "-m", "peers.ours", "floor", str(place.blocks)],
    ("txs",),
)

PEERS = [
    Peer(
        "bitcoin_slices 0.13.0, visit",
        "parse",
        "txid, links, addresses, clusters, store",
        "MIT",
        lambda place: program(place, "slices", "parse", THREADS),
        COUNTS,
        feature="slices",
        binary="slices",
    ),
    Peer(
        "bitcoin_slices 0.13.0, txid",
        "parse, txid",
        "links, addresses, clusters, store",
        "MIT",
        lambda place: program(place, "slices", "txid", THREADS),
        HASHED,
        feature="slices",
        binary="slices",
    ),
    Peer(
        "bitcoin-block-parser 0.5.3, parse",
        "parse, txid",
        "links, addresses, clusters, store",
        "MIT",
        lambda place: program(place, "block_parser", "parse", THREADS),
        HASHED,
        feature="block-parser",
        binary="block_parser",
    ),
    Peer(
        "bitcoin-block-parser 0.5.3, utxo",
        "parse, txid, links backwards, spent or not",
        "addresses, clusters, store",
        "MIT",
        lambda place: program(
            place, "block_parser", "utxo", THREADS, str(place.scratch), str(max(place.n_outputs // 2, 1000))
        ),
        LINKED,
        feature="block-parser",
        binary="block_parser",
    ),
    Peer(
        "blocks_iterator 3.0.0, no prevouts",
        "parse, txid, chain order",
        "links, addresses, clusters, store",
        "MIT",
        lambda place: program(place, "blocks_iterator", "parse", place.network),
        HASHED,
        feature="blocks-iterator",
        binary="blocks_iterator",
        but_last=True,
    ),
    Peer(
        "blocks_iterator 3.0.0, prevouts",
        "parse, txid, chain order, links backwards",
        "addresses, clusters, store",
        "MIT",
        lambda place: program(place, "blocks_iterator", "prevout", place.network),
        LINKED,
        feature="blocks-iterator",
        binary="blocks_iterator",
        but_last=True,
    ),
    Peer(
        "bindex 0.1.3 (index of electrs)",
        "index of script hash and of txid, place of each tx; spent outputs come from the node",
        "links, values, clusters",
        "MIT",
        lambda place: [
            str(place.programs / "bindex"),
            str(place.scratch),
            place.url,
            place.network,
            place.tip_hash,
        ],
        ("blocks", "txs"),
        feature="bindex",
        binary="bindex",
        node=True,
    ),
    Peer(
        "brk_reader 0.11.2",
        "parse, txid, chain order",
        "links, addresses, clusters, store",
        "MIT",
        lambda place: [
            str(place.programs / "brk"),
            str(place.mainnet),
            "read",
            place.url,
            str(place.scratch),
        ],
        HASHED,
        feature="brk",
        binary="brk",
        node=True,
    ),
    Peer(
        "brk_indexer 0.11.2",
        "parse, txid, links backwards, addresses by type, look-up stores",
        "links forwards, clusters",
        "MIT",
        lambda place: [
            str(place.programs / "brk"),
            str(place.mainnet),
            "index",
            place.url,
            str(place.scratch),
        ],
        COUNTS,
        feature="brk",
        binary="brk",
        node=True,
    ),
    Peer(
        "blockchain-parser 0.1.6",
        "parse, txid, in pure Python",
        "links, addresses, clusters, store",
        "LGPL-3.0",
        module("python_parser"),
        HASHED,
    ),
]

# Looked for in the registry in every run, since they may appear there; why they do not run if they do.
BINARIES: dict[str, tuple[str, str, str, str]] = {
    "rusty-blockparser": (
        "GPL-3.0",
        "parse, txid, balances",
        "links, clusters",
        "it reads the node's block index, which these files lack",
    ),
}

# Not tried: name, what it does, what not, licence, why.
NOT_TRIED = [
    (
        "electrs 0.12.0",
        "Electrum server on `bindex`",
        "links, clusters",
        "MIT",
        "not tried: its index is `bindex`, above; the server around it needs a node",
    ),
]
