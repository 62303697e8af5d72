//! Records in partitions on disk: written through bounded buffers, read back partition by partition as a stream.
//!
//! A partition is a file `spill/NAME.NNNN` of chunks, each a buffer that was full: a head of 16 bytes (mark, checksum,
//! bytes of payload, number of the chunk) and whole records, never split. Records of one partition come back in the
//! order in which they were pushed. The checksum covers the place of a chunk too, so that a torn, stale or damaged
//! file is an error with file and offset, whatever is in it. Spills belong to one run and machine, never to a store.

mod reader;
mod writer;

use bytemuck::Pod;
use serde::{Deserialize, Serialize};

pub use reader::SpillReader;
pub use writer::SpillWriter;

use crate::io::Storage;
use crate::store::error::StoreError;

/// Folder of spills below the store.
pub const FOLDER: &str = "spill";
/// Most partitions of one spill: each needs a file and a buffer.
pub const MAX_PARTITIONS: usize = 1 << 14;
/// Smallest buffer of a partition, whatever the budget.
pub const MIN_BUFFER_BYTES: usize = 1 << 12;

const MAX_BUFFER_BYTES: usize = 1 << 20;
const HEAD_BYTES: usize = 16;
const MARK: u32 = u32::from_le_bytes(*b"CFSP");
/// Largest payload of a chunk: a buffer, or one record as large as a block.
const MAX_CHUNK_BYTES: usize = 1 << 23;

/// What one partition holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// Records.
    pub records: u64,
    /// Bytes of the file, heads of chunks included.
    pub bytes: u64,
}

/// A finished spill: all that is needed to read it, also by a later process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spill {
    name: String,
    partitions: Vec<Partition>,
}

impl Spill {
    /// What each partition holds.
    #[must_use]
    pub fn partitions(&self) -> &[Partition] {
        &self.partitions
    }

    /// Records in all partitions.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.partitions.iter().map(|partition| partition.records).sum()
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.partitions.iter().map(|partition| partition.bytes).sum()
    }

    /// Path of a partition below the store.
    #[must_use]
    pub fn file(&self, partition: usize) -> String {
        file(&self.name, partition)
    }

    /// Makes the spill durable, so that a checkpoint may name it.
    ///
    /// # Errors
    /// If a file operation fails.
    pub fn sync(&self, storage: &dyn Storage) -> Result<(), StoreError> {
        for (n, partition) in self.partitions.iter().enumerate() {
            if partition.bytes > 0 {
                storage.sync(&self.file(n))?;
            }
        }
        // A spill without a record has made no folder.
        if self.bytes() > 0 {
            storage.sync_folder(FOLDER)?;
            storage.sync_folder("")?;
        }
        Ok(())
    }

    /// A stream of one partition; empty if there is no such partition.
    #[must_use]
    pub fn reader<'a>(&self, storage: &'a dyn Storage, partition: usize) -> SpillReader<'a> {
        let content = self.partitions.get(partition).copied().unwrap_or_default();
        SpillReader::new(storage, self.file(partition), partition, content)
    }

    /// Calls `each` with the records of one partition, slice after slice, in the order they were pushed.
    ///
    /// # Errors
    /// If the file is not what was written, or whatever `each` returns.
    pub fn for_each<R: Pod, E: From<StoreError>>(
        &self,
        storage: &dyn Storage,
        partition: usize,
        mut each: impl FnMut(&[R]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut reader = self.reader(storage, partition);
        while let Some(records) = reader.next_records::<R>()? {
            each(records)?;
        }
        Ok(())
    }

    /// All records of one partition at once; the caller knows that they fit.
    ///
    /// # Errors
    /// If the file is not what was written.
    pub fn load<R: Pod>(&self, storage: &dyn Storage, partition: usize) -> Result<Vec<R>, StoreError> {
        let mut all = Vec::new();
        if let Some(content) = self.partitions.get(partition) {
            // The number comes from a checkpoint, so it is believed only as far as the file is long.
            let have = storage.len(&self.file(partition))?.unwrap_or(0) / size_of::<R>().max(1) as u64;
            all.reserve_exact(content.records.min(have) as usize);
        }
        self.for_each(storage, partition, |records| {
            all.extend_from_slice(records);
            Ok::<(), StoreError>(())
        })?;
        Ok(all)
    }

    /// Removes the file of one partition, once it is no longer needed.
    ///
    /// # Errors
    /// If a file operation fails.
    pub fn remove_partition(&self, storage: &dyn Storage, partition: usize) -> Result<(), StoreError> {
        Ok(storage.remove(&self.file(partition))?)
    }

    /// Removes all its files.
    ///
    /// # Errors
    /// If a file operation fails.
    pub fn remove(&self, storage: &dyn Storage) -> Result<(), StoreError> {
        (0..self.partitions.len()).try_for_each(|partition| self.remove_partition(storage, partition))
    }
}

/// Removes every spill below the store, finished or not.
///
/// # Errors
/// If a file operation fails.
pub fn remove_all(storage: &dyn Storage) -> Result<(), StoreError> {
    for file in storage.list(FOLDER)? {
        storage.remove(&format!("{FOLDER}/{file}"))?;
    }
    Ok(storage.remove_folder(FOLDER)?)
}

fn file(name: &str, partition: usize) -> String {
    format!("{FOLDER}/{name}.{partition:04}")
}

/// Checksum of a chunk with its place.
fn checksum(partition: usize, chunk: u32, payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&(partition as u32).to_le_bytes());
    hasher.update(&chunk.to_le_bytes());
    hasher.update(&(payload.len() as u32).to_le_bytes());
    hasher.update(payload);
    hasher.finalize()
}

#[cfg(test)]
mod tests;
