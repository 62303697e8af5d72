"""All scenarios by name."""

from __future__ import annotations

from dataclasses import replace

from coalface.range.playbooks import (
    Route,
    donation_drive,
    exchange_theft,
    forfeiture_auction,
    grant_office,
    hash_hobby,
    hash_laundering,
    lawful_miner,
    payroll,
    ransomware,
    stranded_miner,
    treasury_move,
    waking_saver,
)
from coalface.range.scenarios.scenario import Scenario
from coalface.range.scenarios.sizes import Sizes

_SERVICES = Sizes(
    persons=140,
    merchants=9,
    exchanges=4,
    nested_services=2,
    otc_desks=2,
    gambling=2,
    custodial_wallets=2,
    lightning_nodes=10,
    mixers=1,
    hash_rentals=1,
    swap_services=1,
    dusters=1,
    noise=5,
)
_JOINERS = replace(
    _SERVICES,
    persons=70,
    merchants=14,
    wasabi1_joiners=36,
    wasabi2_joiners=30,
    whirlpool_joiners=18,
    ashigaru_joiners=14,
    joinmarket_makers=14,
    joinmarket_takers=8,
    private_payers=14,
)

_VILLAGE = Sizes(
    persons=40,
    merchants=4,
    exchanges=3,
    solo_miners=7,
    pools=0,
    otc_desks=1,
    gambling=1,
    noise=1,
)

_ALL = (
    Scenario(
        "demo",
        "a village: an exchange is robbed, strangers are dusted, the loot peeled and sold; payroll beside it",
        _VILLAGE,
        (
            ("heist", exchange_theft(Route.PEEL, disperses=False, dusts=True, fewest_outputs=2)),
            ("payroll", payroll),
        ),
    ),
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
        "eight small pools, one of each scheme, and one with ten thousand recipients",
        Sizes(persons=40, pools=8, miners_per_pool=15, big_pool_miners=10_000, hash_rentals=1),
    ),
    Scenario(
        "coinjoins",
        "CoinJoins of every kind with coordinators and remixes, PayJoin, Stonewall; no crime",
        _JOINERS,
    ),
    Scenario(
        "theft-peel",
        "an exchange is robbed, the loot joined, rested and peeled; payroll and treasury beside it",
        _SERVICES,
        (
            ("theft-peel", exchange_theft(Route.PEEL, disperses=False)),
            ("payroll", payroll),
            ("treasury-move", treasury_move),
        ),
    ),
    Scenario(
        "theft-mixer",
        "an exchange is robbed, the loot spread, dusted and mixed; grants and a waking saver beside it",
        replace(_SERVICES, mixers=2),
        (
            ("theft-mixer", exchange_theft(Route.MIXER, disperses=True, dusts=True)),
            ("grant-office", grant_office),
            ("waking-saver", waking_saver),
        ),
    ),
    Scenario(
        "theft-coinjoin",
        "an exchange is robbed and the loot goes through CoinJoins with innocent people",
        _JOINERS,
        (
            ("theft-coinjoin", exchange_theft(Route.COINJOIN, disperses=True)),
            ("grant-office", grant_office),
        ),
    ),
    Scenario(
        "theft-swap",
        "an exchange is robbed, the loot swapped to another chain; another theft is seized and auctioned",
        replace(_SERVICES, swap_services=2),
        (
            ("theft-swap", exchange_theft(Route.SWAP, disperses=True, near=True)),
            ("forfeiture", forfeiture_auction),
            ("waking-saver", waking_saver),
        ),
    ),
    Scenario(
        "stranded-coal",
        "a miner on stranded coal, paid daily by a pool, sells through a desk; so does a lawful plant",
        replace(_SERVICES, pools=4, miners_per_pool=15),
        (("stranded-coal", stranded_miner), ("lawful-plant", lawful_miner)),
    ),
    Scenario(
        "hash-rental",
        "stolen coin rents hash rate and the pool pays fresh coin; a hobbyist does the same lawfully",
        replace(_SERVICES, hash_rentals=2, pools=4),
        (("hash-laundering", hash_laundering), ("hash-hobby", hash_hobby)),
    ),
    Scenario(
        "ransomware",
        "three addresses collect ransoms, rest, and are emptied in a night; a charity does the same lawfully",
        _SERVICES,
        (("ransomware", ransomware), ("donation-drive", donation_drive)),
    ),
    Scenario(
        "dormant-loot",
        "two thefts whose loot rests for months of chain time before it is peeled or mixed",
        _SERVICES,
        (
            ("early-theft", exchange_theft(Route.PEEL, disperses=True, near=True)),
            ("other-theft", exchange_theft(Route.MIXER, disperses=False, dusts=True)),
            ("waking-saver", waking_saver),
            ("treasury-move", treasury_move),
        ),
        spacing_seconds=6 * 3600,
    ),
    Scenario(
        "everything",
        "all actors, all crimes, all lawful twins on one chain",
        replace(_JOINERS, mixers=2, swap_services=2, hash_rentals=2, pools=4, persons=150),
        (
            ("theft-peel", exchange_theft(Route.PEEL, disperses=False, dusts=True)),
            ("theft-coinjoin", exchange_theft(Route.COINJOIN, disperses=True)),
            ("theft-mixer", exchange_theft(Route.MIXER, disperses=True, near=True)),
            ("forfeiture", forfeiture_auction),
            ("ransomware", ransomware),
            ("stranded-coal", stranded_miner),
            ("hash-laundering", hash_laundering),
            ("payroll", payroll),
            ("grant-office", grant_office),
            ("treasury-move", treasury_move),
            ("waking-saver", waking_saver),
            ("donation-drive", donation_drive),
            ("lawful-plant", lawful_miner),
            ("hash-hobby", hash_hobby),
        ),
    ),
)

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in _ALL}
