"""Plays a scenario: the founder's blocks, then everybody's life, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coalface.range.actors.actor import COIN_SAT, Actor
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.mixer import Mixer
from coalface.range.actors.pool import Pool
from coalface.range.actors.solo_miner import Founder, SoloMiner
from coalface.range.actors.town import Town
from coalface.range.economy.chain import Economy
from coalface.range.economy.clock import Clock
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import OutputPurpose
from coalface.range.playbooks.span import Span
from coalface.range.scenarios.cast import buyers, populate
from coalface.range.scenarios.scenario import MIN_BLOCKS, Scenario
from coalface.range.wallets.profile import OWN_CODE
from coalface.range.wallets.profiles import family_named

_FOUNDER_ALONE = 60
_FIRST_SALE = 102
_LAST_SALE = 160
_SALE_EVERY = 2
_LIFE_BEGINS = 106
_BUYERS_EACH = 14


@dataclass(frozen=True)
class Played:
    """A finished chain with its truth."""

    scenario: Scenario
    seed: int
    economy: Economy


def play(
    scenario: Scenario, seed: int, n_blocks: int, *, wallet_codes: Sequence[str] = (OWN_CODE,)
) -> Played:
    """The chain of a scenario; the same scenario, seed, length and wallet codes give the same bytes.

    Parameters
    ----------
    scenario, seed, n_blocks
        What is played, what fixes every byte, and the height of the tip.
    wallet_codes
        Whose code builds transactions of private users and merchants; others than ``own`` must be installed,
        and the same bytes need the same versions of them.

    Raises
    ------
    ValueError
        If the chain would be too short to tell anything.
    """
    if n_blocks < MIN_BLOCKS:
        raise ValueError(f"{n_blocks} blocks, at least {MIN_BLOCKS} are needed")
    economy = Economy(seed, Clock(n_blocks, scenario.spacing_seconds))
    town = Town(economy)
    founder = Founder(town, "founder", family_named("bitcoin_core_0_16"))
    populate(town, scenario.sizes, wallet_codes)
    span = Span(_LIFE_BEGINS + 8, n_blocks - 4)
    for name, playbook in scenario.playbooks:
        playbook(town, span, name)
    while economy.height < n_blocks:
        height = economy.height + 1
        if height <= _FOUNDER_ALONE:
            economy.mine(founder.claim())
            continue
        if _FIRST_SALE <= height <= _LAST_SALE and height % _SALE_EVERY == 0:
            _sell(founder, town)
        if height < _LIFE_BEGINS:
            town.mine()
        else:
            town.tick()
    for miner in town.all_of(SoloMiner):
        miner.close_books()
    for pool in town.all_of(Pool):
        pool.close_books()
    return Played(scenario, seed, economy)


def _sell(founder: Founder, town: Town) -> None:
    """The founder sells what has matured: much to exchanges at first, then to anybody."""
    if founder.purse.balance_sat < 2 * COIN_SAT:
        return
    exchanges: list[Actor] = [*town.all_of(Exchange), *town.all_of(Mixer)]
    others = founder.dice.sample(buyers(town), _BUYERS_EACH)
    chosen = dict.fromkeys([*exchanges, *others] if town.economy.height < _FIRST_SALE + 20 else others)
    planned = []
    for buyer in chosen:
        lock = buyer.hot_lock() if isinstance(buyer, Exchange) else buyer.purse.receive_lock()
        parts = founder.dice.between(1, 20)
        if isinstance(buyer, Exchange | Mixer):
            parts = 60
        planned.append(Planned(lock, parts * COIN_SAT, OutputPurpose.PAYMENT))
    founder.sell(planned)
