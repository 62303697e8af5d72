"""Wasabi, outside of its CoinJoins.

Looked up: lock time zero in nine of ten transactions (``WalletWasabi/Wallets/LockTimeSelector.cs``);
version 1 until 2026 (issue 14558).
Recalled: P2WPKH only at first, P2TR as well since 2.0 (docs.wasabiwallet.io, FAQ); outputs shuffled and few
transactions signalled as replaceable, so as not to stand out (release notes 2.0); short R (NBitcoin); users
choose coins by what is known of them (docs.wasabiwallet.io, "Coin control best practices"): taken here as
the fewest coins.
Chosen: smallest change, fees.
"""

from __future__ import annotations

from coalface.range.script import Kind
from coalface.range.wallets.change import Change
from coalface.range.wallets.fees import Estimated
from coalface.range.wallets.locktime import LikeTheNetwork
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.reuse import Reuse
from coalface.range.wallets.selection import ClosestAbove
from coalface.range.wallets.sequence import LOCKABLE, Sequence

WASABI = Profile(
    name="wasabi",
    kind=Kind.P2WPKH,
    selection=ClosestAbove(),
    change=Change(minimum_sat=5_000),
    version=1,
    locktime=LikeTheNetwork(),
    sequence=Sequence(2, LOCKABLE),
    fees=Estimated(95, 115),
    reuse=Reuse(0),
    has_low_r=True,
)
"""Address reuse is not offered; NBitcoin, on which it rests, makes version 1 and short R."""
