"""What a screening says."""

from dataclasses import dataclass, field

from coalface.accuracy import ErrorRates
from coalface.chain import Coverage, Provenance
from coalface.clusters.rules import cluster_error_rates
from coalface.labels import Label, Party

__all__ = ["RESULTS", "Cospend", "ListedInCluster", "ScreeningResult"]

RESULTS = ("listed", "attributed", "nothing_found", "cannot_say")
"""Verdicts."""


@dataclass(frozen=True)
class ListedInCluster:
    """A listed address in the cluster of the subject."""

    address: str
    lists: tuple[str, ...]
    """The lists that hold it, each with its category and date."""


@dataclass(frozen=True)
class Cospend:
    """Listed addresses that a rule set holds to be under one control with the subject: inference."""

    anchor: str | None
    """Address that names the subject's cluster; `None` if the subject does not occur on the chain."""
    n_addresses: int
    """Addresses of the cluster."""
    n_listed: int
    """Listed addresses in it, the subject itself left out."""
    listed: tuple[ListedInCluster, ...]
    """The first of them, in chain order."""
    nearest: str | None
    """Of those given, the one that the fewest transactions tie to the subject."""
    nearest_txids: tuple[str, ...]
    """These transactions, from the subject on: `explain` shows them with their inputs."""
    hosted_at: str | None
    """A service that labels name in the same cluster: the listed ones may be its customers' addresses."""
    rules: tuple[str, ...]
    status: str = "inference"
    error_rates: ErrorRates = field(default_factory=cluster_error_rates)


@dataclass(frozen=True)
class ScreeningResult:
    """The verdict on one address, as of a block and of the lists of a day."""

    address: str
    """In its usual spelling; as it was given if it is no address."""
    result: str
    """One of `RESULTS`."""
    reason: str
    """Why, in a sentence."""
    reason_code: str
    """Why, for programs: the result, or what stands in the way of one."""
    script_type: str | None
    """`None` if the text is no address of the network."""
    networks: tuple[str, ...]
    """Other chains that it may be an address of, by its form: of these the lists alone are asked."""
    hits: tuple[Label, ...]
    """What current statements say, the newest first. Where they contradict each other, all stand here."""
    history: tuple[Label, ...]
    """What answers no longer use: dropped by a later list of the series, withdrawn, or not valid that day."""
    parties: tuple[Party, ...]
    """Who the hits are about, with their relations to others as the sources state them."""
    cospend: Cospend | None
    """`None` where no complete chain tells."""
    parameters: dict[str, int | str | None]
    coverage: Coverage
    provenance: Provenance
