//! Ids of inputs and outputs in five bytes: a column of their low four, and one of the fifth.

use std::sync::atomic::{fence, Ordering};

use crate::ids::{EXTERNAL_BIT, NONE_U64};
use crate::io::Storage;
use crate::prefetch::prefetch;
use crate::store::column::{Column, Stamped};
use crate::store::error::StoreError;

/// The high byte of NONE.
pub const NONE_HIGH: u8 = 0xff;
/// Bit of the high byte that stands for [`EXTERNAL_BIT`].
const EXTERNAL_HIGH: u8 = 0x80;

/// Low and high part of an id: a number below [`MAX_ROW`](crate::ids::MAX_ROW), one below 2^32 with [`EXTERNAL_BIT`],
/// or NONE.
#[must_use]
pub fn parts(id: u64) -> (u32, u8) {
    match id {
        NONE_U64 => (u32::MAX, NONE_HIGH),
        _ if id & EXTERNAL_BIT != 0 => (id as u32, EXTERNAL_HIGH | (id >> 32) as u8),
        _ => (id as u32, (id >> 32) as u8),
    }
}

/// The id that has these parts.
#[must_use]
pub fn whole(low: u32, high: u8) -> u64 {
    if high == NONE_HIGH {
        return NONE_U64;
    }
    let external = if high & EXTERNAL_HIGH == 0 { 0 } else { EXTERNAL_BIT };
    external | u64::from(high & !EXTERNAL_HIGH) << 32 | u64::from(low)
}

/// A view of two append-only columns as one.
#[derive(Debug, Clone)]
pub struct Split {
    low: Column<u32>,
    high: Column<u8>,
}

impl Split {
    /// View of the first `rows` rows of both files.
    ///
    /// # Errors
    /// If one of them is shorter.
    pub fn open(storage: &dyn Storage, [low, high]: [&str; 2], rows: u64) -> Result<Self, StoreError> {
        Ok(Split { low: Column::open(storage, low, rows)?, high: Column::open(storage, high, rows)? })
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.high.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.high.is_empty()
    }

    /// The id in a row; `None` past the end.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<u64> {
        Some(whole(*self.low.get(row)?, *self.high.get(row)?))
    }

    /// The id in a row.
    ///
    /// # Panics
    /// If `row` is past the end, like a slice.
    #[must_use]
    pub fn at(&self, row: usize) -> u64 {
        whole(self.low[row], self.high[row])
    }

    /// Whether the parts in a row are those that its id is written as: NONE has one low part only. `true` past the end.
    #[must_use]
    pub fn is_exact(&self, row: usize) -> bool {
        self.low.get(row).zip(self.high.get(row)).is_none_or(|(low, high)| parts(whole(*low, *high)) == (*low, *high))
    }

    /// The ids in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        self.low.iter().zip(self.high.iter()).map(|(low, high)| whole(*low, *high))
    }
}

/// A view of two stamped columns as one. The writer stamps the low part first and takes the high one back first, so that
/// who reads the high part first and finds it set finds the low part that belongs to it.
#[derive(Debug, Clone)]
pub struct StampedSplit {
    low: Stamped<u32>,
    high: Stamped<u8>,
}

impl StampedSplit {
    /// View of the first `rows` rows of both files.
    ///
    /// # Errors
    /// If one of them is shorter.
    pub fn open(storage: &dyn Storage, [low, high]: [&str; 2], rows: u64) -> Result<Self, StoreError> {
        Ok(StampedSplit { low: Stamped::open(storage, low, rows)?, high: Stamped::open(storage, high, rows)? })
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.high.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.high.is_empty()
    }

    /// The cell's value now; `None` past the end.
    #[must_use]
    pub fn try_get(&self, row: usize) -> Option<u64> {
        (row < self.len()).then(|| self.get(row))
    }

    /// The cell's value now.
    ///
    /// # Panics
    /// If `row` is past the end, like a slice.
    #[must_use]
    pub fn get(&self, row: usize) -> u64 {
        let (low, high) = self.cell(row);
        whole(low, high)
    }

    /// Copies the ids from row `start` on, as they are now: for loops over many, which check the bounds once.
    ///
    /// # Panics
    /// If they end past the last row, like a slice.
    pub fn read_into(&self, start: usize, ids: &mut [u64]) {
        const ROWS: usize = 512;
        let (mut low, mut high) = ([0u32; ROWS], [0u8; ROWS]);
        for (n, ids) in ids.chunks_mut(ROWS).enumerate() {
            let (low, high) = (&mut low[..ids.len()], &mut high[..ids.len()]);
            self.read_parts_into(start + n * ROWS, low, high);
            for ((id, low), high) in ids.iter_mut().zip(low).zip(high) {
                *id = whole(*low, *high);
            }
        }
    }

    /// Where the low and the high part of a row lie, as [`Stamped::place`].
    #[must_use]
    pub fn places(&self, row: usize) -> (*const u8, *const u8) {
        (self.low.place(row), self.high.place(row))
    }

    /// Copies the parts of the ids from row `start` on, as they are now, into two arrays of one length.
    ///
    /// # Panics
    /// If they end past the last row, like a slice.
    pub fn read_parts_into(&self, start: usize, low: &mut [u32], high: &mut [u8]) {
        self.high.read_into(start, high);
        fence(Ordering::Acquire); // as in `cell`
        self.low.read_into(start, low);
    }

    /// As [`Split::is_exact`].
    #[must_use]
    pub fn is_exact(&self, row: usize) -> bool {
        row >= self.len() || {
            let (low, high) = self.cell(row);
            parts(whole(low, high)) == (low, high)
        }
    }

    /// Both parts of the cell as they are now.
    fn cell(&self, row: usize) -> (u32, u8) {
        let high = self.high.get(row);
        // What the writer wrote before the high part is seen by whoever sees the high part.
        fence(Ordering::Acquire);
        (self.low.get(row), high)
    }
}

/// New rows of two columns that are one.
#[derive(Debug, Default)]
pub struct SplitRows {
    low: Vec<u32>,
    high: Vec<u8>,
}

impl SplitRows {
    /// Appends an id.
    pub fn push(&mut self, id: u64) {
        let (low, high) = parts(id);
        self.low.push(low);
        self.high.push(high);
    }

    /// Appends ids.
    pub fn extend_from_slice(&mut self, ids: &[u64]) {
        self.low.extend(ids.iter().map(|id| parts(*id).0));
        self.high.extend(ids.iter().map(|id| parts(*id).1));
    }

    /// Makes it `rows` rows, new ones with `id`.
    pub fn resize(&mut self, rows: usize, id: u64) {
        let (low, high) = parts(id);
        self.low.resize(rows, low);
        self.high.resize(rows, high);
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.high.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.high.is_empty()
    }

    /// The id in a row.
    ///
    /// # Panics
    /// If `row` is past the end, like a slice.
    #[must_use]
    pub fn at(&self, row: usize) -> u64 {
        match self.high[row] {
            NONE_HIGH => NONE_U64,
            high => whole(self.low[row], high),
        }
    }

    /// The id in a row; `None` past the end.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<u64> {
        (row < self.len()).then(|| self.at(row))
    }

    /// Asks the processor to fetch a row; nothing happens past the end.
    #[inline]
    pub fn prefetch(&self, row: usize) {
        prefetch(&self.low, row);
        prefetch(&self.high, row);
    }

    /// Replaces the id in a row.
    ///
    /// # Panics
    /// If `row` is past the end, like a slice.
    pub fn set(&mut self, row: usize, id: u64) {
        (self.low[row], self.high[row]) = parts(id);
    }

    /// Drops the rows from number `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        self.low.truncate(rows);
        self.high.truncate(rows);
    }

    /// Low parts and high parts as the files keep them.
    #[must_use]
    pub fn bytes(&self) -> [&[u8]; 2] {
        [bytemuck::cast_slice(&self.low), &self.high]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MAX_ROW;

    #[test]
    fn ids_are_whole_again() {
        let edge = 1u64 << 32;
        let ids = [0, 1, edge - 1, edge, edge + 1, 9 * edge - 1, MAX_ROW - 1];
        let externals = ids[..3].iter().map(|row| EXTERNAL_BIT | row);
        for id in ids.into_iter().chain(externals).chain([NONE_U64]) {
            let (low, high) = parts(id);
            assert_eq!(whole(low, high), id, "{id:#x}");
            assert_eq!(high == NONE_HIGH, id == NONE_U64, "{id:#x}");
            let mut rows = SplitRows::default();
            rows.resize(2, NONE_U64);
            rows.set(1, id);
            rows.push(5);
            assert_eq!([0, 1, 2].map(|row| rows.at(row)), [NONE_U64, id, 5]);
        }
    }

    #[test]
    fn stamped_cells_read_the_same_one_by_one_and_in_a_row() {
        use crate::io::replay::ReplayStorage;
        let ids: Vec<u64> =
            (0..1500u64).map(|n| if n % 3 == 0 { NONE_U64 } else { n.wrapping_mul(0x9e37_79b9) % MAX_ROW }).collect();
        let mut rows = SplitRows::default();
        rows.extend_from_slice(&ids);
        let storage = ReplayStorage::default();
        for (file, bytes) in ["low", "high"].into_iter().zip(rows.bytes()) {
            storage.write_at(file, 0, bytes).unwrap();
        }
        let column = StampedSplit::open(&storage, ["low", "high"], 1500).unwrap();
        for (start, len) in [(0, 1500), (7, 512), (3, 1025), (1499, 1), (1500, 0)] {
            let mut read = vec![0; len];
            column.read_into(start, &mut read);
            assert_eq!(read, ids[start..start + len]);
        }
        assert!((0..1500).all(|row| column.get(row) == ids[row] && column.is_exact(row)));
        storage.write_at("high", 1, &[NONE_HIGH]).unwrap();
        let column = StampedSplit::open(&storage, ["low", "high"], 1500).unwrap();
        assert!(column.get(1) == NONE_U64 && !column.is_exact(1) && column.is_exact(1500));
        assert_eq!((column.try_get(1), column.try_get(1500)), (Some(NONE_U64), None));
    }
}
