//! The record of a block.
//!
//! A record names no block. Those with the block's counts are candidates, those of the undo file beside the block first
//! and around the place where the last one was found; the checksum over the parent's hash decides. Records lie nearly
//! in the order of heights, so the first candidate is mostly the one. A block without a record meets all candidates:
//! that is dear only where very many blocks are alike and their records are gone.

use std::os::unix::fs::FileExt;
use std::sync::atomic::Ordering;

use super::agree::contradiction;
use super::error::UndoFault;
use super::record::{checksum_holds, shape, Undo, CHECKSUM_BYTES};
use super::scan::{UndoFiles, UndoRef};
use crate::blockfile::parse::ParsedBlock;
use crate::blockfile::BlockFileError;
use crate::hash::Hash32;
use crate::io::IoError;

/// A block whose record is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// The block, which has no fault of its own.
    pub block: &'a ParsedBlock,
    /// The bytes that it was parsed from.
    pub raw: &'a [u8],
    /// Index of its file in the source.
    pub file: u32,
    /// Its height, where it is known.
    pub height: Option<u32>,
    /// Whether other blocks have the same parent, so that more than one record may fit.
    pub has_siblings: bool,
}

/// What became of the search.
#[derive(Debug, Default)]
pub enum Found {
    /// Nobody looked.
    #[default]
    NotSought,
    /// The block spends nothing.
    NothingSpent,
    /// The record is there: its number.
    Record(usize),
    /// No record is.
    Missing,
    /// Only a record, of that number, that contradicts the block.
    Bad(usize, UndoFault),
}

/// A block whose record was not found: what names it, and its counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    block: Hash32,
    file: u32,
    n_txs: u32,
    shape: u32,
}

impl Missed {
    /// Of a block, and the index of its file in the source.
    #[must_use]
    pub fn of(block: &ParsedBlock, file: u32) -> Missed {
        let (n_txs, shape) = key_of(block);
        Missed { block: block.hash, file, n_txs, shape }
    }
}

impl UndoFiles {
    /// Looks for the record of a block and reads it into `undo`; `buf` is memory to use. May be called from several threads.
    pub fn find(&self, sought: Sought<'_>, undo: &mut Undo, buf: &mut Vec<u8>) -> Found {
        undo.clear();
        if sought.block.txid.len() < 2 {
            return Found::NothingSpent;
        }
        let mut bad = None;
        let mut good = None;
        let mut other = Undo::default();
        for n in self.candidates(&sought) {
            let record = &self.records[n];
            match self.read_if_its(record, &sought, if good.is_none() { &mut *undo } else { &mut other }, buf) {
                Ok(false) => {}
                Ok(true) if good.is_none() => {
                    self.used[n].store(true, Ordering::Relaxed);
                    self.last_found[record.file as usize].store(record.offset, Ordering::Relaxed);
                    good = Some(n);
                    if !sought.has_siblings {
                        break;
                    }
                }
                Ok(true) => {
                    self.used[n].store(true, Ordering::Relaxed);
                    if other != *undo {
                        undo.clear();
                        return Found::Bad(n, UndoFault::Ambiguous { block: sought.block.hash });
                    }
                }
                Err(fault) => {
                    self.used[n].store(true, Ordering::Relaxed);
                    // The first by place, whatever was looked at first.
                    let place = |n: &usize| (self.records[*n].file, self.records[*n].offset);
                    if bad.as_ref().is_none_or(|(before, _)| place(&n) < place(before)) {
                        bad = Some((n, fault));
                    }
                }
            }
        }
        match (good, bad) {
            (Some(n), _) => Found::Record(n),
            (None, Some((n, fault))) => {
                undo.clear();
                Found::Bad(n, fault)
            }
            (None, None) => Found::Missing,
        }
    }

    /// A record with the counts of a block that was not found, and that is no other block's: its checksum is wrong.
    /// To be asked when all blocks have been looked for.
    #[must_use]
    pub fn checksum_fault(&self, missed: &Missed) -> Option<(UndoRef, UndoFault)> {
        let file = self.beside.get(missed.file as usize).copied().flatten()?;
        let of_file = |n: &usize| self.records[*n].file == file && !self.used[*n].load(Ordering::Relaxed);
        let found = self.range(missed.n_txs, missed.shape).find(of_file)?;
        Some((self.records[found], UndoFault::Checksum { block: missed.block }))
    }

    /// Numbers of the records with these counts.
    fn range(&self, n_txs: u32, shape: u32) -> std::ops::Range<usize> {
        let key = (n_txs, shape);
        let start = self.records.partition_point(|record| (record.n_txs, record.shape) < key);
        start..self.records.partition_point(|record| (record.n_txs, record.shape) <= key)
    }

    /// Numbers of the records that may be the block's, the likely ones first.
    fn candidates(&self, sought: &Sought<'_>) -> impl Iterator<Item = usize> + use<> {
        let (n_txs, shape) = key_of(sought.block);
        let file = self.beside.get(sought.file as usize).copied().flatten();
        let around = |range: std::ops::Range<usize>| {
            let place = file.map(|file| (file, self.last_found[file as usize].load(Ordering::Relaxed)));
            let records = &self.records[range.clone()];
            let middle =
                range.start + place.map_or(0, |place| records.partition_point(|r| (r.file, r.offset) <= place));
            outwards(range, middle)
        };
        around(self.range(n_txs, shape)).chain(around(self.range(n_txs, 0)))
    }

    /// Whether the record is the block's, by its checksum; reads it then.
    fn read_if_its(
        &self,
        record: &UndoRef,
        sought: &Sought<'_>,
        undo: &mut Undo,
        buf: &mut Vec<u8>,
    ) -> Result<bool, UndoFault> {
        let file = &self.files[record.file as usize];
        buf.resize(record.len as usize + CHECKSUM_BYTES, 0);
        let handle = self.open_files.get(record.file, &file.path)?;
        let read = handle.read_exact_at(buf, record.offset);
        read.map_err(|error| BlockFileError::from(IoError::new("read", &file.path, error)))?;
        if let Some(key) = file.key {
            key.apply(record.offset, buf);
        }
        let (bytes, checksum) = buf.split_at(record.len as usize);
        if !checksum_holds(&sought.block.header.prev, bytes, checksum) {
            return Ok(false);
        }
        undo.parse(bytes)?;
        match contradiction(sought.block, sought.raw, undo, sought.height, self.network) {
            None => Ok(true),
            Some(fault) => Err(fault),
        }
    }
}

/// Transactions of a block but for its coinbase, and the shape of their inputs.
fn key_of(block: &ParsedBlock) -> (u32, u32) {
    let counts = block.first_input[1..].windows(2).map(|pair| pair[1] - pair[0]);
    ((block.txid.len() - 1) as u32, shape(counts))
}

/// All numbers of `range`, those near `middle` first.
fn outwards(range: std::ops::Range<usize>, middle: usize) -> impl Iterator<Item = usize> {
    let (mut up, mut down) = (middle..range.end, range.start..middle);
    let mut is_up = false;
    std::iter::from_fn(move || {
        is_up = !is_up;
        if is_up {
            up.next().or_else(|| down.next_back())
        } else {
            down.next_back().or_else(|| up.next())
        }
    })
}
