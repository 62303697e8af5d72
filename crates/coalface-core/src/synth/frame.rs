//! The block files of a bulk chain: a folder that is not in use yet, and what was written to it.

use std::path::Path;

use crate::blockfile::{BlockFileWriter, Tail, WriterOptions, XorKey};
use crate::io::IoError;
use crate::network::Network;

use super::error::BulkError;
use super::options::BulkOptions;

/// Bytes of magic and length before each block.
const FRAME_BYTES: u64 = 8;

/// Appends blocks to `blkNNNNN.dat`.
#[derive(Debug)]
pub(super) struct BlockFiles {
    writer: BlockFileWriter,
    written: Written,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Written {
    /// Bytes of all records.
    pub(super) n_bytes: u64,
    /// Number of files.
    pub(super) n_files: u32,
}

impl BlockFiles {
    /// Starts in `folder`, which is made if there is none.
    ///
    /// # Errors
    /// The folder holds block files or a key already, or cannot be written.
    pub(super) fn create(folder: &Path, options: &BulkOptions) -> Result<BlockFiles, BulkError> {
        std::fs::create_dir_all(folder).map_err(|error| IoError::new("create", folder, error))?;
        for entry in std::fs::read_dir(folder).map_err(|error| IoError::new("list", folder, error))? {
            let entry = entry.map_err(|error| IoError::new("list", folder, error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name == "xor.dat" || (name.starts_with("blk") && name.ends_with(".dat")) {
                return Err(BulkError::FolderInUse { folder: folder.display().to_string(), file: name });
            }
        }
        let key = options.xor_key.and_then(XorKey::new);
        let writer_options = WriterOptions { key, max_file_bytes: options.max_file_bytes };
        let writer = BlockFileWriter::create(folder.to_owned(), Network::Regtest, writer_options)?;
        Ok(BlockFiles { writer, written: Written::default() })
    }

    /// Appends one block.
    ///
    /// # Errors
    /// The file cannot be created or written.
    pub(super) fn append(&mut self, block: &[u8]) -> Result<(), BulkError> {
        let (file_no, _) = self.writer.append(block)?;
        self.written.n_files = file_no + 1;
        self.written.n_bytes += block.len() as u64 + FRAME_BYTES;
        Ok(())
    }

    /// Ends, with the last file's tail preallocated if so wished.
    ///
    /// # Errors
    /// The file's length cannot be set.
    pub(super) fn finish(self, preallocate_tail: bool) -> Result<Written, BulkError> {
        self.writer.finish(if preallocate_tail { Tail::Keep } else { Tail::Truncate })?;
        Ok(self.written)
    }
}
