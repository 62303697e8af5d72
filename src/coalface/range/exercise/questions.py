"""Questions that the truth of a chain can answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coalface.range.score.traces import Theft, thefts_of
from coalface.range.score.truth import Truth
from coalface.units import format_btc

__all__ = ["KINDS", "Question", "questions_of"]

KINDS: dict[str, str] = {
    "holders": "addresses, one a line",
    "services": "names of services as labels.csv spells them, one a line",
    "owner": "addresses, one a line",
    "coinjoins": "txids, one a line",
}
"""Kind of question to what an answer is made of."""

_COINJOIN = "coinjoin:"
_MAX_SHOWN = 20


@dataclass(frozen=True)
class Question:
    """One question; its right answers must not reach whoever is asked."""

    id: str
    kind: str
    """One of `KINDS`."""
    text: str
    unit: str
    """What the weights are."""
    right: Mapping[str, int] = field(repr=False)
    """Right answers and what each weighs."""


def questions_of(truth: Truth) -> list[Question]:
    """Every question for which the truth has an answer, in the order in which an investigation asks them.

    Parameters
    ----------
    truth
        The whole truth.
    """
    found = [*_about_theft(truth), *_about_service(truth), *_about_coinjoins(truth)]
    return [each for each in found if each.right]


def _about_theft(truth: Truth) -> Iterator[Question]:
    """Where the loot of the largest crime is, and who holds what besides."""
    crimes: dict[str, list[Theft]] = {}
    for theft in thefts_of(truth):
        crimes.setdefault(theft.playbook, []).append(theft)
    if not crimes:
        return
    playbook = max(crimes, key=lambda name: (sum(each.stolen_sat for each in crimes[name]), name))
    thefts = crimes[playbook]
    reported = _reported(thefts)
    yield Question(
        "stolen-addresses",
        "holders",
        f"{reported} At which addresses does that coin rest when the chain ends, unspent or paid in at a "
        "service? An address counts by the stolen value that is there.",
        "satoshi",
        _resting(truth, playbook),
    )
    labelled = {each.actor for each in truth.labels}
    paid: dict[str, int] = {}
    for theft in thefts:
        for actor, sat in theft.most_sat.items():
            if actor in labelled:
                paid[actor] = paid.get(actor, 0) + sat
    yield Question(
        "stolen-services",
        "services",
        f"{reported} Which services with a public label were paid some of it?",
        "satoshi",
        paid,
    )
    owner, address = _first_owner(truth, thefts[0])
    yield Question(
        "thief-addresses",
        "owner",
        f"{reported} The first of these outputs pays {address}. Which other addresses are in the same hands?",
        "addresses",
        {each: 1 for each in _addresses_of(truth, owner) if each != address},
    )


def _reported(thefts: Sequence[Theft]) -> str:
    """What the victims report."""
    sat = sum(each.stolen_sat for each in thefts)
    outputs = [output for each in thefts for output in each.origins]
    shown = ", ".join(outputs[:_MAX_SHOWN])
    more = f" and {len(outputs) - _MAX_SHOWN} more" if len(outputs) > _MAX_SHOWN else ""
    return (
        f"{format_btc(sat)} BTC were stolen, from block {thefts[0].height} on, by the outputs {shown}{more}."
    )


def _about_service(truth: Truth) -> Iterator[Question]:
    """Addresses of a labelled service that nobody has labelled."""
    known: dict[str, list[str]] = {}
    for label in truth.labels:
        known.setdefault(label.actor, []).append(label.address)
    unknown = {
        actor: [each for each in _addresses_of(truth, actor) if each not in set(addresses)]
        for actor, addresses in known.items()
    }
    if not unknown:
        return
    actor = min(unknown, key=lambda name: (-len(unknown[name]), name))
    yield Question(
        "service-addresses",
        "owner",
        f"labels.csv names {len(known[actor])} addresses of {actor}. Of which further addresses does it hold "
        "the keys?",
        "addresses",
        dict.fromkeys(unknown[actor], 1),
    )


def _about_coinjoins(truth: Truth) -> Iterator[Question]:
    txs = truth.txs
    yield Question(
        "coinjoins",
        "coinjoins",
        "Which transactions are CoinJoins: made by several people together so that their coins cannot be "
        "told apart?",
        "txs",
        {
            txid: 1
            for txid, kind in zip(txs["txid"], txs["tx_kind"], strict=True)
            if kind.startswith(_COINJOIN)
        },
    )


def _resting(truth: Truth, playbook: str) -> dict[str, int]:
    """Stolen value by address, where it rests or ended."""
    table, places = truth.stolen_outputs, {}
    for name, txid, vout, sat in zip(
        table["playbook"], table["txid"], table["vout"].tolist(), table["stolen_sat"].tolist(), strict=True
    ):
        if name == playbook:
            places[txid, vout] = sat
    outputs = truth.outputs
    found: dict[str, int] = {}
    for txid, vout, address in zip(
        outputs["txid"], outputs["vout"].tolist(), outputs["address"], strict=True
    ):
        sat = places.get((txid, vout), 0)
        if sat and address is not None:
            found[address] = found.get(address, 0) + sat
    return found


def _first_owner(truth: Truth, theft: Theft) -> tuple[str, str | None]:
    """Owner and address of the first output of the loot."""
    txid, _, vout = theft.origins[0].partition(":")
    outputs = truth.outputs
    [place] = ((outputs["txid"] == txid) & (outputs["vout"] == int(vout))).nonzero()[0]
    return outputs["owner"][place], outputs["address"][place]


def _addresses_of(truth: Truth, actor: str) -> list[str]:
    """Addresses of an actor that occur on the chain, in order of first use."""
    outputs = truth.outputs
    mine = outputs["address"][outputs["owner"] == actor]
    return list(dict.fromkeys(address for address in mine if address is not None))
