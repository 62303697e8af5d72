//! Positioned reads of one file through a small buffer, raw and decoded.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::xor::XorKey;
use super::BlockFileError;
use crate::io::IoError;

/// Bytes read at once: as dear as the few a record head needs, and early records lie many to a page.
const WINDOW_BYTES: usize = 4096;

/// Most bytes read at once where a whole stretch is looked at.
const STRETCH_BYTES: usize = 1 << 18;

/// Sizes of reads along a stretch: they start small and double, so that many short stretches in one file cost no
/// more than a constant times their length.
pub(super) struct StretchSizes(usize);

impl StretchSizes {
    pub(super) fn new() -> StretchSizes {
        StretchSizes(WINDOW_BYTES)
    }

    fn next(&mut self) -> usize {
        let size = self.0;
        self.0 = (size * 2).min(STRETCH_BYTES);
        size
    }
}

/// A read-only file with its key. Memory: one buffer.
pub(super) struct Window<'a> {
    path: &'a Path,
    file: File,
    len: u64,
    key: Option<XorKey>,
    at: u64,
    raw: Vec<u8>,
    decoded: Vec<u8>,
}

impl<'a> Window<'a> {
    /// Opens the file at its length of now.
    pub(super) fn open(path: &'a Path, key: Option<XorKey>) -> Result<Window<'a>, BlockFileError> {
        let file = File::open(path).map_err(|error| IoError::new("open", path, error))?;
        let len = file.metadata().map_err(|error| IoError::new("look at", path, error))?.len();
        Ok(Window { path, file, len, key, at: 0, raw: Vec::new(), decoded: Vec::new() })
    }

    /// Length of the file in bytes when it was opened.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Up to `want` (at most 4,096) bytes at `offset`: as they lie on disk, and decoded. Fewer only at the end.
    pub(super) fn get(&mut self, offset: u64, want: usize) -> Result<(&[u8], &[u8]), BlockFileError> {
        let want = want.min(WINDOW_BYTES).min(usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX));
        let covered = offset >= self.at && offset - self.at + want as u64 <= self.raw.len() as u64;
        if !covered {
            self.fill(offset, WINDOW_BYTES)?;
        }
        let start = usize::try_from(offset - self.at).unwrap_or(usize::MAX).min(self.raw.len());
        let end = (start + want).min(self.raw.len());
        Ok((&self.raw[start..end], &self.decoded[start..end]))
    }

    /// The next stretch, at `offset`, as it lies on disk and decoded; empty at the end.
    pub(super) fn stretch(&mut self, offset: u64, sizes: &mut StretchSizes) -> Result<(&[u8], &[u8]), BlockFileError> {
        self.fill(offset, sizes.next())?;
        Ok((&self.raw, &self.decoded))
    }

    fn fill(&mut self, offset: u64, want: usize) -> Result<(), BlockFileError> {
        let want = want.min(usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX));
        self.at = offset;
        self.raw.resize(want, 0);
        let mut filled = 0;
        while filled < want {
            match self.file.read_at(&mut self.raw[filled..], offset + filled as u64) {
                Ok(0) => break, // cut while it is read
                Ok(n) => filled += n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(IoError::new("read", self.path, error).into()),
            }
        }
        self.raw.truncate(filled);
        self.decoded.clear();
        self.decoded.extend_from_slice(&self.raw);
        if let Some(key) = self.key {
            key.apply(offset, &mut self.decoded);
        }
        Ok(())
    }

    /// Whether every byte on disk from `offset` to the end is zero.
    pub(super) fn is_zero_from(&mut self, mut offset: u64) -> Result<bool, BlockFileError> {
        let mut sizes = StretchSizes::new();
        loop {
            let (raw, _) = self.stretch(offset, &mut sizes)?;
            if raw.is_empty() {
                return Ok(true);
            }
            if raw.iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            offset += raw.len() as u64;
        }
    }
}
