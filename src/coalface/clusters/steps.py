"""Steps that tie one address to another, each to be checked by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from coalface.chain import Chain

__all__ = ["Step", "steps_from"]

Tie = tuple[int, int, str, int, int, int]
"""From, to, rule, transaction, transaction of the latest evidence, score: as the engine gives it."""


@dataclass(frozen=True)
class Step:
    """One transaction that ties two addresses, by one rule."""

    from_address: str
    to_address: str
    rule: str
    """Name and version: ``multi_input`` if it spends from both, ``key`` if both are forms of a key, which it
    shows first, ``change`` if one paid and the other took the change."""
    txid: str
    height: int | None
    known_height: int | None
    """Block of the latest evidence that the rule used: the tie exists from there on."""
    log_odds: Decimal | None
    """Weight of the evidence, in nats; `None` where the rule weighs nothing."""
    from_inputs: tuple[int, ...]
    """Inputs of the transaction that spend from `from_address`."""
    to_inputs: tuple[int, ...]
    from_outputs: tuple[int, ...]
    """Outputs of the transaction that pay `from_address`."""
    to_outputs: tuple[int, ...]


def steps_from(chain: Chain, ties: Sequence[Tie]) -> tuple[Step, ...]:
    """Ties of the engine with texts, heights, and the numbers of inputs and outputs."""
    core, bound = chain.core, chain.bound
    ids = sorted({end for tie in ties for end in tie[:2]})
    texts = dict(zip(ids, core.address_texts(np.array(ids, np.uint32)), strict=True))
    stamps = [tie[4] for tie in ties]
    heights = core.txs(np.array(stamps, np.uint32))[1]
    steps = []
    for (from_id, to_id, rule, tx, _, score), known_height in zip(ties, heights, strict=True):
        record = core.tx(tx, bound)
        places = {
            (side, text): tuple(row["n"] for row in record[side] if row["address"] == text)
            for side in ("inputs", "outputs")
            for text in (texts[from_id], texts[to_id])
        }
        steps.append(
            Step(
                from_address=texts[from_id] or "",
                to_address=texts[to_id] or "",
                rule=rule,
                txid=record["txid"],
                height=record["height"],
                known_height=known_height,
                log_odds=Decimal(score) / 100 if rule.startswith("change/") else None,
                from_inputs=places["inputs", texts[from_id]],
                to_inputs=places["inputs", texts[to_id]],
                from_outputs=places["outputs", texts[from_id]],
                to_outputs=places["outputs", texts[to_id]],
            )
        )
    return tuple(steps)
