"""What goes wrong between a follower and its node, and which of it passes by itself."""

from coalface.errors import Context, SourceError

__all__ = ["PASSING", "passes", "shown", "trouble"]

_HINTS = {
    "source_node_unreachable": "is the node running, and is its RPC server on (`server=1`)?",
    "source_node_slow": "the node did not answer in time; it may be busy",
    "source_node_busy": "raise `rpcworkqueue` in the node's configuration if this happens often",
    "source_node_warming_up": "the node is starting; it answers when it has loaded its block index",
    "source_node_garbled": "is this address really that of a Bitcoin node?",
    "source_node_changing": "the node's chain moved while it was read",
    "source_files_unfinished": "the node may be writing this block just now",
    "source_node_unauthorized": "name the node's cookie file with `--cookie`, or set COALFACE_RPC_USER and "
    "COALFACE_RPC_PASSWORD",
    "source_node_forbidden": "allow this machine with `rpcallowip` in the node's configuration",
    "source_node_pruned": "index the block files of a node that has all blocks, then follow this one",
    "source_node_wrong_network": "one store holds one network: follow a node of the store's network",
    "source_node_other_chain": "index this node's chain into another folder",
    "source_node_no_method": "use a newer node, or follow its block files with `--datadir`",
    "source_node_wrong_block": "do not trust this node: what it sends is not what was asked for",
    "source_node_invalid_block": "the node builds on a block that breaks a rule; the store keeps "
    "the chain without it",
}

PASSING = frozenset(
    {
        "source_node_unreachable",
        "source_node_slow",
        "source_node_busy",
        "source_node_warming_up",
        "source_node_garbled",
        "source_node_changing",
        "source_files_unfinished",
    }
)
"""Codes of trouble that may be over at the next attempt."""


def trouble(code: str, message: str, *, context: Context | None = None) -> SourceError:
    """The error to raise, with the hint that belongs to its code."""
    return SourceError(message, code=code, hint=_HINTS.get(code), context=context)


def passes(error: SourceError) -> bool:
    """Whether the same call may succeed later."""
    return error.code in PASSING


def shown(value: object) -> str:
    """What a node said, cut and made visible, so that no message grows or moves the cursor."""
    text = str(value)
    text = text if len(text) <= 120 else f"{text[:117]}..."
    return text.encode("unicode_escape").decode("ascii")
