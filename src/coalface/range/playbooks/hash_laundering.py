"""Stolen coin buys hash rate, and the pool pays fresh coin; and a hobbyist who does the same with clean coin.

Mandiant, "APT43", 28 March 2023: stolen coin pays for hash rental and cloud mining, which yield coin
without a connection on the chain to what was paid.
"""

from __future__ import annotations

from coalface.range.actors.actor import COIN_SAT, Part
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.hash_rental import HashRental, Lease
from coalface.range.actors.pool import Layout, Pool
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import OutputPurpose, TxKind
from coalface.range.playbooks.mover import Associate, Company, Mover, Thief, stages
from coalface.range.playbooks.span import Span
from coalface.range.wallets.profiles import family_named
from coalface.range.wallets.purse import Poor

_N_LEASES = 4


def hash_laundering(town: Town, span: Span, name: str) -> None:
    """Theft, hash rental, fresh coin, sale."""
    dice = town.economy.dice(f"playbook {name}")
    part = Part(playbook=name, is_lawful=False)
    thief = Thief(town, f"{name}-thief", family_named("electrum"), part)
    front = Associate(town, f"{name}-front", family_named("bitcoin_core"), part)
    town.economy.stolen.crews[name] = {thief.name, front.name}

    def rob() -> None:
        victim = dice.pick(town.all_of(Exchange))
        value_sat = min(12 * COIN_SAT, victim.purse.balance_sat // 3)
        if value_sat < COIN_SAT // 2:
            raise Poor(f"{victim.name} has too little")
        planned = Planned(thief.purse.new_lock(), value_sat, OutputPurpose.THEFT)
        tx = victim.purse.pay([planned], TxKind.THEFT, playbook=name, theft_of=name)
        thief.tell("theft", [tx], f"{thief.name} takes {value_sat} sat from {victim.name}")

    thief.plan(span.at(5), rob)
    _rent_and_sell(town, span, name, thief, front)


def hash_hobby(town: Town, span: Span, name: str) -> None:
    """Somebody buys hash rate with coin bought at an exchange, for the fun of it."""
    part = Part(playbook=name, is_twin=True)
    hobbyist = Company(town, f"{name}-hobbyist", family_named("electrum"), part)
    wallet = Company(town, f"{name}-savings", family_named("bitcoin_core"), part)
    dice = town.economy.dice(f"playbook {name}")

    def buy() -> None:
        exchange = dice.pick(town.all_of(Exchange))
        exchange.withdraw(hobbyist.purse.new_lock(), 6 * COIN_SAT, hobbyist.name)
        town.economy.tell(hobbyist.name, "purchase", [], f"{hobbyist.name} buys at {exchange.name}")

    for percent in (2, 6):
        hobbyist.plan(span.at(percent), buy)
    _rent_and_sell(town, span, name, hobbyist, wallet)


def _rent_and_sell(town: Town, span: Span, name: str, payer: Mover, receiver: Mover) -> None:
    """Several leases paid by one; their yield goes to a fresh wallet of the other, and is sold."""
    dice = town.economy.dice(f"leases of {name}")
    payout = receiver.purse.new_lock()

    def rent() -> None:
        rentals, coins = town.all_of(HashRental), payer.large_coins()
        pools = [pool for pool in town.all_of(Pool) if pool.terms.layout is not Layout.COINBASE]
        if not rentals or not coins or not pools:
            raise Poor(f"{payer.name} cannot rent")
        rental = dice.pick(rentals)
        value_sat = max(1_000_000, payer.purse.balance_sat // _N_LEASES)
        invoice = rental.invoice(payer.name, value_sat)
        tx = payer.purse.pay([invoice], TxKind.PAYMENT, playbook=name)
        n_blocks = max(6, (span.last_height - span.first_height) // 6)
        rental.lease(Lease(payer.name, receiver.name, pools[0], payout, n_blocks))
        payer.tell("hash_rental", [tx], f"{payer.name} rents hash rate at {rental.name} for {value_sat} sat")

    def sell() -> None:
        coins = receiver.large_coins()
        if not coins:
            raise Poor(f"{receiver.name} has no fresh coin")
        exchange = dice.pick(town.all_of(Exchange))
        tx = receiver.pay_off(coins, lambda value_sat: exchange.deposit(receiver.name, value_sat))
        receiver.tell("off_ramp", [tx], f"{receiver.name} pays fresh coin in at {exchange.name}")

    for height in stages(span.at(12), span.at(60), _N_LEASES):
        payer.plan(height, rent, tries=3)
    for height in stages(span.at(45), span.at(97), 5):
        receiver.plan(height, sell, tries=2)
