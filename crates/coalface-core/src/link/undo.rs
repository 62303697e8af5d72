//! What a run tells of the undo data that it met.

use super::batch::Linked;
use super::load::Loaded;
use crate::blockfile::undo::{Found, Missed, UndoFault, UndoFiles};

/// Missing records for which one with a wrong checksum is looked for; past these a run only counts.
const MAX_MISSED: usize = 10_000;

/// An undo record that is not used, or a place where a file holds none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BadUndo {
    /// File name.
    pub file: String,
    /// Byte offset of the record behind magic and length, or of the damage.
    pub offset: u64,
    /// Stable name of the reason.
    pub name: &'static str,
    /// Why.
    pub reason: String,
}

/// What undo files told of the blocks that were appended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UndoReport {
    /// Blocks with spends of outputs outside the chain whose undo record told what those held.
    pub n_used: u64,
    /// Such blocks without a record that could be used: what their inputs from outside held stays unknown.
    pub n_missing: u64,
    /// Records that were not used and why, and damage in the files; in order of file and byte.
    pub bad: Vec<BadUndo>,
    missed: Vec<Missed>,
}

impl UndoReport {
    /// Counts a batch.
    pub(super) fn add(&mut self, files: Option<&UndoFiles>, blocks: &[Loaded], linked: &mut [Linked]) {
        for (loaded, linked) in blocks.iter().zip(linked) {
            self.n_used += u64::from(linked.has_undo);
            self.n_missing += u64::from(linked.n_external > 0 && !linked.has_undo);
            let Some(files) = files else { continue };
            match &loaded.undo_found {
                Found::Record(n) => {
                    if let Some(fault) = linked.undo_fault.take() {
                        self.note(files, *n, &fault);
                    }
                }
                Found::Bad(n, fault) => self.note(files, *n, fault),
                Found::Missing if linked.n_external > 0 && self.missed.len() < MAX_MISSED => {
                    self.missed.push(Missed::of(&loaded.block, loaded.file_no));
                }
                Found::Missing | Found::NotSought | Found::NothingSpent => {}
            }
        }
    }

    /// Ends the report of one pass over the plan; `is_all` if the records of all its blocks were looked for, so that one
    /// which nobody used can be told.
    pub(super) fn close(&mut self, files: Option<&UndoFiles>, is_all: bool) {
        let Some(files) = files else { return };
        for missed in std::mem::take(&mut self.missed).into_iter().filter(|_| is_all) {
            if let Some((record, fault)) = files.checksum_fault(&missed) {
                self.bad.push(bad(files.path(record.file), record.offset, &fault));
            }
        }
        self.bad.extend(files.faults().map(|(path, offset, fault)| bad(path, offset, fault)));
        self.bad.sort();
        self.bad.dedup_by(|a, b| (&a.file, a.offset, a.name) == (&b.file, b.offset, b.name));
    }

    fn note(&mut self, files: &UndoFiles, n: usize, fault: &UndoFault) {
        let record = &files.records()[n];
        self.bad.push(bad(files.path(record.file), record.offset, fault));
    }
}

fn bad(path: &std::path::Path, offset: u64, fault: &UndoFault) -> BadUndo {
    BadUndo { file: path.display().to_string(), offset, name: fault.name(), reason: fault.to_string() }
}
