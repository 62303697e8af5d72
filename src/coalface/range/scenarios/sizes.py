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
    nested_services, otc_desks, gambling, custodial_wallets, lightning_nodes, mixers, hash_rentals,
    swap_services
        Services and nodes.
    dusters, noise
        People who send dust, and people who try things out.
    wasabi1_joiners, wasabi2_joiners, whirlpool_joiners, ashigaru_joiners
        Clients of one coordinator each, who is there if there are any.
    joinmarket_makers, joinmarket_takers, private_payers
        People who join coins without a coordinator, and people who pay by PayJoin and Stonewall.
    """

    persons: int = 120
    merchants: int = 8
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
    swap_services: int = 0
    wasabi1_joiners: int = 0
    wasabi2_joiners: int = 0
    whirlpool_joiners: int = 0
    ashigaru_joiners: int = 0
    joinmarket_makers: int = 0
    joinmarket_takers: int = 0
    private_payers: int = 0
