//! Cuts rows into stretches for threads, and hears whether to go on.

use std::ops::{ControlFlow, Range};

use rayon::prelude::*;

use crate::store::Snapshot;
use crate::{Error, Result};

/// Rows that a kernel is given at once. Amounts stay below 2^51, so that the sum of so many fits 64 bits, and copies of
/// so many cells lie in the first-level cache. Few enough that a kernel that reads several columns, one after the other,
/// is soon back at each: four times as many make it a quarter slower, since the processor reads ahead less.
pub const KERNEL_ROWS: usize = 512;

/// Called between turns on the calling thread with rows done and all rows; says whether to go on.
pub type Progress<'a> = &'a dyn Fn(u64, u64) -> ControlFlow<()>;

/// How rows are cut. The answer does not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cuts {
    /// Rows of one task, at least 1.
    pub task_rows: u64,
    /// Rows between two calls of the progress function, at least 1.
    pub turn_rows: u64,
}

/// How a sweep is run.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// How rows are cut.
    pub cuts: Cuts,
    /// Threads to use; one a core unless given.
    pub pool: Option<&'a rayon::ThreadPool>,
    /// Who is told how far it is.
    pub progress: Progress<'a>,
}

impl Default for Work<'_> {
    fn default() -> Self {
        Work { cuts: Cuts::default(), pool: None, progress: &|_, _| ControlFlow::Continue(()) }
    }
}

impl Default for Cuts {
    /// A task takes some twenty microseconds in memory, a turn some milliseconds.
    fn default() -> Cuts {
        Cuts { task_rows: 1 << 16, turn_rows: 1 << 24 }
    }
}

/// Calls `task` with every stretch of `0..rows`, in parallel, and merges what comes back in the order of the rows.
///
/// # Errors
/// What `task` or `merge` returns, [`Error::Cancelled`] if the progress function says so, `StaleSnapshot` if rows were taken back.
pub fn sweep<T: Send + Default>(
    snapshot: &Snapshot,
    rows: u64,
    work: Work<'_>,
    task: impl Fn(Range<usize>) -> Result<T> + Sync,
    merge: impl Fn(T, T) -> Result<T> + Send + Sync + Copy,
) -> Result<T> {
    let (task_rows, turn_rows) = (work.cuts.task_rows.max(1), work.cuts.turn_rows.max(1));
    let mut answer = T::default();
    let mut start = 0;
    loop {
        if (work.progress)(start, rows).is_break() {
            return Err(Error::Cancelled);
        }
        snapshot.check_fresh()?;
        if start >= rows {
            return Ok(answer);
        }
        let end = start.saturating_add(turn_rows).min(rows);
        let turn = || {
            let tasks = (0..(end - start).div_ceil(task_rows)).into_par_iter().map(|n| {
                let from = start + n * task_rows;
                task(from as usize..from.saturating_add(task_rows).min(end) as usize)
            });
            tasks.try_reduce(T::default, merge)
        };
        // Only the turn runs on the pool, so that the progress function is called where Ctrl-C is heard.
        let part = match work.pool {
            Some(pool) => pool.install(turn),
            None => turn(),
        };
        // Rows that were taken back may have been written over: then even an error may be an artefact.
        snapshot.check_fresh()?;
        answer = merge(answer, part?)?;
        start = end;
    }
}

/// The stretches of at most [`KERNEL_ROWS`] rows of a task.
pub fn kernels(rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    stretches(rows, KERNEL_ROWS)
}

/// The stretches of at most `most` rows.
pub fn stretches(rows: Range<usize>, most: usize) -> impl Iterator<Item = Range<usize>> {
    let end = rows.end;
    rows.step_by(most).map(move |from| from..(from + most).min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_cover_every_row_once() {
        for (from, end) in [(0, 0), (5, 5), (0, 1), (3, 515), (3, 516), (0, 10_000)] {
            let rows: Vec<usize> = kernels(from..end).flatten().collect();
            assert_eq!(rows, (from..end).collect::<Vec<_>>());
            assert!(kernels(from..end).all(|part| part.len() <= KERNEL_ROWS));
        }
    }
}
