//! Typed, bounds-checked views of column files.

use std::marker::PhantomData;
use std::ops::Deref;

use bytemuck::Pod;

use super::error::StoreError;
use crate::io::{Storage, View};

#[cfg(target_endian = "big")]
compile_error!("columns are little-endian arrays that are used where they lie");

fn open(storage: &dyn Storage, file: &str, rows: u64, width: usize) -> Result<View, StoreError> {
    let bytes = rows
        .checked_mul(width as u64)
        .ok_or_else(|| StoreError::corrupt("manifest.json", 0, format!("{rows} rows of `{file}`")))?;
    let have = storage.len(file)?.unwrap_or(0);
    if have < bytes {
        return Err(StoreError::corrupt(file, have, format!("the file ends here, {bytes} bytes are needed")));
    }
    Ok(storage.view(file, bytes)?)
}

/// An append-only column: a slice that never changes below its length.
#[derive(Debug, Clone)]
pub struct Column<T> {
    view: View,
    rows: PhantomData<T>,
}

impl<T: Pod> Column<T> {
    /// View of the first `rows` rows of `file`.
    ///
    /// # Errors
    /// If the file is shorter.
    pub fn open(storage: &dyn Storage, file: &str, rows: u64) -> Result<Self, StoreError> {
        let view = open(storage, file, rows, size_of::<T>())?;
        // Maps start at a page, copies at a word: aligned for every row type.
        debug_assert!(bytemuck::try_cast_slice::<u8, T>(&view).is_ok());
        Ok(Column { view, rows: PhantomData })
    }

    /// The bytes behind the column, for zero-copy sharing.
    #[must_use]
    pub fn view(&self) -> &View {
        &self.view
    }
}

impl<T: Pod> Deref for Column<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        bytemuck::cast_slice(&self.view)
    }
}

/// What is read at once of cells that may change: no more than processors read without tearing one of the cells in it.
#[cfg(target_arch = "x86_64")]
type Word = std::arch::x86_64::__m128i;
#[cfg(not(target_arch = "x86_64"))]
type Word = u64;

/// A column whose cells may be stamped by the writer while readers look: single cells only, no slice.
#[derive(Debug, Clone)]
pub struct Stamped<T> {
    view: View,
    rows: PhantomData<T>,
}

impl<T: Pod> Stamped<T> {
    /// View of the first `rows` rows of `file`.
    ///
    /// # Errors
    /// If the file is shorter.
    pub fn open(storage: &dyn Storage, file: &str, rows: u64) -> Result<Self, StoreError> {
        Ok(Stamped { view: open(storage, file, rows, size_of::<T>())?, rows: PhantomData })
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.view.len() / size_of::<T>()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.view.is_empty()
    }

    /// The cell's value now; `None` past the end.
    #[must_use]
    pub fn try_get(&self, row: usize) -> Option<T> {
        (row < self.len()).then(|| self.get(row))
    }

    /// The cell's value now.
    ///
    /// # Panics
    /// If `row` is past the end, like a slice.
    #[must_use]
    pub fn get(&self, row: usize) -> T {
        assert!(row < self.len(), "row {row} of {}", self.len());
        // SAFETY: `row` is below the number of rows, the view is aligned for T (a page or a word) and T is Pod, so
        // any bytes are a value. Volatile, because the writer may stamp the cell at any time.
        unsafe { self.view.as_ptr().cast::<T>().add(row).read_volatile() }
    }

    /// Where the cell of a row lies, or would lie: to be fetched, not to be read.
    #[must_use]
    pub fn place(&self, row: usize) -> *const u8 {
        self.view.as_ptr().wrapping_add(row.wrapping_mul(size_of::<T>()))
    }

    /// Copies the cells from row `start` on, as they are now: for loops over many, which check the bounds once.
    ///
    /// # Panics
    /// If they end past the last row, like a slice.
    pub fn read_into(&self, start: usize, cells: &mut [T]) {
        let end = start.checked_add(cells.len());
        assert!(end.is_some_and(|end| end <= self.len()), "{} rows from row {start} of {}", cells.len(), self.len());
        // SAFETY: `start` lies in the view or at its end.
        let from = unsafe { self.view.as_ptr().cast::<T>().add(start) };
        // Cells that share an aligned word are read by one load; those before the first word and behind the last one by one.
        const WORD: usize = size_of::<Word>();
        let is_narrow = size_of::<T>() > 0 && size_of::<u64>().is_multiple_of(size_of::<T>());
        let head = if is_narrow { from.align_offset(align_of::<Word>()).min(cells.len()) } else { cells.len() };
        let of_words = (cells.len() - head) * size_of::<T>() / WORD * WORD / size_of::<T>().max(1);
        let (first, rest) = cells.split_at_mut(head);
        let (middle, last) = rest.split_at_mut(of_words);
        for (n, bytes) in bytemuck::cast_slice_mut::<T, u8>(middle).chunks_exact_mut(WORD).enumerate() {
            // SAFETY: as in `get`; the word is aligned and ends with a cell below the number of rows.
            let word = unsafe { from.add(head).cast::<Word>().add(n).read_volatile() };
            bytes.copy_from_slice(bytemuck::bytes_of(&word));
        }
        for (start, cells) in [(0, first), (head + of_words, last)] {
            for (n, cell) in cells.iter_mut().enumerate() {
                // SAFETY: as in `get`; `start + n` is below the number of rows.
                *cell = unsafe { from.add(start + n).read_volatile() };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::replay::ReplayStorage;

    fn compare<T: Pod + PartialEq + std::fmt::Debug>(rows: &[T]) {
        let storage = ReplayStorage::default();
        storage.write_at("cells", 0, bytemuck::cast_slice(rows)).unwrap();
        let column: Stamped<T> = Stamped::open(&storage, "cells", rows.len() as u64).unwrap();
        for start in 0..rows.len().min(20) {
            for end in (start..rows.len().min(start + 20)).chain([rows.len()]) {
                let mut read = vec![T::zeroed(); end - start];
                column.read_into(start, &mut read);
                assert_eq!(read, rows[start..end]);
            }
        }
    }

    #[test]
    fn cells_are_read_by_words_wherever_they_begin() {
        compare(&(0..100u8).collect::<Vec<_>>());
        compare(&(0..100u32).map(|n| n * 0x0101_0101).collect::<Vec<_>>());
        compare(&(0..100u64).collect::<Vec<_>>());
        compare(&(0..33u8).map(|n| [n; 3]).collect::<Vec<_>>());
    }
}
