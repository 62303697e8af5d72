//! Step `files`: what the manifest says beside rows, the epoch, and what lies around.

use std::collections::HashSet;

use super::context::Context;
use super::log::shown;
use super::{Found, Log, Problem};
use crate::hash::Hash32;
use crate::store::error::StoreError;
use crate::store::manifest::{self, Clip};
use crate::store::snapshot::EPOCH_FILE;
use crate::store::{journal, layout};
use crate::Result;

pub(super) fn check(context: &Context<'_>) -> Result<Found> {
    let mut found = Found { rows: context.snapshot.manifest.runs.len() as u64, ..Found::default() };
    epoch(context, &mut found.log)?;
    runs(context, &mut found.log);
    facts(context, &mut found.log);
    found.notes = notes(context)?;
    Ok(found)
}

fn epoch(context: &Context<'_>, log: &mut Log) -> Result<()> {
    let expected = context.snapshot.manifest.epoch;
    let bytes = context.storage.read(EPOCH_FILE).map_err(StoreError::from)?.unwrap_or_default();
    let found = bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
    if found != Some(expected) {
        let what =
            || format!("holds {}, the manifest says {expected}; the next `coalface index` repairs it", shown(found));
        log.file("epoch", EPOCH_FILE, 0, what);
    }
    Ok(())
}

fn runs(context: &Context<'_>, log: &mut Log) {
    let mut seen = HashSet::new();
    let limit = Clip::at(&context.counts);
    for run in &context.snapshot.manifest.runs {
        if !seen.insert(&run.file) {
            log.file("manifest", manifest::FILE, 0, || format!("run `{}` is listed twice", run.file));
        }
        if run.clip.min(&limit) != run.clip {
            let what = || format!("run `{}` has the clip {:?}, above the counts {limit:?}", run.file, run.clip);
            log.file("manifest", manifest::FILE, 0, what);
        }
    }
}

fn facts(context: &Context<'_>, log: &mut Log) {
    let manifest = &context.snapshot.manifest;
    let hashes = manifest.chain.refused.iter().map(|refused| &refused.hash).chain(manifest.chain.heights.keys());
    for hash in hashes.filter(|hash| Hash32::from_display(hash).is_none()) {
        log.file("manifest", manifest::FILE, 0, || format!("`{hash}` is no block hash"));
    }
    let columns = layout::all_columns(&context.counts);
    for name in manifest.tails.keys() {
        if !columns.iter().any(|(column, _)| !column.stamped && column.key() == *name) {
            log.file("manifest", manifest::FILE, 0, || format!("a checksum for `{name}`, which is no column"));
        }
    }
}

fn notes(context: &Context<'_>) -> Result<Vec<Problem>> {
    let note =
        |code, file: String, message: &str| Problem { code, file, offset: 0, row: None, message: message.into() };
    let mut notes = Vec::new();
    if context.storage.len(journal::FILE).map_err(StoreError::from)?.is_some() {
        let what = "interrupted commit, or one under way: the next index run repairs it";
        notes.push(note("interrupted_commit", journal::FILE.into(), what));
    }
    let runs = &context.snapshot.manifest.runs;
    for file in context.storage.list("runs").map_err(StoreError::from)? {
        if !runs.iter().any(|run| run.file == file) && notes.len() < super::MAX_LISTED {
            let what = "not in the manifest: the next index run removes it";
            notes.push(note("unneeded_file", format!("runs/{file}"), what));
        }
    }
    Ok(notes)
}
