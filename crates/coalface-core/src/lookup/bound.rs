//! "As of": a number of blocks from the start of the store, and the counts that follow from it.

use crate::hash::Hash32;
use crate::ids::NONE_U32;
use crate::store::Snapshot;

/// Rows that an answer may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// Blocks.
    pub blocks: u64,
    /// Transactions.
    pub txs: u64,
    /// Inputs.
    pub inputs: u64,
    /// Outputs.
    pub outputs: u64,
}

/// Median of the last eleven header times up to a block, itself included (Bitcoin Core `GetMedianTimePast`).
const MEDIAN_BLOCKS: usize = 11;

impl Bound {
    /// Everything in the snapshot.
    #[must_use]
    pub fn tip(snapshot: &Snapshot) -> Bound {
        let counts = snapshot.counts();
        Bound { blocks: counts.blocks, txs: counts.txs, inputs: counts.inputs, outputs: counts.outputs }
    }

    /// The first `blocks` blocks.
    #[must_use]
    pub fn blocks(snapshot: &Snapshot, blocks: u64) -> Bound {
        let columns = &*snapshot.columns;
        let Some(tx) = columns.block_first_tx.get(blocks as usize).map(|tx| *tx as usize) else {
            return Bound::tip(snapshot);
        };
        let whole = Bound::tip(snapshot);
        Bound {
            blocks,
            txs: tx as u64,
            inputs: columns.tx_first_input.get(tx).unwrap_or(whole.inputs),
            outputs: columns.tx_first_output.get(tx).unwrap_or(whole.outputs),
        }
    }

    /// All blocks before the first one above `height` (or of unknown height); `None` if `height` is above all known ones.
    #[must_use]
    pub fn height(snapshot: &Snapshot, height: u32) -> Option<Bound> {
        let heights = &snapshot.columns.block_height;
        let highest = heights.iter().filter(|h| **h != NONE_U32).max()?;
        if height > *highest {
            return None;
        }
        let blocks = heights.iter().position(|h| *h > height).unwrap_or(heights.len());
        Some(Bound::blocks(snapshot, blocks as u64))
    }

    /// All blocks up to the one with that hash; `None` if it is not in the store.
    #[must_use]
    pub fn hash(snapshot: &Snapshot, hash: &Hash32) -> Option<Bound> {
        let n = snapshot.columns.block_hash.iter().position(|h| h == hash)?;
        Some(Bound::blocks(snapshot, n as u64 + 1))
    }

    /// All blocks up to the last one whose median time is not after `time_unix`; no blocks if there is none.
    #[must_use]
    pub fn time(snapshot: &Snapshot, time_unix: i64) -> Bound {
        let medians = median_times(snapshot);
        let blocks = medians.iter().rposition(|median| i64::from(*median) <= time_unix).map_or(0, |n| n + 1);
        Bound::blocks(snapshot, blocks as u64)
    }
}

/// Median time of every block, over the blocks of its segment that are there.
#[must_use]
pub fn median_times(snapshot: &Snapshot) -> Vec<u32> {
    let columns = &*snapshot.columns;
    let mut medians = Vec::with_capacity(columns.block_time.len());
    let mut start = 0;
    for n in 0..columns.block_time.len() {
        if n > 0 && columns.block_prev_hash[n] != columns.block_hash[n - 1] {
            start = n;
        }
        let mut window: Vec<u32> = columns.block_time[start.max((n + 1).saturating_sub(MEDIAN_BLOCKS))..=n].to_vec();
        window.sort_unstable();
        medians.push(window[window.len() / 2]);
    }
    medians
}
