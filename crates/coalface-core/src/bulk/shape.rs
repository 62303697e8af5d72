//! How a build is cut so that every part fits the memory.

use serde::{Deserialize, Serialize};

use crate::ids::MAX_TX;

/// Bytes that are left to what is not reckoned: the process itself, lists of blocks, the allocator.
pub(super) const RESERVE_BYTES: u64 = 72 << 20;
/// Most windows of outputs; each has a file and a buffer.
const MAX_WINDOWS: u64 = 1 << 13;
/// Fewest bytes that an output, an input takes in a block.
const MIN_OUTPUT_BYTES: u64 = 9;

/// Sizes of the parts of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Partitions by key are 2 to this power.
    pub key_bits: u32,
    /// Rows of a window of outputs or of inputs.
    pub window_rows: u64,
    /// Memory for the table of one partition; one that would need more is read several times.
    pub table_bytes: u64,
    /// Memory for the buffers of one spill.
    pub buffer_bytes: u64,
    /// Block bytes that are parsed at once; two such batches are in memory.
    pub batch_bytes: u64,
    /// Rows that are written at once, in bytes.
    pub portion_bytes: u64,
    /// Memory that the forest may take.
    pub forest_bytes: u64,
}

impl Shape {
    /// The shape for `n_bytes` bytes of blocks in `memory_bytes` bytes on `threads` threads.
    #[must_use]
    pub fn new(memory_bytes: u64, n_bytes: u64, threads: usize) -> Shape {
        const BYTES_A_ROW: u64 = 44;
        let room = memory_bytes.saturating_sub(RESERVE_BYTES).max(16 << 20);
        let threads = threads.max(1) as u64;
        let table_bytes = room / 4 / threads;
        // Tables of addresses take about a fifth of the bytes of the blocks.
        let parts = (n_bytes / 5 / table_bytes.max(1)).next_power_of_two() * 2;
        let most_rows = (n_bytes / MIN_OUTPUT_BYTES).div_ceil(MAX_WINDOWS).next_power_of_two();
        let rows = (room / 4 / threads / BYTES_A_ROW).max(1);
        Shape {
            key_bits: parts.trailing_zeros().clamp(3, 12),
            window_rows: (1 << rows.ilog2()).max(most_rows).clamp(1 << 10, 1 << 28),
            table_bytes,
            buffer_bytes: room / 16,
            batch_bytes: (room / 32).clamp(1 << 20, 32 << 20),
            portion_bytes: (room / 6).min(512 << 20),
            forest_bytes: room,
        }
    }

    /// Partitions by key.
    pub(super) fn n_parts(&self) -> usize {
        1 << self.key_bits
    }

    /// The partition of a key.
    pub(super) fn part_of(&self, key: u64) -> usize {
        (key >> (64 - self.key_bits)) as usize
    }

    /// Windows that `rows` rows make.
    pub(super) fn n_windows(&self, rows: u64) -> usize {
        rows.div_ceil(self.window_rows).max(1) as usize
    }

    /// Window of a row and its place there.
    pub(super) fn place(&self, row: u64) -> (usize, u32) {
        ((row / self.window_rows) as usize, (row % self.window_rows) as u32)
    }

    /// Most windows of outputs that `n_bytes` bytes of blocks can make.
    pub(super) fn most_windows(&self, n_bytes: u64) -> usize {
        self.n_windows(n_bytes / MIN_OUTPUT_BYTES + 1)
    }

    /// Into how many parts the table of a partition with `rows` rows of `row_bytes` bytes is cut, as a power of two.
    pub(super) fn sub_bits(&self, rows: u64, row_bytes: u64) -> u32 {
        let parts = rows.saturating_mul(row_bytes).div_ceil(self.table_bytes.max(1)).max(1);
        parts.next_power_of_two().trailing_zeros().min(20)
    }

    /// Part of its partition that a key belongs to.
    pub(super) fn sub_of(&self, key: u64, sub_bits: u32) -> u64 {
        if sub_bits == 0 {
            0
        } else {
            key << self.key_bits >> (64 - sub_bits)
        }
    }

    /// Whether its numbers make sense, wherever they come from.
    pub(super) fn is_sane(&self) -> bool {
        (1..=12).contains(&self.key_bits)
            && self.window_rows.is_power_of_two()
            && self.window_rows <= MAX_TX
            && self.batch_bytes > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_fit() {
        for memory in [0, 256 << 20, 350 << 20, 4u64 << 30, 1 << 40] {
            for n_bytes in [0, 1 << 20, 16 << 30, 1u64 << 40] {
                for threads in [0, 1, 2, 64] {
                    let shape = Shape::new(memory, n_bytes, threads);
                    assert!(shape.is_sane(), "{shape:?}");
                    assert!(shape.most_windows(n_bytes) <= 1 << 14, "{shape:?}");
                    assert_eq!(shape.part_of(u64::MAX), shape.n_parts() - 1);
                }
            }
        }
    }

    #[test]
    fn parts_of_a_partition_are_in_order_of_key() {
        let shape = Shape { key_bits: 3, ..Shape::new(0, 0, 1) };
        let keys: Vec<u64> = (0..32u64).map(|n| 5 << 61 | n << 56).collect();
        assert!(keys.iter().all(|key| shape.part_of(*key) == 5));
        let subs: Vec<u64> = keys.iter().map(|key| shape.sub_of(*key, 4)).collect();
        assert_eq!((subs[0], subs[31]), (0, 15));
        assert!(subs.is_sorted());
        assert_eq!(shape.sub_of(u64::MAX, 0), 0);
    }
}
