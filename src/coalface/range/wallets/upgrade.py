"""Upgrades: what changes in a wallet when its user installs a new version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coalface.range.wallets.profile import Profile


@dataclass(frozen=True)
class Upgrade:
    """A later version of the same software.

    Parameters
    ----------
    after_percent
        When users begin to install it, in percent of the chain's length.
    profile
        How the wallet decides from then on. Its coins stay where they are.
    """

    after_percent: int
    profile: Profile
