//! One look at every record of a source.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::header::Header;
use super::source::{MissingFiles, Source};
use super::walk::{FileScan, Walk};
use super::BlockFileError;
use crate::hash::Hash32;
use crate::network::Network;

/// Records between two calls of the progress function within one file.
const TICK_RECORDS: u64 = 4096;

/// A block on disk: what its header says and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRef {
    /// Its hash, which meets the target in its header and its network's limit.
    pub hash: Hash32,
    /// Its header.
    pub header: Header,
    /// Index into [`Source::files`].
    pub file: u32,
    /// Byte offset of the header in the file.
    pub offset: u64,
    /// Length of the serialized block in bytes.
    pub len: u32,
    /// Height in its coinbase (BIP-0034), whatever its version; `None` if there is none or it is malformed.
    pub coinbase_height: Option<u32>,
}

/// A stretch of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSpan {
    /// Index into [`Source::files`].
    pub file: u32,
    /// First byte.
    pub start: u64,
    /// First byte after it.
    pub end: u64,
}

/// A record whose header has no valid proof of work. Its descendants, if any, hang on its hash: a caller that wants
/// them out passes the hash on as refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPow {
    /// Hash of the header.
    pub hash: Hash32,
    /// The target in the header, in compact form.
    pub bits: u32,
    /// Index into [`Source::files`].
    pub file: u32,
    /// Byte offset of the header in the file.
    pub offset: u64,
}

/// How far a scan has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanProgress {
    /// Files done.
    pub files_done: usize,
    /// Files in all.
    pub n_files: usize,
    /// Records seen so far.
    pub n_records: u64,
}

/// All records of a source.
#[derive(Debug, Default)]
pub struct Scan {
    /// Blocks in (file, offset) order; one that lies twice on disk is here twice.
    pub blocks: Vec<BlockRef>,
    /// Records at the end of a file that run past it.
    pub unfinished: Vec<FileSpan>,
    /// What was skipped; empty without `skip_damaged`.
    pub damaged: Vec<FileSpan>,
    /// Gaps in the numbers of the block files, as after pruning or an incomplete copy.
    pub missing_files: Vec<MissingFiles>,
    /// Records without proof of work; left out of `blocks`.
    pub bad_pow: Vec<BadPow>,
}

impl Source {
    /// Reads the head of every record, files in parallel; the result does not depend on the number of threads.
    /// Memory: 136 bytes a block.
    ///
    /// # Errors
    /// A file cannot be read or is damaged (unless such stretches are skipped), a record belongs to another network,
    /// or `progress` breaks. Of several errors that of the first file is returned.
    pub fn scan(&self, progress: &(dyn Fn(ScanProgress) -> ControlFlow<()> + Sync)) -> Result<Scan, BlockFileError> {
        let watch = Watch::new(progress, self.files().len());
        let scans: Vec<Option<Result<FileScan, BlockFileError>>> = (0..self.files().len())
            .into_par_iter()
            .with_max_len(1)
            .map(|index| {
                if index > watch.first_error.load(Ordering::Relaxed) {
                    return None;
                }
                let scan = self.scan_file(index, &watch);
                if scan.is_err() {
                    watch.first_error.fetch_min(index, Ordering::Relaxed);
                }
                Some(scan)
            })
            .collect();
        if watch.stopped.load(Ordering::Relaxed) {
            return Err(BlockFileError::Cancelled);
        }
        let mut all = Scan { missing_files: self.missing_files().to_vec(), ..Scan::default() };
        // A file is left out only after an error in one before it, which ends this loop first.
        for scan in scans.into_iter().flatten() {
            let mut scan = scan?;
            all.blocks.append(&mut scan.blocks);
            all.unfinished.extend(scan.unfinished);
            all.damaged.append(&mut scan.damaged);
            all.bad_pow.append(&mut scan.bad_pow);
        }
        Ok(all)
    }

    fn scan_file(&self, index: usize, watch: &Watch<'_>) -> Result<FileScan, BlockFileError> {
        let file = &self.files()[index];
        let file_index = u32::try_from(index).expect("2^32 paths do not fit into memory");
        // Without a network every file is empty, and any will do.
        let network = self.network().unwrap_or(Network::Mainnet);
        let walk = Walk { file, file_index, network, skip_damaged: self.skip_damaged() };
        let mut ticks = 0u64;
        let scan = walk.run(&mut || {
            ticks += 1;
            if ticks.is_multiple_of(TICK_RECORDS) {
                watch.report(TICK_RECORDS, 0)?;
            }
            Ok(())
        })?;
        watch.report(ticks % TICK_RECORDS, 1)?;
        Ok(scan)
    }
}

/// Shared counters of a running scan.
struct Watch<'a> {
    progress: &'a (dyn Fn(ScanProgress) -> ControlFlow<()> + Sync),
    n_files: usize,
    files_done: AtomicUsize,
    n_records: AtomicU64,
    first_error: AtomicUsize,
    stopped: AtomicBool,
}

impl<'a> Watch<'a> {
    fn new(progress: &'a (dyn Fn(ScanProgress) -> ControlFlow<()> + Sync), n_files: usize) -> Watch<'a> {
        Watch {
            progress,
            n_files,
            files_done: AtomicUsize::new(0),
            n_records: AtomicU64::new(0),
            first_error: AtomicUsize::new(usize::MAX),
            stopped: AtomicBool::new(false),
        }
    }

    fn report(&self, n_records: u64, files_done: usize) -> Result<(), BlockFileError> {
        let now = ScanProgress {
            files_done: self.files_done.fetch_add(files_done, Ordering::Relaxed) + files_done,
            n_files: self.n_files,
            n_records: self.n_records.fetch_add(n_records, Ordering::Relaxed) + n_records,
        };
        if self.stopped.load(Ordering::Relaxed) || (self.progress)(now).is_break() {
            self.stopped.store(true, Ordering::Relaxed);
            return Err(BlockFileError::Cancelled);
        }
        Ok(())
    }
}
