//! Fetching what comes next while the processor is busy with what it has.

use bytemuck::Pod;

/// Rows worked on between two calls for what comes next: few enough that the processor can wait for all of them at once.
pub const AHEAD_ROWS: usize = 128;

/// Rows behind a stretch of a column, to be fetched into the second-level cache. A hint only: nothing is read.
#[derive(Debug, Clone, Copy)]
pub struct Ahead {
    from: *const u8,
    width: usize,
}

impl Ahead {
    /// The rows behind `stretch`, whether or not there are any.
    #[must_use]
    pub fn behind<T: Pod>(stretch: &[T]) -> Ahead {
        Ahead { from: stretch.as_ptr_range().end.cast(), width: size_of::<T>() }
    }

    /// The rows of `column`.
    #[must_use]
    pub fn of<T: Pod>(column: &[T]) -> Ahead {
        Ahead { from: column.as_ptr().cast(), width: size_of::<T>() }
    }

    /// Rows of `width` bytes at a place, whether or not there are any.
    #[must_use]
    pub fn at(from: *const u8, width: usize) -> Ahead {
        Ahead { from, width }
    }

    /// Fetches `rows` rows from row `first` on.
    #[inline(always)]
    pub fn fetch(self, first: usize, rows: usize) {
        #[cfg(target_arch = "x86_64")]
        for byte in (first * self.width..(first + rows) * self.width).step_by(64) {
            use std::arch::x86_64::{_mm_prefetch, _MM_HINT_T1};
            // SAFETY: a hint; no address is wrong, nothing is read.
            unsafe { _mm_prefetch::<_MM_HINT_T1>(self.from.wrapping_add(byte).cast()) };
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = (self, first, rows);
    }

    /// Fetches one row into the first-level cache.
    #[inline(always)]
    pub fn fetch_near(self, row: usize) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_mm_prefetch, _MM_HINT_T0};
            // SAFETY: a hint; no address is wrong, nothing is read.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(self.from.wrapping_add(row.wrapping_mul(self.width)).cast()) };
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = (self, row);
    }
}
