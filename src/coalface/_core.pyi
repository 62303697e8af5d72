"""The compiled engine, private to the package. ``mypy.stubtest`` compares this file with the built module."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypedDict, final, type_check_only

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Bound",
    "Chain",
    "Clustered",
    "History",
    "RuleSet",
    "Table",
    "block_fault",
    "build_info",
    "build_rule_set",
    "built_rule_sets",
    "bulk_eras",
    "change_model",
    "change_tx",
    "change_votes",
    "classify_script",
    "cluster_lists",
    "coinjoin_json",
    "coinjoin_lineage",
    "coinjoin_rules",
    "coinjoin_scan",
    "coinjoin_tx",
    "decode_address",
    "diff_rule_sets",
    "hash_floor",
    "index",
    "rule_sets",
    "scan_block_fees",
    "scan_block_outputs",
    "scan_floor",
    "scan_kinds",
    "scan_kinds_floor",
    "scan_largest_fee",
    "scan_largest_output",
    "scan_locktimes",
    "scan_versions",
    "table_names",
    "time_addresses",
    "time_outputs",
    "time_txs",
    "trace",
    "trace_boundaries",
    "trace_outputs",
    "trace_times",
    "trace_ways",
    "write_block_files",
    "write_bulk",
]

@type_check_only
class BuildInfo(TypedDict):
    """Where the compiled module comes from."""

    version: str
    profile: str
    rustc: str

@type_check_only
class InputRecord(TypedDict):
    """One input."""

    n: int
    txid: str | None
    vout: int | None
    value_sat: int | None
    address: str | None
    script_type: str | None
    sequence: int
    external: bool

@type_check_only
class OutputRecord(TypedDict):
    """One output."""

    n: int
    value_sat: int
    address: str | None
    script_type: str
    spent_by: tuple[str, int] | None

@type_check_only
class TxRecord(TypedDict):
    """One transaction."""

    txid: str
    height: int | None
    block_hash: str
    time_unix: int
    coinbase: bool
    version: int
    locktime: int
    size_bytes: int
    weight_wu: int
    fee_sat: int | None
    inputs: list[InputRecord]
    outputs: list[OutputRecord]

@type_check_only
class BlockRecord(TypedDict):
    """One block."""

    hash: str
    prev_hash: str
    merkle_root: str
    height: int | None
    version: int
    time_unix: int
    bits: int
    nonce: int
    size_bytes: int
    weight_wu: int
    first_tx: int
    n_txs: int
    fees_sat: int | None
    coinbase_out_sat: int
    coinbase_script: str

@type_check_only
class TotalsRecord(TypedDict):
    """Totals of an address."""

    received_sat: int
    sent_sat: int
    n_outputs: int
    n_external: int
    n_unknown: int
    n_txs: int
    first_seen: tuple[int | None, int] | None
    last_seen: tuple[int | None, int] | None

@type_check_only
class TraceOptions(TypedDict):
    """How to trace. Stops are ids with the numbers of their boundaries."""

    method: str
    is_backward: bool
    max_txs: int
    stops: tuple[NDArray[np.uint32], NDArray[np.uint8]]
    stop_outputs: tuple[NDArray[np.uint64], NDArray[np.uint8]]
    stop_at_coinjoins: bool
    follow_fees: bool
    keep_hops: bool
    keep_runs: bool
    edges: str | None
    memory_bytes: int | None
    spill_folder: str

@type_check_only
class TraceRecord(TypedDict):
    """A trace; hop ``n`` has rows from ``hop_first_input[n]`` to ``hop_first_input[n + 1]``; so do runs."""

    origin_outputs: NDArray[np.uint64]
    origin_start_sat: NDArray[np.int64]
    origin_sat: NDArray[np.int64]
    terminal_outputs: NDArray[np.uint64]
    terminal_sat: NDArray[np.int64]
    terminal_boundary: NDArray[np.uint8]
    terminal_mixed: NDArray[np.bool_]
    first_run: NDArray[np.uint64]
    run_start_sat: NDArray[np.int64]
    run_sat: NDArray[np.int64]
    run_origin_sat: NDArray[np.int64]
    hop_txs: NDArray[np.uint32]
    hop_fee_sat: NDArray[np.int64]
    hop_first_input: NDArray[np.uint64]
    hop_inputs: NDArray[np.uint64]
    hop_input_sat: NDArray[np.int64]
    hop_first_output: NDArray[np.uint64]
    hop_outputs: NDArray[np.uint64]
    hop_output_sat: NDArray[np.int64]
    n_txs: int
    lost_to_fees_sat: int
    met_again_sat: int
    spilled_bytes: int

@type_check_only
class WaysRecord(TypedDict):
    """Ways from outputs to outputs: (output ids, satoshi of the narrowest)."""

    shortest: tuple[NDArray[np.uint64], int]
    largest: tuple[NDArray[np.uint64], int]
    earliest: tuple[NDArray[np.uint64], int]
    n_targets: int
    n_txs: int
    is_cut: bool

@type_check_only
class IndexRecord(TypedDict):
    """What a run of `index` did."""

    blocks_added: int
    txs_added: int
    blocks_removed: int
    stale_blocks: int
    refused_descendants: int
    refused: list[tuple[str, str, str]]
    unfinished: list[tuple[str, int]]
    damaged: list[tuple[str, int, int]]
    missing_files: list[tuple[int, int]]
    without_work: int
    ignored_heights: list[tuple[str, str]]
    undo_used: int
    undo_missing: int
    undo_bad: list[tuple[str, int, str]]
    stages: list[tuple[str, int, int, str]]
    rule_sets: list[tuple[str, int, tuple[str, str] | None]]

@type_check_only
class BulkRecord(TypedDict):
    """What a bulk chain holds."""

    n_blocks: int
    n_txs: int
    n_inputs: int
    n_outputs: int
    n_bytes: int
    n_addresses: int
    n_owners: int
    n_stale_branches: int
    n_stale_blocks: int
    n_duplicate_coinbases: int
    n_megabyte_txs: int
    n_wide_txs: int
    n_flood_outputs: int
    tip_hash: str
    tip_height: int

@final
class Bound:
    """How many rows an answer may use."""

    @property
    def blocks(self) -> int:
        """Number of blocks."""
    @property
    def txs(self) -> int:
        """Number of transactions."""
    @property
    def inputs(self) -> int:
        """Number of inputs."""
    @property
    def outputs(self) -> int:
        """Number of outputs."""

@final
class History:
    """Windows of an address's history."""

    def next(
        self,
    ) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]] | None:
        """Transactions, received and sent satoshi, inputs of unknown value; `None` at the end."""

@final
class Chain:
    """A snapshot of a store."""

    @staticmethod
    def open(folder: Path) -> Chain:
        """The store in a folder."""
    @property
    def network(self) -> str:
        """Network name."""
    @property
    def manifest(self) -> str:
        """The manifest as JSON."""
    def check_fresh(self) -> None:
        """Raise if the chain was reorganised since the store was opened."""
    def sizes(self) -> list[tuple[str, str, int, int]]:
        """Group, name, rows and bytes of every column and index."""
    def bound_tip(self) -> Bound:
        """Everything in the snapshot."""
    def bound_height(self, height: int) -> Bound | None:
        """Blocks up to a height, `None` above the tip."""
    def bound_hash(self, text: str) -> Bound | None:
        """Blocks up to the one with that hash, or `None`."""
    def bound_time(self, time_unix: int) -> Bound:
        """Blocks up to the last whose median time is not after a time."""
    def block_hashes(self, first: int, end: int) -> bytes:
        """Hashes of the blocks in a range of rows, 32 bytes each in internal order."""
    def segments(self, bound: Bound) -> list[tuple[int, int | None, int | None, str]]:
        """Blocks, first and last height and last hash of every segment."""
    def complete_from_genesis(self, bound: Bound) -> bool:
        """Whether the blocks are one chain from genesis on."""
    def find_tx(self, txid: str, bound: Bound) -> int | None:
        """Row of the latest transaction with that id, or `None`."""
    def is_external_tx(self, txid: str, bound: Bound) -> bool:
        """Whether a transaction outside a partial chain is spent from."""
    def outputs_of(self, tx: int) -> tuple[int, int]:
        """First output row of a transaction and one past its last."""
    def tx(self, tx: int, bound: Bound) -> TxRecord:
        """The transaction in a row."""
    def find_height(self, height: int, bound: Bound) -> list[int]:
        """Rows of the blocks with that height."""
    def find_block(self, text: str, bound: Bound) -> int | None:
        """Row of the block with that hash, or `None`."""
    def block(self, n: int) -> BlockRecord:
        """The block in a row."""
    def find_address(self, text: str, bound: Bound) -> int | None:
        """Id of an address that occurs below the bound, or `None`."""
    def address_text(self, address_id: int) -> tuple[str | None, str | None]:
        """Text and script kind of an address."""
    def address_texts(self, ids: NDArray[np.uint32]) -> list[str | None]:
        """Texts of addresses; `None` for 2^32 - 1."""
    def address_totals(self, address_id: int, bound: Bound) -> TotalsRecord:
        """Totals of an address."""
    def address_history(self, address_id: int, bound: Bound, window_events: int = ...) -> History:
        """History of an address, in windows of about so many outputs and spends."""
    def address_outputs(self, address_id: int, bound: Bound) -> NDArray[np.uint64]:
        """Output rows of an address, ascending."""
    def outputs(
        self, outputs: NDArray[np.uint64]
    ) -> tuple[list[str], list[int], list[int], NDArray[np.uint32]]:
        """Txids, numbers, values and address ids of output rows."""
    def txs(self, txs: NDArray[np.uint32]) -> tuple[list[str], list[int | None], list[int]]:
        """Txids, heights and times of transaction rows."""
    def cluster(self, address_id: int, bound: Bound) -> tuple[int, int]:
        """Root of the cluster of an address, and its number of addresses."""
    def cluster_members(self, root: int, bound: Bound, limit: int) -> tuple[NDArray[np.uint32], bool]:
        """Addresses under a root, and whether these are all."""
    def explain(
        self, a: int, b: int, bound: Bound, limit: int
    ) -> tuple[list[tuple[int, int, int]], bool] | None:
        """Steps from one address to another, and whether there are more."""
    def column(self, name: str) -> NDArray[Any]:
        """A column, read-only."""
    def check(self, progress: Callable[[str, int, int], None] | None = None) -> str:
        """Report of a full check, as JSON."""
    def digests(self) -> dict[str, str]:
        """Logical digest of every column group and index."""

def trace_boundaries() -> list[str]:
    """Names of the boundaries of traces, in the order of their numbers."""

def trace(
    chain: Chain,
    parts: tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]],
    bound: Bound,
    options: TraceOptions,
    progress: Callable[[int], None] | None = None,
) -> TraceRecord:
    """Trace from parts of outputs: ids, satoshi before each part, satoshi in it."""

def trace_ways(
    chain: Chain,
    parts: tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]],
    targets: NDArray[np.uint64],
    bound: Bound,
    options: TraceOptions,
    progress: Callable[[int], None] | None = None,
) -> WaysRecord:
    """Ways from parts of outputs to outputs."""

def trace_outputs(
    chain: Chain, outputs: NDArray[np.uint64]
) -> tuple[list[str], list[int], NDArray[np.int64], NDArray[np.uint32]]:
    """For outputs, external ones too: txids, numbers, values, address ids."""

def trace_times(chain: Chain, outputs: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """For outputs: heights and times of their blocks."""

def block_fault(block: bytes) -> tuple[str, str] | None:
    """Code and reason of the first rule that a serialized block breaks by itself, or `None`."""

@final
class Table:
    """A table of a store as of a bound."""

    def __new__(
        cls,
        chain: Chain,
        name: str,
        bound: Bound,
        columns: Sequence[str] | None = None,
        batch_rows: int = ...,
    ) -> Table:
        """All columns of a table unless some are named."""
    def __len__(self) -> int:
        """Number of rows."""
    def columns(self) -> list[tuple[str, bool]]:
        """Names of the columns, and whether each lies in the mapped file as it is."""
    def __arrow_c_schema__(self) -> object:
        """Capsule of the schema."""
    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Capsule of a stream of all rows."""

def build_info() -> BuildInfo:
    """Version, cargo profile and compiler of the engine."""

def bulk_eras() -> list[tuple[str, list[int]]]:
    """Names of the eras in order of time, each with the heights of the blocks it was measured on."""

@type_check_only
class ChangeModel(TypedDict):
    """What every judgement of the change rules rests on; weights in thousandths of a natural logarithm."""

    rule: str
    rules: list[str]
    keeps: list[int]
    rules_out: list[int]
    two_outputs: int
    more_outputs: int
    standard_millinats: int
    wide_millinats: int
    lag_blocks: int

@type_check_only
class ChangeVoteRecord(TypedDict):
    """What one change rule says of a transaction."""

    rule: str
    keeps: list[int]
    rules_out: list[int]
    facts: list[tuple[int | None, str, int | bool | str | dict[str, int] | None]]

@type_check_only
class ChangeRecord(TypedDict):
    """Votes, evidence and decision about one transaction."""

    judged_at_blocks: int
    judged_at_height: int | None
    is_final: bool
    refusal: str | None
    best: int | None
    log_odds_millinats: int | None
    scores: list[tuple[int, int]]
    votes: list[ChangeVoteRecord]

@type_check_only
class ChangeVotes(TypedDict):
    """Votes about outputs, as parallel arrays."""

    tx: NDArray[np.uint32]
    output: NDArray[np.uint64]
    kept_by: NDArray[np.uint32]
    ruled_out_by: NDArray[np.uint32]
    is_best: NDArray[np.bool_]
    log_odds_millinats: NDArray[np.int32]
    refusal: list[str | None]

def change_model() -> ChangeModel:
    """Rules with their weights, thresholds and lag."""

def change_tx(chain: Chain, tx: int, bound: Bound) -> ChangeRecord:
    """Votes, evidence and decision about the transaction in row `tx`, as of its lag or  `bound`."""

def change_votes(
    chain: Chain, bound: Bound, progress: Callable[[int, int], None] | None = None
) -> ChangeVotes:
    """Votes about every output of the transactions that are old enough; `progress(done, total)` in blocks."""

def classify_script(network: str, script: bytes) -> tuple[str, str | None]:
    """Script kind and address of a scriptPubKey."""

def decode_address(network: str, text: str) -> tuple[str, str]:
    """Script kind and identifying bytes (hex) of an address."""

_Step = tuple[int, int, str, int, int, int]
_Divided = tuple[int, int, int, int, list[tuple[int, int, int]]]

@type_check_only
class ApartRecord(TypedDict):
    """What lies between two clusters."""

    left_alone: list[tuple[int, int, int]]
    a_pays_b: list[tuple[int, int, int]]
    b_pays_a: list[tuple[int, int, int]]
    common: list[tuple[int, int, int, int]]
    n_txs: int
    gave_up: bool

@type_check_only
class BuildRecord(TypedDict):
    """What a build of a rule set did."""

    blocks_added: int
    blocks_removed: int
    blocks: int
    links: int

@final
class RuleSet:
    """A rule set as a snapshot of its store sees it."""

    @staticmethod
    def open(chain: Chain, name: str) -> RuleSet:
        """The set `name`; ``strict`` is the store's own."""
    @property
    def label(self) -> str:
        """Name and version."""
    @property
    def rules(self) -> list[str]:
        """Names and versions of its rules."""
    def counts(self) -> tuple[int, int, int, int] | None:
        """Blocks, links, addresses, bytes; `None` of the store's own set."""
    def bound(self, bound: Bound) -> Bound:
        """`bound`, or the set's last block if that is before it."""
    def cluster(self, address_id: int, bound: Bound) -> tuple[int, int, int, bool]:
        """Root, number of addresses, anchor, whether facts alone tie it."""
    def members(self, root: int, bound: Bound, limit: int) -> tuple[NDArray[np.uint32], bool]:
        """Addresses under a root, and whether these are all."""
    def explain(self, a: int, b: int, bound: Bound, limit: int) -> tuple[list[_Step], bool] | None:
        """Steps of the earliest evidence, and whether there are more."""
    def shortest(self, a: int, b: int, bound: Bound, max_txs: int) -> tuple[list[_Step] | None, bool, int]:
        """The fewest steps, whether the search gave up, transactions looked at."""
    def ties(self, root: int, bound: Bound, limit: int) -> list[_Step] | None:
        """Ties that made a cluster, in chain order; `None` if it has more than `limit` addresses."""
    def large_roots(self, bound: Bound, least: int) -> list[int]:
        """Roots of all clusters of at least `least` addresses."""
    def apart(self, a: int, b: int, bound: Bound, max_txs: int) -> ApartRecord:
        """What lies between two clusters."""
    def merges(
        self, from_: Bound, to: Bound, least: int, limit: int
    ) -> tuple[list[tuple[int, int, int, int, str, int, int]], int]:
        """Merges between two bounds, and how many there are."""
    def digest(self) -> str:
        """Digest of its links and blocks."""
    def verify(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Number of links, after all of them were derived again."""

@final
class Clustered:
    """What `cluster_lists` made."""

    def make_links(self, offsets: NDArray[np.uint64], addresses: NDArray[np.uint32]) -> int:
        """Bytes of memory that making the links of all unions took, which are let go of."""
    def anchors(self) -> NDArray[np.uint32]:
        """Smallest address of the cluster of every address."""

def build_rule_set(
    store: Path,
    name: str,
    *,
    anew: bool = False,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> BuildRecord:
    """What was done."""

def built_rule_sets(store: Path) -> list[str]:
    """Names of the sets beside a store."""

def cluster_lists(
    offsets: NDArray[np.uint64], addresses: NDArray[np.uint32], n_addresses: int
) -> tuple[Clustered, int]:
    """Clusters of lists of addresses, and the number of links."""

def diff_rule_sets(
    chain: Chain, a: RuleSet | None, b: RuleSet | None, bound: Bound, limit: int
) -> tuple[list[_Divided], int, list[_Divided], int]:
    """Clusters of `b` that are several in `a` with their number, and the other way round."""

def rule_sets() -> list[tuple[str, int, list[str], int]]:
    """Name, version, rules and wait of every set."""

def hash_floor(sources: Sequence[Path], threads: int) -> tuple[int, int, float, float]:
    """Transactions, bytes, and seconds that hashing alone takes: one after the other, several at a time."""

def index(
    sources: Sequence[Path],
    store: Path,
    *,
    network: str | None = None,
    skip_damaged: bool = False,
    heights: Sequence[tuple[str, int]] = ...,
    use_undo: bool = True,
    commit_bytes: int | None = None,
    batch_bytes: int | None = None,
    memory_bytes: int | None = None,
    threads: int | None = None,
    allow_network_fs: bool = False,
    progress: Callable[[str, int, int, int], None] | None = None,
) -> IndexRecord:
    """What a run did."""

def scan_block_fees(
    chain: Chain,
    bound: Bound,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint64]]:
    """Per block: transactions, known fees, number of unknown fees."""

def scan_block_outputs(
    chain: Chain,
    bound: Bound,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[
    NDArray[np.uint64],
    NDArray[np.int64],
    NDArray[np.uint64],
    NDArray[np.int64],
    NDArray[np.uint64],
    NDArray[np.int64],
]:
    """Per block: count and value of outputs, of unspent ones, of unspent ones that nobody can spend."""

def scan_floor(chain: Chain, buffers: Sequence[NDArray[np.uint8]], threads: int | None = None) -> int:
    """Sum of the words of some buffers, modulo 2^64: what a scan of these bytes is measured against."""

def scan_kinds(
    chain: Chain,
    bound: Bound,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[tuple[str, int, int, int, int]]:
    """Per script kind: name, outputs, value, unspent outputs, value of these."""

def scan_kinds_floor(chain: Chain, bound: Bound, threads: int | None = None) -> int:
    """Sum of the numbers of all outputs' kinds: what looking each of them up is measured against."""

def scan_largest_fee(
    chain: Chain,
    bound: Bound,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[tuple[int, int, int] | None, int, int]:
    """(fee, first transaction, how many have it) or None; transactions; those without a known fee."""

def scan_largest_output(
    chain: Chain,
    bound: Bound,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[tuple[int, int, int] | None, int, int]:
    """(value, first output, how many have it) or None; outputs; those of unknown value."""

def scan_locktimes(
    chain: Chain,
    bound: Bound,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[int, int, int]:
    """Transactions, those with a lock time, those of these where it is a time."""

def coinjoin_json(json: bytes, mainnet_eras: bool) -> list[dict[str, Any]]:
    """All evidence on transactions in JSON."""

def coinjoin_lineage(chain: Chain, tx: int, mainnet_eras: bool, max_mixes: int) -> dict[str, Any] | None:
    """Where the coins of a mix come from; `None` if the transaction has not the shape of one."""

def coinjoin_rules() -> tuple[str, list[tuple[str, str, str]]]:
    """Rule name of the exclusion, and rule, name and role of every detector."""

def coinjoin_scan(
    chain: Chain,
    bound: Bound,
    mainnet_eras: bool,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, NDArray[Any]]:
    """Transactions of which a detector says more than no, as arrays."""

def coinjoin_tx(chain: Chain, tx: int, mainnet_eras: bool) -> dict[str, Any]:
    """All evidence on a transaction of a store."""

def scan_versions(
    chain: Chain,
    bound: Bound,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[int, int, int]:
    """Transactions, those of a version above 1, those of these negative when signed."""

def table_names() -> list[str]:
    """Names of all tables."""

def time_addresses(chain: Chain, texts: Sequence[str]) -> tuple[list[int | None], NDArray[np.uint32]]:
    """Ids of addresses, and nanoseconds that each look-up took."""

def time_outputs(chain: Chain, outputs: NDArray[np.uint64]) -> tuple[list[int | None], NDArray[np.uint32]]:
    """Rows of the outputs' transactions, and nanoseconds that each look-up took."""

def time_txs(
    chain: Chain, txids: Sequence[str], *, in_map: bool = False
) -> tuple[list[int | None], NDArray[np.uint32]]:
    """Rows of transactions, and nanoseconds that each look-up took, in a hash map of all ids if asked."""

def write_block_files(
    folder: Path,
    network: str,
    blocks: Sequence[bytes],
    *,
    xor_key: bytes | None = None,
    tail_zeros: bool = False,
    max_file_bytes: int | None = None,
) -> list[tuple[int, int]]:
    """File number and offset of every block."""

def write_bulk(
    folder: Path,
    *,
    n_txs: int,
    seed: int = 1,
    era: str | None = None,
    truth: Path | None = None,
    xor_key: bytes | None = None,
    threads: int = 2,
    stale_branches: int = 0,
    duplicate_coinbases: int = 0,
    megabyte_txs: int = 0,
    wide_txs: int = 0,
    flood_outputs: int = 0,
    progress: Callable[[int], object] | None = None,
) -> BulkRecord:
    """What the chain holds."""
