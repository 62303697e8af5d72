"""Provenance: what an answer was derived from, so that it can be derived again."""

from dataclasses import dataclass, field

from coalface import _core
from coalface.chain.asof import AsOf

__all__ = ["Provenance", "software"]


def software() -> str:
    """Name and version of this software."""
    return f"coalface {_core.build_info()['version']}"


@dataclass(frozen=True)
class Provenance:
    """Store state, rules and lists behind an answer."""

    network: str | None
    """Network of the store: of its chain, else of its labels."""
    as_of: AsOf
    software: str = field(default_factory=software)
    rules: tuple[str, ...] = ()
    """Rules that decided something, ``name/version``; empty for plain facts."""
    lists: tuple[dict[str, str | None], ...] = ()
    """Label lists that were asked, each with name, date and digest."""
