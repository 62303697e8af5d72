"""All scenarios by name."""

from __future__ import annotations

from coalface.range.scenarios.scenario import Scenario
from coalface.range.scenarios.sizes import Sizes

_SERVICES = Sizes(
    persons=110,
    merchants=9,
    exchanges=4,
    nested_services=2,
    otc_desks=2,
    gambling=2,
    custodial_wallets=2,
    lightning_nodes=10,
    mixers=1,
    hash_rentals=1,
    dusters=1,
    noise=5,
)

_ALL = (
    Scenario(
        "everyday",
        "users, merchants, exchanges, pools and solo miners; no crime",
    ),
    Scenario(
        "services",
        "every kind of lawful service beside everyday life; no crime",
        _SERVICES,
    ),
    Scenario(
        "pools",
        "five small pools of different schemes, and one with ten thousand recipients",
        Sizes(persons=40, pools=5, miners_per_pool=15, big_pool_miners=10_000, hash_rentals=1),
    ),
)

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in _ALL}
