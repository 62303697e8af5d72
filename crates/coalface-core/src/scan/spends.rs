//! Which outputs are unspent, in lanes: ids of spending inputs are compared in the two parts that the files keep.

use std::ops::Range;

use super::ahead::Ahead;
use super::sweep::KERNEL_ROWS;
use crate::ids::MAX_ROW;
use crate::lookup::Bound;
use crate::store::Snapshot;

/// Both parts of the first input that is not seen. An output is unspent if its cell is not below it: NONE is above all.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    low: u32,
    high: u8,
}

impl Edge {
    /// That of a bound.
    #[must_use]
    pub fn of(bound: &Bound) -> Edge {
        // No input has a larger number than this, so that nothing between is lost.
        let inputs = bound.inputs.min(MAX_ROW);
        Edge { low: inputs as u32, high: (inputs >> u32::BITS) as u8 }
    }

    /// Whether a cell with these parts is that of an unspent output. Without a branch, for lanes.
    #[inline(always)]
    #[must_use]
    pub fn is_unspent(self, low: u32, high: u8) -> bool {
        (high > self.high) | ((high == self.high) & (low >= self.low))
    }
}

impl Edge {
    /// As [`Edge::is_unspent`], for lanes of one width.
    #[inline(always)]
    #[must_use]
    pub fn is_unspent_wide(self, low: u32, high: u32) -> bool {
        let edge = u32::from(self.high);
        (high > edge) | ((high == edge) & (low >= self.low))
    }
}

/// Room for the cells of one kernel.
pub struct Spends {
    low: [u32; KERNEL_ROWS],
    high: [u8; KERNEL_ROWS],
}

impl Default for Spends {
    fn default() -> Spends {
        Spends { low: [0; KERNEL_ROWS], high: [0; KERNEL_ROWS] }
    }
}

/// The cells from a row on, low parts and high parts, to be fetched.
#[must_use]
pub fn ahead(snapshot: &Snapshot, row: usize) -> [Ahead; 2] {
    let (low, high) = snapshot.columns.output_spent_by.places(row);
    [Ahead::at(low, size_of::<u32>()), Ahead::at(high, size_of::<u8>())]
}

impl Spends {
    /// Low and high parts of the cells of `rows` as they are stamped now.
    ///
    /// # Panics
    /// If `rows` are more than [`KERNEL_ROWS`] or end past the column, which callers rule out with
    /// [`head`](super::source::head) of another column of outputs.
    pub fn read(&mut self, snapshot: &Snapshot, rows: Range<usize>) -> (&[u32], &[u8]) {
        let (low, high) = (&mut self.low[..rows.len()], &mut self.high[..rows.len()]);
        snapshot.columns.output_spent_by.read_parts_into(rows.start, low, high);
        (low, high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::NONE_U64;
    use crate::store::narrow::split::{parts, whole};

    #[test]
    fn parts_compare_as_their_ids() {
        let edge = 1u64 << 32;
        let ids = [0, 1, 2, edge - 1, edge, edge + 1, 2 * edge - 1, 2 * edge, MAX_ROW - 1, MAX_ROW, NONE_U64];
        for inputs in ids {
            let bound = Bound { blocks: 0, txs: 0, inputs, outputs: 0 };
            let seen = Edge::of(&bound);
            for id in ids.into_iter().filter(|id| *id != MAX_ROW) {
                let (low, high) = parts(id);
                assert_eq!(seen.is_unspent(low, high), seen.is_unspent_wide(low, high.into()));
                assert_eq!(seen.is_unspent(low, high), id >= inputs.min(MAX_ROW), "{id:#x} of {inputs:#x}");
            }
            // Bytes that no id is written as are read as the id that a look-up reads, and are unspent too.
            for (low, high) in [(0, 0x80), (7, 0xff), (u32::MAX, 0xfe)] {
                assert!(whole(low, high) >= inputs || inputs == NONE_U64);
                assert!(seen.is_unspent(low, high));
            }
        }
    }
}
