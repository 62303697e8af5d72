"""A chain of which every sum is known, small and told by hand: an exchange is robbed, and life goes on.

What tests need and the scenarios of `coalface.range` do not give: every script kind and signature hash type
on one chain, transactions made one by one with a `ChainBuilder`, and a crime whose every step stands at a
known height.
"""

from story.chain import ChainBuilder, Coin, Payment
from story.stage import Labels, Story, Truth, build_story
from story.truth import Ledger, OutputTruth, Purpose, TxTruth
from story.wallet import Habits, Wallet

__all__ = [
    "ChainBuilder",
    "Coin",
    "Habits",
    "Labels",
    "Ledger",
    "OutputTruth",
    "Payment",
    "Purpose",
    "Story",
    "Truth",
    "TxTruth",
    "Wallet",
    "build_story",
]
