//! Records by window of a dense id, given back in order of id, and of writing within one: for runs keyed by ids.
//!
//! A window is counted first and then read in groups of ids that fit the memory; one id that has more records than fit
//! is streamed as it lies.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::spill::{Spill, SpillReader};
use crate::io::Storage;
use crate::store::StoreError;

/// A record of an id, counted from the start of its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Row {
    pub row: u32,
    pub value: [u32; 2],
}

/// Records in order. Ends early at an error, which [`ById::end`] tells.
pub(super) struct ById<'a> {
    storage: &'a dyn Storage,
    spill: &'a Spill,
    window_rows: u64,
    max_records: u64,
    window: usize,
    groups: std::vec::IntoIter<Range<u32>>,
    reader: Option<(SpillReader<'a>, u32)>,
    waiting: Vec<Row>,
    at: usize,
    error: Option<StoreError>,
}

impl<'a> ById<'a> {
    /// Records of `spill`, whose partitions are windows of `window_rows` ids, in `memory_bytes` bytes.
    pub(super) fn new(storage: &'a dyn Storage, spill: &'a Spill, window_rows: u64, memory_bytes: u64) -> ById<'a> {
        ById {
            storage,
            spill,
            window_rows,
            // A stable sort takes half as much again.
            max_records: (memory_bytes / (size_of::<Row>() as u64 * 3 / 2)).max(1),
            window: 0,
            groups: Vec::new().into_iter(),
            reader: None,
            waiting: Vec::new(),
            at: 0,
            error: None,
        }
    }

    pub(super) fn end(self) -> Result<(), StoreError> {
        self.error.map_or(Ok(()), Err)
    }

    /// Fills `waiting` with what comes next; false at the end.
    fn fill(&mut self) -> Result<bool, StoreError> {
        self.at = 0;
        loop {
            self.waiting.clear();
            if let Some((reader, row)) = &mut self.reader {
                match reader.next_records::<Row>()? {
                    Some(records) => self.waiting.extend(records.iter().filter(|record| record.row == *row)),
                    None => self.reader = None,
                }
            } else if let Some(group) = self.groups.next() {
                if group.len() == 1 {
                    self.reader = Some((self.spill.reader(self.storage, self.window - 1), group.start));
                } else {
                    self.load(&group)?;
                }
            } else if self.window < self.spill.partitions().len() {
                self.groups = self.plan(self.window)?.into_iter();
                self.window += 1;
            } else {
                return Ok(false);
            }
            if !self.waiting.is_empty() {
                return Ok(true);
            }
        }
    }

    fn load(&mut self, group: &Range<u32>) -> Result<(), StoreError> {
        let waiting = &mut self.waiting;
        self.spill.for_each(self.storage, self.window - 1, |records: &[Row]| {
            waiting.extend(records.iter().filter(|record| group.contains(&record.row)));
            Ok::<(), StoreError>(())
        })?;
        waiting.sort_by_key(|record| record.row);
        Ok(())
    }

    /// Groups of ids of a window that fit the memory, ascending; a group of one may be larger.
    fn plan(&self, window: usize) -> Result<Vec<Range<u32>>, StoreError> {
        let n_rows = self.window_rows as u32;
        if self.spill.partitions()[window].records <= self.max_records {
            return Ok(std::iter::once(0..n_rows).collect());
        }
        let mut counts = vec![0u32; n_rows as usize];
        self.spill.for_each(self.storage, window, |records: &[Row]| {
            for record in records {
                match counts.get_mut(record.row as usize) {
                    Some(count) => *count = count.saturating_add(1),
                    None => return Err(StoreError::corrupt(self.spill.file(window), 0, format!("row {}", record.row))),
                }
            }
            Ok(())
        })?;
        let mut groups = Vec::new();
        let (mut start, mut sum) = (0u32, 0u64);
        for (row, count) in (0u32..).zip(&counts) {
            if sum > 0 && sum + u64::from(*count) > self.max_records {
                groups.push(start..row);
                (start, sum) = (row, 0);
            }
            sum += u64::from(*count);
            if sum > self.max_records {
                // Ids without records do not count.
                groups.push(row..row + 1);
                (start, sum) = (row + 1, 0);
            }
        }
        groups.push(start..n_rows);
        Ok(groups)
    }
}

impl Iterator for ById<'_> {
    type Item = (u64, [u32; 2]);

    fn next(&mut self) -> Option<(u64, [u32; 2])> {
        if self.at == self.waiting.len() {
            match self.fill() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.error = Some(error);
                    self.waiting.clear();
                    return None;
                }
            }
        }
        let record = self.waiting[self.at];
        self.at += 1;
        Some(((self.window as u64 - 1) * self.window_rows + u64::from(record.row), record.value))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may panic
mod tests {
    use super::super::spill::SpillWriter;
    use super::*;
    use crate::io::replay::ReplayStorage;

    #[test]
    fn equals_a_stable_sort_whatever_the_memory() {
        let storage = ReplayStorage::default();
        let mut writer = SpillWriter::create(&storage, "test", 4, 1 << 14).unwrap();
        let mut all: Vec<(u64, [u32; 2])> = Vec::new();
        for n in 0..6_000u32 {
            // Window 1 is empty, window 2 has one id that most records belong to.
            let id = if n % 3 == 0 { 37 } else { [0, 2, 3][n as usize % 7 % 3] * 16 + u64::from(n * 7 % 16) };
            writer.push((id / 16) as usize, &Row { row: (id % 16) as u32, value: [n, n / 2] }).unwrap();
            all.push((id, [n, n / 2]));
        }
        let spill = writer.finish().unwrap();
        all.sort_by_key(|(id, _)| *id);
        for memory_bytes in [0, 18, 1_000, 9_000, 40_000, 1 << 20] {
            let mut sorted = ById::new(&storage, &spill, 16, memory_bytes);
            assert_eq!(sorted.by_ref().collect::<Vec<_>>(), all, "{memory_bytes} bytes");
            sorted.end().unwrap();
        }
    }
}
