//! Records of all partitions of a spill, one after the other, in portions of any size.

use std::collections::VecDeque;

use bytemuck::Pod;

use super::spill::{Spill, SpillReader};
use crate::io::Storage;
use crate::store::StoreError;

/// A stream over a spill whose partitions follow each other.
pub(super) struct Feed<'a, R> {
    storage: &'a dyn Storage,
    spill: &'a Spill,
    next_partition: usize,
    reader: Option<SpillReader<'a>>,
    waiting: VecDeque<R>,
}

impl<'a, R: Pod> Feed<'a, R> {
    pub(super) fn new(storage: &'a dyn Storage, spill: &'a Spill) -> Feed<'a, R> {
        Feed { storage, spill, next_partition: 0, reader: None, waiting: VecDeque::new() }
    }

    /// Puts the next `n` records behind those in `out`.
    pub(super) fn take(&mut self, n: usize, out: &mut Vec<R>) -> Result<(), StoreError> {
        let wanted = out.len() + n;
        loop {
            let now = self.waiting.len().min(wanted - out.len());
            out.extend(self.waiting.drain(..now));
            if out.len() == wanted {
                return Ok(());
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<(), StoreError> {
        loop {
            if let Some(reader) = &mut self.reader {
                if let Some(records) = reader.next_records::<R>()? {
                    self.waiting.extend(records);
                    return Ok(());
                }
            }
            if self.next_partition == self.spill.partitions().len() {
                return Err(StoreError::corrupt(self.spill.file(0), 0, "there are fewer records than blocks need"));
            }
            self.reader = Some(self.spill.reader(self.storage, self.next_partition));
            self.next_partition += 1;
        }
    }
}
