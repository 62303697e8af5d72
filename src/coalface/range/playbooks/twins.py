"""Lawful businesses of the shape of a theft and what follows: payroll, grants, a treasury, a saver."""

from __future__ import annotations

from coalface.range.actors.actor import COIN_SAT, Actor, Part
from coalface.range.actors.exchange import Exchange
from coalface.range.actors.otc_desk import OtcDesk
from coalface.range.actors.person import Person
from coalface.range.actors.town import Town
from coalface.range.economy.coin import Planned
from coalface.range.economy.words import OutputPurpose, TxKind
from coalface.range.playbooks.mover import Company, stages
from coalface.range.playbooks.span import Span
from coalface.range.wallets.profiles import family_named
from coalface.range.wallets.purse import Poor


def _company(town: Town, name: str, family: str, *, near: bool = False) -> Company:
    part = Part(near=near, playbook=name, is_twin=True)
    return Company(town, f"{name}-company", family_named(family), part)


def _fund(town: Town, company: Company, height: int, value_sat: int) -> None:
    """The company buys coin at the exchange that has most, and somewhat less if that falls through."""
    before_sat = {"balance": 0, "wanted": value_sat}

    def buy() -> None:
        bank = max(town.all_of(Exchange), key=lambda each: each.purse.balance_sat)
        value = min(before_sat["wanted"], bank.purse.balance_sat // 4)
        before_sat["balance"] = company.purse.balance_sat
        bank.withdraw(company.purse.new_lock(), value, company.name)
        town.economy.tell(company.name, "purchase", [], f"{company.name} buys {value} sat at {bank.name}")
        company.plan(town.economy.height + 7, check)

    def check() -> None:
        before_sat["wanted"] //= 2
        if company.purse.balance_sat <= before_sat["balance"] and before_sat["wanted"] > 1_000_000:
            buy()

    company.plan(height, buy)


def payroll(town: Town, span: Span, name: str) -> None:
    """Twin of a peel chain: wages paid one after the other from one coin, the rest carried on."""
    company = _company(town, name, "bitcoin_core")
    _fund(town, company, span.at(2), 40 * COIN_SAT)

    def wage(value_sat: int) -> Planned:
        person = company.dice.pick(town.all_of(Person))
        return Planned(person.purse.receive_lock(), value_sat, OutputPurpose.PAYMENT)

    heights = [height for height in stages(span.at(20), span.at(90), 8) for _ in range(2)]
    company.peel_chain(heights, wage, low_permille=15, high_permille=60)


def grant_office(town: Town, span: Span, name: str) -> None:
    """Twin of dispersal: a fund divides its coin into many, which later pay what they were for."""
    company = _company(town, name, "electrum", near=True)
    _fund(town, company, span.at(2), 60 * COIN_SAT)

    def divide() -> None:
        large = company.large_coins()
        if not large or large[0].value_sat < COIN_SAT:
            raise Poor(f"{company.name} waits for its coin")
        tx = company.split(
            large[0], 12, spread_percent=15, purpose=OutputPurpose.DISPERSAL, kind=TxKind.DISPERSAL
        )
        company.tell("dispersal", [tx], f"{company.name} divides a grant")

    def spend() -> None:
        payees: list[Actor] = [*town.all_of(Person)]
        coins = company.large_coins()
        if not coins:
            raise Poor(f"{company.name} has spent everything")
        value_sat = coins[0].value_sat * 8 // 10
        payment = company.dice.pick(payees).invoice(company.name, value_sat)
        company.purse.pay([payment], coins=coins[:1], playbook=name)

    for percent in (18, 22):
        company.plan(span.at(percent), divide)
    for height in stages(span.at(55), span.at(97), 10):
        company.plan(height, spend, tries=2)


def treasury_move(town: Town, span: Span, name: str) -> None:
    """Twin of consolidation and rest: a firm moves its reserve to new keys, all in one, and lets it lie."""
    company = _company(town, name, "multisig_vault")
    _fund(town, company, span.at(2), 30 * COIN_SAT)
    _fund(town, company, span.at(8), 30 * COIN_SAT)
    _fund(town, company, span.at(11), 20 * COIN_SAT)

    def gather() -> None:
        coins = company.large_coins()
        if len(coins) < 2:
            raise Poor(f"{company.name} waits for its coin")
        tx = company.join(coins, OutputPurpose.CONSOLIDATION, TxKind.CONSOLIDATION)
        company.tell("consolidation", [tx], f"{company.name} renews its keys")

    def return_some() -> None:
        coins = company.large_coins()
        if not coins:
            raise Poor(f"{company.name} has nothing")
        exchange = company.dice.pick(town.all_of(Exchange))
        value_sat = coins[0].value_sat // 5
        tx = company.purse.pay([exchange.deposit(company.name, value_sat)], coins=coins[:1], playbook=name)
        company.tell("deposit", [tx], f"{company.name} pays a part back in at {exchange.name}")

    company.plan(span.at(25), gather)
    for height in stages(span.at(70), span.at(95), 3):
        company.plan(height, return_some)


def waking_saver(town: Town, span: Span, name: str) -> None:
    """Twin of the end of a dormancy: an old saver tests with a small sum, then sells all through a desk."""
    company = _company(town, name, "mobile_one_address", near=True)
    _fund(town, company, span.at(1), 12 * COIN_SAT)
    _fund(town, company, span.at(4), 9 * COIN_SAT)

    def target(value_sat: int) -> Planned:
        desks = town.all_of(OtcDesk)
        if desks:
            return company.dice.pick(desks).invoice(company.name, value_sat)
        return company.dice.pick(town.all_of(Exchange)).deposit(company.name, value_sat)

    def test() -> None:
        if company.purse.balance_sat < COIN_SAT:
            raise Poor(f"{company.name} waits for its coin")
        tx = company.purse.pay([target(3_000_000)], playbook=name)
        company.tell("wake", [tx], f"{company.name} sends a small sum first")

    def sell() -> None:
        coins = company.large_coins()
        if not coins:
            raise Poor(f"{company.name} has sold everything")
        tx = company.pay_off(coins[:3], target)
        company.tell("off_ramp", [tx], f"{company.name} sells its savings")

    company.plan(span.at(75), test)
    for height in stages(span.at(80), span.at(84), 3):
        company.plan(height, sell, tries=2)
