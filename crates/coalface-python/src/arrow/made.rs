//! Columns that are made batch by batch: row numbers, what a row belongs to, masked cells.

use std::ops::Range;

use coalface_core::ids::{EXTERNAL_BIT, NONE_U64};
use coalface_core::lookup::place;
use coalface_core::lookup::Bound;
use coalface_core::store::{Snapshot, StoreError};
use coalface_core::Result;

use super::batch::Validity;
use super::tables::MadeCells;

/// Cells of four bytes in words, so that they are aligned.
fn narrow(rows: usize, mut cells: impl FnMut(usize) -> u32) -> Vec<u64> {
    let mut words = vec![0u64; rows.div_ceil(2)];
    for (n, cell) in bytemuck::cast_slice_mut::<u64, u32>(&mut words)[..rows].iter_mut().enumerate() {
        *cell = cells(n);
    }
    words
}

/// The number of each row, where rows are counted in 32 bits.
pub fn row_number(_: &Snapshot, _: &Bound, rows: Range<usize>) -> MadeCells {
    Ok((narrow(rows.len(), |n| (rows.start + n) as u32), Validity::default()))
}

/// The number of each row.
pub fn long_row_number(_: &Snapshot, _: &Bound, rows: Range<usize>) -> MadeCells {
    Ok((rows.map(|row| row as u64).collect(), Validity::default()))
}

/// For each row the number of the last entry of a rising column that is not above it, where that of the first row is `at`.
fn expand(first_of: impl Fn(usize) -> Option<u64>, mut at: usize, rows: Range<usize>) -> Vec<u64> {
    narrow(rows.len(), |n| {
        while first_of(at + 1).is_some_and(|first| first <= (rows.start + n) as u64) {
            at += 1;
        }
        at as u32
    })
}

/// The block of each transaction.
pub fn block_of_tx(snapshot: &Snapshot, _: &Bound, rows: Range<usize>) -> MadeCells {
    let firsts = &snapshot.columns.block_first_tx[..];
    let at = firsts.partition_point(|first| (*first as usize) <= rows.start).saturating_sub(1);
    Ok((expand(|n| firsts.get(n).map(|first| u64::from(*first)), at, rows), Validity::default()))
}

/// The transaction of each input.
pub fn tx_of_input(snapshot: &Snapshot, _: &Bound, rows: Range<usize>) -> MadeCells {
    let at = if rows.is_empty() { 0 } else { place::tx_of_input(snapshot, rows.start as u64)? };
    let firsts = &snapshot.columns.tx_first_input;
    Ok((expand(|n| firsts.get(n), at as usize, rows), Validity::default()))
}

/// The transaction of each output.
pub fn tx_of_output(snapshot: &Snapshot, _: &Bound, rows: Range<usize>) -> MadeCells {
    let at = if rows.is_empty() { 0 } else { place::tx_of_output(snapshot, rows.start as u64)? };
    let firsts = &snapshot.columns.tx_first_output;
    Ok((expand(|n| firsts.get(n), at as usize, rows), Validity::default()))
}

fn out_of_range(rows: &Range<usize>, limit: usize) -> StoreError {
    StoreError::OutOfRange { what: "row", id: rows.end as u64, limit: limit as u64 }
}

/// Some rows of a column that is kept narrower than its cells, in full.
fn whole(get: impl Fn(usize) -> Option<u64>, rows: Range<usize>, limit: usize) -> Result<Vec<u64>> {
    let cells: Option<Vec<u64>> = rows.clone().map(get).collect();
    Ok(cells.ok_or_else(|| out_of_range(&rows, limit))?)
}

/// The first input of each transaction.
pub fn first_input(snapshot: &Snapshot, _: &Bound, rows: Range<usize>) -> MadeCells {
    let firsts = &snapshot.columns.tx_first_input;
    Ok((whole(|n| firsts.get(n), rows, firsts.len())?, Validity::default()))
}

/// The first output of each transaction.
pub fn first_output(snapshot: &Snapshot, _: &Bound, rows: Range<usize>) -> MadeCells {
    let firsts = &snapshot.columns.tx_first_output;
    Ok((whole(|n| firsts.get(n), rows, firsts.len())?, Validity::default()))
}

/// The output with which each address first appeared; null if that was the spend of an external one.
pub fn address_first_output(snapshot: &Snapshot, _: &Bound, rows: Range<usize>) -> MadeCells {
    let firsts = &snapshot.columns.address_first_output;
    let cells = whole(|n| firsts.get(n), rows, firsts.len())?;
    let validity = Validity::of(cells.len(), |n| cells[n] != NONE_U64);
    Ok((cells, validity))
}

/// What each input of some rows spends, as the store means it.
fn spent(snapshot: &Snapshot, rows: Range<usize>) -> Result<Vec<u64>> {
    let cells = &snapshot.columns.input_spent_output;
    whole(|n| cells.get(n), rows, cells.len())
}

/// The output that each input spends; null for a coinbase, and where it lies outside a partial chain.
pub fn spent_output(snapshot: &Snapshot, _: &Bound, rows: Range<usize>) -> MadeCells {
    let cells = spent(snapshot, rows)?;
    // NONE has the bit of external rows as well.
    let validity = Validity::of(cells.len(), |n| cells[n] & EXTERNAL_BIT == 0);
    Ok((cells, validity))
}

/// The row of `external` that each input spends; null where it spends an output of the store, and for a coinbase.
pub fn spent_external(snapshot: &Snapshot, _: &Bound, rows: Range<usize>) -> MadeCells {
    let cells = spent(snapshot, rows)?;
    let validity = Validity::of(cells.len(), |n| cells[n] & EXTERNAL_BIT != 0 && cells[n] != NONE_U64);
    Ok((cells.iter().map(|cell| cell & !EXTERNAL_BIT).collect(), validity))
}

/// The input that spends each output; null where it is unspent as of `bound`.
pub fn spent_by(snapshot: &Snapshot, bound: &Bound, rows: Range<usize>) -> MadeCells {
    let cells = &snapshot.columns.output_spent_by;
    if rows.end > cells.len() {
        return Err(out_of_range(&rows, cells.len()).into());
    }
    let mut words = vec![0; rows.len()];
    cells.read_into(rows.start, &mut words);
    let validity = Validity::of(words.len(), |n| words[n] < bound.inputs);
    Ok((words, validity))
}

/// A stamped cell of each address, and whether it was linked as of `bound`. The link is read before the parent.
fn stamped(snapshot: &Snapshot, bound: &Bound, rows: Range<usize>, is_parent: bool) -> MadeCells {
    let (links, parents) = (&snapshot.columns.strict_link_tx, &snapshot.columns.strict_parent);
    if rows.end > links.len() || rows.end > parents.len() {
        return Err(out_of_range(&rows, links.len()).into());
    }
    let mut linked = vec![0; rows.len()];
    links.read_into(rows.start, &mut linked);
    let validity = Validity::of(rows.len(), |n| u64::from(linked[n]) < bound.txs);
    if is_parent {
        return Ok((narrow(rows.len(), |n| parents.get(rows.start + n)), validity));
    }
    Ok((narrow(rows.len(), |n| linked[n]), validity))
}

/// Parent of each address in the forest; null for roots as of `bound`.
pub fn strict_parent(snapshot: &Snapshot, bound: &Bound, rows: Range<usize>) -> MadeCells {
    stamped(snapshot, bound, rows, true)
}

/// Transaction that made that link.
pub fn strict_link_tx(snapshot: &Snapshot, bound: &Bound, rows: Range<usize>) -> MadeCells {
    stamped(snapshot, bound, rows, false)
}
