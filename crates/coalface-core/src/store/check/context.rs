//! What every step works with: columns behind checked access, and a parallel pass over rows that can be stopped.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::log::Log;
use super::CheckProgress;
use crate::io::Storage;
use crate::store::error::StoreError;
use crate::store::layout::{Columns, Counts};
use crate::store::manifest::Manifest;
use crate::store::narrow::{Cells, Rising};
use crate::store::{journal, Snapshot};
use crate::{Error, Result};

/// Row `row` of a column; `None` past the end.
pub(super) fn at<C: Cells + ?Sized>(column: &C, row: u64) -> Option<C::Cell> {
    column.cell(usize::try_from(row).ok()?)
}

/// Rows that belong to `row`, where `firsts` holds the first of each and `end` follows the last; empty if that makes
/// no sense.
pub(super) fn span(firsts: &Rising, end: u64, row: u64) -> Range<u64> {
    match (at(firsts, row), at(firsts, row.saturating_add(1)).unwrap_or(end)) {
        (Some(start), stop) if start <= stop && stop <= end => start..stop,
        _ => 0..0,
    }
}

/// One bit a row, set from several threads.
pub(super) struct Bits(Vec<AtomicU64>);

impl Bits {
    pub(super) fn new(rows: u64) -> Result<Bits> {
        Ok(Bits(table(rows.div_ceil(64), || AtomicU64::new(0))?))
    }

    /// Sets the bit of `row` and returns whether it was set already; `false` past the end.
    pub(super) fn set(&self, row: u64) -> bool {
        let bit = 1 << (row % 64);
        self.word(row).is_some_and(|word| word.fetch_or(bit, Ordering::Relaxed) & bit != 0)
    }

    pub(super) fn has(&self, row: u64) -> bool {
        self.word(row).is_some_and(|word| word.load(Ordering::Relaxed) >> (row % 64) & 1 == 1)
    }

    fn word(&self, row: u64) -> Option<&AtomicU64> {
        self.0.get((row / 64) as usize)
    }
}

/// A table of `rows` rows, or an error where there is not so much memory (a hostile file may be long and sparse).
pub(super) fn table<T>(rows: u64, mut value: impl FnMut() -> T) -> Result<Vec<T>> {
    let mut table = Vec::new();
    let full = StoreError::Full { what: "rows of a table in memory", wanted: rows, limit: usize::MAX as u64 };
    match usize::try_from(rows) {
        Ok(rows) if table.try_reserve_exact(rows).is_ok() => table.resize_with(rows, &mut value),
        _ => return Err(full.into()),
    }
    Ok(table)
}

/// What a step is given.
pub(super) struct Context<'a> {
    pub(super) storage: &'a dyn Storage,
    pub(super) snapshot: &'a Snapshot,
    pub(super) columns: &'a Columns,
    pub(super) counts: Counts,
    pub(super) step: (&'static str, usize, usize),
    pub(super) progress: &'a (dyn Fn(CheckProgress) -> ControlFlow<()> + Sync),
}

impl Context<'_> {
    /// Says how far the step is.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the caller wants to stop.
    pub(super) fn tick(&self, rows_done: u64, rows: u64) -> Result<()> {
        let (step, step_no, n_steps) = self.step;
        match (self.progress)(CheckProgress { step, step_no, n_steps, rows_done, rows }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }

    /// Calls `each` with stretches of at most `chunk` rows, in parallel, and merges what they find in order.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(super) fn scan(&self, rows: u64, chunk: u64, each: impl Fn(Range<u64>, &mut Log) + Sync) -> Result<Log> {
        const CHUNKS_BETWEEN_TICKS: u64 = 1024;
        let stride = chunk.saturating_mul(CHUNKS_BETWEEN_TICKS);
        let mut log = Log::default();
        let mut start = 0;
        while start < rows {
            self.tick(start, rows)?;
            let end = start.saturating_add(stride).min(rows);
            let found = (0..(end - start).div_ceil(chunk))
                .into_par_iter()
                .map(|n| {
                    let from = start + n * chunk;
                    let mut log = Log::default();
                    each(from..(from + chunk).min(end), &mut log);
                    log
                })
                .reduce(Log::default, Log::merge);
            log = log.merge(found);
            start = end;
        }
        Ok(log)
    }

    pub(super) fn inputs_of(&self, tx: u64) -> Range<u64> {
        span(&self.columns.tx_first_input, self.counts.inputs, tx)
    }

    pub(super) fn outputs_of(&self, tx: u64) -> Range<u64> {
        span(&self.columns.tx_first_output, self.counts.outputs, tx)
    }

    pub(super) fn txs_of(&self, block: u64) -> Range<u64> {
        let first = |block: u64| at(&self.columns.block_first_tx, block).map(u64::from);
        match (first(block), first(block.saturating_add(1)).unwrap_or(self.counts.txs)) {
            (Some(start), stop) if start <= stop && stop <= self.counts.txs => start..stop,
            _ => 0..0,
        }
    }

    /// Block of a transaction.
    pub(super) fn block_of(&self, tx: u64) -> Option<u64> {
        (self.columns.block_first_tx.partition_point(|first| u64::from(*first) <= tx) as u64).checked_sub(1)
    }

    /// Height of a block, where it is known.
    pub(super) fn height(&self, block: u64) -> Option<u32> {
        at(&self.columns.block_height, block).filter(|height| *height != crate::ids::NONE_U32)
    }

    /// Whether the first block is the network's first.
    pub(super) fn starts_at_genesis(&self) -> bool {
        self.columns.block_hash.first() == Some(&self.snapshot.network().genesis_hash())
    }

    /// Whether no commit is under way or was interrupted since the snapshot was taken: only then does a stamped cell
    /// at or above the bound mean damage.
    pub(super) fn is_quiet(&self) -> Result<bool> {
        let journal = self.storage.len(journal::FILE).map_err(StoreError::from)?;
        let now = Manifest::read(self.storage)?;
        Ok(journal.is_none() && now.is_some_and(|now| now.generation == self.snapshot.manifest.generation))
    }
}
