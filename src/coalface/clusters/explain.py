"""Why two addresses are in one cluster: the transactions that tie them, to be checked by hand."""

from dataclasses import dataclass, field, replace

import numpy as np

from coalface.accuracy import ErrorRates
from coalface.chain import Chain, Coverage, Provenance
from coalface.chain.reference import check_count
from coalface.clusters.rules import COINJOIN_RULE, RULE_SET, cluster_error_rates

__all__ = ["Explanation", "Step", "explain"]


@dataclass(frozen=True)
class Step:
    """One transaction that spends from both addresses."""

    from_address: str
    to_address: str
    txid: str
    height: int | None
    from_inputs: tuple[int, ...]
    """Inputs of the transaction that spend from `from_address`."""
    to_inputs: tuple[int, ...]


@dataclass(frozen=True)
class Explanation:
    """What ties two addresses together, as of a block."""

    a: str
    b: str
    same_cluster: bool | None
    """`None` where a partial chain shows no tie: there may be one outside its blocks."""
    steps: tuple[Step, ...]
    """From `a` to `b`: the evidence whose latest transaction is as early as possible, not the shortest."""
    steps_complete: bool
    coverage: Coverage
    provenance: Provenance
    status: str = "inference"
    error_rates: ErrorRates = field(default_factory=cluster_error_rates)


def explain(chain: Chain, a: str, b: str, *, limit: int = 1000) -> Explanation:
    """Transactions that tie address `a` to address `b`, earliest evidence first found wins.

    Parameters
    ----------
    chain
        As of which block.
    a, b
        Two addresses.
    limit
        Steps to give at the most.

    Raises
    ------
    UsageError
        If `limit` is negative.
    InvalidAddress
        If one of the texts is no address of the chain's network.

    Notes
    -----
    Each step alone is a ledger fact (the transaction spends from both addresses); that one owner stands
    behind it is the inference.
    """
    check_count("limit", limit)
    core, bound = chain.core, chain.bound
    provenance = replace(chain.provenance, rules=(RULE_SET, COINJOIN_RULE))
    ids = [core.find_address(text, bound) for text in (a, b)]
    if ids[0] is None or ids[1] is None:
        is_known = chain.coverage.complete_from_genesis
        return Explanation(
            a,
            b,
            False if is_known else None,
            (),
            True,
            chain.coverage.with_unknown([] if is_known else ["same_cluster"]),
            provenance,
        )
    found = core.explain(ids[0], ids[1], bound, limit)
    if found is None:
        # What no block of a partial chain shows may still have happened.
        is_known = chain.coverage.complete_from_genesis
        return Explanation(
            a,
            b,
            False if is_known else None,
            (),
            True,
            chain.coverage.with_unknown([] if is_known else ["same_cluster"]),
            provenance,
        )
    ties, has_more = found
    texts = dict(
        zip(
            (ids_seen := sorted({i for tie in ties for i in tie[:2]})),
            core.address_texts(np.array(ids_seen, np.uint32)),
            strict=True,
        )
    )
    steps = []
    for from_id, to_id, tx in ties:
        record = core.tx(tx, bound)
        inputs = {
            text: tuple(row["n"] for row in record["inputs"] if row["address"] == text)
            for text in (texts[from_id], texts[to_id])
        }
        steps.append(
            Step(
                from_address=texts[from_id] or "",
                to_address=texts[to_id] or "",
                txid=record["txid"],
                height=record["height"],
                from_inputs=inputs[texts[from_id]],
                to_inputs=inputs[texts[to_id]],
            )
        )
    return Explanation(a, b, True, tuple(steps), not has_more, chain.coverage, provenance)
