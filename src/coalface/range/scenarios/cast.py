"""Fills a town with its cast: who they are, what software they use, who is near a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from coalface.range.actors.actor import COIN_SAT, Actor, Part
from coalface.range.actors.coordinator import (
    Coordinator,
    Wasabi1Coordinator,
    Wasabi2Coordinator,
    WhirlpoolCoordinator,
)
from coalface.range.actors.custodial_wallet import CustodialWallet
from coalface.range.actors.duster import Duster
from coalface.range.actors.exchange import Exchange, Routine
from coalface.range.actors.gambling import Casino
from coalface.range.actors.hash_rental import HashRental
from coalface.range.actors.joiner import Joiner
from coalface.range.actors.joinmarket import Maker, Taker
from coalface.range.actors.lightning import LightningNode
from coalface.range.actors.merchant import Merchant
from coalface.range.actors.mixer import Mixer
from coalface.range.actors.nested_service import NestedService
from coalface.range.actors.noise import Tinkerer
from coalface.range.actors.otc_desk import OtcDesk
from coalface.range.actors.person import Person
from coalface.range.actors.pool import Layout, PaidHow, Pool, Terms
from coalface.range.actors.pool_miner import PoolMiner, SmallMiner
from coalface.range.actors.private_payer import PrivatePayer
from coalface.range.actors.solo_miner import SoloMiner
from coalface.range.actors.swap_service import SwapService
from coalface.range.actors.town import Town
from coalface.range.protocols import (
    ASHIGARU_POOLS,
    WASABI_2_OPEN,
    WASABI_2_ZKSNACKS,
    WHIRLPOOL_POOLS,
    PoolPlan,
    Scheme,
)
from coalface.range.scenarios.sizes import Sizes
from coalface.range.script import Kind
from coalface.range.wallets.builder import fits, rebuilt
from coalface.range.wallets.profile import OWN_CODE, Profile
from coalface.range.wallets.profiles import (
    BOT_PROFILE,
    HOT_FAMILIES,
    POOL_FAMILIES,
    PROCESSOR_PROFILE,
    USER_FAMILIES,
    family_named,
)

T = TypeVar("T")

WASABI_FAMILY = family_named("wasabi")
SAMOURAI_FAMILY = family_named("samourai")

_EXCHANGES = ("aurora", "bexley", "cobalt", "dunmore", "ember", "falcon")
_POOLS = ("kestrel", "osprey", "harrier", "merlin", "falconer", "goshawk", "sparrowhawk", "buzzard")
_NEAR_EVERY = 4
"""Every so many actors of a kind one is near a threshold: a quarter, so that a fifth is safe in any cast."""

_DEPOSIT_KINDS = (Kind.P2SH_P2WPKH, Kind.P2WPKH, Kind.P2PKH, Kind.P2SH_MULTISIG)
_TERMS = (
    Terms(PoolPlan(Scheme.PPLNS), Layout.WIDE, pays_every=10),
    Terms(PoolPlan(Scheme.FPPS, 40_000), Layout.CHAIN, threshold_sat=1_000_000, pays_every=16),
    Terms(PoolPlan(Scheme.PROPORTIONAL, 15_000), Layout.TWO_LEVELS, pays_every=24, keeps_collector=False),
    Terms(PoolPlan(Scheme.TIDES), Layout.COINBASE, threshold_sat=1_048_576),
    Terms(PoolPlan(Scheme.PPS, 30_000), Layout.WIDE, threshold_sat=2_000_000, pays_every=20),
    Terms(PoolPlan(Scheme.SOLO), Layout.COINBASE, threshold_sat=0),
    Terms(PoolPlan(Scheme.PPS_PLUS, 30_000), Layout.WIDE, threshold_sat=1_000_000, pays_every=14),
    Terms(PoolPlan(Scheme.P2POOL, 0, 3), Layout.COINBASE, threshold_sat=10_000),
)
"""TIDES: smallest payout in a coinbase 0.01048576 BTC (ocean.xyz/docs/tides). The other sums are chosen."""
_BIG_TERMS = Terms(PoolPlan(Scheme.FPPS, 25_000), Layout.WIDE, threshold_sat=1_500_000, pays_every=36)
_THRESHOLD_HS = 8 * 10**11
"""Hash rate that earns about the big pool's threshold between two payouts, from height 150 on."""
_CHANGES_EVERY = 25
"""Of so many miners of the big pool one changes its hash rate once; chosen."""
_OFF_CHAIN_EVERY = 11
_PATIENT_EVERY = 6
"""Of so many miners of a pool one is credited off the chain, or sets a higher threshold; chosen."""


def paid_how(member: int, threshold_sat: int) -> PaidHow:
    """How the miner of that number wants its pool to pay: some never on the chain, some rarely."""
    if member % _OFF_CHAIN_EVERY == _OFF_CHAIN_EVERY - 2:
        return PaidHow(is_off_chain=True)
    if member % _PATIENT_EVERY == _PATIENT_EVERY - 1:
        return PaidHow(threshold_sat=4 * threshold_sat)
    return PaidHow()


def part_of(number: int) -> Part:
    """The part of the actor of that number among its kind."""
    return Part(near=number % _NEAR_EVERY == 1)


def turn(items: Sequence[T], number: int) -> T:
    """The items by turns."""
    return items[number % len(items)]


def coded(profile: Profile, number: int, codes: Sequence[str]) -> Profile:
    """The profile, its transactions built by one of these codes, by turns, if one fits."""
    fitting = [code for code in codes if code == OWN_CODE or fits(profile, code)]
    return rebuilt(profile, turn(fitting, number)) if fitting else profile


def populate(town: Town, sizes: Sizes, codes: Sequence[str] = (OWN_CODE,)) -> None:
    """Everybody who lives an everyday life.

    Parameters
    ----------
    town
        Where they live.
    sizes
        How many of whom.
    codes
        Whose code builds the transactions of private users and merchants whose wallets fit.
    """
    _exchanges(town, sizes.exchanges)
    for number in range(sizes.merchants):
        profile = PROCESSOR_PROFILE if number % 3 else turn((BOT_PROFILE, *USER_FAMILIES), number)
        profile = coded(profile, number, codes)
        Merchant(town, f"merchant-{number + 1:02}", profile, part_of(number), sells_every=18 + 3 * number)
    for number in range(sizes.persons):
        Person(
            town,
            f"person-{number + 1:03}",
            coded(turn(USER_FAMILIES, number), number, codes),
            part_of(number),
            activity_percent=4 + number * 7 % 12,
        )
    _services(town, sizes)
    _joiners(town, sizes)
    _pools(town, sizes)
    for number in range(sizes.hash_rentals):
        home = turn(town.all_of(Pool), number)
        HashRental(town, f"hash-rental-{number + 1}", HOT_FAMILIES[0], part_of(number), home=home)
    for number in range(sizes.solo_miners):
        SoloMiner(
            town,
            f"solo-miner-{number + 1}",
            turn(USER_FAMILIES, number * 5),
            part_of(number),
            hashrate_hs=(3 + number) * 10**14,
        )


def _services(town: Town, sizes: Sizes) -> None:
    exchanges = town.all_of(Exchange)
    for number in range(sizes.nested_services):
        name, host = f"broker-{number + 1}", turn(exchanges, number)
        NestedService(town, name, PROCESSOR_PROFILE, part_of(number), host=host)
    for number in range(sizes.otc_desks):
        profile = turn(USER_FAMILIES, number * 4)
        OtcDesk(town, f"otc-{number + 1}", profile, part_of(number), deals_every=7 + 4 * number)
    for number in range(sizes.gambling):
        Casino(town, f"casino-{number + 1}", BOT_PROFILE, part_of(number))
    for number in range(sizes.custodial_wallets):
        CustodialWallet(town, f"custodian-{number + 1}", turn(HOT_FAMILIES, number), part_of(number))
    for number in range(sizes.mixers):
        Mixer(town, f"mixer-{number + 1}", turn(USER_FAMILIES, number * 3 + 1), part_of(number))
    for number in range(sizes.lightning_nodes):
        profile = USER_FAMILIES[-1 if number % 2 else 0]
        LightningNode(town, f"lightning-{number + 1:02}", profile, part_of(number))
    for number in range(sizes.swap_services):
        SwapService(town, f"swap-{number + 1}", USER_FAMILIES[4], part_of(number))
    for number in range(sizes.dusters):
        profile = turn(USER_FAMILIES, number * 5 + 2)
        Duster(town, f"duster-{number + 1}", profile, part_of(number), every=24 + 9 * number)
    for number in range(sizes.noise):
        Tinkerer(town, f"tinkerer-{number + 1}", turn(USER_FAMILIES, number), part_of(number))


def _joiners(town: Town, sizes: Sizes) -> None:
    groups = (
        ("wasabi1", sizes.wasabi1_joiners, WASABI_FAMILY),
        ("wasabi2", sizes.wasabi2_joiners, WASABI_FAMILY),
        ("wasabi2-open", sizes.wasabi2_joiners // 3, WASABI_FAMILY),
        ("whirlpool", sizes.whirlpool_joiners, SAMOURAI_FAMILY),
        ("ashigaru", sizes.ashigaru_joiners, SAMOURAI_FAMILY),
    )
    for name, n_joiners, profile in groups:
        if n_joiners:
            coordinator = _coordinator(town, name)
            for number in range(n_joiners):
                joiner = f"{name}-client-{number + 1:02}"
                Joiner(town, joiner, profile, part_of(number), coordinator=coordinator)
    for number in range(sizes.joinmarket_makers):
        Maker(town, f"maker-{number + 1:02}", USER_FAMILIES[0], part_of(number))
    for number in range(sizes.joinmarket_takers):
        Taker(town, f"taker-{number + 1:02}", USER_FAMILIES[0], part_of(number))
    for number in range(sizes.private_payers):
        profile = SAMOURAI_FAMILY if number % 2 else USER_FAMILIES[4]
        PrivatePayer(town, f"private-payer-{number + 1:02}", profile, part_of(number), activity_percent=8)


def _coordinator(town: Town, name: str) -> Coordinator:
    match name:
        case "wasabi1":
            return Wasabi1Coordinator(town, "wasabi1-coordinator", WASABI_FAMILY, every=5, fewest=7, most=60)
        case "wasabi2":
            return Wasabi2Coordinator(
                town, "wasabi2-coordinator", WASABI_FAMILY, rules=WASABI_2_ZKSNACKS, fewest=10
            )
        case "wasabi2-open":
            name = "wasabi2-open-coordinator"
            return Wasabi2Coordinator(town, name, WASABI_FAMILY, Part(near=True), rules=WASABI_2_OPEN)
        case "whirlpool":
            pool = WHIRLPOOL_POOLS[1]
            return WhirlpoolCoordinator(town, "whirlpool-coordinator", SAMOURAI_FAMILY, pool=pool)
        case _:
            pool = ASHIGARU_POOLS[0]
            return WhirlpoolCoordinator(town, "ashigaru-coordinator", SAMOURAI_FAMILY, pool=pool)


def _exchanges(town: Town, n_exchanges: int) -> None:
    for number in range(n_exchanges):
        routine = Routine(
            deposit_kind=turn(_DEPOSIT_KINDS, number),
            n_hot=1 + number % 3,
            sweep_every=5 + 2 * number,
            batch_every=2 + number,
            pays_from_deposits=number % 4 == 2,
            cold_above_sat=(60 + 40 * number) * COIN_SAT,
        )
        Exchange(town, turn(_EXCHANGES, number), turn(HOT_FAMILIES, number), part_of(number), routine=routine)


def _pools(town: Town, sizes: Sizes) -> None:
    dice = town.economy.dice("cast of the pools")
    exchanges = town.all_of(Exchange)
    for number in range(sizes.pools):
        pool = Pool(
            town,
            turn(_POOLS, number),
            turn(POOL_FAMILIES, number),
            part_of(number),
            terms=turn(_TERMS, number),
            tag=b"" if number % 4 == 3 else None,
        )
        for member in range(sizes.miners_per_pool):
            PoolMiner(
                town,
                f"{pool.name}-miner-{member + 1:02}",
                turn(USER_FAMILIES, member + number),
                part_of(member),
                pool=pool,
                hashrate_hs=10**13 * dice.between(1, 60) // (1 + member % 5),
                account_at=dice.pick(exchanges) if member % 3 == 2 else None,
                how=paid_how(member, pool.terms.threshold_sat),
            )
    if sizes.big_pool_miners:
        big = Pool(town, "albatross", POOL_FAMILIES[1], terms=_BIG_TERMS)
        for member in range(sizes.big_pool_miners):
            # a power law: few large, very many small (Romiti et al. 2019)
            rate_hs = 6 * 10**15 // (40 + member) + dice.below(10**11)
            if part_of(member).near:
                # earns in one period about what the pool pays out at least
                rate_hs = _THRESHOLD_HS * dice.between(80, 120) // 100
            miner = SmallMiner(
                town,
                f"{big.name}-miner-{member + 1:05}",
                turn(USER_FAMILIES, member * 7),
                part_of(member),
                pool=big,
                hashrate_hs=rate_hs,
                account_at=dice.pick(exchanges) if member % 4 == 3 else None,
                how=paid_how(member, big.terms.threshold_sat),
            )
            if member % _CHANGES_EVERY == 0:
                later_hs = max(1, rate_hs * dice.between(40, 200) // 100)
                height = dice.between(110, town.economy.clock.n_blocks)
                town.at(height, partial(miner.set_hashrate, later_hs))


def buyers(town: Town) -> list[Actor]:
    """Who buys coin from the founder."""
    return [
        actor
        for actor in town.actors
        if type(actor).acts and not isinstance(actor, SoloMiner | NestedService | PoolMiner)
    ]
