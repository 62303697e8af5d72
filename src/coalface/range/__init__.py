"""Made-up chains whose truth is known: who owned what, and why each output was made.

Here belong generators of chains and the truth about them, for the demo, for tests and for measuring how
often a rule is right. What reads, clusters or traces a chain does not belong here: generator and detectors
share no code, so that neither inherits the other's mistakes. Signing needs ``coincurve``; keys are derived
from seeds that anybody knows, and must never hold real coin.
"""

from coalface.range.address import regtest_address
from coalface.range.bulk import BulkChain, write_bulk_chain
from coalface.range.chain import ChainBuilder, Coin, Payment
from coalface.range.datadir import write_block_files
from coalface.range.script import Kind, Lock
from coalface.range.story import Labels, Story, Truth, build_story
from coalface.range.truth import Ledger, OutputTruth, Purpose, TxTruth
from coalface.range.tx import Outpoint
from coalface.range.wallet import Habits, Wallet

__all__ = [
    "BulkChain",
    "ChainBuilder",
    "Coin",
    "Habits",
    "Kind",
    "Labels",
    "Ledger",
    "Lock",
    "Outpoint",
    "OutputTruth",
    "Payment",
    "Purpose",
    "Story",
    "Truth",
    "TxTruth",
    "Wallet",
    "build_story",
    "regtest_address",
    "write_block_files",
    "write_bulk_chain",
]
