//! Step `checksums`: every chunk of every append-only column, every section of every run.

use rayon::prelude::*;

use super::context::Context;
use super::{Found, Log};
use crate::store::error::StoreError;
use crate::store::layout::all_columns;
use crate::store::run::RunKind;
use crate::store::sums::Sums;
use crate::Result;

pub(super) fn check(context: &Context<'_>) -> Result<Found> {
    let mut log = Log::default();
    let mut rows = 0;
    for (column, n_rows) in all_columns(&context.counts) {
        if column.stamped {
            continue; // what these cells hold is derived again by `spends` and `forest`
        }
        let tail = context.snapshot.manifest.tails.get(&column.key()).copied().unwrap_or(0);
        let sums = match Sums::open(context.storage, &column, n_rows, tail) {
            Ok(sums) => sums,
            Err(error) => {
                note(&mut log, error)?;
                continue;
            }
        };
        rows += sums.len();
        log = log.merge(context.scan(sums.len(), 1, |chunks, log| {
            for error in chunks.filter_map(|chunk| sums.verify_chunk(chunk).err()) {
                if let StoreError::Corrupt { file, offset, what } = error {
                    log.file("checksum", &file, offset, || what);
                }
            }
        })?);
    }
    for kind in RunKind::ALL {
        let runs: Vec<_> = context.snapshot.runs(kind).collect();
        rows += runs.len() as u64;
        let found = runs.par_iter().map(|run| {
            let mut log = Log::default();
            run.verify(|offset, what| log.file("checksum", &format!("runs/{}", run.entry.file), offset, || what));
            log
        });
        log = log.merge(found.reduce(Log::default, Log::merge));
    }
    Ok(Found::of(rows, log))
}

/// Notes what is damage and passes on what is not.
fn note(log: &mut Log, error: StoreError) -> Result<()> {
    match error {
        StoreError::Corrupt { file, offset, what } => log.file("checksum", &file, offset, || what),
        other => return Err(other.into()),
    }
    Ok(())
}
