//! Rows by salted key, in the order they came: what one partition needs to look up.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Salted keys are uniform already.
#[derive(Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, number: u64) {
        // The top bits are the same in a partition, the low ones choose the bucket.
        self.0 = number.rotate_left(32);
    }
}

const NONE: u32 = u32::MAX;

/// Rows by key; rows of equal keys are found latest first.
pub(super) struct KeyTable<R> {
    latest: HashMap<u64, u32, BuildHasherDefault<AsItIs>>,
    rows: Vec<(u32, R)>,
}

impl<R> Default for KeyTable<R> {
    fn default() -> Self {
        KeyTable { latest: HashMap::default(), rows: Vec::new() }
    }
}

impl<R> KeyTable<R> {
    /// Adds a row. At most 2^32 − 1 fit, more than the ids of a store.
    pub(super) fn push(&mut self, key: u64, row: R) {
        let n = self.rows.len() as u32;
        let before = self.latest.insert(key, n).unwrap_or(NONE);
        self.rows.push((before, row));
    }

    /// Rows whose key is `key`, latest first.
    pub(super) fn get(&self, key: u64) -> impl Iterator<Item = &R> + '_ {
        let mut at = self.latest.get(&key).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let (before, row) = self.rows.get(at as usize)?;
            at = *before;
            Some(row)
        })
    }

    /// Forgets all rows and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.latest.clear();
        self.rows.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_are_found_latest_first() {
        let mut table = KeyTable::default();
        for (key, row) in [(7, 'a'), (8, 'b'), (7, 'c'), (7, 'd')] {
            table.push(key, row);
        }
        assert_eq!(table.get(7).collect::<String>(), "dca");
        assert_eq!(table.get(9).count(), 0);
        table.clear();
        assert_eq!(table.get(7).count(), 0);
    }
}
