//! Block files as a node writes them, for test chains.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use super::record::{is_block_len, FRAME_BYTES};
use super::xor::{XorKey, KEY_FILE};
use super::BlockFileError;
use crate::io::IoError;
use crate::network::Network;

/// Bytes after which Bitcoin Core starts another file (`MAX_BLOCKFILE_SIZE`).
pub const MAX_FILE_BYTES: u64 = 128 << 20;

/// Steps in which Bitcoin Core extends a file that it writes to (`BLOCKFILE_CHUNK_SIZE`).
pub const PREALLOCATION_BYTES: u64 = 16 << 20;

/// How files are written.
#[derive(Clone, Copy, Debug)]
pub struct WriterOptions {
    /// What to hide the files behind; then xor.dat is written too.
    pub key: Option<XorKey>,
    /// Longest file in bytes; a block that is longer alone gets a file of its own.
    pub max_file_bytes: u64,
}

impl Default for WriterOptions {
    fn default() -> Self {
        WriterOptions { key: None, max_file_bytes: MAX_FILE_BYTES }
    }
}

/// What becomes of the preallocated end of the last file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Cut off, as of a file that is full.
    Truncate,
    /// Left, as of a file that the node still writes to.
    Keep,
}

/// Writes blocks into blk00000.dat and so on, in the order in which they come.
///
/// What was appended can be read at once by others. Memory: one record.
#[derive(Debug)]
pub struct BlockFileWriter {
    folder: PathBuf,
    network: Network,
    options: WriterOptions,
    file_no: u32,
    path: PathBuf,
    file: File,
    len: u64,
    allocated: u64,
    record: Vec<u8>,
}

impl BlockFileWriter {
    /// Starts in `folder`, which is created if it is missing and must have no blk00000.dat yet.
    ///
    /// # Errors
    /// The folder or a file cannot be created.
    pub fn create(folder: PathBuf, network: Network, options: WriterOptions) -> Result<Self, BlockFileError> {
        std::fs::create_dir_all(&folder).map_err(|error| IoError::new("create", &folder, error))?;
        if let Some(key) = options.key {
            let path = folder.join(KEY_FILE);
            std::fs::write(&path, key.bytes()).map_err(|error| IoError::new("write", &path, error))?;
        }
        let (path, file) = create_file(&folder, 0)?;
        let record = Vec::new();
        Ok(BlockFileWriter { folder, network, options, file_no: 0, path, file, len: 0, allocated: 0, record })
    }

    /// Appends a serialized block; returns the number of its file and the byte offset of its header there.
    ///
    /// # Errors
    /// The block is shorter or longer than any block, or cannot be written.
    pub fn append(&mut self, block: &[u8]) -> Result<(u32, u64), BlockFileError> {
        let len = match u32::try_from(block.len()) {
            Ok(len) if is_block_len(u64::from(len)) => len,
            _ => return Err(BlockFileError::UnwritableBlock { len: block.len() }),
        };
        let record_len = FRAME_BYTES as u64 + u64::from(len);
        if self.len > 0 && self.len + record_len > self.options.max_file_bytes {
            self.resize(self.len)?;
            self.file_no += 1; // 2^32 files of a record each are not reached: each takes system calls
            (self.path, self.file) = create_file(&self.folder, self.file_no)?;
            (self.len, self.allocated) = (0, 0);
        }
        let end = self.len + record_len;
        if end > self.allocated {
            self.resize(end.next_multiple_of(PREALLOCATION_BYTES))?;
        }
        self.record.clear();
        self.record.extend_from_slice(&self.network.magic());
        self.record.extend_from_slice(&len.to_le_bytes());
        self.record.extend_from_slice(block);
        if let Some(key) = self.options.key {
            key.apply(self.len, &mut self.record);
        }
        let write = self.file.write_all_at(&self.record, self.len);
        write.map_err(|error| IoError::new("write", &self.path, error))?;
        let offset = self.len + FRAME_BYTES as u64;
        self.len = end;
        Ok((self.file_no, offset))
    }

    /// Ends the last file.
    ///
    /// # Errors
    /// Its length cannot be set.
    pub fn finish(mut self, tail: Tail) -> Result<(), BlockFileError> {
        match tail {
            Tail::Truncate => self.resize(self.len),
            Tail::Keep => Ok(()),
        }
    }

    fn resize(&mut self, len: u64) -> Result<(), BlockFileError> {
        self.file.set_len(len).map_err(|error| IoError::new("resize", &self.path, error))?;
        self.allocated = len;
        Ok(())
    }
}

fn create_file(folder: &std::path::Path, number: u32) -> Result<(PathBuf, File), BlockFileError> {
    let path = folder.join(format!("blk{number:05}.dat"));
    let file = OpenOptions::new().write(true).create_new(true).open(&path);
    let file = file.map_err(|error| IoError::new("create", &path, error))?;
    Ok((path, file))
}
