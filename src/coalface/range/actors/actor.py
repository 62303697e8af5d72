"""What all actors have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from coalface.range.economy.book import ActorRow
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind, OutputPurpose
from coalface.range.wallets.profile import Profile, blurred
from coalface.range.wallets.purse import Purse

if TYPE_CHECKING:
    from coalface.range.actors.town import Town

COIN_SAT = 100_000_000


@dataclass(frozen=True)
class Part:
    """An actor's part in the whole.

    Parameters
    ----------
    near
        Behaves near to where a published rule of thumb draws its line.
    playbook
        Crime, or lawful twin, that the actor is in.
    is_lawful
        Whether what it does is lawful.
    is_twin
        Part of a lawful business of the shape of a crime.
    """

    near: bool = False
    playbook: str | None = None
    is_lawful: bool = True
    is_twin: bool = False


EVERYDAY = Part()


class Actor:
    """Somebody with a wallet.

    Parameters
    ----------
    town
        Where the actor lives.
    name
        Name; nobody else has it.
    profile
        Wallet software.
    part
        Part in the whole.
    """

    kind: ClassVar[ActorKind] = ActorKind.PRIVATE
    category: ClassVar[str | None] = None
    acts: ClassVar[bool] = True
    """False for the many who only receive, so that nobody asks them before each block."""

    def __init__(self, town: Town, name: str, profile: Profile, part: Part = EVERYDAY) -> None:
        self.town = town
        self.economy = town.economy
        self.name = name
        self.part = part
        self.dice = town.economy.dice(f"actor {name}")
        if part.near:
            profile = blurred(profile, self.dice)
        row = ActorRow(
            name,
            self.kind,
            profile.name,
            part.playbook,
            part.is_lawful,
            part.is_twin,
            part.near,
            self.category,
        )
        self.economy.add_actor(row)
        self.purse = Purse(self.economy, name, name, profile)
        town.add(self)

    def act(self) -> None:
        """What the actor does before the next block; nothing by default."""

    def invoice(self, payer: str, value_sat: int) -> Planned:  # noqa: ARG002 - others keep accounts
        """The output with which somebody pays this actor."""
        return Planned(self.purse.receive_lock(), value_sat, OutputPurpose.PAYMENT)
