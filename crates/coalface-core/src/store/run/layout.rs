//! Where the parts of a run file lie, which follows from its head.

use std::ops::Range;

use super::RunKind;
use crate::store::manifest::Clip;

pub(super) const MAGIC: &[u8; 8] = b"CFRUN002";
pub(super) const HEAD_BYTES: u64 = 64;
/// Bits of a hashed key that are kept. 2^40 is a thousand times 2^30, so that few keys of a full chain are equal.
const HASH_BITS: u32 = 40;
/// Bits of a hashed key that are dropped.
pub(super) const DROPPED_BITS: u32 = 64 - HASH_BITS;
const ID_BITS: u32 = 32;
/// Entries a bucket of hashed keys has at most on average, as long as buckets can be made smaller.
const MAX_MEAN: u64 = 64;

/// What the head of a run file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) kind: RunKind,
    pub(super) rows: u64,
    /// What values count from.
    pub(super) value_base: u64,
    pub(super) value_bytes: u8,
    pub(super) buckets: u64,
    /// Bits of a key that stand with the entry; the bits before them are the number of its bucket.
    pub(super) low_bits: u8,
}

/// Bytes of the file.
#[derive(Debug, Clone)]
pub(super) struct Sections {
    pub(super) directory: Range<usize>,
    pub(super) keys: Range<usize>,
    pub(super) values: Range<usize>,
    pub(super) extra: Range<usize>,
}

fn directory_bytes(buckets: u64) -> u64 {
    (buckets + 1) * 4
}

impl Layout {
    /// The smallest layout for `rows` entries below `clip` with values from `first_value` on; `None` if they are too many.
    pub(super) fn choose(kind: RunKind, rows: u64, clip: &Clip, first_value: u64) -> Option<Layout> {
        if rows > u64::from(u32::MAX) {
            return None;
        }
        let (mut value_base, mut value_bytes) = (0, 4);
        if kind == RunKind::AddressOutput {
            value_base = first_value.min(clip.outputs);
            value_bytes = if clip.outputs - value_base <= 1 << 32 { 4 } else { 5 };
        }
        let layout = |low_bits: u32, buckets: u64| Layout {
            kind,
            rows,
            value_base,
            value_bytes,
            buckets,
            low_bits: low_bits as u8,
        };
        let size = |layout: &Layout| directory_bytes(layout.buckets) + rows * layout.key_bytes() as u64;
        if kind.has_hashed_keys() {
            let all = (16..=32).map(|low_bits| layout(low_bits, 1 << (HASH_BITS - low_bits)));
            return all.filter(|layout| rows / layout.buckets < MAX_MEAN || layout.low_bits == 16).min_by_key(size);
        }
        let coarse = layout(16, (clip.addresses >> 16) + 1);
        Some(if coarse.buckets <= 1 << 16 && size(&coarse) < size(&layout(32, 1)) { coarse } else { layout(32, 1) })
    }

    /// The head of the file.
    pub(super) fn head(&self) -> [u8; HEAD_BYTES as usize] {
        let mut head = [0; HEAD_BYTES as usize];
        head[..8].copy_from_slice(MAGIC);
        let numbers = [self.kind as u64, self.rows, self.value_base, self.buckets];
        for (bytes, number) in head[8..40].chunks_exact_mut(8).zip(numbers) {
            bytes.copy_from_slice(&number.to_le_bytes());
        }
        head[40] = self.low_bits;
        head[41] = self.value_bytes;
        let sum = crc32fast::hash(&head[..60]);
        head[60..].copy_from_slice(&sum.to_le_bytes());
        head
    }

    /// What a head says; `None` if it is none.
    pub(super) fn parse(head: &[u8]) -> Option<Layout> {
        let number = |at: usize| Some(u64::from_le_bytes(head.get(at..at + 8)?.try_into().ok()?));
        let kind = RunKind::ALL.into_iter().find(|kind| Some(*kind as u64) == number(8))?;
        let layout = Layout {
            kind,
            rows: number(16)?,
            value_base: number(24)?,
            value_bytes: *head.get(41)?,
            buckets: number(32)?,
            low_bits: *head.get(40)?,
        };
        let bits = u32::from(layout.low_bits);
        let keys_fit = if kind.has_hashed_keys() {
            (16..=32).contains(&bits) && layout.buckets == 1 << (HASH_BITS - bits)
        } else {
            matches!(bits, 16 | 32) && (1..=1 << (ID_BITS - bits)).contains(&layout.buckets)
        };
        let values_fit = match kind {
            RunKind::AddressOutput => matches!(layout.value_bytes, 4 | 5),
            _ => layout.value_bytes == 4 && layout.value_base == 0,
        };
        // Equal to what it would be written as: magic, zeros and checksum too.
        (keys_fit && values_fit && layout.rows <= u64::from(u32::MAX) && layout.head()[..] == *head).then_some(layout)
    }

    /// Bytes of the part of a key that stands with the entry.
    pub(super) fn key_bytes(&self) -> usize {
        usize::from(self.low_bits).div_ceil(8)
    }

    /// Where the parts of the file lie.
    pub(super) fn sections(&self) -> Option<Sections> {
        let section = |start: u64, bytes: u64| -> Option<Range<usize>> {
            Some(usize::try_from(start).ok()?..usize::try_from(start + bytes).ok()?)
        };
        // At most 2^32 rows of at most 5 bytes: far from the end of the number range.
        let next = |range: &Range<usize>| (range.end as u64).next_multiple_of(8);
        let extra_bytes = if self.kind == RunKind::StrictChild { 4 } else { 0 };
        let directory = section(HEAD_BYTES, directory_bytes(self.buckets))?;
        let keys = section(directory.end as u64, self.rows * self.key_bytes() as u64)?;
        let values = section(next(&keys), self.rows * u64::from(self.value_bytes))?;
        let extra = section(next(&values), self.rows * extra_bytes)?;
        Some(Sections { directory, keys, values, extra })
    }

    /// Bucket and low bits of a key; `None` if it is above all keys.
    pub(super) fn place(&self, key: u64) -> Option<(u64, u64)> {
        let key = if self.kind.has_hashed_keys() { key >> DROPPED_BITS } else { key };
        let bucket = key >> self.low_bits;
        (bucket < self.buckets).then_some((bucket, key & ((1 << self.low_bits) - 1)))
    }

    /// The key with these low bits in a bucket.
    pub(super) fn key(&self, bucket: u64, low: u64) -> u64 {
        let key = bucket << self.low_bits | low;
        if self.kind.has_hashed_keys() {
            key << DROPPED_BITS
        } else {
            key
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(outputs: u64, addresses: u64) -> Clip {
        Clip { txs: 1 << 32, outputs, addresses, externals: 1 << 32 }
    }

    #[test]
    fn a_head_reads_as_it_was_written() {
        for kind in RunKind::ALL {
            for rows in [0, 1, 300, 1 << 19, 1 << 21, 1 << 27, 1_400_000_000, u64::from(u32::MAX)] {
                let layout = Layout::choose(kind, rows, &clip(5_000_000_000, 1_500_000_000), 7).unwrap();
                assert_eq!(Layout::parse(&layout.head()), Some(layout));
                for byte in 0..64 {
                    let mut head = layout.head();
                    head[byte] ^= 1;
                    assert_eq!(Layout::parse(&head), None, "byte {byte}");
                }
            }
        }
        assert_eq!(Layout::choose(RunKind::Txid, 1 << 32, &clip(0, 0), 0), None);
    }

    #[test]
    fn a_layout_fits_what_is_in_it() {
        let of = |kind, rows, clip| {
            let layout = Layout::choose(kind, rows, &clip, clip.outputs / 2).unwrap();
            (layout.key_bytes(), layout.value_bytes)
        };
        let small = clip(1 << 20, 1 << 20);
        let large = clip(10 << 32, 1 << 31);
        assert_eq!([1 << 10, 1 << 22, 1 << 29].map(|rows| of(RunKind::Txid, rows, small).0), [4, 3, 2]);
        assert_eq!(of(RunKind::AddressOutput, 1 << 20, small), (2, 4));
        assert_eq!(of(RunKind::AddressOutput, 1 << 10, large), (4, 5));
        assert_eq!(of(RunKind::AddressOutput, 1 << 31, large), (2, 5));
        // Values from the middle on: exactly 2^32 of them fit four bytes.
        assert_eq!(of(RunKind::AddressOutput, 9, clip(2 << 32, 9)), (2, 4));
        assert_eq!(of(RunKind::AddressOutput, 9, clip((2 << 32) + 2, 9)), (2, 5));
    }
}
