//! The walk through one file, from record to record.
//!
//! A length that was damaged but is still possible cannot be told here: the walk believes it, finds damage (or, near
//! the end of the file, an unfinished record) behind it, and loses the records that a too long one covers. The
//! block itself then fails its merkle check.

use memchr::memmem;

use super::coinbase::coinbase_height;
use super::header::Header;
use super::record::{self, BLOCK_START_BYTES, FRAME_BYTES, HEAD_BYTES};
use super::scan::{BadPow, BlockRef, FileSpan};
use super::source::{FileKind, SourceFile};
use super::window::{StretchSizes, Window};
use super::work::meets_target;
use super::BlockFileError;
use crate::network::Network;

/// What one file holds.
#[derive(Debug, Default)]
pub(super) struct FileScan {
    pub(super) blocks: Vec<BlockRef>,
    pub(super) bad_pow: Vec<BadPow>,
    pub(super) unfinished: Option<FileSpan>,
    pub(super) damaged: Vec<FileSpan>,
}

/// What is the same for the whole walk.
pub(super) struct Walk<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) file_index: u32,
    pub(super) network: Network,
    pub(super) skip_damaged: bool,
}

/// What lies at one offset.
enum Step {
    End,
    Record { len: u32 },
    Unfinished,
    Damaged(BlockFileError),
}

impl Walk<'_> {
    /// Reads the heads of all records. `tick` is called at each and may stop the walk.
    ///
    /// Terminates: every step moves on by at least one byte of a file whose length is fixed at the start.
    pub(super) fn run(&self, tick: &mut dyn FnMut() -> Result<(), BlockFileError>) -> Result<FileScan, BlockFileError> {
        let mut window = Window::open(&self.file.path, self.file.key)?;
        let mut found = FileScan::default();
        if self.file.kind == FileKind::Loose {
            self.loose(&mut window, &mut found)?;
            return Ok(found);
        }
        let mut offset = 0;
        loop {
            match self.step(&mut window, offset)? {
                Step::End => return Ok(found),
                Step::Record { len } => {
                    tick()?;
                    let start = offset + FRAME_BYTES as u64;
                    let want = BLOCK_START_BYTES.min(len as usize);
                    let (_, block) = window.get(start, want)?;
                    self.note(start, len, block, &mut found);
                    offset = start + u64::from(len);
                }
                Step::Unfinished => {
                    found.unfinished = Some(self.span(offset, window.len()));
                    return Ok(found);
                }
                Step::Damaged(error) if !self.skip_damaged => return Err(error),
                Step::Damaged(_) => {
                    let next = self.next_record(&mut window, offset + 1, tick)?;
                    found.damaged.push(self.span(offset, next));
                    offset = next;
                }
            }
        }
    }

    fn step(&self, window: &mut Window<'_>, offset: u64) -> Result<Step, BlockFileError> {
        let len = window.len();
        let (raw, head) = window.get(offset, HEAD_BYTES)?;
        if raw.is_empty() {
            return Ok(Step::End);
        }
        let start_is_zero = raw.iter().take(FRAME_BYTES).all(|byte| *byte == 0);
        let found: Vec<u8> = head.iter().take(FRAME_BYTES).copied().collect();
        if start_is_zero && window.is_zero_from(offset)? {
            return Ok(Step::End);
        }
        let path = || self.file.path.clone();
        let magic = self.network.magic();
        let same = found.iter().zip(&magic).all(|(found, wanted)| found == wanted);
        let Some((found_magic, block_len)) = record::frame(&found) else {
            if same {
                return Ok(Step::Unfinished); // the file ends here
            }
            return Ok(Step::Damaged(BlockFileError::BadMagic { path: path(), offset, found, allowed: magic }));
        };
        if !same {
            if let Some(other) = Network::from_magic(found_magic) {
                return Err(BlockFileError::MixedNetworks {
                    path: path(),
                    offset,
                    found: other,
                    before_path: path(),
                    before: self.network,
                });
            }
            // A node that stopped within the magic leaves the preallocated zeros behind it.
            let n_same = found.iter().zip(&magic).take_while(|(found, wanted)| found == wanted).count() as u64;
            if n_same > 0 && window.is_zero_from(offset + n_same)? {
                return Ok(Step::Unfinished);
            }
            return Ok(Step::Damaged(BlockFileError::BadMagic { path: path(), offset, found, allowed: magic }));
        }
        if !record::is_block_len(u64::from(block_len)) {
            if window.is_zero_from(offset + FRAME_BYTES as u64)? {
                return Ok(Step::Unfinished); // or within the length
            }
            return Ok(Step::Damaged(BlockFileError::BadLength { path: path(), offset: offset + 4, found: block_len }));
        }
        if len - offset < FRAME_BYTES as u64 + u64::from(block_len) {
            return Ok(Step::Unfinished);
        }
        Ok(Step::Record { len: block_len })
    }

    /// Offset of the next thing at or after `from` that reads as a record, or the end of the file.
    fn next_record(
        &self,
        window: &mut Window<'_>,
        mut from: u64,
        tick: &mut dyn FnMut() -> Result<(), BlockFileError>,
    ) -> Result<u64, BlockFileError> {
        let magic = self.network.magic();
        let mut sizes = StretchSizes::new();
        let finder = memmem::Finder::new(&magic);
        loop {
            tick()?;
            let (_, stretch) = window.stretch(from, &mut sizes)?;
            if stretch.len() < magic.len() {
                return Ok(window.len());
            }
            let candidates: Vec<u64> = finder.find_iter(stretch).map(|at| from + at as u64).collect();
            from += (stretch.len() + 1 - magic.len()) as u64; // a magic may lie across the border
            for candidate in candidates {
                let (_, head) = window.get(candidate, HEAD_BYTES)?;
                if record::is_record(head, self.network) {
                    return Ok(candidate);
                }
            }
        }
    }

    fn loose(&self, window: &mut Window<'_>, found: &mut FileScan) -> Result<(), BlockFileError> {
        let len = window.len();
        let (_, block) = window.get(0, BLOCK_START_BYTES)?;
        match u32::try_from(len) {
            Ok(block_len) if record::is_block_len(len) && block.len() >= Header::LEN => {
                self.note(0, block_len, block, found);
            }
            _ if self.skip_damaged => found.damaged.push(self.span(0, len)),
            _ => return Err(BlockFileError::NotABlock { path: self.file.path.clone(), len }),
        }
        Ok(())
    }

    fn note(&self, offset: u64, len: u32, block: &[u8], found: &mut FileScan) {
        let Some(bytes) = record::header_bytes(block) else {
            found.unfinished = Some(self.span(offset, offset + u64::from(len))); // cut while it is read
            return;
        };
        let hash = Header::hash(bytes);
        let header = Header::parse(bytes);
        if !meets_target(hash, header.bits, self.network.pow_limit_bits()) {
            found.bad_pow.push(BadPow { hash, bits: header.bits, file: self.file_index, offset });
            return;
        }
        let coinbase_height = coinbase_height(&block[Header::LEN..]);
        found.blocks.push(BlockRef { hash, header, file: self.file_index, offset, len, coinbase_height });
    }

    fn span(&self, start: u64, end: u64) -> FileSpan {
        FileSpan { file: self.file_index, start, end }
    }
}
