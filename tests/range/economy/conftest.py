"""Short chains of every scenario, each built once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import pytest

from coalface.range.scenarios import SCENARIOS, Played, play

SHORT = 150
"""Long enough for every playbook to run, short enough for every test run."""


@lru_cache(maxsize=64)
def _short(name: str, seed: int) -> Played:
    return play(SCENARIOS[name], seed, SHORT)


@pytest.fixture(scope="session")
def short_chain() -> Callable[[str, int], Played]:
    """The chain of a scenario and seed, 150 blocks."""
    return _short
