"""All scenarios by name."""

from __future__ import annotations

from coalface.range.scenarios.scenario import Scenario
from coalface.range.scenarios.sizes import Sizes

_ALL = (
    Scenario(
        "everyday",
        "users, merchants, exchanges, pools and solo miners; no crime",
        Sizes(),
    ),
)

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in _ALL}
