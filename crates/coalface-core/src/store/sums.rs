//! Checksums of append-only columns, one for every full chunk of 1 MiB; that of the unfinished chunk is in the manifest.

use super::error::StoreError;
use super::layout::ColumnInfo;
use crate::io::{Storage, View};

/// Bytes that one checksum covers.
pub const CHUNK_BYTES: u64 = 1 << 20;

/// File that holds the checksums of `column`.
#[must_use]
pub fn file(column: &ColumnInfo) -> String {
    format!("sums/{}", column.key())
}

/// Checksums that appending makes final, and that of the chunk left unfinished.
#[derive(Debug, PartialEq, Eq)]
pub struct Appended {
    /// CRC-32 of each chunk that became full.
    pub full: Vec<u32>,
    /// CRC-32 of what is left (0 for nothing).
    pub tail: u32,
}

/// Sums after `bytes` were appended to a column of `old_bytes` bytes whose unfinished chunk has the sum `tail`.
#[must_use]
pub fn append(old_bytes: u64, tail: u32, mut bytes: &[u8]) -> Appended {
    let mut in_chunk = old_bytes % CHUNK_BYTES;
    let mut hasher = crc32fast::Hasher::new_with_initial_len(tail, in_chunk);
    let mut full = Vec::new();
    while bytes.len() as u64 >= CHUNK_BYTES - in_chunk {
        let (now, later) = bytes.split_at((CHUNK_BYTES - in_chunk) as usize);
        hasher.update(now);
        full.push(hasher.finalize());
        hasher = crc32fast::Hasher::new();
        bytes = later;
        in_chunk = 0;
    }
    hasher.update(bytes);
    Appended { full, tail: hasher.finalize() }
}

/// Compares a column with its checksums; the first chunk that differs is the error.
///
/// # Errors
/// [`StoreError::Corrupt`] with file and offset.
pub fn verify(storage: &dyn Storage, column: &ColumnInfo, rows: u64, tail: u32) -> Result<(), StoreError> {
    let sums = Sums::open(storage, column, rows, tail)?;
    (0..sums.len()).try_for_each(|chunk| sums.verify_chunk(chunk))
}

/// The checksums of a column beside its bytes, to be compared chunk by chunk.
#[derive(Debug)]
pub struct Sums {
    file: String,
    view: View,
    full: View,
    tail: u32,
}

impl Sums {
    /// The first `rows` rows of `column`, whose unfinished chunk has the sum `tail`.
    ///
    /// # Errors
    /// If the column or its checksums are shorter than that.
    pub fn open(storage: &dyn Storage, column: &ColumnInfo, rows: u64, tail: u32) -> Result<Sums, StoreError> {
        let bytes = rows * column.width as u64;
        let wanted = bytes / CHUNK_BYTES * 4;
        let have = storage.len(&file(column))?.unwrap_or(0);
        if have < wanted {
            let what = format!("the file ends here, {wanted} bytes are needed");
            return Err(StoreError::corrupt(file(column), have, what));
        }
        let view = storage.view(&column.file(), bytes)?;
        Ok(Sums { file: column.file(), view, full: storage.view(&file(column), wanted)?, tail })
    }

    /// Number of chunks, the unfinished one included.
    #[must_use]
    pub fn len(&self) -> u64 {
        (self.view.len() as u64).div_ceil(CHUNK_BYTES)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.view.is_empty()
    }

    /// Compares one chunk.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] with file and offset.
    pub fn verify_chunk(&self, chunk: u64) -> Result<(), StoreError> {
        let Some(content) = self.view.chunks(CHUNK_BYTES as usize).nth(chunk as usize) else { return Ok(()) };
        let full: &[u32] = bytemuck::cast_slice(&self.full);
        let expected = full.get(chunk as usize).copied().unwrap_or(self.tail);
        let found = crc32fast::hash(content);
        if found == expected {
            return Ok(());
        }
        let what = format!("checksum is {found:08x}, {expected:08x} was written");
        Err(StoreError::corrupt(self.file.clone(), chunk * CHUNK_BYTES, what))
    }
}

/// Sum of the unfinished chunk of a column that is cut back to `rows` rows.
///
/// # Errors
/// If the column cannot be read.
pub fn tail_at(storage: &dyn Storage, column: &ColumnInfo, rows: u64) -> Result<u32, StoreError> {
    let bytes = rows * column.width as u64;
    let view = storage.view(&column.file(), bytes)?;
    Ok(crc32fast::hash(&view[(bytes - bytes % CHUNK_BYTES) as usize..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appending_in_pieces_equals_at_once() {
        let bytes: Vec<u8> = (0..3 * CHUNK_BYTES as usize + 77).map(|n| (n * 31 % 251) as u8).collect();
        let whole = append(0, 0, &bytes);
        let (mut full, mut tail, mut at) = (Vec::new(), 0, 0u64);
        for step in [1, 1_000_000, 48_575, 1, 2_000_000, usize::MAX] {
            let end = bytes.len().min(usize::try_from(at).unwrap_or(usize::MAX).saturating_add(step));
            let next = append(at, tail, &bytes[at as usize..end]);
            full.extend(next.full);
            (tail, at) = (next.tail, end as u64);
        }
        assert_eq!(whole, Appended { full, tail });
        assert_eq!(whole.full.len(), 3);
    }
}
