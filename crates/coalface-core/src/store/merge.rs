//! Keeping runs few: when the newest is at least half as large as the one before, the two become one.

use super::error::StoreError;
use super::manifest::{Clip, RunEntry};
use super::run::{self, Entry, Run, RunKind};
use crate::io::Storage;

/// Merges runs of `kind` (oldest first) until each is more than twice the next, dropping orphans.
///
/// `is_live` says whether an entry of a run belongs to the chain; `name` gives each new file its name. Returns the
/// new list and the files that are no longer needed. Every entry is rewritten O(log n) times over a store's life.
///
/// # Errors
/// If a file operation fails.
pub fn settle(
    storage: &dyn Storage,
    kind: RunKind,
    mut entries: Vec<RunEntry>,
    clip: Clip,
    is_live: impl Fn(&Run, Entry) -> bool,
    mut name: impl FnMut() -> String,
) -> Result<(Vec<RunEntry>, Vec<String>), StoreError> {
    let mut unneeded: Vec<String> = Vec::new();
    let mut is_new = false;
    while let [.., older, newer] = entries.as_slice() {
        if newer.rows.saturating_mul(2) < older.rows {
            break;
        }
        let runs = [Run::open(storage, older)?, Run::open(storage, newer)?];
        let live = |run: &Run| run.iter(0..run.len()).filter(|entry| is_live(run, *entry)).count() as u64;
        let rows = live(&runs[0]) + live(&runs[1]);
        let first_value = runs[0].first_value().min(runs[1].first_value());
        let merged = run::write(storage, kind, &name(), rows, clip, first_value, merged(&runs, &is_live))?;
        for old in entries.drain(entries.len() - 2..) {
            unneeded.push(old.file);
        }
        entries.push(merged);
        is_new = true;
    }
    // Those that were merged away in between need not be durable.
    if let (Some(merged), true) = (entries.last(), is_new) {
        storage.sync(&format!("runs/{}", merged.file))?;
    }
    Ok((entries, unneeded))
}

/// Live entries of both runs in key order; of equal keys the older run's come first.
fn merged<'a>(runs: &'a [Run; 2], is_live: &'a impl Fn(&Run, Entry) -> bool) -> impl Iterator<Item = Entry> + 'a {
    let live = |run: &'a Run| run.iter(0..run.len()).filter(move |entry| is_live(run, *entry)).peekable();
    let (mut older, mut newer) = (live(&runs[0]), live(&runs[1]));
    std::iter::from_fn(move || match (older.peek(), newer.peek()) {
        (Some(old), Some(new)) if new.key < old.key => newer.next(),
        (None, _) => newer.next(),
        _ => older.next(),
    })
}
