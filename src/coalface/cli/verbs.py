"""The table of verbs. `coalface --help` is printed from it alone, so that help never waits for the engine."""

from dataclasses import dataclass

__all__ = ["VERBS", "Verb"]


@dataclass(frozen=True)
class Verb:
    """One verb: where its click command is, and its line in the list of verbs."""

    target: str
    """``module:function``, imported when the verb runs."""
    summary: str
    """Equal to the short help of the command (a test compares them)."""


VERBS: dict[str, Verb] = {
    "version": Verb("coalface.cli.version:version", "Show the version and how the engine was built."),
}
