//! Checksums of append-only columns, one for every full chunk of 1 MiB; that of the unfinished chunk is in the manifest.

use super::error::StoreError;
use super::layout::ColumnInfo;
use crate::io::Storage;

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
    let bytes = rows * column.width as u64;
    let view = storage.view(&column.file(), bytes)?;
    let n_full = bytes / CHUNK_BYTES;
    let sums = storage.view(&file(column), n_full * 4)?;
    let sums: &[u32] = bytemuck::cast_slice(&sums);
    for (chunk, content) in view.chunks(CHUNK_BYTES as usize).enumerate() {
        let expected = sums.get(chunk).copied().unwrap_or(tail);
        let found = crc32fast::hash(content);
        if found != expected {
            let what = format!("checksum is {found:08x}, {expected:08x} was written");
            return Err(StoreError::corrupt(column.file(), chunk as u64 * CHUNK_BYTES, what));
        }
    }
    Ok(())
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
