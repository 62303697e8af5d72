"""Software of businesses: hot wallets, processors, pools.

No vendor publishes how its hot wallet decides; these are composed from what is public.
Looked up: a processor derives a new address for each invoice from a public key, and knows no private key
(btcpayserver-doc, ``Wallet.md``).
Recalled: batches and sweeps (bitcoinops.org, "Payment Batching" chapter of the scaling book); few change
outputs, high fees in round steps and reuse of hot addresses (Harrigan and Fretter 2016, "The Unreasonable
Effectiveness of Address Clustering"); multisignature hot wallets of BitGo's kind, 2 of 3, P2SH until 2018,
then wrapped and native P2WSH (BitGo developer documentation, "Wallet types").
Chosen: all the rest. Software on bitcoind's RPC looks like Bitcoin Core, but for its reused addresses.
"""

from __future__ import annotations

from coalface.range.script import Kind
from coalface.range.wallets.amounts import Amounts
from coalface.range.wallets.change import Change, ChangeAddress
from coalface.range.wallets.fees import Estimated, Fixed, Generous
from coalface.range.wallets.locktime import AntiFeeSniping
from coalface.range.wallets.order import Order
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.reuse import Reuse
from coalface.range.wallets.selection import ClosestAbove, LargestFirst, OldestFirst, SmallestFirst
from coalface.range.wallets.sequence import FINAL, Sequence

HOT_REUSING = Profile(
    name="hot_wallet_fixed_change",
    kind=Kind.P2PKH,
    selection=LargestFirst(),
    change=Change(ChangeAddress.FIXED),
    order=Order.CHANGE_LAST,
    version=1,
    sequence=Sequence(0, FINAL),
    fees=Generous(),
    amounts=Amounts(0),
    reuse=Reuse(100),
)
HOT_CORE = Profile(
    name="hot_wallet_bitcoind",
    kind=Kind.P2WPKH,
    selection=SmallestFirst(30),
    locktime=AntiFeeSniping(),
    fees=Estimated(120, 180),
    amounts=Amounts(0),
    reuse=Reuse(60),
    has_low_r=True,
)
HOT_MULTISIG = Profile(
    name="hot_wallet_multisig",
    kind=Kind.P2SH_MULTISIG,
    selection=OldestFirst(),
    order=Order.SHUFFLED,
    version=1,
    sequence=Sequence(0, FINAL),
    fees=Generous(150),
    amounts=Amounts(0),
    reuse=Reuse(40),
)
HOT_WRAPPED = Profile(
    name="hot_wallet_wrapped_multisig",
    kind=Kind.P2SH_P2WSH,
    selection=LargestFirst(),
    order=Order.CHANGE_FIRST,
    sequence=Sequence(0, FINAL),
    fees=Generous(120),
    amounts=Amounts(0),
    reuse=Reuse(30),
)
PROCESSOR = Profile(
    name="payment_processor",
    kind=Kind.P2WPKH,
    selection=OldestFirst(),
    fees=Estimated(90, 110),
    amounts=Amounts(0),
    reuse=Reuse(0),
)
POOL_PAYER = Profile(
    name="pool_payer",
    kind=Kind.P2PKH,
    selection=OldestFirst(),
    change=Change(ChangeAddress.FIXED),
    order=Order.CHANGE_LAST,
    version=1,
    sequence=Sequence(0, FINAL),
    fees=Fixed(4),
    amounts=Amounts(0),
    reuse=Reuse(100),
)
POOL_PAYER_SEGWIT = Profile(
    name="pool_payer_segwit",
    kind=Kind.P2WPKH,
    selection=LargestFirst(),
    order=Order.LARGEST_FIRST,
    fees=Estimated(60, 100),
    amounts=Amounts(0),
    reuse=Reuse(20),
)
BOT = Profile(
    name="self_change_bot",
    kind=Kind.P2PKH,
    selection=ClosestAbove(),
    change=Change(ChangeAddress.INPUT),
    order=Order.CHANGE_LAST,
    version=1,
    sequence=Sequence(0, FINAL),
    fees=Fixed(12),
    amounts=Amounts(80, (4, 5)),
    reuse=Reuse(100),
)
"""A program that pays from one address and back to it, as dice games and faucets did."""
