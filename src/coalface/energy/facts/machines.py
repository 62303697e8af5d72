"""Mining machines: energy per hash and month of release."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import numpy as np

from coalface.energy.facts.table import read
from coalface.energy.quantity import BEST_EFFICIENCY_J_PER_TH, WORST_EFFICIENCY_J_PER_TH
from coalface.errors import FactsError

__all__ = ["Machine", "machine", "machines"]

_MAX_NAME = 100
_SHOWN_NAMES = 8


@dataclass(frozen=True)
class Machine:
    """One model of mining machine.

    Attributes
    ----------
    model
        Maker and name.
    release_month
        Month in which it came out, datetime64[M].
    efficiency_j_per_th
        Energy per 10^12 hashes, in joules, without cooling.
    source
        Who says so.
    """

    model: str
    release_month: np.datetime64
    efficiency_j_per_th: float
    source: str


def machines(path: str | Path | None = None) -> tuple[Machine, ...]:
    """Machines with their energy per hash in J/TH, of the table or of the user's file.

    Parameters
    ----------
    path
        CSV file with ``model``, ``release_month``, ``efficiency_j_per_th`` and, if wanted, ``source``.

    Raises
    ------
    IoFailure
        If the file cannot be read.
    FactsError
        If it is no such table, or names a model twice.
    """
    return _shipped() if path is None else _read(path)


def machine(name: str, path: str | Path | None = None) -> Machine:
    """The machine of a name, with its energy per hash in J/TH; ``S9 (13.5Th)`` needs no maker in front.

    Parameters
    ----------
    name
        Name of the model, with or without its maker; case, blanks and brackets do not matter.
    path
        Table to look in, as for `machines`.

    Raises
    ------
    FactsError
        If no machine has that name, or several have; the hint lists near names.
    """
    known = machines(path)
    wanted = _letters(name[:_MAX_NAME])
    exact = [one for one in known if _letters(one.model) == wanted]
    ending = [one for one in known if wanted and any(_letters(end) == wanted for end in _endings(one.model))]
    found = exact or ending
    if len(found) == 1:
        return found[0]
    shown = "".join(letter for letter in name[:_MAX_NAME] if letter.isprintable())
    if found:
        problem, near = f"{len(found)} machines are called `{shown}`", [one.model for one in found]
    else:
        problem, near = f"no machine is called `{shown}`", _near(wanted, known)
    raise FactsError(
        problem,
        code="facts_machine",
        hint=f"did you mean {', '.join(f'`{model}`' for model in near[:_SHOWN_NAMES])}?"
        if near
        else "`coalface energy facts machines` lists all of them",
        context={"name": shown},
    )


@cache
def _shipped() -> tuple[Machine, ...]:
    return _read(None)


def _read(path: str | Path | None) -> tuple[Machine, ...]:
    file = read(path, "machines.csv", ("model", "release_month", "efficiency_j_per_th"))
    found: dict[str, Machine] = {}
    for row in file.rows:
        one = Machine(
            row.text("model"),
            row.month("release_month"),
            row.number("efficiency_j_per_th", BEST_EFFICIENCY_J_PER_TH, WORST_EFFICIENCY_J_PER_TH),
            file.source_of(row),
        )
        if len(one.model) > _MAX_NAME:
            raise row.error("model", f"at most {_MAX_NAME} characters are allowed")
        if found.setdefault(_letters(one.model), one) is not one:
            raise row.error("model", "this model stands in the table already")
    return tuple(found.values())


def _letters(name: str) -> str:
    """Letters and digits of a name, in lower case."""
    return re.sub(r"[^a-z0-9+]", "", name.lower())


def _endings(model: str) -> list[str]:
    """Name without its first words, with and without the brackets behind it."""
    found = []
    for name in (model, model.partition("(")[0]):
        words = name.split()
        found += [" ".join(words[start:]) for start in range(len(words))]
    return found


def _near(wanted: str, known: tuple[Machine, ...]) -> list[str]:
    """Models whose name holds the wanted one, then those that look like it."""
    by_letters = {_letters(one.model): one.model for one in known[:5000]}
    holding = [letters for letters in by_letters if wanted and wanted in letters]
    alike = get_close_matches(wanted, by_letters, n=5, cutoff=0.4)
    return [by_letters[letters] for letters in dict.fromkeys(holding + alike)]
