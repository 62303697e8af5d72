"""Made-up chains whose truth is known: who owned what, and why each output was made.

Here belong generators of chains and the truth about them, for the demo, for tests and for measuring how
often a rule is right. What reads, clusters or traces a chain does not belong here: generator and detectors
share no code, so that neither inherits the other's mistakes. Signing needs ``coincurve``; keys are derived
from seeds that anybody knows, and must never hold real coin.
"""

from coalface.range.address import regtest_address
from coalface.range.bulk import HISTORY, BulkChain, BulkEra, bulk_eras, write_bulk_chain
from coalface.range.bulk_truth import NOBODY, BulkTruth, OutputPurpose, OwnerClass
from coalface.range.chain import ChainBuilder, Coin, Payment
from coalface.range.compare import Bin, BlocksProfile, Comparison, Figure, compare_blocks
from coalface.range.datadir import write_block_files
from coalface.range.script import Kind, Lock
from coalface.range.story import Labels, Story, Truth, build_story
from coalface.range.truth import Ledger, OutputTruth, Purpose, TxTruth
from coalface.range.tx import Outpoint
from coalface.range.wallet import Habits, Wallet

__all__ = [
    "HISTORY",
    "NOBODY",
    "Bin",
    "BlocksProfile",
    "BulkChain",
    "BulkEra",
    "BulkTruth",
    "ChainBuilder",
    "Coin",
    "Comparison",
    "Figure",
    "Habits",
    "Kind",
    "Labels",
    "Ledger",
    "Lock",
    "Outpoint",
    "OutputPurpose",
    "OutputTruth",
    "OwnerClass",
    "Payment",
    "Purpose",
    "Story",
    "Truth",
    "TxTruth",
    "Wallet",
    "build_story",
    "bulk_eras",
    "compare_blocks",
    "regtest_address",
    "write_block_files",
    "write_bulk_chain",
]
