//! What a bulk chain came out as.

use crate::hash::Hash32;

use super::kind::KindCounts;

/// Counts over a whole written chain, genesis included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BulkSummary {
    /// Blocks, genesis included.
    pub n_blocks: u64,
    /// Transactions, coinbases included.
    pub n_txs: u64,
    /// Inputs, one for each coinbase included.
    pub n_inputs: u64,
    /// Outputs, witness commitments and other OP_RETURN included.
    pub n_outputs: u64,
    /// Bytes of all records with their eight bytes of framing, without any preallocated tail.
    pub n_bytes: u64,
    /// Distinct output scripts other than OP_RETURN.
    pub n_addresses: u64,
    /// Owners in the truth, nobody included.
    pub n_owners: u64,
    /// Stale branches.
    pub n_stale_branches: u64,
    /// Blocks of stale branches; no other count but `n_bytes` includes them.
    pub n_stale_blocks: u64,
    /// Coinbases that came a second time.
    pub n_duplicate_coinbases: u64,
    /// Transactions of nearly one megabyte.
    pub n_megabyte_txs: u64,
    /// Transactions of 20,000 outputs.
    pub n_wide_txs: u64,
    /// Outputs to the one flooded address.
    pub n_flood_outputs: u64,
    /// Block files.
    pub n_files: u32,
    /// Unspent outputs at the tip that the writer could still spend, immature coinbases included.
    pub n_unspent: u64,
    /// Hash of the last block.
    pub tip_hash: Hash32,
    /// Height of the last block; genesis is 0.
    pub tip_height: u32,
    /// Time in the last block's header.
    pub tip_time_unix: u32,
    /// Outputs by kind of script.
    pub kinds: KindCounts,
}
