"""One line of the event log: a block came, a block went, or the log began."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

__all__ = ["FORMAT", "Event", "Kind"]

FORMAT = 1
"""Version of the log, in every line that begins one."""


class Kind(StrEnum):
    """What happened."""

    BEGAN = "began"
    CONNECTED = "connected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Event:
    """What happened to one block of the store's chain."""

    number: int
    """Rises by one with every event; the first is 0."""
    event: str
    """``began``: the store stood at this block when the log began, or when it lost the thread;
    ``connected``: the block is the new tip; ``withdrawn``: it was the tip and is no more."""
    height: int | None
    """`None` if the log began with an empty store."""
    hash: str | None
    prev_hash: str | None
    n_txs: int | None
    """Transactions that came, or went, with the block."""
    first_txid: str | None
    """Its coinbase."""
    last_txid: str | None
    """Its last transaction: between the two lies all of the block."""
    observed_unix: int
    """When the follower saw it, by this machine's clock, in seconds."""

    def line(self) -> dict[str, Any]:
        """Fields of the line in the log."""
        fields = asdict(self)
        return {"format": FORMAT, **fields} if self.event == Kind.BEGAN else fields

    @classmethod
    def of_line(cls, fields: object) -> "Event":
        """The event of a line.

        Raises
        ------
        ValueError
            If the fields are not those of an event.
        """
        if not isinstance(fields, dict):
            raise ValueError("it is no object")  # noqa: TRY004 - of the text, not of a type that a caller chose
        content = dict(fields)
        content.pop("format", None)
        if set(content) != set(cls.__dataclass_fields__):
            raise ValueError("its fields are not those of an event")
        kinds = {"event": str, "hash": str, "prev_hash": str, "first_txid": str, "last_txid": str}
        for name, value in content.items():
            wanted = kinds.get(name, int)
            may_be_null = content["event"] == Kind.BEGAN and name not in {"number", "event", "observed_unix"}
            if isinstance(value, bool) or not (isinstance(value, wanted) or (value is None and may_be_null)):
                raise ValueError(f"`{name}` is {value!r}")
        if content["event"] not in set(Kind):
            raise ValueError(f"event `{content['event']}` is not known")
        return cls(**content)
