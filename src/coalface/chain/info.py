"""What a store holds, at a glance."""

from dataclasses import dataclass
from pathlib import Path

from coalface.chain.asof import AsOf
from coalface.chain.coverage import Coverage
from coalface.chain.indexing import RefusedBlock
from coalface.chain.opening import open_chain
from coalface.chain.provenance import Provenance

__all__ = ["Info", "digests", "info"]


@dataclass(frozen=True)
class Info:
    """Network, tip, counts, bytes and coverage of a store."""

    network: str
    tip: AsOf
    counts: dict[str, int]
    """Rows: blocks, txs, inputs, outputs, externals, addresses."""
    group_bytes: dict[str, int]
    """Bytes of every column group and index that belong to the store."""
    store_bytes: int
    block_bytes: int
    """Serialized size of the indexed blocks."""
    stale_blocks: int
    refused: tuple[RefusedBlock, ...]
    refused_descendants: int
    epoch: int
    """Number of reorganisations that took rows back."""
    groups: dict[str, int]
    """Version of every column group."""
    coverage: Coverage
    provenance: Provenance


def info(store: str | Path) -> Info:
    """What the store in a folder holds.

    Raises
    ------
    StoreNotFound
        If the folder holds no store.
    """
    chain = open_chain(store)
    facts = chain.facts
    names = ("blocks", "txs", "inputs", "outputs", "externals", "addresses")
    group_bytes: dict[str, int] = {}
    for group, name, _, size in chain.core.sizes():
        key = f"index_{name}" if group == "index" else group
        group_bytes[key] = group_bytes.get(key, 0) + size
    return Info(
        network=chain.network,
        tip=chain.as_of,
        counts={name: facts["counts"][name] for name in names},
        group_bytes=dict(sorted(group_bytes.items())),
        store_bytes=sum(group_bytes.values()),
        block_bytes=int(chain.column("block.size").sum(dtype="uint64")),
        stale_blocks=facts["chain"]["stale_blocks"],
        refused=tuple(
            RefusedBlock(block["hash"], block["code"], block["reason"]) for block in facts["chain"]["refused"]
        ),
        refused_descendants=facts["chain"]["refused_descendants"],
        epoch=facts["epoch"],
        groups=facts["groups"],
        coverage=chain.coverage,
        provenance=chain.provenance,
    )


def digests(store: str | Path) -> dict[str, str]:
    """Logical digest of every column group and index: equal for equal chains, however they were built."""
    return open_chain(store).core.digests()
