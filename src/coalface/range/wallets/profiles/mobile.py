"""Wallets on telephones.

Looked up. Wallets that also hold other coins, as Exodus and Trust, use a single address and return change
to it by default (ishaana.com, "Wallet Fingerprints: Detection & Analysis", 2023). Blue Wallet: package
coinselect (an exact set if there is one, else the largest coins first; outputs as given, then change),
sequence 0x80000000 always (``class/wallets/abstract-hd-electrum-wallet.ts``, ``defaultRBFSequence``).
bitcoinj: change at a random place (``SendRequest.shuffleOutputs``).
Recalled: bitcoinj's P2PKH addresses, version 1 and final sequences (``Wallet.java``, ``completeTx``);
oldest coins first (its ``DefaultCoinSelector`` weighs age; Breadwallet's likewise).
Chosen: which coins a wallet of many currencies spends, a slider of three fees, reuse, when users upgrade.
"""

from __future__ import annotations

from coalface.range.script import Kind
from coalface.range.wallets.amounts import Amounts
from coalface.range.wallets.change import Change, ChangeAddress
from coalface.range.wallets.fees import Fixed, Presets
from coalface.range.wallets.order import Order
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.reuse import Reuse
from coalface.range.wallets.selection import BranchAndBound, LargestFirst, OldestFirst
from coalface.range.wallets.sequence import FINAL, Sequence
from coalface.range.wallets.upgrade import Upgrade

ONE_ADDRESS = Profile(
    name="mobile_one_address",
    kind=Kind.P2WPKH,
    selection=LargestFirst(),
    change=Change(ChangeAddress.INPUT),
    order=Order.CHANGE_LAST,
    sequence=Sequence(0, FINAL),
    fees=Presets(),
    reuse=Reuse(100),
)
"""A wallet of many currencies: one address for everything."""

BLUE = Profile(
    name="mobile_blue",
    kind=Kind.P2WPKH,
    selection=BranchAndBound(LargestFirst()),
    order=Order.CHANGE_LAST,
    sequence=Sequence(100, replaceable=1 << 31),
    fees=Presets((50, 100, 160)),
    reuse=Reuse(15),
)
BITCOINJ = Profile(
    name="mobile_bitcoinj",
    kind=Kind.P2PKH,
    selection=OldestFirst(),
    order=Order.SHUFFLED,
    version=1,
    sequence=Sequence(0, FINAL),
    fees=Fixed(10),
    amounts=Amounts(55, (5, 6, 7)),
    reuse=Reuse(35),
    upgrades=(
        Upgrade(
            50,
            Profile(
                name="mobile_bitcoinj",
                kind=Kind.P2WPKH,
                version=1,
                sequence=Sequence(0, FINAL),
                fees=Presets(),
                amounts=Amounts(55, (5, 6, 7)),
                reuse=Reuse(20),
            ),
        ),
    ),
)
"""P2PKH, later segwit: change of old coins then goes to another kind than it came from."""
