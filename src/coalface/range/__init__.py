"""Made-up chains whose truth is known: who owned what, and why each output was made.

Here belong generators of chains and the truth about them, for the demo, for tests and for measuring how
often a rule is right. What reads, clusters or traces a chain does not belong here: generator and detectors
share no code, so that neither inherits the other's mistakes. Signing needs ``coincurve``; keys are derived
from seeds that anybody knows, and must never hold real coin.
"""

from coalface.range.address import regtest_address
from coalface.range.bulk import HISTORY, BulkChain, BulkEra, bulk_eras, write_bulk_chain
from coalface.range.bulk_truth import NOBODY, BulkTruth, OutputPurpose, OwnerClass
from coalface.range.compare import Bin, BlocksProfile, Comparison, Figure, compare_blocks
from coalface.range.datadir import write_block_files
from coalface.range.script import Kind, Lock
from coalface.range.tx import Outpoint

__all__ = [
    "HISTORY",
    "NOBODY",
    "Bin",
    "BlocksProfile",
    "BulkChain",
    "BulkEra",
    "BulkTruth",
    "Comparison",
    "Figure",
    "Kind",
    "Lock",
    "Outpoint",
    "OutputPurpose",
    "OwnerClass",
    "bulk_eras",
    "compare_blocks",
    "regtest_address",
    "write_block_files",
    "write_bulk_chain",
]
