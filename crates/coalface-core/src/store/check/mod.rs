//! `coalface check`: whether a store is what it says, and where it is not.
//!
//! Checksums tell flipped bytes of append-only files. Everything that can be derived from other columns is derived
//! again and compared: spends from both sides, fees, forests, indexes. Every access is checked and every loop is
//! bounded by counts that files back, so any bytes may be checked. Memory: eight bytes an address, one bit a row of
//! whatever else is large.
//!
//! Not checked, because the store does not hold what it would take: txids against transactions, signatures, the
//! payloads of addresses against scripts (checksums cover these columns).

mod addresses;
mod checksums;
mod context;
mod files;
mod forest;
mod headers;
mod index;
mod key_links;
mod log;
mod ranges;
mod ranks;
mod report;
mod spends;
mod structure;
mod values;

use std::ops::ControlFlow;

use context::Context;
use log::Log;
pub use report::{CheckReport, CheckStep, Figures, Problem, MAX_LISTED};

use crate::io::Storage;
use crate::store::Snapshot;
use crate::Result;

/// How far a check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckProgress {
    /// Step that is being taken.
    pub step: &'static str,
    /// Its number, from 0.
    pub step_no: usize,
    /// Number of steps.
    pub n_steps: usize,
    /// Rows looked at in one of the passes of this step.
    pub rows_done: u64,
    /// Rows of that pass.
    pub rows: u64,
}

/// What a step found.
#[derive(Default)]
struct Found {
    rows: u64,
    log: Log,
    notes: Vec<Problem>,
    figures: Option<Figures>,
}

impl Found {
    fn of(rows: u64, log: Log) -> Found {
        Found { rows, log, ..Found::default() }
    }
}

type StepFn = fn(&Context<'_>) -> Result<Found>;

/// Steps before `structure` look at bytes only; those after it rest on columns that name ranges of other columns.
const STRUCTURE: &str = "structure";
const STEPS: [(&str, StepFn); 14] = [
    ("files", files::check),
    ("checksums", checksums::check),
    (STRUCTURE, structure::check),
    ("ranges", ranges::check),
    ("headers", headers::check),
    ("ranks", ranks::check),
    ("spends", spends::check),
    ("values", values::check),
    ("addresses", addresses::check),
    ("key_links", key_links::check),
    ("txid_index", index::check_txids),
    ("address_index", index::check_addresses),
    ("external_index", index::check_externals),
    ("forest", forest::check),
];

/// Checks the whole store that `snapshot` was opened from.
///
/// Reads every file at least once; takes minutes for a large chain. A writer may go on meanwhile.
///
/// # Errors
/// If a file cannot be read, memory does not suffice, rows were taken back meanwhile (`StaleSnapshot`), or `progress`
/// says stop. Damage is no error but in the report.
pub fn check(
    storage: &dyn Storage,
    snapshot: &Snapshot,
    progress: &(dyn Fn(CheckProgress) -> ControlFlow<()> + Sync),
) -> Result<CheckReport> {
    let mut report = CheckReport::default();
    let mut is_sound = true;
    for (step_no, (name, step)) in STEPS.into_iter().enumerate() {
        let skipped = !is_sound;
        let found = if skipped {
            Found::default()
        } else {
            let step_of = (name, step_no, STEPS.len());
            let context = Context {
                storage,
                snapshot,
                columns: &snapshot.columns,
                counts: *snapshot.counts(),
                step: step_of,
                progress,
            };
            context.tick(0, 0)?;
            step(&context)?
        };
        is_sound &= name != STRUCTURE || found.log.total == 0;
        report.notes.extend(found.notes);
        report.figures = report.figures.or(found.figures);
        let Log { problems, total } = found.log;
        report.steps.push(CheckStep { name, rows: found.rows, problems, n_problems: total, skipped });
    }
    snapshot.check_fresh()?;
    Ok(report)
}
