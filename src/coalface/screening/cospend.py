"""Listed addresses in the cluster of a subject: what stands beside a verdict and never changes it."""

from dataclasses import dataclass, field

import numpy as np

from coalface.chain import Chain
from coalface.clusters import COINJOIN_RULE, RULE_SET
from coalface.labels import LabelBook
from coalface.labels.reason import cited_reason
from coalface.labels.services import labelled_addresses
from coalface.screening.result import Cospend, ListedInCluster

__all__ = ["RULES", "CospendIndex"]

RULES = (RULE_SET, COINJOIN_RULE)
"""What decides who is in a cluster."""

_MAX_STEPS = 1000


@dataclass
class _Named:
    """What labels say inside one cluster."""

    listed: dict[int, list[str]] = field(default_factory=dict)
    """Reasons by address id."""
    service: str | None = None


class CospendIndex:
    """The clusters that hold listed addresses, found once, so that a subject costs one look-up.

    Parameters
    ----------
    chain
        The chain as of the block that answers use; of a partial one only what is found means something.
    book
        The labels, as of the same moment.
    n_given
        Listed addresses that an answer gives of one cluster.

    Notes
    -----
    Memory is proportional to the labelled addresses that occur on the chain, not to the subjects.
    """

    def __init__(self, chain: Chain, book: LabelBook, n_given: int) -> None:
        self._chain = chain
        self._n_given = n_given
        self._by_root: dict[int, _Named] = {}
        labelled = labelled_addresses(chain, book)
        for row in np.flatnonzero(labelled.is_listed).tolist():
            address_id = int(labelled.address_id[row])
            named = self._by_root.setdefault(self._root(address_id), _Named())
            reason = cited_reason(book.label_of_row(int(labelled.statement[row])))
            named.listed.setdefault(address_id, []).append(reason)
        # A service matters only where it stands beside a listed address.
        for row in np.flatnonzero(labelled.is_service).tolist():
            address_id = int(labelled.address_id[row])
            beside = self._by_root.get(self._root(address_id))
            if beside is not None and beside.service is None:
                label = book.label_of_row(int(labelled.statement[row]))
                beside.service = f"{label.subject}: {cited_reason(label)}"

    def beside(self, address: str) -> Cospend:
        """Listed addresses in the cluster of `address`, itself left out."""
        core, bound = self._chain.core, self._chain.bound
        address_id = core.find_address(address, bound)
        if address_id is None:
            return Cospend(None, 0, 0, (), None, (), None, RULES)
        root, n_addresses = core.cluster(address_id, bound)
        anchor, _ = core.address_text(root)
        named = self._by_root.get(root)
        if named is None:
            return Cospend(anchor, n_addresses, 0, (), None, (), None, RULES)
        others = sorted(other for other in named.listed if other != address_id)
        given = others[: self._n_given]
        texts = [text or "" for text in core.address_texts(np.array(given, np.uint32))]
        paths = [self._txids(address_id, other) for other in given]
        nearest = min(range(len(given)), key=lambda n: (len(paths[n]), n), default=None)
        return Cospend(
            anchor=anchor,
            n_addresses=n_addresses,
            n_listed=len(others),
            listed=tuple(
                ListedInCluster(text, tuple(named.listed[other]))
                for text, other in zip(texts, given, strict=True)
            ),
            nearest=None if nearest is None else texts[nearest],
            nearest_txids=() if nearest is None else paths[nearest],
            hosted_at=named.service if others else None,
            rules=RULES,
        )

    def _root(self, address_id: int) -> int:
        """Root of the cluster of an address."""
        return self._chain.core.cluster(address_id, self._chain.bound)[0]

    def _txids(self, a: int, b: int) -> tuple[str, ...]:
        """Transactions that tie one address to the other, in order."""
        found = self._chain.core.explain(a, b, self._chain.bound, _MAX_STEPS)
        if not found or not found[0]:
            return ()
        txids, _, _ = self._chain.core.txs(np.array([tx for _, _, tx in found[0]], np.uint32))
        return tuple(txids)
