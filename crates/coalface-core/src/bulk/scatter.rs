//! Small buffers of one thread before a spill that several write, so that its locks are rarely taken.

use bytemuck::Pod;

use super::spill::SpillWriter;
use crate::store::StoreError;

/// Records of one thread on their way into a spill.
pub(super) struct Scatter<'w, 'a, R> {
    writer: &'w SpillWriter<'a>,
    waiting: Vec<Vec<R>>,
    room: usize,
}

impl<'w, 'a, R: Pod> Scatter<'w, 'a, R> {
    /// Buffers before `writer`, all together of at most a megabyte or so.
    pub(super) fn new(writer: &'w SpillWriter<'a>) -> Scatter<'w, 'a, R> {
        const BYTES: usize = 1 << 20;
        let room = (BYTES / size_of::<R>() / writer.n_partitions().max(1)).clamp(8, 256);
        Scatter { writer, waiting: (0..writer.n_partitions()).map(|_| Vec::new()).collect(), room }
    }

    /// Adds a record.
    #[inline]
    pub(super) fn push(&mut self, partition: usize, record: R) -> Result<(), StoreError> {
        let waiting = &mut self.waiting[partition];
        if waiting.len() == self.room {
            self.writer.append(partition, waiting)?;
            waiting.clear();
        }
        if waiting.capacity() == 0 {
            waiting.reserve_exact(self.room);
        }
        waiting.push(record);
        Ok(())
    }

    /// Hands over what is left.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        for (partition, waiting) in self.waiting.iter().enumerate() {
            self.writer.append(partition, waiting)?;
        }
        Ok(())
    }
}
