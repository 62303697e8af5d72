//! Numbers that never fall from row to row. The file keeps their low 32 bits; where the high ones rise follows from the
//! rank directory, which names the transaction of any row.

use std::sync::Arc;

use crate::io::Storage;
use crate::prefetch::prefetch;
use crate::store::column::Column;
use crate::store::error::StoreError;
use crate::store::layout::RANK_ROWS;

/// A view of the first rows of transactions.
#[derive(Debug, Clone)]
pub struct Rising {
    low: Column<u32>,
    /// Rows at which the high 32 bits rise by one, ascending.
    wraps: Arc<[u64]>,
}

impl Rising {
    /// View of the first `rows` rows of `file`, whose numbers are below `end`. `ranks` holds for every [`RANK_ROWS`]th
    /// number below `end` the last row that is not above it.
    ///
    /// # Errors
    /// If the file is shorter.
    pub fn open(
        storage: &dyn Storage,
        file: &str,
        rows: u64,
        end: u64,
        ranks: &Column<u32>,
    ) -> Result<Self, StoreError> {
        let low = Column::open(storage, file, rows)?;
        let wraps = wraps(&low, end, |number| ranks.get((number / RANK_ROWS) as usize).copied());
        Ok(Rising { low, wraps: wraps.into() })
    }

    /// Asks the processor to fetch a row; nothing happens past the end.
    #[inline]
    pub fn prefetch(&self, row: usize) {
        prefetch(&self.low, row);
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.low.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.low.is_empty()
    }

    fn high(&self, row: usize) -> u64 {
        if self.wraps.is_empty() {
            return 0;
        }
        (self.wraps.partition_point(|wrap| *wrap <= row as u64) as u64) << 32
    }

    /// The number in a row; `None` past the end.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<u64> {
        self.low.get(row).map(|low| self.high(row) | u64::from(*low))
    }

    /// The number in a row.
    ///
    /// # Panics
    /// If `row` is past the end, like a slice.
    #[must_use]
    pub fn at(&self, row: usize) -> u64 {
        self.high(row) | u64::from(self.low[row])
    }

    /// The numbers in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        (0..self.len()).map(|row| self.at(row))
    }

    /// The number of rows from the first on for which `before` holds, as that of a slice.
    #[must_use]
    pub fn partition_point(&self, before: impl Fn(u64) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.at(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// Rows at which the high 32 bits of numbers below `end` rise, by the low ones; `holder` names the row whose range holds a
/// number that the directory knows.
fn wraps(low: &[u32], end: u64, holder: impl Fn(u64) -> Option<u32>) -> Vec<u64> {
    let wrap = |high: u64| {
        let row = holder(high << 32)?;
        // The range that holds the first number with these high bits begins with it, or before it.
        let begins = low.get(row as usize).is_some_and(|low| *low == 0);
        Some(u64::from(row) + u64::from(!begins))
    };
    let mut wraps: Vec<u64> = (1..=end.saturating_sub(1) >> 32).map_while(wrap).collect();
    wraps.sort_unstable(); // a damaged directory must not harm more than its own rows
    wraps
}

/// New rows of such a column.
#[derive(Debug, Default)]
pub struct RisingRows {
    low: Vec<u32>,
    /// Rows from which on the high 32 bits are others than before, with these; the first is row 0.
    highs: Vec<(usize, u32)>,
}

impl RisingRows {
    /// Appends a number that is not below the one before.
    pub fn push(&mut self, number: u64) {
        let high = (number >> 32) as u32;
        if self.highs.last().is_none_or(|(_, last)| *last != high) {
            self.highs.push((self.low.len(), high));
        }
        self.low.push(number as u32);
    }

    /// Asks the processor to fetch a row; nothing happens past the end.
    #[inline]
    pub fn prefetch(&self, row: usize) {
        prefetch(&self.low, row);
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.low.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.low.is_empty()
    }

    /// The number in a row; `None` past the end.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<u64> {
        (row < self.len()).then(|| self.at(row))
    }

    /// The number in a row.
    ///
    /// # Panics
    /// If `row` is past the end, like a slice.
    #[must_use]
    pub fn at(&self, row: usize) -> u64 {
        let low = u64::from(self.low[row]);
        let part = self.highs.partition_point(|(first, _)| *first <= row);
        part.checked_sub(1).map_or(0, |part| u64::from(self.highs[part].1) << 32) | low
    }

    /// The numbers in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        (0..self.len()).map(|row| self.at(row))
    }

    /// Drops the rows from number `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        self.low.truncate(rows);
        self.highs.truncate(self.highs.partition_point(|(first, _)| *first < rows));
    }

    /// The rows as the file keeps them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.low)
    }
}

impl Extend<u64> for RisingRows {
    fn extend<I: IntoIterator<Item = u64>>(&mut self, numbers: I) {
        numbers.into_iter().for_each(|number| self.push(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::replay::ReplayStorage;

    const EDGE: u64 = 1 << 32;

    fn column(numbers: &[u64], end: u64, holder: impl Fn(u64) -> Option<u32>) -> Rising {
        let mut rows = RisingRows::default();
        rows.extend(numbers.iter().copied());
        let storage = ReplayStorage::default();
        storage.write_at("low", 0, rows.as_bytes()).unwrap();
        let low: Column<u32> = Column::open(&storage, "low", numbers.len() as u64).unwrap();
        let wraps = wraps(&low, end, holder);
        Rising { low, wraps: wraps.into() }
    }

    #[test]
    fn numbers_of_more_than_32_bits_are_kept() {
        let chains: [(&[u64], u64); 7] = [
            (&[0, 5, EDGE - 1, EDGE, EDGE + 1], EDGE + 2),
            (&[0, 5, EDGE - 1, EDGE + 1], EDGE + 9),
            (&[0, EDGE - 1], EDGE + 9),
            (&[0, EDGE - 1], EDGE),
            (&[0, EDGE - 1, 2 * EDGE - 2, 3 * EDGE - 3, 3 * EDGE], 3 * EDGE + 1),
            (&[0], 1),
            (&[], 0),
        ];
        for (numbers, end) in chains {
            let holder = |number| Some(numbers.partition_point(|first| *first <= number) as u32 - 1);
            let column = column(numbers, end, holder);
            assert!(column.iter().eq(numbers.iter().copied()), "{numbers:?}");
            assert_eq!((column.len(), column.get(numbers.len())), (numbers.len(), None));
            for number in numbers.iter().flat_map(|n| [n.saturating_sub(1), *n, n + 1]) {
                assert_eq!(column.partition_point(|n| n < number), numbers.partition_point(|n| *n < number));
            }
        }
    }

    #[test]
    fn a_damaged_directory_harms_nobody() {
        for holder in [None, Some(0), Some(7), Some(u32::MAX)] {
            let column = column(&[1; 10], 9 * EDGE, |_| holder);
            assert_eq!(column.iter().count(), 10);
            assert!(column.partition_point(|n| n < EDGE) <= 10);
        }
    }

    #[test]
    fn new_rows_are_cut_anywhere() {
        let numbers = [3, EDGE - 1, EDGE, EDGE + 9, 3 * EDGE, 3 * EDGE + 1];
        let mut rows = RisingRows::default();
        rows.extend(numbers);
        for len in (0..numbers.len()).rev() {
            rows.truncate(len);
            assert!(rows.iter().eq(numbers[..len].iter().copied()));
            assert_eq!(rows.get(len), None);
        }
    }
}
