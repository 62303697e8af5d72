"""Samourai and its successors, in their plain payments.

Looked up: receives on P2WPKH by default, change of the payee's kind by default ("receive change to
like-typed outputs"; bitcoinops.org, compatibility matrix, "Samourai", 2019-07); replaceability off by
default (``SendFactory.java``, ``RBF_OPT_IN``), inputs and outputs in the order of BIP-0069 (same file,
``BIP69InputComparator``); coins of one address kind are preferred (docs.samourai.io, "Spend tools").
Recalled: version 1, as bitcoinj makes by default; which coins of a kind are spent.
Chosen: share of users who switch replaceability on, fees.
"""

from __future__ import annotations

from coalface.range.script import Kind
from coalface.range.wallets.change import Change, ChangeKind
from coalface.range.wallets.fees import Presets
from coalface.range.wallets.order import Order
from coalface.range.wallets.profile import Profile
from coalface.range.wallets.reuse import Reuse
from coalface.range.wallets.selection import ClosestAbove, OneKindFirst
from coalface.range.wallets.sequence import FINAL, Sequence

SAMOURAI = Profile(
    name="samourai",
    kind=Kind.P2WPKH,
    selection=OneKindFirst(ClosestAbove()),
    change=Change(kind=ChangeKind.PAYEE),
    order=Order.BIP69,
    version=1,
    sequence=Sequence(15, FINAL),
    fees=Presets((70, 100, 130)),
    reuse=Reuse(2),
)
