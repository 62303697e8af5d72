//! The plain sum of a column's words: what nobody who reads these bytes can be faster than. For benches.

use super::sweep::{kernels, sweep, Work};
use crate::store::Snapshot;
use crate::{Error, Result};

/// Sum, modulo 2^64, of all whole words of the bytes, read once on the same threads and in the same stretches as a sweep.
///
/// # Errors
/// See [`sweep`].
pub fn sum_words(snapshot: &Snapshot, bytes: &[u8], work: Work<'_>) -> Result<u64> {
    let (_, words, _) = bytemuck::pod_align_to::<u8, u64>(bytes);
    let task = |rows: std::ops::Range<usize>| {
        let part = |rows: std::ops::Range<usize>| words[rows].iter().fold(0u64, |sum, word| sum.wrapping_add(*word));
        Ok::<u64, Error>(kernels(rows).fold(0, |sum, rows| sum.wrapping_add(part(rows))))
    };
    sweep(snapshot, words.len() as u64, work, task, |a, b| Ok(a.wrapping_add(b)))
}
