"""What the public knows: addresses of services that somebody has published."""

from __future__ import annotations

from dataclasses import dataclass

from coalface.range.dice import Dice
from coalface.range.economy.book import AddressRow, Book
from coalface.range.economy.words import SERVICE_KINDS

HIDDEN_SHARES = (0, 50, 90, 98)
"""Percent of services that can be hidden from the public."""

_KNOWN_DEPOSITS_PERCENT = 30
_KNOWN_OTHERS_PERCENT = 70


@dataclass(frozen=True)
class PublicLabel:
    """One published address."""

    address: str
    actor: str
    category: str
    source: str


@dataclass(frozen=True)
class PublicKnowledge:
    """Published addresses, and the services that are known or kept hidden."""

    labels: tuple[PublicLabel, ...]
    labelled: frozenset[str]
    hidden: frozenset[str]


def public_knowledge(book: Book, dice: Dice, hide_percent: int) -> PublicKnowledge:
    """What is published of the services on a chain.

    Parameters
    ----------
    book
        What is true.
    dice
        Chooses which addresses somebody has noticed, and which services are hidden.
    hide_percent
        Share of services of which nothing is published; a larger share hides those of a smaller one too.
    """
    services = [row for row in book.actors.values() if row.kind in SERVICE_KINDS and row.category]
    order = dice.shuffled([row.actor for row in services])
    hidden = frozenset(order[: -(-len(order) * hide_percent // 100)])
    addresses: dict[str, list[AddressRow]] = {}
    for address in book.addresses.values():
        addresses.setdefault(address.actor, []).append(address)
    labels: list[PublicLabel] = []
    labelled = set()
    for row in services:
        for number, address in enumerate(addresses.get(row.actor, [])):
            share = _KNOWN_OTHERS_PERCENT if address.custodian_of is None else _KNOWN_DEPOSITS_PERCENT
            is_noticed = dice.chance(share) or number == 0
            if is_noticed and row.actor not in hidden:
                source = "own announcement" if address.custodian_of is None else "test deposit"
                labels.append(PublicLabel(address.address, row.actor, row.category or "other", source))
                labelled.add(row.actor)
    return PublicKnowledge(tuple(labels), frozenset(labelled), hidden)
