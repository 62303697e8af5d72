//! Where the records of the undo files lie.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64};

use memchr::memmem;
use rayon::prelude::*;

use super::error::UndoFault;
use super::record::{counts_of, CHECKSUM_BYTES};
use crate::blockfile::open::OpenFiles;
use crate::blockfile::record::{frame, FRAME_BYTES};
use crate::blockfile::source::FileKind;
use crate::blockfile::window::{StretchSizes, Window};
use crate::blockfile::{BlockFileError, Source, XorKey};
use crate::network::Network;

/// Longest record that is read; a longer one would take a block full of spends of the longest scripts.
pub const MAX_UNDO_BYTES: u32 = 64 << 20;

/// Bytes of a record that are looked at in a scan.
const START_BYTES: usize = 4096;

/// A record on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UndoRef {
    /// Byte offset of the record, behind magic and length, in the file.
    pub offset: u64,
    /// Length of the record in bytes, without its checksum.
    pub len: u32,
    /// Index of the file.
    pub file: u32,
    /// Transactions in it: those of its block but for the coinbase.
    pub n_txs: u32,
    /// Hash of the numbers of inputs, or 0 if the record is too long for them to be looked at.
    pub shape: u32,
}

impl UndoRef {
    pub(super) fn sort_key(&self) -> (u32, u32, u32, u64) {
        (self.n_txs, self.shape, self.file, self.offset)
    }
}

/// One undo file.
#[derive(Debug)]
pub(super) struct UndoFile {
    pub(super) path: PathBuf,
    pub(super) key: Option<XorKey>,
}

/// The undo files beside the block files of a source, and where their records lie. Memory: 25 bytes a record.
#[derive(Debug)]
pub struct UndoFiles {
    pub(super) files: Vec<UndoFile>,
    /// Per file of the source: the undo file beside it.
    pub(super) beside: Vec<Option<u32>>,
    pub(super) network: Network,
    /// Ordered by what a block is looked up by, then by place.
    pub(super) records: Vec<UndoRef>,
    /// Per record: whether it was found to be some block's.
    pub(super) used: Vec<AtomicBool>,
    /// Per file: offset of the record that was found last. Where to look first; what is found does not depend on it.
    pub(super) last_found: Vec<AtomicU64>,
    pub(super) open_files: OpenFiles,
    faults: Vec<(u32, u64, UndoFault)>,
}

impl UndoFiles {
    /// Finds the undo files beside the block files of `source` and the records in them.
    ///
    /// Never fails: what cannot be read is among the [`faults`](UndoFiles::faults).
    #[must_use]
    pub fn scan(source: &Source) -> UndoFiles {
        let mut files = Vec::new();
        let mut beside = Vec::new();
        for file in source.files() {
            let number = file.number.filter(|_| file.kind == FileKind::Records);
            let path = number.map(|number| file.path.with_file_name(format!("rev{number:05}.dat")));
            beside.push(path.filter(|path| path.is_file()).map(|path| {
                files.push(UndoFile { path, key: file.key });
                (files.len() - 1) as u32
            }));
        }
        let network = source.network().unwrap_or(Network::Mainnet);
        let magic = network.magic();
        let scans: Vec<FileScan> =
            files.par_iter().enumerate().map(|(n, file)| FileScan::of(file, n as u32, magic)).collect();
        let mut records = Vec::new();
        let mut faults = Vec::new();
        for (n, mut scan) in scans.into_iter().enumerate() {
            records.append(&mut scan.records);
            faults.extend(scan.faults.into_iter().map(|(offset, fault)| (n as u32, offset, fault)));
        }
        records.sort_unstable_by_key(UndoRef::sort_key);
        UndoFiles {
            used: records.iter().map(|_| AtomicBool::new(false)).collect(),
            last_found: files.iter().map(|_| AtomicU64::new(0)).collect(),
            open_files: OpenFiles::default(),
            files,
            beside,
            network,
            records,
            faults,
        }
    }

    /// The records.
    #[must_use]
    pub fn records(&self) -> &[UndoRef] {
        &self.records
    }

    /// Where a file holds no record, and why: (file, byte, reason), in order of file and byte.
    pub fn faults(&self) -> impl Iterator<Item = (&Path, u64, &UndoFault)> {
        self.faults.iter().map(|(file, offset, fault)| (self.path(*file), *offset, fault))
    }

    /// Path of the file of that index.
    #[must_use]
    pub fn path(&self, file: u32) -> &Path {
        &self.files[file as usize].path
    }
}

#[derive(Default)]
struct FileScan {
    records: Vec<UndoRef>,
    faults: Vec<(u64, UndoFault)>,
}

impl FileScan {
    fn of(file: &UndoFile, index: u32, magic: [u8; 4]) -> FileScan {
        let mut scan = FileScan::default();
        if let Err(error) = scan.walk(file, index, magic) {
            scan.faults.push((0, error.into()));
        }
        scan
    }

    /// Goes from record to record. Terminates: every step moves on by at least one byte.
    fn walk(&mut self, file: &UndoFile, index: u32, magic: [u8; 4]) -> Result<(), BlockFileError> {
        let mut window = Window::open(&file.path, file.key)?;
        let mut offset = 0;
        while offset < window.len() {
            let (raw, _) = window.get(offset, FRAME_BYTES)?;
            if raw.iter().all(|byte| *byte == 0) && window.is_zero_from(offset)? {
                break;
            }
            if let Some(record) = record_at(&mut window, offset, index, magic)? {
                offset = record.offset + u64::from(record.len) + CHECKSUM_BYTES as u64;
                self.records.push(record);
                continue;
            }
            let next = next_record(&mut window, offset + 1, index, magic)?;
            let is_last = next == window.len() && window.get(offset, 4)?.1 == magic;
            self.faults.push((offset, if is_last { UndoFault::Unfinished } else { UndoFault::Damaged }));
            offset = next;
        }
        Ok(())
    }
}

/// The record whose magic stands at `offset`, if there is one that lies within the file.
fn record_at(
    window: &mut Window<'_>,
    offset: u64,
    file: u32,
    magic: [u8; 4],
) -> Result<Option<UndoRef>, BlockFileError> {
    let file_len = window.len();
    let (_, head) = window.get(offset, FRAME_BYTES)?;
    let Some((found, len)) = frame(head) else { return Ok(None) };
    let start = offset + FRAME_BYTES as u64;
    let end = start + u64::from(len) + CHECKSUM_BYTES as u64;
    if found != magic || len == 0 || len > MAX_UNDO_BYTES || end > file_len {
        return Ok(None);
    }
    let (_, bytes) = window.get(start, START_BYTES.min(len as usize))?;
    let counts = counts_of(bytes, len as usize);
    // What cannot be read as a record is one whose block is not found: its place still tells where the next one starts.
    let (n_txs, shape) = counts.unwrap_or((0, 0));
    Ok(Some(UndoRef { offset: start, len, file, n_txs, shape }))
}

/// Offset of the next thing at or after `from` that reads as a record, or the end of the file.
fn next_record(window: &mut Window<'_>, mut from: u64, file: u32, magic: [u8; 4]) -> Result<u64, BlockFileError> {
    let mut sizes = StretchSizes::new();
    let finder = memmem::Finder::new(&magic);
    loop {
        let (_, stretch) = window.stretch(from, &mut sizes)?;
        if stretch.len() < magic.len() {
            return Ok(window.len());
        }
        let candidates: Vec<u64> = finder.find_iter(stretch).map(|at| from + at as u64).collect();
        from += (stretch.len() + 1 - magic.len()) as u64; // a magic may lie across the border
        for candidate in candidates {
            if record_at(window, candidate, file, magic)?.is_some() {
                return Ok(candidate);
            }
        }
    }
}
