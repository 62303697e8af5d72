"""Desktop companions of hardware wallets.

Looked up. Ledger Live: oldest coins first (``pickingstrategies/DeepFirst.ts``), inputs as chosen, payment,
then change (``xpub.ts``, ``buildTx``), sequence 0 where replaceable and final otherwise
(``buildTransaction.ts``), which users choose (release 2.11.1, coin control); version 1, or 2 with an
application of the device that reads PSBT (hw-app-btc, ``createTransaction.ts``, ``BtcNew.ts``). Trezor
Suite: branch and bound, else coins of the most worth first (``utxo-lib/src/coinselect``), BIP-0069
(``bip69SortingStrategy.ts``; ishaana.com, "Wallet Fingerprints: Detection & Analysis", 2023), replaceable
always since July 2024 (pull request 13226) and version 2 since November 2024 (15373), before that final or
replaceable as the user chose and version 1.
Recalled: Ledger's wallets of 2017-2020 are wrapped segwit by default (support pages on account kinds). A
vault of several keys: P2WSH 2 of 3 (BIP-0048), in software that shuffles and sets the tip's height as lock
time, as Sparrow does (consentonchain.github.io, 2022).
Chosen: shares of replaceable transactions, fees, reuse, when users upgrade.
"""

from __future__ import annotations

from dataclasses import replace

from coalface.range.script import Kind
from coalface.range.wallets.fees import Estimated, Presets
from coalface.range.wallets.locktime import ExactTip
from coalface.range.wallets.order import Order
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.reuse import Reuse
from coalface.range.wallets.selection import BranchAndBound, LargestFirst, OldestFirst, RandomDraw
from coalface.range.wallets.sequence import FINAL, Sequence
from coalface.range.wallets.upgrade import Upgrade

_LEDGER_1 = Profile(
    name="ledger_live",
    kind=Kind.P2SH_P2WPKH,
    selection=OldestFirst(),
    order=Order.CHANGE_LAST,
    version=1,
    sequence=Sequence(30, FINAL, replaceable=0),
    fees=Presets((60, 100, 150)),
)
LEDGER = replace(_LEDGER_1, upgrades=(Upgrade(55, replace(_LEDGER_1, version=2)),))
_TREZOR_2024 = Profile(
    name="trezor_suite",
    kind=Kind.P2WPKH,
    selection=BranchAndBound(LargestFirst()),
    order=Order.BIP69,
    version=1,
    sequence=Sequence(70, FINAL),
    fees=Presets((50, 100, 150, 200)),
    reuse=Reuse(3),
    spends_unconfirmed=False,
)
TREZOR = replace(
    _TREZOR_2024, upgrades=(Upgrade(65, replace(_TREZOR_2024, version=2, sequence=Sequence(100))),)
)
VAULT = Profile(
    name="multisig_vault",
    kind=Kind.P2WSH_MULTISIG,
    selection=BranchAndBound(RandomDraw()),
    locktime=ExactTip(),
    fees=Estimated(100, 140),
    reuse=Reuse(0),
)
