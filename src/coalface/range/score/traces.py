"""Traces of stolen value against who holds it in truth, for growing shares of unpublished labels."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from coalface.range.score.holdout import HoldOut
from coalface.range.score.matched import Matched
from coalface.range.score.rate import clustered_rate
from coalface.range.score.result import Against, Parameters, Row, RowKind, Score, Status, worst_first
from coalface.range.score.truth import PublicLabel, Truth
from coalface.tracing import trace

__all__ = ["HIDDEN_PERCENT", "Theft", "Traces", "kept_labels", "thefts_of"]

HIDDEN_PERCENT = (0, 50, 90, 98)
"""Shares of the publicly labelled services whose labels are taken away, per cent."""
FEES = "fees"
_LOOT = ("theft", "ransom")
_NAMED = ("unspent", "service")
"""Boundaries at which a trace says: it is here. At the others it says that it does not know."""


@dataclass(frozen=True)
class Theft:
    """One theft and where its loot is at the end, in truth."""

    playbook: str
    txid: str
    height: int
    origins: tuple[str, ...]
    """``txid:vout`` of the loot."""
    stolen_sat: int
    holders_sat: dict[str, int]
    """By actor; `fees` is what moving it cost."""
    most_sat: dict[str, int]
    """What each actor held of it at most, at any height: a mixer gives back what it was paid."""


@dataclass
class _Found:
    """Sums over traces, satoshi by actor."""

    named: Counter[str] = field(default_factory=Counter)
    """What the trace puts on them."""
    true: Counter[str] = field(default_factory=Counter)
    """What they hold in truth."""
    right: Counter[str] = field(default_factory=Counter)
    """What of `named` is so."""
    hit: Counter[str] = field(default_factory=Counter)
    """What of `true` is found."""
    not_said: Counter[str] = field(default_factory=Counter)
    """By boundary."""
    fees_sat: int = 0
    stolen_sat: int = 0


class Traces:
    """Scores one accounting method.

    Parameters
    ----------
    method
        One of `coalface.tracing.METHODS`.
    """

    against = Against.TRUTH
    what = (
        "said: so much stolen value rests at this address, or was paid to this service; true: its owner "
        "holds that much of it, or as a service once did. Value at a possible CoinJoin or a limit is not "
        "said to be anybody's"
    )

    def __init__(self, method: str) -> None:
        self.name = f"trace {method}"
        self.version = f"{method}/1"
        self._method = method

    def calibrate(self, rest: Matched) -> Parameters:  # noqa: ARG002 - nothing to choose
        """None: the method has no threshold."""
        return {}

    def run(self, matched: Matched, thresholds: Parameters, hold_out: HoldOut) -> Score:
        """Stolen value found at its true holder and innocent value accused, by share of labels hidden."""
        thefts = thefts_of(matched.truth)
        if not thefts:
            return Score(self.name, self.version, self.what, Status.NO_CASE)
        owners = _owners(matched.truth)
        by_share: dict[int, list[_Found]] = {}
        for percent in HIDDEN_PERCENT:
            labels = kept_labels(matched.truth.labels, percent, matched.truth.scenario.seed)
            stops = {each.address: f"a service: {each.actor}" for each in labels}
            by_share[percent] = [self._follow(matched, theft, stops, owners) for theft in thefts]
        shown = by_share[HIDDEN_PERCENT[0]]
        unseen = [_is_unseen(theft, hold_out) for theft in thefts]
        rows = [_row(RowKind.ALL, "all", shown)]
        if any(unseen):
            rows.append(_row(RowKind.UNSEEN, "unseen", _chosen(shown, unseen)))
            rows.append(_row(RowKind.SEEN, "seen", _chosen(shown, [not each for each in unseen])))
        rows += [
            _row(RowKind.HIDDEN, f"{percent} % of labelled services", found)
            for percent, found in by_share.items()
        ]
        playbooks = []
        for playbook in sorted({theft.playbook for theft in thefts}):
            mine = [theft.playbook == playbook for theft in thefts]
            is_unseen = all(flag for flag, own in zip(unseen, mine, strict=True) if own)
            playbooks.append(_row(RowKind.PLAYBOOK, playbook, _chosen(shown, mine), is_unseen=is_unseen))
        family = matched.truth.of_actor("family")
        families = [
            _row(RowKind.FAMILY, name, shown, family=(name, family), is_unseen=name in hold_out.families)
            for name in sorted(
                {family.get(actor, "") for each in shown for actor in (*each.named, *each.true)}
            )
            if name
        ]
        return Score(
            self.name,
            self.version,
            self.what,
            Status.SCORED,
            rows=(*rows, *worst_first(playbooks), *worst_first(families)),
            counts={
                "n_thefts": len(thefts),
                "n_thefts_unclear": len(_holders(matched.truth)) - len(thefts),
                "n_services_labelled": len({x.actor for x in matched.truth.labels}),
            },
            worst_case=_worst(shown, matched.truth),
            thresholds=dict(thresholds),
            notes=(
                "of a family, precision is how much of what it is said to hold is so, recall what is found",
                "intervals treat each holder of a theft as one case",
            ),
        )

    def _follow(
        self, matched: Matched, theft: Theft, stops: Mapping[str, str], owners: Mapping[tuple[str, int], str]
    ) -> _Found:
        """One trace, beside the truth."""
        answer = trace(matched.chain, list(theft.origins), method=self._method, stops=stops)
        found = _Found(stolen_sat=theft.stolen_sat, fees_sat=answer.lost_to_fees_sat)
        at_service: Counter[str] = Counter()
        for end in answer.terminals:
            owner = owners.get((end.txid, end.vout), "nobody")
            if end.boundary not in _NAMED:
                found.not_said[end.boundary] += end.tainted_sat
                continue
            found.named[owner] += end.tainted_sat
            if end.boundary == "service":
                at_service[owner] += end.tainted_sat
        found.true.update({actor: sat for actor, sat in theft.holders_sat.items() if actor != FEES})
        for actor, sat in found.named.items():
            found.hit[actor] = min(sat, found.true[actor])
            # That a service was paid stays true when it has paid out again; that somebody holds it does not.
            rests = min(sat - at_service[actor], found.true[actor])
            paid = min(at_service[actor], theft.most_sat.get(actor, 0) - rests)
            found.right[actor] = rests + max(paid, 0)
        return found


def thefts_of(truth: Truth) -> list[Theft]:
    """Every theft of the truth whose loot can be told, in order of height."""
    made = _outputs_by_tx(truth)
    playbook_of = truth.of_actor("playbook")
    found = []
    for (playbook, txid), by_height in _holders(truth).items():
        first, last = min(by_height), max(by_height)
        outputs = made.get(txid, [])
        stolen_sat = sum(by_height[first].values())
        for is_loot in (
            lambda each: each.purpose in _LOOT,
            lambda each, playbook=playbook: playbook_of.get(each.owner) == playbook and not each.is_change,
            lambda each, holders=by_height[first]: each.owner in holders and not each.is_change,
        ):
            loot = [each for each in outputs if is_loot(each)]
            if loot and sum(each.value_sat for each in loot) == stolen_sat:
                places = tuple(f"{txid}:{each.vout}" for each in loot)
                holders = {actor: sat for actor, sat in sorted(by_height[last].items()) if sat}
                most: Counter[str] = Counter()
                for at in by_height.values():
                    most |= Counter(at)
                found.append(Theft(playbook, txid, first, places, stolen_sat, holders, dict(most)))
                break
    return sorted(found, key=lambda theft: (theft.height, theft.txid, theft.playbook))


class _Made(NamedTuple):
    """One output of a transaction."""

    vout: int
    value_sat: int
    owner: str
    purpose: str
    is_change: bool


def _outputs_by_tx(truth: Truth) -> dict[str, list[_Made]]:
    """Outputs of the transactions that stole, in their order."""
    table, thefts = truth.outputs, set(truth.stolen["theft_txid"])
    names = ("vout", "value_sat", "owner", "purpose", "is_change")
    found: dict[str, list[_Made]] = {}
    for txid, *values in zip(table["txid"], *(table[name].tolist() for name in names), strict=True):
        if txid in thefts:
            found.setdefault(txid, []).append(_Made(*values))
    return {txid: sorted(made) for txid, made in found.items()}


def _holders(truth: Truth) -> dict[tuple[str, str], dict[int, dict[str, int]]]:
    """By theft (playbook, txid) and height: satoshi by holder."""
    table = truth.stolen
    names = ("playbook", "theft_txid", "height", "holder", "value_sat")
    found: dict[tuple[str, str], dict[int, dict[str, int]]] = {}
    for playbook, txid, height, holder, sat in zip(*(table[name].tolist() for name in names), strict=True):
        at = found.setdefault((playbook, txid), {}).setdefault(height, {})
        at[holder] = at.get(holder, 0) + sat
    return found


def kept_labels(labels: Sequence[PublicLabel], hidden_percent: int, seed: int) -> list[PublicLabel]:
    """Labels that are left when those of a share of the services are taken away.

    Parameters
    ----------
    labels
        What the public knows.
    hidden_percent
        Share of the services, per cent; rounded up, so that at least one goes for any share above zero.
    seed
        Decides which; a larger share hides all that a smaller one hides.
    """

    def place(actor: str) -> bytes:
        return hashlib.sha256(f"hidden labels\0{seed}\0{actor}".encode()).digest()

    actors = sorted({each.actor for each in labels}, key=place)
    hidden = set(actors[: -(-len(actors) * hidden_percent // 100)])
    return [each for each in labels if each.actor not in hidden]


def _owners(truth: Truth) -> dict[tuple[str, int], str]:
    outputs = truth.outputs
    keys = zip(outputs["txid"], outputs["vout"].tolist(), strict=True)
    return dict(zip(keys, outputs["owner"], strict=True))


def _is_unseen(theft: Theft, hold_out: HoldOut) -> bool:
    in_era = any(first <= theft.height <= last for first, last in hold_out.eras)
    return in_era or theft.playbook in hold_out.playbooks


def _chosen(found: Sequence[_Found], flags: Sequence[bool]) -> list[_Found]:
    return [each for each, flag in zip(found, flags, strict=True) if flag]


def _row(
    kind: RowKind,
    group: str,
    found: Sequence[_Found],
    *,
    family: tuple[str, Mapping[str, str]] | None = None,
    is_unseen: bool = False,
) -> Row:
    """Sums over traces; of one family's owners if ``family`` names it and says who is of which."""

    def cases(part: str, other: str) -> tuple[list[int], list[int]]:
        pairs = [
            (getattr(each, part)[actor], getattr(each, other)[actor])
            for each in found
            for actor in sorted(getattr(each, other))
            if family is None or family[1].get(actor, "") == family[0]
        ]
        return [right for right, _ in pairs], [whole for _, whole in pairs]

    said, true = cases("right", "named"), cases("hit", "true")
    precision = clustered_rate(np.array(said[0], np.int64), np.array(said[1], np.int64), "satoshi named")
    recall = clustered_rate(np.array(true[0], np.int64), np.array(true[1], np.int64), "satoshi held")
    figures: dict[str, int | None] = {
        "found_at_true_holder_sat": recall.hits,
        "innocent_accused_sat": precision.trials - precision.hits,
        "n_innocent_accused": sum(
            1
            for each in found
            for actor, sat in each.named.items()
            if sat > 0
            and actor not in each.true
            and (family is None or family[1].get(actor, "") == family[0])
        ),
    }
    if family is None:
        figures["stolen_sat"] = sum(each.stolen_sat for each in found)
        figures["not_said_sat"] = sum(sum(each.not_said.values()) for each in found)
        figures["fees_sat"] = sum(each.fees_sat for each in found)
    return Row(kind, group, precision, recall, dict(figures), is_unseen)


def _worst(found: Sequence[_Found], truth: Truth) -> dict[str, int | str]:
    """Whoever is accused of most that they do not hold."""
    over: Counter[str] = Counter()
    for each in found:
        over.update({actor: sat - each.right[actor] for actor, sat in each.named.items()})
    if not over or max(over.values()) <= 0:
        return {}
    actor = min(over, key=lambda name: (-over[name], name))
    return {
        "accused": actor,
        "family": truth.of_actor("family").get(actor, "unknown"),
        "accused_sat": over[actor],
        "held_in_truth_sat": sum(each.true.get(actor, 0) for each in found),
    }
