//! The reading side: one chunk in memory at a time, each checked before it is believed.

use bytemuck::Pod;

use super::{checksum, Partition, HEAD_BYTES, MARK, MAX_CHUNK_BYTES};
use crate::io::Storage;
use crate::store::error::StoreError;

/// A stream of one partition. Memory: one chunk.
pub struct SpillReader<'a> {
    storage: &'a dyn Storage,
    file: String,
    partition: usize,
    content: Partition,
    at: u64,
    n_chunks: u32,
    /// Records that were handed out as such.
    n_records: u64,
    /// Words, so that records lie aligned.
    payload: Vec<u64>,
}

impl<'a> SpillReader<'a> {
    pub(super) fn new(storage: &'a dyn Storage, file: String, partition: usize, content: Partition) -> Self {
        SpillReader { storage, file, partition, content, at: 0, n_chunks: 0, n_records: 0, payload: Vec::new() }
    }

    fn wrong(&self, what: impl Into<String>) -> StoreError {
        StoreError::corrupt(self.file.clone(), self.at, what)
    }

    /// The payload of the next chunk: whole records, one after the other; `None` at the end.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] with file and offset if it is not what was written.
    pub fn next_chunk(&mut self) -> Result<Option<&[u8]>, StoreError> {
        if self.at == self.content.bytes {
            return Ok(None);
        }
        if self.at == 0 {
            let have = self.storage.len(&self.file)?.unwrap_or(0);
            if have < self.content.bytes {
                let what = format!("the file ends here, {} bytes were written", self.content.bytes);
                return Err(StoreError::corrupt(self.file.clone(), have, what));
            }
        }
        let left = self.content.bytes - self.at;
        if left < HEAD_BYTES as u64 {
            return Err(self.wrong(format!("{left} bytes are left, too few for a chunk")));
        }
        let mut head = [0u32; HEAD_BYTES / 4];
        self.storage.read_at(&self.file, self.at, bytemuck::cast_slice_mut(&mut head))?;
        let [mark, sum, bytes, chunk] = head;
        let is_sane = mark == MARK && chunk == self.n_chunks && bytes as usize <= MAX_CHUNK_BYTES;
        if !is_sane || bytes == 0 || u64::from(bytes) > left - HEAD_BYTES as u64 {
            return Err(self.wrong("no chunk begins here"));
        }
        let bytes = bytes as usize;
        // Zeros are written once, not for every chunk.
        self.payload.resize(bytes.div_ceil(8).max(self.payload.len()), 0);
        let payload = &mut bytemuck::cast_slice_mut::<u64, u8>(&mut self.payload)[..bytes];
        self.storage.read_at(&self.file, self.at + HEAD_BYTES as u64, payload)?;
        let found = checksum(self.partition, self.n_chunks, payload);
        if found != sum {
            return Err(self.wrong(format!("checksum is {found:08x}, {sum:08x} was written")));
        }
        self.at += (HEAD_BYTES + bytes) as u64;
        self.n_chunks = self.n_chunks.wrapping_add(1);
        Ok(Some(&bytemuck::cast_slice(&self.payload)[..bytes]))
    }

    /// The records of the next chunk, at most 8-aligned; `None` at the end.
    ///
    /// # Errors
    /// As [`SpillReader::next_chunk`], or if the spill holds other records.
    pub fn next_records<R: Pod>(&mut self) -> Result<Option<&[R]>, StoreError> {
        const { assert!(align_of::<R>() <= 8, "a chunk lies at a word") };
        let start = self.at;
        let Some(bytes) = self.next_chunk()?.map(<[u8]>::len) else {
            if self.n_records != self.content.records {
                let (found, written) = (self.n_records, self.content.records);
                return Err(self.wrong(format!("the file ends after {found} records, {written} were written")));
            }
            return Ok(None);
        };
        match bytemuck::try_cast_slice::<u8, R>(&bytemuck::cast_slice(&self.payload)[..bytes]) {
            Ok(records) => {
                self.n_records += records.len() as u64;
                Ok(Some(records))
            }
            Err(_) => {
                let what = format!("{bytes} bytes are no whole records of {}", size_of::<R>());
                Err(StoreError::corrupt(self.file.clone(), start, what))
            }
        }
    }
}
