//! Transactions counted by lock time and by version.

use super::source::head;
use super::sweep::{kernels, sweep, Work};
use super::wide::wide;
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

wide! {
    /// Rows that are not 0, and rows from [`LOCKTIME_THRESHOLD`] on, of at most so many as one kernel is given.
    fn count_locktimes(rows: &[u32]) -> (u32, u32) {
        count_two(rows, |row| row != 0, |row| row >= LOCKTIME_THRESHOLD)
    }
}

wide! {
    /// Rows above 1, and rows with the sign bit, of at most so many as one kernel is given.
    fn count_versions(rows: &[u32]) -> (u32, u32) {
        count_two(rows, |row| row > 1, |row| (row as i32) < 0)
    }
}

/// Rows with each of two properties. 32 bits suffice for the rows of one kernel, and are as wide as a row: lanes stay full.
#[inline(always)]
fn count_two(rows: &[u32], is_first: impl Fn(u32) -> bool, is_second: impl Fn(u32) -> bool) -> (u32, u32) {
    rows.iter().fold((0, 0), |(first, second), row| {
        (u32::wrapping_add(first, is_first(*row).into()), u32::wrapping_add(second, is_second(*row).into()))
    })
}

/// Both counts over the first `rows` rows of a column.
fn count(
    snapshot: &Snapshot,
    (column, file): (&[u32], &str),
    rows: u64,
    work: Work<'_>,
    kernel: fn(&[u32]) -> (u32, u32),
) -> Result<(u64, u64)> {
    let column = head(column, rows, file)?;
    let task = |rows: std::ops::Range<usize>| {
        Ok(kernels(rows).fold((0, 0), |(first, second), part| {
            let (a, b) = kernel(&column[part]);
            (first + u64::from(a), second + u64::from(b))
        }))
    };
    sweep(snapshot, rows, work, task, |a, b| Ok((a.0 + b.0, a.1 + b.1)))
}

/// Transactions below `bound` by lock time.
///
/// # Errors
/// See [`sweep`].
pub fn locktimes(snapshot: &Snapshot, bound: &Bound, work: Work<'_>) -> Result<Locktimes> {
    let column = (&snapshot.columns.tx_locktime[..], "columns/tx.locktime");
    let (n_nonzero, n_times) = count(snapshot, column, bound.txs, work, count_locktimes)?;
    Ok(Locktimes { n_txs: bound.txs, n_nonzero, n_times })
}

/// Transactions below `bound` by version.
///
/// # Errors
/// See [`sweep`].
pub fn versions(snapshot: &Snapshot, bound: &Bound, work: Work<'_>) -> Result<Versions> {
    let column = (&snapshot.columns.tx_version[..], "columns/tx.version");
    let (n_above_1, n_negative) = count(snapshot, column, bound.txs, work, count_versions)?;
    Ok(Versions { n_txs: bound.txs, n_above_1, n_negative })
}
