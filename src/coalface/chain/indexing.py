"""Making a store from block files, and keeping it current."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coalface import _core
from coalface.chain.reference import check_count
from coalface.errors import UsageError

__all__ = ["GrownRuleSet", "IndexReport", "RefusedBlock", "StageTime", "index"]

_MAX_THREADS = 1024
_MAX_HEIGHT = 2**32 - 2
"""The next number stands for an unknown height."""

IndexProgress = Callable[[str, int, int, int], None]


@dataclass(frozen=True)
class RefusedBlock:
    """A block that was on disk and broke a rule."""

    hash: str
    code: str
    reason: str


@dataclass(frozen=True)
class StageTime:
    """Where a part of a run's time went; a stage within another counts once."""

    name: str
    """The stage; ``idle`` is time in which threads had nothing to do."""
    thread_us: int
    """Time of threads in the stage, in microseconds, waiting included."""
    cpu_us: int
    """Time of processors, in microseconds."""
    bound: str
    """What bounds the stage while its threads have a processor."""


@dataclass(frozen=True)
class GrownRuleSet:
    """What became of a rule set beside the store, after the store was committed."""

    name: str
    blocks_added: int
    trouble: str | None
    """Why it lags behind; `None` if it does not."""


@dataclass(frozen=True)
class IndexReport:
    """What one run of `index` did and saw."""

    blocks_added: int
    txs_added: int
    blocks_removed: int
    """Blocks taken back because another branch has more work."""
    stale_blocks: int
    """Sound-looking blocks that are not on the best chain of their segment."""
    refused: tuple[RefusedBlock, ...]
    refused_descendants: int
    unfinished: tuple[str, ...]
    """Places where a file ends in the middle of a record, ``file:offset``."""
    damaged: tuple[str, ...]
    """Places that were skipped, ``file:first-end``."""
    missing_files: tuple[str, ...]
    """Gaps in the numbers of block files, ``first-last``."""
    without_work: int
    """Records whose header has no proof of work."""
    ignored_heights: tuple[str, ...]
    """Heights given by the user that had no effect, and why."""
    undo_used: int
    """Blocks of a partial chain whose undo record told what their inputs from outside of it held."""
    undo_missing: int
    """Blocks with such inputs and no undo record that could be used: there values stay unknown."""
    undo_bad: tuple[str, ...]
    """Undo records that were not used, and damage in undo files, ``file:offset: why``."""
    stages: tuple[StageTime, ...]
    """Where the time went, in the order of work; differs from run to run, unlike the store."""
    rule_sets: tuple[GrownRuleSet, ...]
    """Named rule sets that were built beside the store; each was brought to its tip too."""


def index(
    sources: Sequence[str | Path],
    store: str | Path,
    *,
    network: str | None = None,
    heights: Mapping[str, int] | None = None,
    skip_damaged: bool = False,
    use_undo: bool = True,
    threads: int | None = None,
    commit_bytes: int | None = None,
    batch_bytes: int | None = None,
    memory_bytes: int | None = None,
    allow_network_fs: bool = False,
    progress: IndexProgress | None = None,
) -> IndexReport:
    """What was added to the store in folder `store`, which now holds the best chain of `sources`.

    Parameters
    ----------
    sources
        Core data directories, ``blocks`` folders, block files, or loose raw blocks.
    store
        Folder of the store; made if it does not exist.
    network
        Where sources do not say (loose blocks) or hold several.
    heights
        Heights of blocks that nothing else tells, by block hash.
    skip_damaged
        Go on behind damaged stretches of files, and refuse unreadable blocks, instead of failing.
    use_undo
        In a partial chain, take value and address of outputs made outside of it from the undo files beside
        the block files. What a store holds already is not filled in later: index into another folder.
    threads
        Threads to use; `None` is one a core. The result does not depend on it.
    commit_bytes
        Rows that wait for a commit, in bytes; a killed run loses at most these.
    batch_bytes
        Block bytes that are linked at once.
    memory_bytes
        Memory that the run may take, everything counted; at least 256 MiB. A new store whose tables would not
        fit is built phase by phase over spilled files, which needs more disk meanwhile. `None` is half of the
        machine's memory, or of the control group's if that is less.
    allow_network_fs
        Write even where the store lies on a network file system or FUSE, whose locks and maps of files
        cannot be relied on.
    progress
        Called as ``progress(phase, done, total, txs)`` with phase ``scan`` (files), ``append`` (bytes), or a
        phase of a build in bounded memory: ``parse`` and ``rows`` (bytes), ``join``, ``addresses``,
        ``spends`` and ``runs`` (partitions), ``forest`` (transactions); at last ``clusters``, without
        counts, while rule sets beside the store grow. What it raises stops
        the run and is raised again.

    Raises
    ------
    UsageError
        If there is no source, or a number is out of range.
    SourceError
        If the sources are damaged, of several networks, hidden behind a missing key, or of another network.
    StoreLocked
        If another process writes to the store.
    UnsupportedStore
        If the store lies on a network file system, or is of another version.
    Cancelled
        On Ctrl-C; what was committed stays and the next run goes on from there.

    Notes
    -----
    Scripts are not executed: a block with an invalid signature is taken for sound. Nor are lock times, the
    number of signature operations, the coinbase's height and the clock looked at. A node refuses such a block
    and builds on another, so in a node's own files it can be the tip at most until the node's next block.
    """
    if not sources:
        raise UsageError("there is no source: name a data directory or block files", code="usage_source")
    check_count("threads", threads or 0, most=_MAX_THREADS)
    check_count("commit_bytes", commit_bytes or 0)
    check_count("batch_bytes", batch_bytes or 0)
    check_count("memory_bytes", memory_bytes or 0)
    for height in (heights or {}).values():
        check_count("height", height, most=_MAX_HEIGHT)
    given = [(block_hash.lower(), height) for block_hash, height in (heights or {}).items()]
    report = _core.index(
        [Path(source) for source in sources],
        Path(store),
        network=network,
        skip_damaged=skip_damaged,
        use_undo=use_undo,
        heights=given,
        commit_bytes=commit_bytes,
        batch_bytes=batch_bytes,
        memory_bytes=memory_bytes,
        threads=threads,
        allow_network_fs=allow_network_fs,
        progress=progress,
    )
    return IndexReport(
        blocks_added=report["blocks_added"],
        txs_added=report["txs_added"],
        blocks_removed=report["blocks_removed"],
        stale_blocks=report["stale_blocks"],
        refused=tuple(RefusedBlock(*row) for row in report["refused"]),
        refused_descendants=report["refused_descendants"],
        unfinished=tuple(f"{file}:{offset}" for file, offset in report["unfinished"]),
        damaged=tuple(f"{file}:{first}-{end}" for file, first, end in report["damaged"]),
        missing_files=tuple(f"{first}-{last}" for first, last in report["missing_files"]),
        without_work=report["without_work"],
        ignored_heights=tuple(f"{block}: {why}" for block, why in report["ignored_heights"]),
        undo_used=report["undo_used"],
        undo_missing=report["undo_missing"],
        undo_bad=tuple(f"{file}:{offset}: {why}" for file, offset, why in report["undo_bad"]),
        stages=tuple(StageTime(*row) for row in report["stages"]),
        rule_sets=tuple(
            GrownRuleSet(name, added, None if trouble is None else trouble[1])
            for name, added, trouble in report["rule_sets"]
        ),
    )
