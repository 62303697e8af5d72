"""What a follower tells while it works."""

from dataclasses import dataclass, field

from coalface.follow.event import Event

__all__ = ["Round", "Told"]


@dataclass(frozen=True)
class Round:
    """What one look at the source led to."""

    events: tuple[Event, ...] = ()
    tip_height: int = -1
    """Of the store, afterwards; -1 without any block."""
    source_height: int | None = None
    is_done: bool = True
    """Whether the store now holds all that the source offered."""
    notes: tuple[str, ...] = ()
    """What a person should know, each said once as long as it lasts."""


@dataclass
class Told:
    """Notes that were told, so that the same is not told at every poll."""

    notes: set[str] = field(default_factory=set)

    def news(self, notes: tuple[str, ...]) -> list[str]:
        """Those that were not told the last time."""
        new = [note for note in notes if note not in self.notes]
        self.notes = set(notes)
        return new
