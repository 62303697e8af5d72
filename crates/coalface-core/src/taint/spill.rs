//! Entries of a queue that wait on disk: one temporary file of chunks, read back once each.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::error::TraceError;

/// A place in the file.
#[derive(Debug, Clone, Copy)]
pub struct Chunk {
    offset: u64,
    len: u64,
}

/// The file; made with the first chunk, removed with this.
#[derive(Debug)]
pub struct SpillFile {
    path: PathBuf,
    file: Option<File>,
    end: u64,
}

impl SpillFile {
    /// A file in `folder`, with a name that no other trace of this machine has.
    #[must_use]
    pub fn new(folder: &Path) -> SpillFile {
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        SpillFile {
            path: folder.join(format!("coalface-trace-{}-{number}.spill", std::process::id())),
            file: None,
            end: 0,
        }
    }

    /// Bytes written so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.end
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.end == 0
    }

    fn failed(&self, source: std::io::Error) -> TraceError {
        TraceError::File { path: self.path.display().to_string(), source }
    }

    /// Writes a chunk.
    ///
    /// # Errors
    /// If the file cannot be made or written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<Chunk, TraceError> {
        let file = match self.file.take() {
            Some(file) => file,
            None => OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&self.path)
                .map_err(|source| self.failed(source))?,
        };
        let written = file.write_all_at(bytes, self.end);
        self.file = Some(file);
        written.map_err(|source| self.failed(source))?;
        let chunk = Chunk { offset: self.end, len: bytes.len() as u64 };
        self.end += chunk.len;
        Ok(chunk)
    }

    /// Reads a chunk back.
    ///
    /// # Errors
    /// If it is not there any more.
    pub fn read(&self, chunk: Chunk) -> Result<Vec<u8>, TraceError> {
        let mut bytes = vec![0; chunk.len as usize];
        let file = self.file.as_ref().ok_or_else(|| self.damaged(chunk))?;
        file.read_exact_at(&mut bytes, chunk.offset).map_err(|source| self.failed(source))?;
        Ok(bytes)
    }

    /// That a chunk does not hold what was written.
    #[must_use]
    pub fn damaged(&self, chunk: Chunk) -> TraceError {
        TraceError::Spill { path: self.path.display().to_string(), offset: chunk.offset }
    }
}

impl Drop for SpillFile {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Nothing else can be done about a file that stays; the next trace has another name.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
