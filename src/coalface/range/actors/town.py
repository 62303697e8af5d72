"""Everybody on one chain: who there is, who acts when, who finds the next block."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from coalface.range.economy.chain import Claim, Economy

if TYPE_CHECKING:
    from coalface.range.actors.actor import Actor

A = TypeVar("A", bound="Actor")


class Miner(Protocol):
    """Somebody who finds blocks."""

    def hashrate_hs(self) -> int:
        """Hash rate now, hashes a second."""

    def claim(self) -> Claim:
        """How the next block's reward is claimed if this one finds it."""


class Town:
    """The actors of one chain.

    Parameters
    ----------
    economy
        The chain.

    Attributes
    ----------
    actors
        Everybody, in the order in which they act.
    miners
        Who finds blocks.
    """

    def __init__(self, economy: Economy) -> None:
        self.economy = economy
        self.actors: list[Actor] = []
        self._acting: list[Actor] = []
        self.miners: list[Miner] = []
        self._by_type: dict[object, list[Actor]] = {}
        self._dice = economy.dice("who finds the block")
        self._scenes: dict[int, list[Callable[[], None]]] = {}

    def add(self, actor: Actor) -> None:
        """Lets somebody move in; done by the actor itself."""
        self.actors.append(actor)
        self._by_type.clear()
        if type(actor).acts:
            self._acting.append(actor)

    def all_of(self, wanted: type[A]) -> list[A]:
        """All actors of that type, in order of arrival."""
        found = self._by_type.get(wanted)
        if found is None:
            found = [actor for actor in self.actors if isinstance(actor, wanted)]
            self._by_type[wanted] = found
        return cast("list[A]", found)

    def at(self, height: int, scene: Callable[[], None]) -> None:
        """Lets something happen before the block of that height."""
        self._scenes.setdefault(height, []).append(scene)

    def tick(self) -> None:
        """Everybody acts, then somebody finds the next block."""
        for actor in list(self._acting):
            actor.act()
        for scene in self._scenes.pop(self.economy.height + 1, []):
            scene()
        self.mine()

    def mine(self) -> None:
        """Somebody finds the next block, as often as their hash rate says."""
        rates = [miner.hashrate_hs() for miner in self.miners]
        roll = self._dice.below(sum(rates))
        for miner, rate in zip(self.miners, rates, strict=True):
            roll -= rate
            if roll < 0:
                self.economy.mine(miner.claim())
                return

    def network_hashrate_hs(self) -> int:
        """Hash rate of all miners together."""
        return sum(miner.hashrate_hs() for miner in self.miners)
