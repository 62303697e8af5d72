"""The chain: one store, opened for reading, and what it says about blocks, transactions and addresses.

Here belongs everything that is fact: read from the store, as of a block, without any rule about who
controls what. `opening` opens a store, `asof` turns a height, hash or date into a bound, `coverage` and
`provenance` say what every answer rests on, `block`, `tx` and `address` answer, `info` sums a store up,
`scanning` asks about the whole chain, `table` hands columns to Arrow and SQL, `indexing` makes and updates
one, `checking` proves one sound.
"""

from coalface.chain.address import Address, AddressEvent, ClusterName, Seen
from coalface.chain.asof import AsOf
from coalface.chain.block import Block
from coalface.chain.checking import CheckReport, CheckStep, Problem, check
from coalface.chain.coverage import Coverage, Segment
from coalface.chain.indexing import GrownRuleSet, IndexReport, RefusedBlock, StageTime, index
from coalface.chain.info import Info, digests, info
from coalface.chain.opening import Chain, open_chain
from coalface.chain.provenance import Provenance
from coalface.chain.reference import parse_outpoint
from coalface.chain.scanning import QUERIES, Query, Scan
from coalface.chain.scanning import scan as scan_chain
from coalface.chain.table import TABLES, Table
from coalface.chain.tx import SpentBy, Tx, TxInput, TxOutput

__all__ = [
    "QUERIES",
    "TABLES",
    "Address",
    "AddressEvent",
    "AsOf",
    "Block",
    "Chain",
    "CheckReport",
    "CheckStep",
    "ClusterName",
    "Coverage",
    "GrownRuleSet",
    "IndexReport",
    "Info",
    "Problem",
    "Provenance",
    "Query",
    "RefusedBlock",
    "Scan",
    "Seen",
    "Segment",
    "SpentBy",
    "StageTime",
    "Table",
    "Tx",
    "TxInput",
    "TxOutput",
    "check",
    "digests",
    "index",
    "info",
    "open_chain",
    "parse_outpoint",
    "scan_chain",
]
