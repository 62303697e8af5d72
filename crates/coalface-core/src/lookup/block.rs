//! One block.

use super::bound::Bound;
use super::place::outputs_of;
use crate::hash::Hash32;
use crate::ids::{NONE_SAT, NONE_U32};
use crate::store::snapshot::heap_item;
use crate::store::{Snapshot, StoreError};

/// One block, without its transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its hash.
    pub hash: Hash32,
    /// Hash of the block before.
    pub prev_hash: Hash32,
    /// Merkle root.
    pub merkle_root: Hash32,
    /// Height, where it is known.
    pub height: Option<u32>,
    /// Version as stored (four bytes, unsigned).
    pub version: u32,
    /// Header time.
    pub time_unix: u32,
    /// Target.
    pub bits: u32,
    /// Nonce.
    pub nonce: u32,
    /// Serialized size.
    pub size_bytes: u32,
    /// Weight.
    pub weight_wu: u32,
    /// Rows of its transactions.
    pub txs: std::ops::Range<u64>,
    /// Sum of the fees; `None` if one is unknown.
    pub fees_sat: Option<i64>,
    /// What its coinbase pays out.
    pub coinbase_out_sat: i64,
    /// The coinbase's script.
    pub coinbase_script: Vec<u8>,
}

/// Row of the block with that hash below `bound`.
#[must_use]
pub fn find_hash(snapshot: &Snapshot, hash: &Hash32, bound: &Bound) -> Option<usize> {
    snapshot.columns.block_hash[..bound.blocks as usize].iter().position(|found| found == hash)
}

/// Rows of the blocks with that height below `bound`; more than one only where segments of a partial chain overlap.
#[must_use]
pub fn find_height(snapshot: &Snapshot, height: u32, bound: &Bound) -> Vec<usize> {
    let heights = &snapshot.columns.block_height[..bound.blocks as usize];
    (0..heights.len()).filter(|n| heights[*n] == height).collect()
}

/// The block in row `n`.
///
/// # Errors
/// If there is no such row.
pub fn block(snapshot: &Snapshot, n: usize) -> Result<Block, StoreError> {
    let columns = &*snapshot.columns;
    let limit = snapshot.counts().blocks;
    let Some(hash) = columns.block_hash.get(n).copied() else {
        return Err(StoreError::OutOfRange { what: "block", id: n as u64, limit });
    };
    let first = u64::from(columns.block_first_tx[n]);
    let end = columns.block_first_tx.get(n + 1).map_or(snapshot.counts().txs, |tx| u64::from(*tx)).max(first + 1);
    let txs = first..end;
    let fees = columns.tx_fee_sat.get(first as usize + 1..end as usize).unwrap_or(&[]);
    let fees_sat = fees.iter().try_fold(0i64, |sum, fee| if *fee == NONE_SAT { None } else { sum.checked_add(*fee) });
    let outputs = outputs_of(snapshot, first as u32);
    let values = &columns.output_value_sat[outputs.start as usize..outputs.end as usize];
    Ok(Block {
        hash,
        prev_hash: columns.block_prev_hash[n],
        merkle_root: columns.block_merkle_root[n],
        height: Some(columns.block_height[n]).filter(|height| *height != NONE_U32),
        version: columns.block_version[n],
        time_unix: columns.block_time[n],
        bits: columns.block_bits[n],
        nonce: columns.block_nonce[n],
        size_bytes: columns.block_size[n],
        weight_wu: columns.block_weight[n],
        txs,
        fees_sat,
        coinbase_out_sat: values.iter().fold(0, |sum: i64, value| sum.saturating_add(*value)),
        coinbase_script: heap_item(&columns.block_coinbase_end, &columns.heap_coinbase, n).unwrap_or(&[]).to_vec(),
    })
}
