//! Files kept open for reading.

use std::collections::VecDeque;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::BlockFileError;
use crate::io::IoError;

/// Files kept open; a mainnet node has more files than a process may open.
const OPEN_FILES: usize = 64;

/// The files used last, by index. May be used from several threads.
#[derive(Debug, Default)]
pub(super) struct OpenFiles(Mutex<VecDeque<(u32, Arc<File>)>>);

impl OpenFiles {
    /// The open file of that index, opening it if it is not among those used last.
    pub(super) fn get(&self, index: u32, path: &Path) -> Result<Arc<File>, BlockFileError> {
        // A panic elsewhere cannot leave the queue half changed in a way that matters: entries are independent.
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = open.iter().position(|(file, _)| *file == index) {
            let file = open[at].1.clone();
            open.swap(at, 0);
            return Ok(file);
        }
        drop(open);
        let file = Arc::new(File::open(path).map_err(|error| IoError::new("open", path, error))?);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.push_front((index, file.clone()));
        open.truncate(OPEN_FILES);
        Ok(file)
    }
}
