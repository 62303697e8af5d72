//! Plain sums: of a column's words, which nobody who reads these bytes can be faster than, and of what is looked up for
//! every row. For benches.

use super::source::head;
use super::sweep::{kernels, sweep, Work};
use super::wide::wide;
use crate::lookup::Bound;
use crate::store::Snapshot;
use crate::{Error, Result};

wide! {
    fn sum(words: &[u64]) -> u64 {
        words.iter().fold(0, |sum, word| sum.wrapping_add(*word))
    }
}

/// Sum, modulo 2^64, of all whole words of the bytes, read once on the same threads, in the same stretches and with the same
/// instructions as a sweep.
///
/// # Errors
/// See [`sweep`].
pub fn sum_words(snapshot: &Snapshot, bytes: &[u8], work: Work<'_>) -> Result<u64> {
    let (_, words, _) = bytemuck::pod_align_to::<u8, u64>(bytes);
    let task = |rows: std::ops::Range<usize>| {
        let part = |rows: std::ops::Range<usize>| sum(&words[rows]);
        Ok::<u64, Error>(kernels(rows).fold(0, |sum, rows| sum.wrapping_add(part(rows))))
    };
    sweep(snapshot, words.len() as u64, work, task, |a, b| Ok(a.wrapping_add(b)))
}

/// Sum of the kinds of the addresses of all outputs below `bound`: what looking up one byte for every output takes, with
/// nothing done about it.
///
/// # Errors
/// See [`sweep`]; also if the column of addresses is short.
pub fn sum_kinds(snapshot: &Snapshot, bound: &Bound, work: Work<'_>) -> Result<u64> {
    let addresses = head(&snapshot.columns.output_address, bound.outputs, "columns/output.address_id")?;
    let of_address = &snapshot.columns.address_kind[..];
    let Some(last) = of_address.len().checked_sub(1) else { return Ok(0) };
    let task = |rows: std::ops::Range<usize>| {
        let kind = |address: &u32| u64::from(of_address[(*address as usize).min(last)]);
        Ok::<u64, Error>(addresses[rows].iter().fold(0, |sum, address| sum.wrapping_add(kind(address))))
    };
    sweep(snapshot, bound.outputs, work, task, |a, b| Ok(a.wrapping_add(b)))
}
