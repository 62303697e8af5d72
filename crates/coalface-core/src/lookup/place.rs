//! From a row to the transaction and the block that it belongs to.

use crate::ids::{InputNum, OutputNum, TxNum, NONE_U32};
use crate::store::layout::RANK_ROWS;
use crate::store::{Snapshot, StoreError};

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Block row.
    pub block: usize,
    /// Height, where it is known.
    pub height: Option<u32>,
    /// Header time.
    pub time_unix: u32,
}

fn tx_of_row(ranks: &[u32], firsts: &[u64], row: u64, what: &'static str) -> Result<TxNum, StoreError> {
    let wrong = || StoreError::corrupt(format!("columns/rank.{what}"), row / RANK_ROWS * 4, "no such transaction");
    let mut tx = *ranks.get((row / RANK_ROWS) as usize).ok_or_else(wrong)? as usize;
    if *firsts.get(tx).ok_or_else(wrong)? > row {
        return Err(wrong());
    }
    // At most 64 steps: every transaction has at least one row.
    while firsts.get(tx + 1).is_some_and(|first| *first <= row) {
        tx += 1;
    }
    Ok(tx as TxNum)
}

/// Transaction of an output.
///
/// # Errors
/// If the store contradicts itself or there is no such output.
pub fn tx_of_output(snapshot: &Snapshot, output: OutputNum) -> Result<TxNum, StoreError> {
    let columns = &*snapshot.columns;
    tx_of_row(&columns.rank_output, &columns.tx_first_output, output, "output")
}

/// Transaction of an input.
///
/// # Errors
/// If the store contradicts itself or there is no such input.
pub fn tx_of_input(snapshot: &Snapshot, input: InputNum) -> Result<TxNum, StoreError> {
    let columns = &*snapshot.columns;
    tx_of_row(&columns.rank_input, &columns.tx_first_input, input, "input")
}

/// Block, height and time of a transaction.
#[must_use]
pub fn place_of_tx(snapshot: &Snapshot, tx: TxNum) -> Place {
    let columns = &*snapshot.columns;
    let block = columns.block_first_tx.partition_point(|first| *first <= tx).saturating_sub(1);
    let height = columns.block_height.get(block).copied().filter(|height| *height != NONE_U32);
    Place { block, height, time_unix: columns.block_time.get(block).copied().unwrap_or(0) }
}

/// Inputs of a transaction, clipped to what the store holds.
#[must_use]
pub fn inputs_of(snapshot: &Snapshot, tx: TxNum) -> std::ops::Range<u64> {
    range(&snapshot.columns.tx_first_input, tx, snapshot.counts().inputs)
}

/// Outputs of a transaction, clipped to what the store holds.
#[must_use]
pub fn outputs_of(snapshot: &Snapshot, tx: TxNum) -> std::ops::Range<u64> {
    range(&snapshot.columns.tx_first_output, tx, snapshot.counts().outputs)
}

fn range(firsts: &[u64], tx: TxNum, rows: u64) -> std::ops::Range<u64> {
    let at = |n: usize| firsts.get(n).copied().unwrap_or(rows).min(rows);
    let start = at(tx as usize);
    start..at(tx as usize + 1).max(start)
}
