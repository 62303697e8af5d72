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

    /// Copies the cells from row `start` on, as they are now: for loops over many, which check the bounds once.
    ///
    /// # Panics
    /// If they end past the last row, like a slice.
    pub fn read_into(&self, start: usize, cells: &mut [T]) {
        let end = start.checked_add(cells.len());
        assert!(end.is_some_and(|end| end <= self.len()), "{} rows from row {start} of {}", cells.len(), self.len());
        // SAFETY: `start` lies in the view or at its end.
        let from = unsafe { self.view.as_ptr().cast::<T>().add(start) };
        for (n, cell) in cells.iter_mut().enumerate() {
            // SAFETY: as in `get`; `start + n` is below the number of rows.
            *cell = unsafe { from.add(n).read_volatile() };
        }
    }
}
