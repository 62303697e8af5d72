"""What a plain list may claim of its addresses, and which concepts make a place where traces stop.

Formats that say themselves what they claim use the concepts of `labels.taxonomy`. A plain list says nothing;
whoever imports it names one of these categories, each of which stands for a concept. Where a category is
wider or narrower than its concept, its line says so.
"""

from dataclasses import dataclass

from coalface.errors import UsageError
from coalface.labels.draft import Claim, LegalStatus, ReadOptions, SourceType
from coalface.labels.taxonomy import CONCEPTS, is_within

__all__ = ["CATEGORIES", "SERVICE_CONCEPTS", "Category", "category_named", "is_service"]


@dataclass(frozen=True)
class Category:
    """One category of plain lists."""

    name: str
    claim: Claim
    concept: str | None
    """Id of the concept in the taxonomy; `None` where none fits."""
    meaning: str

    def options(self, asset: str) -> ReadOptions:
        """How a reader is told of it."""
        is_listing = self.claim is Claim.LISTED
        return ReadOptions(
            asset=asset,
            claim=self.claim,
            category=self.concept,
            legal_status=LegalStatus.DESIGNATED if is_listing else LegalStatus.NONE,
            source_type=SourceType.AUTHORITY if is_listing else SourceType.USER,
        )


CATEGORIES: dict[str, Category] = {
    category.name: category
    for category in (
        Category("sanctions", Claim.LISTED, "sanction", "on a sanctions list of an authority"),
        Category("exchange", Claim.ATTRIBUTED, "exchange", "of a business where customers trade coin"),
        # The taxonomy knows `miner` (a service or individual) and `mining_service` (cloud mining), no pool.
        Category("mining_pool", Claim.ATTRIBUTED, "miner", "of a pool that pays many miners"),
        Category(
            "mixer", Claim.ATTRIBUTED, "mixing_service", "of a service that mixes coin of its customers"
        ),
        Category(
            "payment_service", Claim.ATTRIBUTED, "payment_processor", "of a business that takes payments"
        ),
        Category("gambling", Claim.ATTRIBUTED, "gambling", "of a gambling service"),
        # The concept is a marketplace, lawful or not; the category only the unlawful kind.
        Category("darknet_market", Claim.ATTRIBUTED, "market", "of a marketplace for unlawful goods"),
        # The concept is an attack on a service; the category any theft of coin.
        Category("theft", Claim.ATTRIBUTED, "service_hack", "received stolen coin, or is the thief's"),
        Category("other", Claim.ATTRIBUTED, None, "none of the other categories"),
    )
}
"""Category by name, in the order in which help shows them."""

_SERVICE_WALLETS = {"cold_wallet", "hot_wallet", "warm_wallet", "deposit_wallet"}

SERVICE_CONCEPTS = frozenset(
    {name for name in CONCEPTS if is_within(name, "service")} | _SERVICE_WALLETS | {"miner"}
)
"""Concepts of parties with many customers, whose coin they hold together, and of such parties' wallets: a
trace that went on behind them would follow strangers. Everything within `service` in the taxonomy, the
wallets that only services have, and `miner`, since labels with this concept are mostly of pools."""


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


def is_service(claim: str, concepts: tuple[str | None, ...]) -> bool:
    """Whether a statement gives its subject to a service: a trace stops there.

    Parameters
    ----------
    claim
        Who only mentions an address does not give it to anybody.
    concepts
        Category and further concepts of the statement.

    Examples
    --------
    >>> is_service("attributed", ("exchange", None)), is_service("mentioned", ("exchange",))
    (True, False)
    """
    return claim != Claim.MENTIONED and not SERVICE_CONCEPTS.isdisjoint(concepts)
