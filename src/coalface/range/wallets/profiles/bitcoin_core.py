"""Bitcoin Core's wallet.

Looked up: lock time against fee sniping (``src/wallet/spend.cpp``, ``DiscourageFeeSniping``: the tip, in
one of ten up to 99 blocks less), version 2, sequence MAX-1 or MAX-2, change near 0.01 BTC in older
versions, several kinds of coin spent together (achow101/wallet-fingerprinting, ``fingerprints.md``;
ishaana.com, "Wallet Fingerprints: Detection & Analysis", 2023, version 25.0).
Recalled: addresses P2WPKH by default since 0.20, P2TR offered since 22 (release notes); branch and bound,
else knapsack or single random draw (``src/wallet/coinselection.cpp``); change at a random place, of the
payee's kind since 23.0 (``TransactionChangeType`` in ``wallet.cpp``); replaceable by default since 24
(``-walletrbf``); R ground short since 0.17 (pull request 13666).
Chosen: how users round amounts, when they upgrade.
"""

from __future__ import annotations

from dataclasses import replace

from coalface.range.script import Kind
from coalface.range.wallets.change import Change, ChangeKind
from coalface.range.wallets.locktime import AntiFeeSniping
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.selection import BranchAndBound, LargestFirst, RandomDraw
from coalface.range.wallets.sequence import Sequence
from coalface.range.wallets.upgrade import Upgrade

CORE_TAPROOT = Profile(
    name="bitcoin_core",
    kind=Kind.P2TR,
    selection=BranchAndBound(RandomDraw()),
    change=Change(kind=ChangeKind.PAYEE),
    locktime=AntiFeeSniping(),
    has_low_r=True,
)
CORE = replace(CORE_TAPROOT, kind=Kind.P2WPKH, upgrades=(Upgrade(75, CORE_TAPROOT),))
"""Of about 2023 and later; late in the chain some users take taproot addresses."""

CORE_OLD = Profile(
    name="bitcoin_core_0_16",
    kind=Kind.P2SH_P2WPKH,
    selection=BranchAndBound(LargestFirst()),
    change=Change(minimum_sat=1_000_000),
    locktime=AntiFeeSniping(),
    sequence=Sequence(0),
    upgrades=(Upgrade(60, replace(CORE, upgrades=())),),
)
"""Of 2018: wrapped addresses by default, no replacement; knapsack wants change of at least 0.01 BTC."""
