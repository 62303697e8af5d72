//! One writer at a time, across processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::error::StoreError;
use crate::io::IoError;

/// Held by the writer of a store; let go when dropped or when the process ends.
#[derive(Debug)]
pub struct WriterLock {
    _file: File,
}

impl WriterLock {
    /// Takes the lock of the store in `folder`, which is created if it does not exist.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another process holds it.
    pub fn take(folder: &Path) -> Result<WriterLock, StoreError> {
        std::fs::create_dir_all(folder).map_err(|error| IoError::new("create", folder, error))?;
        let path = folder.join("LOCK");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| IoError::new("open", &path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(WriterLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: folder.display().to_string() }),
            Err(TryLockError::Error(error)) => Err(IoError::new("lock", &path, error).into()),
        }
    }
}
