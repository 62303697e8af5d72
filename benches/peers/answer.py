"""The one line of JSON in which a peer's program says what it found, and how long its work took."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

Facts = Mapping[str, int | None]


class PeerError(Exception):
    """Raised when a peer did not build, did not run, or found something else than the chain holds."""


@dataclass(frozen=True)
class Answer:
    """What a program printed."""

    seconds: float
    facts: Facts = field(default_factory=dict)

    def line(self) -> str:
        """The line of JSON."""
        return json.dumps({"seconds": round(self.seconds, 6), **self.facts})


def parse_answer(stdout: str) -> Answer:
    """The last line of the output that is an answer."""
    for line in reversed(stdout.splitlines()):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and isinstance(found.get("seconds"), int | float):
            facts = {name: value for name, value in found.items() if name != "seconds"}
            if all(value is None or type(value) is int for value in facts.values()):
                return Answer(float(found["seconds"]), facts)
    raise PeerError(f"it printed no answer: {stdout.strip()[-200:]!r}")


def compare(facts: Facts, expected: Facts, claimed: tuple[str, ...]) -> None:
    """Raise if a claimed fact is missing or is not what the chain holds."""
    for name in claimed:
        if facts.get(name) != expected[name]:
            raise PeerError(f"wrong answer: {name} is {facts.get(name)}, expected {expected[name]}")
