"""What a demo needs of the truth: which theft it tells of, and whom it asks about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coalface.errors import UsageError
from coalface.range.score.traces import Theft, thefts_of
from coalface.range.score.truth import Truth

__all__ = ["Case", "Dust", "case_of"]


@dataclass(frozen=True)
class Dust:
    """Dust that the thief sent to an uninvolved person, and that was never spent."""

    address: str
    txid: str
    vout: int
    value_sat: int
    owner: str


@dataclass(frozen=True)
class Case:
    """The theft, the addresses that it paid, and one of the dusted."""

    theft: Theft
    loot_addresses: tuple[str, ...]
    """The thief's, in order of the outputs of the theft."""
    dust: Dust
    owner_of: Mapping[str, str]
    """True owner of every address."""


def case_of(truth: Truth) -> Case:
    """The case of a chain on which somebody was robbed and strangers were dusted.

    Raises
    ------
    UsageError
        If nobody was, which some seeds may bring about.
    """
    theft = next(iter(thefts_of(truth)), None)
    dust = _untouched_dust(truth, theft.playbook) if theft is not None else None
    if theft is None or dust is None:
        raise UsageError(
            f"seed {truth.scenario.seed} makes a chain without the theft or the dust that the demo tells of",
            code="usage_demo_seed",
            hint="take another seed",
            context={"seed": truth.scenario.seed},
        )
    outputs = truth.outputs
    address_at = {
        f"{txid}:{vout}": address
        for txid, vout, address in zip(
            outputs["txid"], outputs["vout"].tolist(), outputs["address"], strict=True
        )
        if txid == theft.txid
    }
    return Case(
        theft,
        tuple(address_at[origin] for origin in theft.origins),
        dust,
        dict(zip(truth.addresses["address"], truth.addresses["actor"], strict=True)),
    )


def _untouched_dust(truth: Truth, playbook: str) -> Dust | None:
    """The first dust of the crime that reached a private person and was never spent."""
    kind_of, playbook_of = truth.of_actor("kind"), truth.of_actor("playbook")
    crime = {
        txid
        for txid, kind, name in zip(
            truth.txs["txid"], truth.txs["tx_kind"], truth.txs["playbook"], strict=True
        )
        if kind == "dust" and name == playbook
    }
    names = ("txid", "vout", "value_sat", "address", "owner", "purpose", "spent_txid")
    for row in zip(*(truth.outputs[name].tolist() for name in names), strict=True):
        txid, vout, value_sat, address, owner, purpose, spent_txid = row
        is_crumb = txid in crime and purpose == "dust" and spent_txid is None
        if is_crumb and kind_of[owner] == "private" and playbook_of[owner] is None:
            return Dust(address, txid, vout, value_sat, owner)
    return None
