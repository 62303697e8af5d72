//! Batches that are read and parsed before their turn, while others are linked.
//!
//! Part of linking runs on one thread. The others go on reading meanwhile, up to some batches ahead, so that none waits.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use super::load::{Loaded, ToLoad};
use crate::blockfile::BlockFileError;

/// Batches that may wait for their turn.
pub const MOST_READY: usize = 3;

type Batch = Result<Vec<Loaded>, BlockFileError>;

/// Reads batches in their order.
pub struct Ahead<'a, F> {
    read: F,
    to_read: std::vec::IntoIter<&'a [ToLoad]>,
    ready: VecDeque<Batch>,
    used: Vec<Vec<Loaded>>,
}

impl<'a, F: Fn(&'a [ToLoad], Vec<Loaded>) -> Batch> Ahead<'a, F> {
    /// Reads `batches` with `read`, which takes over the memory of an earlier batch.
    pub fn new(batches: Vec<&'a [ToLoad]>, read: F) -> Self {
        Ahead { read, to_read: batches.into_iter(), ready: VecDeque::new(), used: Vec::new() }
    }

    /// The next batch, which is read now if that was not done before.
    ///
    /// # Errors
    /// If it could not be read.
    pub fn next(&mut self) -> Result<Option<Vec<Loaded>>, BlockFileError> {
        if self.ready.is_empty() {
            self.read_one();
        }
        self.ready.pop_front().transpose()
    }

    /// Reads the next batch, and further ones until enough wait or `is_enough`. What cannot be read is told in its turn.
    pub fn fill(&mut self, is_enough: &AtomicBool) {
        while self.ready.len() < MOST_READY
            && (self.ready.is_empty() || !is_enough.load(Ordering::Relaxed))
            && self.read_one()
        {}
    }

    /// Gives back the memory of a batch.
    pub fn give_back(&mut self, batch: Vec<Loaded>) {
        self.used.push(batch);
    }

    /// Reads one batch; whether there was one and none before it failed.
    fn read_one(&mut self) -> bool {
        if self.ready.back().is_some_and(Result::is_err) {
            return false;
        }
        let Some(batch) = self.to_read.next() else { return false };
        let used = self.used.pop().unwrap_or_default();
        self.ready.push_back((self.read)(batch, used));
        true
    }
}
