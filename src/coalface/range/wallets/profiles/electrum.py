"""Electrum.

Looked up, in version 4.3.4: coins chosen by address, the set whose change is nearest to the payments
(``coinchooser.py``, ``CoinChooserPrivacy``); lock time as Bitcoin Core's (``wallet.py``,
``get_locktime_for_new_transaction``). Inputs and outputs in the order of BIP-0069, version 2, change of the
same kind as the inputs, sequence MAX-1 or MAX-2 (achow101/wallet-fingerprinting, ``fingerprints.md``).
Recalled: segwit addresses by default since 3.0, before P2PKH, version 1 and lock time zero in the 2.x
series (``RELEASE-NOTES``). Older wallets keep their kind, since the seed fixes it.
Chosen: a slider of few fees, share of replaceable transactions, reuse.
"""

from __future__ import annotations

from dataclasses import replace

from coalface.range.script import Kind
from coalface.range.wallets.change import Change, ChangeKind
from coalface.range.wallets.fees import Presets
from coalface.range.wallets.locktime import AntiFeeSniping, NoLocktime
from coalface.range.wallets.order import Order
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.reuse import Reuse
from coalface.range.wallets.selection import WholeAddresses
from coalface.range.wallets.sequence import LOCKABLE, Sequence
from coalface.range.wallets.upgrade import Upgrade

ELECTRUM = Profile(
    name="electrum",
    kind=Kind.P2WPKH,
    selection=WholeAddresses(),
    change=Change(kind=ChangeKind.INPUT),
    order=Order.BIP69,
    locktime=AntiFeeSniping(),
    sequence=Sequence(85, LOCKABLE),
    fees=Presets((60, 80, 100, 140)),
    reuse=Reuse(5),
)
ELECTRUM_OLD = replace(
    ELECTRUM,
    name="electrum_2",
    kind=Kind.P2PKH,
    version=1,
    locktime=NoLocktime(),
    sequence=Sequence(10, LOCKABLE),
    upgrades=(Upgrade(40, replace(ELECTRUM, name="electrum_2", kind=Kind.P2PKH)),),
)
"""A wallet of a seed from before segwit; an upgrade brings version 2 and lock times, not another kind."""
