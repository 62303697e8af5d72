//! Transactions counted by lock time and by version.

use super::source::head;
use super::sweep::{kernels, sweep, Work};
use crate::lookup::Bound;
use crate::store::Snapshot;
use crate::Result;

/// Lock times from here on are times, below it heights (Bitcoin Core `LOCKTIME_THRESHOLD`).
const LOCKTIME_THRESHOLD: u32 = 500_000_000;

/// Transactions by lock time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Locktimes {
    /// All transactions.
    pub n_txs: u64,
    /// Those whose lock time is not 0.
    pub n_nonzero: u64,
    /// Those of them whose lock time is a time; the others name a height.
    pub n_times: u64,
}

/// Transactions by version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Versions {
    /// All transactions.
    pub n_txs: u64,
    /// Version above 1 as an unsigned number, which is how consensus reads it (BIP-0068: lock times by sequence hold
    /// for such transactions).
    pub n_above_1: u64,
    /// Those of them whose version is negative when read as a signed number, as Bitcoin Core did before release 28.
    pub n_negative: u64,
}

/// Counts of two properties of each row, over the first `rows` rows of a column.
fn count_two(
    snapshot: &Snapshot,
    (column, file): (&[u32], &str),
    rows: u64,
    work: Work<'_>,
    is_first: impl Fn(u32) -> bool + Sync,
    is_second: impl Fn(u32) -> bool + Sync,
) -> Result<(u64, u64)> {
    let column = head(column, rows, file)?;
    let task = |rows: std::ops::Range<usize>| {
        let (mut first, mut second) = (0, 0);
        for part in kernels(rows) {
            // 32 bits suffice for the rows of one kernel, and are as wide as a row: lanes stay full.
            let (mut a, mut b) = (0u32, 0u32);
            for row in &column[part] {
                a = a.wrapping_add(u32::from(is_first(*row)));
                b = b.wrapping_add(u32::from(is_second(*row)));
            }
            first += u64::from(a);
            second += u64::from(b);
        }
        Ok((first, second))
    };
    sweep(snapshot, rows, work, task, |a, b| Ok((a.0 + b.0, a.1 + b.1)))
}

/// Transactions below `bound` by lock time.
///
/// # Errors
/// See [`sweep`].
pub fn locktimes(snapshot: &Snapshot, bound: &Bound, work: Work<'_>) -> Result<Locktimes> {
    let column = (&snapshot.columns.tx_locktime[..], "columns/tx.locktime");
    let (n_nonzero, n_times) =
        count_two(snapshot, column, bound.txs, work, |row| row != 0, |row| row >= LOCKTIME_THRESHOLD)?;
    Ok(Locktimes { n_txs: bound.txs, n_nonzero, n_times })
}

/// Transactions below `bound` by version.
///
/// # Errors
/// See [`sweep`].
pub fn versions(snapshot: &Snapshot, bound: &Bound, work: Work<'_>) -> Result<Versions> {
    let column = (&snapshot.columns.tx_version[..], "columns/tx.version");
    let (n_above_1, n_negative) = count_two(snapshot, column, bound.txs, work, |row| row > 1, |row| (row as i32) < 0)?;
    Ok(Versions { n_txs: bound.txs, n_above_1, n_negative })
}
