"""Hold-out: what calibration must not see, so that thresholds are judged on cases they were not made for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coalface.errors import UsageError
from coalface.range.score.truth import Truth

__all__ = ["HoldOut", "hold_out_of"]

_ERA = re.compile(r"([0-9]{1,9})-([0-9]{1,9})", re.ASCII)
_KINDS = ("family", "era", "playbook")

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class HoldOut:
    """Families, eras and playbooks that are held out. Nothing is, unless something is named."""

    families: frozenset[str] = frozenset()
    playbooks: frozenset[str] = frozenset()
    eras: tuple[tuple[int, int], ...] = ()
    """First and last height, both included."""

    def __bool__(self) -> bool:
        return bool(self.families or self.playbooks or self.eras)

    def names(self) -> list[str]:
        """What is held out, as it can be given again."""
        return [
            *(f"family:{name}" for name in sorted(self.families)),
            *(f"playbook:{name}" for name in sorted(self.playbooks)),
            *(f"era:{first}-{last}" for first, last in self.eras),
        ]

    def addresses(self, truth: Truth) -> Mask:
        """Addresses of the truth that are held out."""
        playbook = truth.of_actor("playbook")
        table = truth.addresses
        return (
            _among(table["family"], self.families)
            | _among([playbook.get(actor) for actor in table["actor"]], self.playbooks)
            | self._in_era(table["first_height"])
        )

    def txs(self, truth: Truth) -> Mask:
        """Transactions of the truth that are held out."""
        table = truth.txs
        return (
            _among(table["family"], self.families)
            | _among(table["playbook"], self.playbooks)
            | self._in_era(table["height"])
        )

    def outputs(self, truth: Truth) -> Mask:
        """Outputs of the truth that are held out: of a transaction or an owner that is."""
        table, family, playbook = truth.outputs, truth.of_actor("family"), truth.of_actor("playbook")
        held = set(truth.txs["txid"][self.txs(truth)])
        return (
            _among(table["txid"], held)
            | _among([family.get(actor) for actor in table["owner"]], self.families)
            | _among([playbook.get(actor) for actor in table["owner"]], self.playbooks)
        )

    def rest(self, truth: Truth) -> Truth:
        """What calibration may see of the truth."""
        if not self:
            return truth
        txs = self.txs(truth)
        held = set(truth.txs["txid"][txs])
        actors, services = truth.actors, truth.services
        hidden = _among(actors["family"], self.families) | _among(actors["playbook"], self.playbooks)
        names = set(actors["actor"][hidden])
        stolen = truth.stolen
        thefts = set(stolen["theft_txid"][_among(stolen["playbook"], self.playbooks)]) | held
        return truth.only(
            actors=~hidden,
            services=~_among(services["actor"], names),
            addresses=~self.addresses(truth),
            txs=~txs,
            outputs=~self.outputs(truth),
            coinjoins=~_among(truth.coinjoins["txid"], held),
            stolen=~_among(stolen["theft_txid"], thefts),
            stolen_outputs=~(
                _among(truth.stolen_outputs["txid"], held)
                | _among(truth.stolen_outputs["playbook"], self.playbooks)
            ),
        )

    def _in_era(self, heights: NDArray[np.int64]) -> Mask:
        found = np.zeros(len(heights), np.bool_)
        for first, last in self.eras:
            found |= (heights >= first) & (heights <= last)
        return found


def hold_out_of(texts: Sequence[str], truth: Truth) -> HoldOut:
    """What the texts name.

    Parameters
    ----------
    texts
        A family, a playbook, or an era as ``FIRST-LAST`` height; ``family:NAME`` where a name is both.
    truth
        Whose families and playbooks there are.

    Raises
    ------
    UsageError
        If a text names none of them, or two.
    """
    known = {
        "family": {*truth.txs["family"], *truth.addresses["family"]},
        "playbook": {*truth.txs["playbook"], *truth.actors["playbook"], *truth.stolen["playbook"]} - {None},
    }
    families: set[str] = set()
    playbooks: set[str] = set()
    eras: list[tuple[int, int]] = []
    for text in texts:
        prefix, colon, name = text.partition(":")
        kinds = [prefix] if colon and prefix in _KINDS else list(_KINDS)
        if kinds == list(_KINDS):
            name = text
        era = _ERA.fullmatch(name) if "era" in kinds else None
        meant = [kind for kind in kinds if kind != "era" and name in known[kind]]
        if era is not None and int(era[1]) <= int(era[2]):
            meant.append("era")
        if len(meant) != 1:
            raise _unknown(text, meant, known)
        match meant[0]:
            case "family":
                families.add(name)
            case "playbook":
                playbooks.add(name)
            case _:
                first, _, last = name.partition("-")
                eras.append((int(first), int(last)))
    return HoldOut(frozenset(families), frozenset(playbooks), tuple(sorted(set(eras))))


def _unknown(text: str, meant: Sequence[str], known: dict[str, set[str]]) -> UsageError:
    """The error for a text that names nothing, or two things."""
    if meant:
        why = f"is both a {' and a '.join(meant)}: write {' or '.join(f'{kind}:{text}' for kind in meant)}"
    else:
        why = "is no family, era or playbook of this chain"
    families, playbooks = (", ".join(sorted(known[kind])) or "none" for kind in ("family", "playbook"))
    return UsageError(
        f"--hold-out `{text[:80]}` {why}",
        code="usage_hold_out",
        hint=f"families: {families[:600]}; playbooks: {playbooks[:600]}; an era is heights, as 0-200",
        context={"text": text[:80]},
    )


def _among(values: object, names: set[str] | frozenset[str]) -> Mask:
    """Which of the values are among the names."""
    return np.array([value in names for value in values], np.bool_)  # type: ignore[attr-defined]  # any column
