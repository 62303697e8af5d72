//! Block files: records framed by magic and length, obfuscated, in numbered files.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::io::IoError;
use crate::network::Network;

use super::error::BulkError;
use super::options::BulkOptions;

/// Bytes of magic and length before each block.
pub(super) const FRAME_BYTES: usize = 8;
/// Step by which a node preallocates (Bitcoin Core `node/blockstorage.h`, `BLOCKFILE_CHUNK_SIZE`).
const CHUNK_BYTES: u64 = 16 << 20;

/// Appends blocks to `blkNNNNN.dat`.
#[derive(Debug)]
pub(super) struct BlockFiles {
    folder: PathBuf,
    xor_key: Option<[u8; 8]>,
    max_file_bytes: u64,
    current: Option<(PathBuf, File)>,
    next_file_no: u32,
    position: u64,
    n_bytes: u64,
}

/// What was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    /// Bytes of all records.
    pub(super) n_bytes: u64,
    /// Number of files.
    pub(super) n_files: u32,
}

impl BlockFiles {
    /// Starts in `folder`, which is made if there is none; writes `xor.dat` if there is a key.
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
        if let Some(key) = options.xor_key {
            let (path, mut file) = create_new(folder.join("xor.dat"))?;
            file.write_all(&key).map_err(|error| IoError::new("write", &path, error))?;
        }
        Ok(BlockFiles {
            folder: folder.to_owned(),
            xor_key: options.xor_key,
            max_file_bytes: options.max_file_bytes,
            current: None,
            next_file_no: 0,
            position: 0,
            n_bytes: 0,
        })
    }

    /// Appends one record. `record` starts with [`FRAME_BYTES`] bytes to be filled in here; its content is used up.
    ///
    /// # Errors
    /// The file cannot be created or written.
    pub(super) fn append(&mut self, record: &mut [u8]) -> Result<(), BulkError> {
        let block_bytes = u32::try_from(record.len() - FRAME_BYTES).expect("a block is bounded by its weight");
        record[..4].copy_from_slice(&Network::Regtest.magic());
        record[4..FRAME_BYTES].copy_from_slice(&block_bytes.to_le_bytes());
        let record_bytes = record.len() as u64;
        if self.current.is_some() && self.position + record_bytes > self.max_file_bytes {
            self.current = None;
        }
        let (path, file) = match &mut self.current {
            Some(current) => current,
            none => {
                let name = format!("blk{:05}.dat", self.next_file_no);
                self.next_file_no += 1;
                self.position = 0;
                none.insert(create_new(self.folder.join(name))?)
            }
        };
        if let Some(key) = self.xor_key {
            obfuscate(record, key, self.position);
        }
        file.write_all(record).map_err(|error| IoError::new("write", &*path, error))?;
        self.position += record_bytes;
        self.n_bytes += record_bytes;
        Ok(())
    }

    /// Ends, with the last file's tail preallocated if so wished.
    ///
    /// # Errors
    /// The file cannot be extended.
    pub(super) fn finish(self, preallocate_tail: bool) -> Result<Written, BulkError> {
        if let (Some((path, file)), true) = (&self.current, preallocate_tail) {
            let len = self.position.next_multiple_of(CHUNK_BYTES);
            file.set_len(len).map_err(|error| IoError::new("extend", path, error))?;
        }
        Ok(Written { n_bytes: self.n_bytes, n_files: self.next_file_no })
    }
}

fn create_new(path: PathBuf) -> Result<(PathBuf, File), IoError> {
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(file) => Ok((path, file)),
        Err(error) => Err(IoError::new("create", path, error)),
    }
}

/// XORs `bytes`, which start at `position` of their file, with the repeated `key` (Bitcoin Core `util/obfuscation.h`).
fn obfuscate(bytes: &mut [u8], key: [u8; 8], position: u64) {
    let shift = (position % 8) as u32;
    let turned = u64::from_le_bytes(key).rotate_right(8 * shift).to_le_bytes();
    for chunk in bytes.chunks_mut(8) {
        for (byte, key) in chunk.iter_mut().zip(turned) {
            *byte ^= key;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_follows_the_absolute_position() {
        let key = [1, 2, 3, 4, 5, 6, 7, 8];
        for position in 0..17u64 {
            let mut bytes = [0; 21];
            obfuscate(&mut bytes, key, position);
            let expected: Vec<u8> = (position..position + 21).map(|at| key[(at % 8) as usize]).collect();
            assert_eq!(bytes.to_vec(), expected);
        }
    }
}
