"""How many of whom live on a chain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """The cast in numbers.

    Parameters
    ----------
    persons, merchants, exchanges, solo_miners
        How many of each.
    pools, miners_per_pool
        Small pools, and how many larger miners each begins with.
    big_pool_miners
        Small miners of one big pool; 0 for no such pool.
    """

    persons: int = 60
    merchants: int = 6
    exchanges: int = 3
    solo_miners: int = 2
    pools: int = 3
    miners_per_pool: int = 12
    big_pool_miners: int = 0
    nested_services: int = 0
    otc_desks: int = 0
    gambling: int = 0
    custodial_wallets: int = 0
    lightning_nodes: int = 0
    mixers: int = 0
    hash_rentals: int = 0
    dusters: int = 0
    noise: int = 0
