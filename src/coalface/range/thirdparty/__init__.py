"""Wallet code that others wrote, asked to choose coins and make change, so that truth is not ours alone.

Here belongs one adapter a file. None of this is needed: ``available`` says which of them can be imported,
and ``choose`` asks one. The range works the same without any; what was built by whom is part of the truth.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version as version_of
from importlib.util import find_spec

from coalface.range.dice import Dice
from coalface.range.thirdparty.choice import Choice, ChoiceRefused, OfferedCoin, Wanted

_PACKAGES = {"bdk": "bdkpython", "electrum": "electrum"}


def available() -> tuple[str, ...]:
    """Names of the wallet code that can be asked here, sorted."""
    return tuple(name for name, package in sorted(_PACKAGES.items()) if find_spec(package) is not None)


def version(name: str) -> str:
    """Version of the wallet code of that name: its transactions are the same as long as it is the same.

    Raises
    ------
    ChoiceRefused
        If that code is not installed.
    """
    if name not in available():
        raise ChoiceRefused(f"wallet code {name!r} is not installed; available: {available()}")
    if name == "electrum":  # as Debian installs it, it need not say so in its metadata
        return str(import_module("electrum.version").ELECTRUM_VERSION)
    return version_of(_PACKAGES[name])


def choose(name: str, wanted: Wanted, dice: Dice) -> Choice:
    """The transaction that a third party's wallet code makes.

    Parameters
    ----------
    name
        One of ``available``.
    wanted
        Coins and payments.
    dice
        Decides what that code would leave to chance.

    Raises
    ------
    ChoiceRefused
        If that code is not installed or refuses.
    """
    if name not in available():
        raise ChoiceRefused(f"wallet code {name!r} is not installed; available: {available()}")
    adapter = import_module(f"coalface.range.thirdparty.{name}")
    choice: Choice = adapter.choose(wanted, dice) if name == "bdk" else adapter.choose(wanted)
    return choice


__all__ = ["Choice", "ChoiceRefused", "OfferedCoin", "Wanted", "available", "choose", "version"]
