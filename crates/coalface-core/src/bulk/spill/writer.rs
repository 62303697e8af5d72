//! The writing side: one buffer a partition, a chunk written whenever one is full.

use std::sync::{Mutex, PoisonError};

use bytemuck::Pod;

use super::{checksum, file, Partition, Spill};
use super::{HEAD_BYTES, MARK, MAX_BUFFER_BYTES, MAX_CHUNK_BYTES, MAX_PARTITIONS, MIN_BUFFER_BYTES};
use crate::io::Storage;
use crate::store::error::StoreError;

/// Writes records into partitions. Memory: at most the budget, or [`MIN_BUFFER_BYTES`] a partition if that is more.
pub struct SpillWriter<'a> {
    storage: &'a dyn Storage,
    name: String,
    buffer_bytes: usize,
    parts: Vec<Mutex<Part>>,
}

#[derive(Default)]
struct Part {
    /// Head and payload of the chunk that is being filled.
    chunk: Vec<u8>,
    n_chunks: u32,
    content: Partition,
}

impl<'a> SpillWriter<'a> {
    /// Begins a spill named `name` (unique among those of a run; `a-z`, `0-9`, `_`), dropping what an earlier run left
    /// under that name.
    ///
    /// # Errors
    /// If there are too many partitions or a file operation fails.
    pub fn create(
        storage: &'a dyn Storage,
        name: &str,
        partitions: usize,
        budget_bytes: usize,
    ) -> Result<SpillWriter<'a>, StoreError> {
        if partitions > MAX_PARTITIONS {
            let (wanted, limit) = (partitions as u64, MAX_PARTITIONS as u64);
            return Err(StoreError::Full { what: "partitions of a spill", wanted, limit });
        }
        let prefix = format!("{name}.");
        for found in storage.list(super::FOLDER)? {
            if found.starts_with(&prefix) {
                storage.remove(&format!("{}/{found}", super::FOLDER))?;
            }
        }
        let buffer_bytes = (budget_bytes / partitions.max(1)).clamp(MIN_BUFFER_BYTES, MAX_BUFFER_BYTES);
        let parts = (0..partitions).map(|_| Mutex::default()).collect();
        Ok(SpillWriter { storage, name: name.to_owned(), buffer_bytes, parts })
    }

    /// Number of partitions.
    #[must_use]
    pub fn n_partitions(&self) -> usize {
        self.parts.len()
    }

    /// Adds one record.
    ///
    /// # Errors
    /// If a chunk cannot be written.
    ///
    /// # Panics
    /// If there is no such partition, like a slice.
    #[inline]
    pub fn push<R: Pod>(&mut self, partition: usize, record: &R) -> Result<(), StoreError> {
        self.push_with_tail(partition, record, &[])
    }

    /// Adds one record of varying length: `head`, which has to say how long `tail` is, and `tail`. Read them back by
    /// [`super::SpillReader::next_chunk`].
    ///
    /// # Errors
    /// If a chunk cannot be written, or the record is larger than any block.
    ///
    /// # Panics
    /// If there is no such partition, like a slice.
    #[inline]
    pub fn push_with_tail<R: Pod>(&mut self, partition: usize, head: &R, tail: &[u8]) -> Result<(), StoreError> {
        let part = self.parts[partition].get_mut().unwrap_or_else(PoisonError::into_inner);
        let bytes = size_of::<R>() + tail.len();
        if part.chunk.is_empty() || part.chunk.len() + bytes > self.buffer_bytes {
            part.make_room(self.storage, &self.name, partition, self.buffer_bytes, bytes)?;
        }
        part.chunk.extend_from_slice(bytemuck::bytes_of(head));
        part.chunk.extend_from_slice(tail);
        part.content.records += 1;
        Ok(())
    }

    /// Adds records from any of several threads; those of one call stay together and in order.
    ///
    /// # Errors
    /// If a chunk cannot be written.
    ///
    /// # Panics
    /// If there is no such partition, like a slice.
    pub fn append<R: Pod>(&self, partition: usize, mut records: &[R]) -> Result<(), StoreError> {
        let mut part = self.parts[partition].lock().unwrap_or_else(PoisonError::into_inner);
        let width = size_of::<R>().max(1);
        while !records.is_empty() {
            if part.chunk.is_empty() || part.chunk.len() + width > self.buffer_bytes {
                part.make_room(self.storage, &self.name, partition, self.buffer_bytes, width)?;
            }
            let room = (self.buffer_bytes.saturating_sub(part.chunk.len()) / width).max(1);
            let (now, later) = records.split_at(room.min(records.len()));
            part.chunk.extend_from_slice(bytemuck::cast_slice(now));
            part.content.records += now.len() as u64;
            records = later;
        }
        Ok(())
    }

    /// Writes what is left in the buffers.
    ///
    /// # Errors
    /// If a chunk cannot be written.
    pub fn finish(self) -> Result<Spill, StoreError> {
        let mut partitions = Vec::with_capacity(self.parts.len());
        for (n, part) in self.parts.into_iter().enumerate() {
            let mut part = part.into_inner().unwrap_or_else(PoisonError::into_inner);
            part.flush(self.storage, &self.name, n)?;
            partitions.push(part.content);
        }
        Ok(Spill { name: self.name, partitions })
    }
}

impl Part {
    /// Begins a new chunk, once the old one is written, with room for a buffer or for one record of `bytes` bytes.
    #[cold]
    fn make_room(
        &mut self,
        storage: &dyn Storage,
        name: &str,
        partition: usize,
        buffer_bytes: usize,
        bytes: usize,
    ) -> Result<(), StoreError> {
        if bytes > MAX_CHUNK_BYTES {
            let (wanted, limit) = (bytes as u64, MAX_CHUNK_BYTES as u64);
            return Err(StoreError::Full { what: "bytes of a spilled record", wanted, limit });
        }
        self.flush(storage, name, partition)?;
        // A large record has grown the buffer, which the next one does not need.
        self.chunk.shrink_to(buffer_bytes);
        self.chunk.reserve_exact(buffer_bytes.max(HEAD_BYTES + bytes));
        self.chunk.resize(HEAD_BYTES, 0);
        Ok(())
    }

    fn flush(&mut self, storage: &dyn Storage, name: &str, partition: usize) -> Result<(), StoreError> {
        if self.chunk.len() <= HEAD_BYTES {
            self.chunk.clear();
            return Ok(());
        }
        let (head, payload) = self.chunk.split_at_mut(HEAD_BYTES);
        let sum = checksum(partition, self.n_chunks, payload);
        let numbers = [MARK, sum, payload.len() as u32, self.n_chunks];
        for (cell, number) in head.chunks_exact_mut(4).zip(numbers) {
            cell.copy_from_slice(&number.to_le_bytes());
        }
        storage.write_at(&file(name, partition), self.content.bytes, &self.chunk)?;
        self.content.bytes += self.chunk.len() as u64;
        // Only the checksum would notice that the number of a chunk comes again.
        self.n_chunks = self.n_chunks.wrapping_add(1);
        self.chunk.clear();
        Ok(())
    }
}
