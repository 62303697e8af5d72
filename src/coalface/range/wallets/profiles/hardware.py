"""Desktop companions of hardware wallets.

Facts and their sources: Ledger Live spends the oldest coins first and does not shuffle its inputs, pays one
recipient at a time; Trezor Suite's transactions all follow BIP-0069 (ishaana.com, "Wallet Fingerprints:
Detection & Analysis", 2023). Ledger's wallets of 2017-2020 are wrapped segwit by default (support pages on
account kinds). A vault of several keys: P2WSH 2 of 3 (BIP-0048), built by software that behaves as Electrum
does not: shuffled, final height as lock time (drongo and Sparrow, consentonchain.github.io, 2022).
"""

from __future__ import annotations

from coalface.range.script import Kind
from coalface.range.wallets.fees import Estimated, Presets
from coalface.range.wallets.locktime import ExactTip
from coalface.range.wallets.order import Order
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.reuse import Reuse
from coalface.range.wallets.selection import BranchAndBound, LargestFirst, OldestFirst, RandomDraw
from coalface.range.wallets.sequence import FINAL, Sequence

LEDGER = Profile(
    name="ledger_live",
    kind=Kind.P2SH_P2WPKH,
    selection=OldestFirst(),
    order=Order.CHANGE_LAST,
    version=1,
    sequence=Sequence(60, FINAL),
    fees=Presets((60, 100, 150)),
)
TREZOR = Profile(
    name="trezor_suite",
    kind=Kind.P2WPKH,
    selection=BranchAndBound(LargestFirst()),
    order=Order.BIP69,
    sequence=Sequence(70, FINAL),
    fees=Presets((50, 100, 150, 200)),
    reuse=Reuse(3),
    spends_unconfirmed=False,
)
VAULT = Profile(
    name="multisig_vault",
    kind=Kind.P2WSH_MULTISIG,
    selection=BranchAndBound(RandomDraw()),
    locktime=ExactTip(),
    fees=Estimated(100, 140),
    reuse=Reuse(0),
)
