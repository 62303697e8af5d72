"""A miner on stranded coal, in a pool that pays daily, who sells all of it through a desk; and a lawful twin.

The public record has no address of such a miner (Recorded Future, April 2018 and February 2020: activity
seen, hash rate unknown). What is played here is the question itself: hash rate, daily payouts, and where
they are sold.
"""

from __future__ import annotations

from coalface.range.actors.actor import Part
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.otc_desk import OtcDesk
from coalface.range.actors.pool import Pool
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import ActorKind
from coalface.range.playbooks.mover import Mover
from coalface.range.playbooks.span import Span
from coalface.range.wallets.profiles import family_named
from coalface.range.wallets.purse import Poor

_SELLS_EVERY = 20
_CHANGES_AT_PERCENT = (30, 52, 74)
"""When the plant's power, and so its hash rate, rises or falls."""


class Plant(Mover):
    """Somebody with a power plant and machines."""

    kind = ActorKind.POOL_MINER


def stranded_miner(town: Town, span: Span, name: str) -> None:
    """The miner whose coal cannot be exported."""
    _arrange(town, span, name, Part(playbook=name, is_lawful=False), "electrum")


def lawful_miner(town: Town, span: Span, name: str) -> None:
    """A lawful plant of the same size that sells in the same way."""
    _arrange(town, span, name, Part(playbook=name, is_twin=True), "trezor_suite")


def _arrange(town: Town, span: Span, name: str, part: Part, family: str) -> None:
    dice = town.economy.dice(f"playbook {name}")
    pools = [pool for pool in town.all_of(Pool) if pool.terms.layout.value == "wide"]
    pool = dice.pick(pools or town.all_of(Pool))
    plant = Plant(town, f"{name}-plant", family_named(family), part)
    payout = plant.purse.new_lock()
    rate_hs = max(10**13, pool.hashrate_hs() * dice.between(8, 15) // 100)

    def begin() -> None:
        pool.join(plant.name, payout, rate_hs)
        rate = f"{rate_hs / 1e12:.0f} TH/s"
        town.economy.tell(plant.name, "mining", [], f"{plant.name} joins {pool.name} with {rate}")

    def change() -> None:
        now_hs = rate_hs * dice.between(50, 140) // 100
        pool.join(plant.name, payout, now_hs)
        town.economy.tell(plant.name, "mining", [], f"{plant.name} now mines with {now_hs / 1e12:.0f} TH/s")

    def stop() -> None:
        pool.leave(plant.name)
        town.economy.tell(plant.name, "mining", [], f"{plant.name} stops")

    def target(value_sat: int) -> Planned:
        desks = town.all_of(OtcDesk)
        if desks and dice.chance(85):
            return desks[0].invoice(plant.name, value_sat)
        return dice.pick(town.all_of(Exchange)).deposit(plant.name, value_sat)

    def sell() -> None:
        # Coin from before the mining stays where it is: what is sold was mined.
        coins = [coin for coin in plant.large_coins() if coin.lock == payout]
        if not coins:
            raise Poor(f"{plant.name} has nothing to sell")
        tx = plant.pay_off(coins, target)
        plant.tell("off_ramp", [tx], f"{plant.name} sells {len(coins)} payouts")

    plant.plan(span.at(2), begin)
    step = max(4, min(_SELLS_EVERY, (span.last_height - span.first_height) // 5))
    for height in range(span.at(25), span.at(98), step):
        plant.plan(height, sell, tries=2)
    for percent in _CHANGES_AT_PERCENT:
        plant.plan(span.at(percent), change)
    plant.plan(span.at(92), stop)
