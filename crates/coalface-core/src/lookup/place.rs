//! From a row to the transaction and the block that it belongs to.

use crate::ids::{InputNum, OutputNum, TxNum, NONE_U32};
use crate::store::layout::RANK_ROWS;
use crate::store::narrow::{Cells, Rising};
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

/// Transaction of `row`, by its directory and the first rows of all transactions. At most [`RANK_ROWS`] steps.
fn tx_of_row<C: Cells<Cell = u64> + ?Sized>(
    ranks: &[u32],
    firsts: &C,
    row: u64,
    what: &'static str,
) -> Result<TxNum, StoreError> {
    let wrong = || StoreError::corrupt(format!("columns/rank.{what}"), row / RANK_ROWS * 4, "no such transaction");
    let rank = *ranks.get((row / RANK_ROWS) as usize).ok_or_else(wrong)? as usize;
    if firsts.cell(rank).ok_or_else(wrong)? > row {
        return Err(wrong());
    }
    // Every transaction has at least one row, so that it is one of the next few; if not, the store is damaged.
    let near = rank..rank.saturating_add(RANK_ROWS as usize).min(firsts.n_rows());
    let found = near.into_iter().find(|tx| firsts.cell(tx + 1).is_none_or(|first| first > row));
    Ok(found.ok_or_else(wrong)? as TxNum)
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

fn range(firsts: &Rising, tx: TxNum, rows: u64) -> std::ops::Range<u64> {
    let at = |n: usize| firsts.get(n).unwrap_or(rows).min(rows);
    let start = at(tx as usize);
    start..at(tx as usize + 1).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First rows and directory of transactions with so many rows each.
    fn directory(sizes: &[u64]) -> (Vec<u32>, Vec<u64>, u64) {
        let (mut firsts, mut end) = (Vec::new(), 0);
        for size in sizes {
            firsts.push(end);
            end += size;
        }
        let tx_at = |row: u64| firsts.iter().rposition(|first| *first <= row).unwrap() as u32;
        ((0..end).step_by(RANK_ROWS as usize).map(tx_at).collect(), firsts, end)
    }

    #[test]
    fn finds_the_transaction_of_every_row() {
        let mixed: Vec<u64> = (0..500).map(|n| [1, 1, 1, 2, 63, 64, 65, 1, 300][n * n % 9]).collect();
        for sizes in [vec![1; 400], vec![1000], vec![64; 5], mixed] {
            let (ranks, firsts, end) = directory(&sizes);
            for row in 0..end {
                let wanted = firsts.iter().rposition(|first| *first <= row).unwrap() as TxNum;
                assert_eq!(tx_of_row(&ranks, &firsts[..], row, "output").unwrap(), wanted);
            }
        }
    }

    #[test]
    fn damage_is_told_after_a_few_steps() {
        // A million transactions without rows in front of a row: a walk would pass them all, at every look-up.
        let mut firsts = vec![0; 1_000_000];
        firsts.push(100);
        let start = std::time::Instant::now();
        for _ in 0..10_000 {
            assert_eq!(tx_of_row(&[0], &firsts[..], 10, "output").unwrap_err().code(), "store_corrupt");
        }
        assert!(start.elapsed().as_secs() < 5);
        for (ranks, row) in [(&[u32::MAX][..], 0), (&[0, 1_000_001], 64), (&[], 0), (&[0], 64), (&[1_000_000], 10)] {
            assert_eq!(tx_of_row(ranks, &firsts[..], row, "output").unwrap_err().code(), "store_corrupt");
        }
    }
}
