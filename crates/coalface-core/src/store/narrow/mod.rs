//! Columns whose files are narrower than their values: what a reader sees and what new rows are put into.
//!
//! [`rising`] keeps the low half of numbers that never fall, [`split`] five bytes of an id in two files, [`slot`] nothing
//! but a directory.

pub mod rising;
pub mod slot;
pub mod split;

pub use rising::{Rising, RisingRows};
pub use split::{Split, SplitRows, StampedSplit};

use bytemuck::Pod;

use super::column::Column;

/// Rows that are read one by one, however wide the file keeps them.
pub trait Cells: Sync {
    /// What a row holds.
    type Cell: Copy;

    /// Number of rows.
    fn n_rows(&self) -> usize;

    /// The value of a row; `None` past the end.
    fn cell(&self, row: usize) -> Option<Self::Cell>;
}

impl<T: Pod + Sync> Cells for [T] {
    type Cell = T;

    fn n_rows(&self) -> usize {
        self.len()
    }

    fn cell(&self, row: usize) -> Option<T> {
        self.get(row).copied()
    }
}

impl<T: Pod + Sync> Cells for Column<T> {
    type Cell = T;

    fn n_rows(&self) -> usize {
        self.len()
    }

    fn cell(&self, row: usize) -> Option<T> {
        self.get(row).copied()
    }
}

impl Cells for Rising {
    type Cell = u64;

    fn n_rows(&self) -> usize {
        self.len()
    }

    fn cell(&self, row: usize) -> Option<u64> {
        self.get(row)
    }
}

impl Cells for Split {
    type Cell = u64;

    fn n_rows(&self) -> usize {
        self.len()
    }

    fn cell(&self, row: usize) -> Option<u64> {
        self.get(row)
    }
}
