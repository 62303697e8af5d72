"""Named chains: who lives on them, how many, and what happens.

Here belong compositions only. Whoever acts lies in `actors`, whatever is planned in `playbooks`.
"""

from coalface.range.scenarios.build import build_scenario
from coalface.range.scenarios.catalogue import SCENARIOS
from coalface.range.scenarios.scenario import DEFAULT_BLOCKS, MIN_BLOCKS, Scenario
from coalface.range.scenarios.sizes import Sizes
from coalface.range.scenarios.stage import Played, play

__all__ = [
    "DEFAULT_BLOCKS",
    "MIN_BLOCKS",
    "SCENARIOS",
    "Played",
    "Scenario",
    "Sizes",
    "build_scenario",
    "play",
]
