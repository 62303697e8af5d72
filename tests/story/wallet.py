"""A named actor's keys, and the habits that its software leaves in transactions."""

from __future__ import annotations

from dataclasses import dataclass

from coalface.range.keys import derive_key
from coalface.range.script import MULTISIG_KINDS, Kind, Lock, lock_with
from coalface.range.tx import FINAL_SEQUENCE

REPLACEABLE_SEQUENCE = 0xFFFFFFFD


@dataclass(frozen=True)
class Habits:
    """What one wallet software always does.

    Parameters
    ----------
    version
        Transaction version.
    sequence
        Sequence of every input.
    locks_to_tip
        Writes the tip's height as lock time (against fee sniping).
    """

    version: int = 2
    sequence: int = REPLACEABLE_SEQUENCE
    locks_to_tip: bool = False


OLD_HABITS = Habits(version=1, sequence=FINAL_SEQUENCE)
CORE_HABITS = Habits(version=2, sequence=REPLACEABLE_SEQUENCE, locks_to_tip=True)
SERVICE_HABITS = Habits(version=2, sequence=REPLACEABLE_SEQUENCE)


class Wallet:
    """Makes the locks of one actor, each with fresh keys.

    Parameters
    ----------
    seed
        Seed of the chain.
    actor
        Name of the holder.
    kind
        Kind of its locks unless another is asked for.
    habits
        How its transactions look.
    """

    def __init__(self, seed: int, actor: str, kind: Kind = Kind.P2WPKH, habits: Habits = CORE_HABITS) -> None:
        self.actor = actor
        self.kind = kind
        self.habits = habits
        self._seed = seed
        self._n_keys = 0

    def new_lock(self, kind: Kind | None = None, *, customer: str | None = None) -> Lock:
        """A lock on fresh keys: one key, or 2 of 3 for multisig kinds (bare: 1 of 2)."""
        kind = kind or self.kind
        n_keys, threshold = 1, 1
        if kind is Kind.MULTISIG:
            n_keys = 2
        elif kind in MULTISIG_KINDS:
            n_keys, threshold = 3, 2
        keys = [derive_key(self._seed, self.actor, self._n_keys + place) for place in range(n_keys)]
        self._n_keys += n_keys
        return lock_with(kind, keys, self.actor, threshold=threshold, customer=customer)
