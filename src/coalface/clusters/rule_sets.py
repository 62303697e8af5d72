"""Named rule sets: which there are, which of them a store has, and making them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from coalface import _core
from coalface.accuracy import ErrorRates, error_rates
from coalface.chain import AsOf, Chain, Coverage, Provenance, open_chain
from coalface.clusters.rules import COINJOIN_RULE, RULE_SET
from coalface.errors import NotFound

__all__ = ["BuildReport", "OpenSet", "RuleSetState", "build_rule_set", "open_set", "rule_sets"]

STRICT = "strict"
"""The set that every store has, in columns of its own."""


@dataclass(frozen=True)
class RuleSetState:
    """One rule set, and what a store has of it."""

    name: str
    version: int
    rules: tuple[str, ...]
    """Names and versions of its rules."""
    waits_blocks: int
    """Blocks that rules which need the future wait; 0 if there are none."""
    is_built: bool
    """Whether the store has it."""
    trouble: str | None
    """Why it cannot be used although it was built; `None` if it can, or was not."""
    tip: AsOf | None
    """Last block that it has taken in; `None` if the store does not have it."""
    blocks_behind: int | None
    """Blocks of the store that it has not taken in."""
    n_links: int | None
    """Unions that it holds; `None` too of the store's own set."""
    size_bytes: int | None
    """Bytes of its files; of the store's own set, of its columns."""


@dataclass(frozen=True)
class BuildReport:
    """What one build of a rule set did."""

    rule_set: str
    """Name and version."""
    blocks_added: int
    blocks_removed: int
    """Blocks taken back because the chain was reorganised."""
    n_blocks: int
    """Blocks that it holds now."""
    n_links: int
    provenance: Provenance


@dataclass(frozen=True)
class OpenSet:
    """A rule set opened beside a chain, as of the chain's block or the last one that the set has taken in."""

    core: _core.RuleSet
    chain: Chain
    """As of the block that answers of this set use."""
    rules: tuple[str, ...]
    """The set, and the rules inside it, as answers name them."""

    @property
    def coverage(self) -> Coverage:
        """What the blocks of its answers are."""
        return self.chain.coverage

    @property
    def provenance(self) -> Provenance:
        """What its answers rest on."""
        return replace(self.chain.provenance, rules=self.rules)

    @property
    def error_rates(self) -> ErrorRates:
        """Measured rates of the set, and of the rule that leaves CoinJoins out."""
        return error_rates((self.rules[0], COINJOIN_RULE))


def open_set(chain: Chain, rule_set: str | None) -> OpenSet:
    """A rule set as of the chain's block, or the last one before it that the set has taken in.

    Parameters
    ----------
    chain
        As of which block.
    rule_set
        Its name; `None` is ``strict``, which every store has.

    Raises
    ------
    UsageError
        If there is no such rule set.
    NotFound
        If it was not built in this store.
    """
    core = _core.RuleSet.open(chain.core, rule_set or STRICT)
    if rule_set in (None, STRICT):
        return OpenSet(core, chain, (RULE_SET, COINJOIN_RULE))
    at = Chain(chain.core, core.bound(chain.bound), chain.folder)
    return OpenSet(core, at, (core.label, *core.rules, COINJOIN_RULE))


def rule_sets(store: str | Path) -> list[RuleSetState]:
    """Every rule set that this release knows, narrowest first, and what a store has of it.

    Raises
    ------
    StoreNotFound
        If the folder holds no store.
    """
    chain = open_chain(store)
    columns = [row for row in chain.core.sizes() if row[0] == "cluster_strict" or row[1] == "strict_child"]
    found = [
        RuleSetState(
            STRICT,
            int(RULE_SET.rpartition("/")[2]),
            ("multi_input/1",),
            waits_blocks=0,
            is_built=True,
            trouble=None,
            tip=chain.as_of,
            blocks_behind=0,
            n_links=None,
            size_bytes=sum(row[3] for row in columns),
        )
    ]
    built = set(_core.built_rule_sets(Path(store)))
    for name, version, rules, waits in _core.rule_sets():
        state = RuleSetState(name, version, tuple(rules), waits, name in built, None, None, None, None, None)
        found.append(_state(chain, state) if state.is_built else state)
    return found


def _state(chain: Chain, state: RuleSetState) -> RuleSetState:
    """What the store has of a set that was built."""
    try:
        opened = open_set(chain, state.name)
    except NotFound:
        return replace(state, is_built=False)
    except (OSError, RuntimeError) as error:
        return replace(state, trouble=str(error))
    counts = opened.core.counts()
    return replace(
        state,
        tip=opened.chain.as_of,
        blocks_behind=chain.bound.blocks - opened.chain.bound.blocks,
        n_links=None if counts is None else counts[1],
        size_bytes=None if counts is None else counts[3],
    )


def build_rule_set(
    store: str | Path,
    rule_set: str,
    *,
    anew: bool = False,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> BuildReport:
    """What was done to bring a rule set to the tip of its store; it is made if the store does not have it.

    Parameters
    ----------
    store
        Folder of the store.
    rule_set
        One of the names that `rule_sets` gives, but ``strict``, which the store keeps itself.
    anew
        Build from the first block on, even if the store has it: after damage, or for new rules.
    threads
        Threads to use; `None` is one a core. The result does not depend on it.
    progress
        Called as ``progress(txs_done, txs)``. What it raises stops the build and is raised again.

    Raises
    ------
    UsageError
        If there is no such rule set.
    StoreLocked
        If another process writes to it.
    CorruptStore
        If it is damaged.

    Notes
    -----
    From then on every `index` and `follow` of the store takes the set along. A build holds 12 bytes an
    address in memory and commits at the end. 40 bytes a union and 8 bytes an address on disk.
    """
    done = _core.build_rule_set(Path(store), rule_set, anew=anew, threads=threads, progress=progress)
    opened = open_set(open_chain(store), rule_set)
    return BuildReport(
        rule_set=opened.core.label,
        blocks_added=done["blocks_added"],
        blocks_removed=done["blocks_removed"],
        n_blocks=done["blocks"],
        n_links=done["links"],
        provenance=opened.provenance,
    )
