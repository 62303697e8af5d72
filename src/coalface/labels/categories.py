"""What a list may claim of the addresses on it.

The concepts are those of the taxonomy of INTERPOL's working group on darknet and cryptocurrencies, as the
TagPacks of GraphSense use it (`graphsense-lib` 2.18.1, ``tagpack/db/concepts.yaml``, version 0.1.0 of
2023-01-27, MIT). So packs of labels can be read and written without loss. Where a category is wider or
narrower than its concept, its line says so.
"""

from dataclasses import dataclass
from enum import StrEnum

from coalface.errors import UsageError

__all__ = ["CATEGORIES", "Category", "Claim", "category_named"]


class Claim(StrEnum):
    """What kind of statement a category makes."""

    LISTING = "listing"
    """On an authority's list: a listed identifier. Nothing else makes a screening say `listed`."""
    SERVICE = "service"
    """The address belongs to a service with many customers: traces stop there."""
    ATTRIBUTION = "attribution"
    """The address has to do with somebody or something; neither of the two."""


@dataclass(frozen=True)
class Category:
    """One category of labels."""

    name: str
    claim: Claim
    concept: str | None
    """Id of the concept in the taxonomy; `None` where none fits."""
    meaning: str


CATEGORIES: dict[str, Category] = {
    category.name: category
    for category in (
        Category("sanctions", Claim.LISTING, "sanction", "on a sanctions list of an authority"),
        Category("exchange", Claim.SERVICE, "exchange", "of a business where customers trade coin"),
        # The taxonomy knows `miner` (a service or individual) and `mining_service` (cloud mining), no pool.
        Category("mining_pool", Claim.SERVICE, "miner", "of a pool that pays many miners"),
        Category("mixer", Claim.SERVICE, "mixing_service", "of a service that mixes coin of its customers"),
        Category("payment_service", Claim.SERVICE, "payment_processor", "of a business that takes payments"),
        Category("gambling", Claim.SERVICE, "gambling", "of a gambling service"),
        # The concept is a marketplace, lawful or not; the category only the unlawful kind.
        Category("darknet_market", Claim.SERVICE, "market", "of a marketplace for unlawful goods"),
        # The concept is an attack on a service; the category any theft of coin.
        Category("theft", Claim.ATTRIBUTION, "service_hack", "received stolen coin, or is the thief's"),
        Category("other", Claim.ATTRIBUTION, None, "none of the other categories"),
    )
}
"""Category by name, in the order in which help shows them."""


def category_named(name: str) -> Category:
    """The category called `name`.

    Raises
    ------
    UsageError
        If there is none.
    """
    category = CATEGORIES.get(name)
    if category is None:
        raise UsageError(
            f"category `{name[:80]}` is not known, known are {', '.join(CATEGORIES)}",
            code="usage_category",
            context={"category": name[:80]},
        )
    return category
